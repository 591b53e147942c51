import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { bearer, startTestApp, type TestApp } from '../support/app.ts';
import { edgeSchema } from './edge-schema.ts';

let app: TestApp;
let apiKey: string;

beforeAll(async () => {
  app = await startTestApp({ schema: edgeSchema, limits: { bodyBytes: 20_000 } });
  ({ apiKey } = await app.partner());
});

const JSON_TYPE = { 'Content-Type': 'application/json' };

function post(body: string, headers: Record<string, string> = JSON_TYPE): Promise<Response> {
  return app.fetch('/graphql', { method: 'POST', headers, body });
}

async function refusal(
  response: Response,
): Promise<{ status: number; code: unknown; message: string; requestId: unknown }> {
  const { errors } = (await response.json()) as {
    errors: { message: string; extensions: { code: unknown; requestId: unknown } }[];
  };
  const [error] = errors;
  if (!error) throw new Error('no error was answered');
  const { code, requestId } = error.extensions;
  return { status: response.status, code, message: error.message, requestId };
}

describe('a body that cannot be used', () => {
  test('no JSON is told so', async () => {
    const answer = await refusal(await post('{"query": '));
    expect(answer).toMatchObject({ status: 400, code: 'BAD_REQUEST', message: 'POST body sent invalid JSON.' });
  });

  test.each([
    'null',
    '42',
    '"{ hello }"',
    '[]',
    '[{"query":"{ hello }"}]',
    '{}',
    '{"query":7}',
    '{"query":"{ hello }","variables":[]}',
  ])('%s is refused with 400', async (body) => {
    const response = await post(body, { ...JSON_TYPE, Accept: 'application/graphql-response+json' });
    expect(await refusal(response)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });

  test('a content type that nobody speaks is refused with 415', async () => {
    const answer = await refusal(await post('<query/>', { 'Content-Type': 'application/xml' }));
    expect(answer).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
  });

  test('a form from a foreign page is refused, and one with an Authorization header is not', async () => {
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ query: 'mutation { touch }' }).toString();
    expect(await refusal(await post(body, form))).toMatchObject({ status: 403, code: 'CSRF_REFUSED' });
    expect(await refusal(await post('mutation { touch }', { 'Content-Type': 'text/plain' }))).toMatchObject({
      status: 403,
    });
    expect(await (await post(body, { ...form, ...bearer(apiKey) })).json()).toEqual({ data: { touch: true } });
  });

  test('one that is too large is refused by its Content-Length', async () => {
    const response = await post(JSON.stringify({ query: '{ hello }', variables: { text: 'x'.repeat(30_000) } }));
    expect(await refusal(response)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
  });

  test('one that is too large is refused while it streams, without Content-Length', async () => {
    expect(await postChunked('x'.repeat(30_000))).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
  });

  test('one that streams within the limit is answered', async () => {
    expect(await postChunked('x'.repeat(10_000))).toMatchObject({ status: 200, body: { data: { hello: 'world' } } });
  });
});

/** A chunked POST of `{ hello }` with a variable of this text. */
function postChunked(text: string): Promise<{ status: number | undefined; code?: unknown; body: unknown }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${app.url}/graphql`, { method: 'POST', headers: JSON_TYPE }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      const body = JSON.parse(Buffer.concat(chunks).toString());
      resolve({ status: response.statusCode, code: body.errors?.[0]?.extensions.code, body });
    });
    request.on('error', reject);
    const body = JSON.stringify({ query: '{ hello }', variables: { text } });
    for (let at = 0; at < body.length; at += 1000) request.write(body.slice(at, at + 1000));
    request.end();
  });
}

describe('a document that asks for too much', () => {
  const nested = (depth: number) => `{ ${'next { '.repeat(depth)} id ${'} '.repeat(depth)} }`;

  test('too deep', async () => {
    const answer = await refusal(await post(JSON.stringify({ query: `{ node ${nested(20)} }` })));
    expect(answer.code).toBe('OPERATION_TOO_COMPLEX');
    expect(answer.message).toMatch(
      /^Query depth limit of 15 exceeded, found \d+\. Split the document, or ask for less\.$/,
    );
  });

  test('too deep through fragments', async () => {
    const fragments = Array.from(
      { length: 20 },
      (_, at) => `fragment F${at} on Node { next { ${at < 19 ? `...F${at + 1}` : 'id'} } }`,
    );
    const answer = await refusal(await post(JSON.stringify({ query: `{ node { ...F0 } } ${fragments.join(' ')}` })));
    expect(answer.code).toBe('OPERATION_TOO_COMPLEX');
  });

  test('too many aliases', async () => {
    const aliases = Array.from({ length: 40 }, (_, at) => `a${at}: hello`).join(' ');
    const answer = await refusal(await post(JSON.stringify({ query: `{ ${aliases} }` })));
    expect(answer).toMatchObject({
      code: 'OPERATION_TOO_COMPLEX',
      message: expect.stringContaining('Aliases limit of 30 exceeded, found 40.'),
    });
  });

  test('too many tokens', async () => {
    const answer = await refusal(await post(JSON.stringify({ query: `{ ${'hello '.repeat(2_100)} }` })));
    expect(answer).toMatchObject({
      code: 'OPERATION_TOO_COMPLEX',
      message: expect.stringContaining('Token limit of 2000 exceeded.'),
    });
  });

  test('too many directives', async () => {
    const answer = await refusal(
      await post(JSON.stringify({ query: `{ hello ${'@include(if: true) '.repeat(60)} }` })),
    );
    expect(answer.code).toBe('OPERATION_TOO_COMPLEX');
  });

  test('too long', async () => {
    const roomy = await startTestApp({ schema: edgeSchema, limits: { documentLength: 1_000 } });
    const { errors } = await roomy.query(null, `{ hello # ${'x'.repeat(2_000)}\n }`);
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'OPERATION_TOO_COMPLEX' } });
  });

  test('a client of graphql-response+json gets status 400', async () => {
    const headers = { ...JSON_TYPE, Accept: 'application/graphql-response+json' };
    expect((await post(JSON.stringify({ query: `{ node ${nested(20)} }` }), headers)).status).toBe(400);
  });
});

describe('what is refused', () => {
  test('an unknown field, with a hint in development', async () => {
    const answer = await refusal(await post(JSON.stringify({ query: '{ helo }' })));
    expect(answer).toMatchObject({
      code: 'GRAPHQL_VALIDATION_FAILED',
      message: expect.stringContaining('Did you mean "hello"?'),
    });
  });

  test('a mutation by GET', async () => {
    const response = await app.fetch('/graphql?query=mutation%7Btouch%7D');
    expect(response.headers.get('allow')).toBe('POST');
    expect(await refusal(response)).toMatchObject({ status: 405, code: 'BAD_REQUEST' });
  });

  test('an Accept that nobody can satisfy', async () => {
    const response = await post(JSON.stringify({ query: '{ hello }' }), { ...JSON_TYPE, Accept: 'image/png' });
    expect(await refusal(response)).toMatchObject({ status: 406, code: 'NOT_ACCEPTABLE' });
  });

  test('a subscription over plain JSON, and nothing keeps listening', async () => {
    const query = 'subscription { events { cursor } }';
    const response = await post(JSON.stringify({ query }), {
      ...JSON_TYPE,
      ...bearer(apiKey),
      Accept: 'application/json',
    });
    expect(response.status).toBe(406);
    expect(app.deps.hub.size()).toBe(0);
  });

  test('a Host header that is none, without a stack', async () => {
    const answer = await rawRequest('GET /graphql?query={hello} HTTP/1.1\r\nHost: a b<>\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('node_modules');
  });

  test('a path that is not there', async () => {
    const response = await app.fetch('/nothing');
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { error: 'Not found. The API is at /graphql.' },
    ]);
  });
});

function rawRequest(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(app.app.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('a fault', () => {
  test('shows nothing but its request id, and the log has the rest', async () => {
    const response = await post(JSON.stringify({ query: '{ hello boom }' }), {
      ...JSON_TYPE,
      'X-Request-Id': 'fault-1',
    });
    const text = await response.text();
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('stack');
    expect(JSON.parse(text)).toMatchObject({
      data: { hello: 'world', boom: null },
      errors: [{ path: ['boom'], extensions: { requestId: 'fault-1' } }],
    });
    const line = app.logged.find((entry) => entry.includes('fault-1') && entry.includes('db-internal-7'));
    expect(line).toBeDefined();
  });

  test('before execution is a 500 that tells nothing', async () => {
    let broken = false;
    const clock = {
      now() {
        if (broken) throw new Error('password=hunter2 in the clock');
        return new Date();
      },
    };
    const own = await startTestApp({ schema: edgeSchema, clock });
    broken = true;
    const token = ['e30', 'e30', 'e30'].join('.');
    const response = await own.fetch('/graphql?query={hello}', { headers: bearer(token) });
    broken = false;
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toContain('hunter2');
    expect(JSON.parse(text)).toMatchObject({
      errors: [{ extensions: { requestId: response.headers.get('x-request-id') } }],
    });
  });

  test('every answer has a request id; a strange one of the caller is replaced', async () => {
    const response = await post(JSON.stringify({ query: '{ hello }' }), { ...JSON_TYPE, 'X-Request-Id': 'a b;c' });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('CORS', () => {
  test('any origin may call, without cookies', async () => {
    const response = await app.fetch('/graphql', {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://shop.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    expect(response.headers.get('access-control-allow-headers')).toContain('authorization');
  });

  test('GraphiQL comes from here alone, and no other origin may read it', async () => {
    const response = await app.fetch('/graphql', { headers: { Accept: 'text/html', Origin: 'https://evil.example' } });
    const page = await response.text();
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(page).toContain('<title>Koshel</title>');
    expect(page).not.toMatch(/<(script|link)[^>]+(src|href)="https?:/);
  });
});

describe('health and metrics', () => {
  test('live and ready', async () => {
    expect(await (await app.fetch('/health/live')).json()).toEqual({ status: 'live' });
    const checks = { database: 'ok', events: 'ok', accepting: 'ok' };
    expect(await (await app.fetch('/health/ready')).json()).toEqual({ status: 'ready', checks });
  });

  test('durations are kept by the first field, which a caller cannot invent', async () => {
    await app.query(null, 'query AnyNameAtAll { echo(text: "x") }');
    await app.query(null, '{ boom }');
    const text = await (await app.fetch('/metrics')).text();
    expect(text).toContain(
      'koshel_operation_duration_seconds_count{transport="http",operation="Query.echo",outcome="ok"} 1',
    );
    expect(text).toMatch(/operation="Query\.boom",outcome="error"/);
    expect(text).not.toContain('AnyNameAtAll');
    expect(text).toMatch(/^koshel_pool_connections [1-9]/m);
    expect(text).toMatch(/^koshel_websockets 0$/m);
  });
});

describe('in production', () => {
  let production: TestApp;
  beforeAll(async () => {
    production = await startTestApp({ schema: edgeSchema, env: { NODE_ENV: 'production' } });
  });

  test('introspection is off, and a misspelt field gets no hint', async () => {
    const { errors } = await production.query(null, '{ __schema { types { name } } }');
    expect(errors?.[0]?.message).toMatch(/introspection/i);
    const misspelt = await production.query(null, '{ helo }');
    expect(misspelt.errors?.[0]?.message).toBe('Cannot query field "helo" on type "Query".');
  });

  test('there is no GraphiQL', async () => {
    const response = await production.fetch('/graphql', { headers: { Accept: 'text/html' } });
    expect(response.status).toBeGreaterThanOrEqual(400);
  });

  test('the figures are for the administrator', async () => {
    expect((await production.fetch('/metrics')).status).toBe(401);
    expect((await production.fetch('/metrics', { headers: bearer('ksh_wrong') })).status).toBe(401);
    expect((await production.fetch('/metrics', { headers: bearer(production.config.adminKey) })).status).toBe(200);
  });
});
