import { beforeAll, describe, expect, test } from 'vitest';
import { bearer, startTestApp, type TestApp } from '../support/app.ts';
import { edgeSchema } from './edge-schema.ts';

/** What a page of another site can make a browser send without asking first is not executed, and what it may read is nothing of anybody's. */

let app: TestApp;
let apiKey: string;
beforeAll(async () => {
  app = await startTestApp({ schema: edgeSchema });
  ({ apiKey } = await app.partner());
});

const MUTATION = 'mutation { touch }';

/** Bodies with the three content types that need no preflight, and a header value that hides one. */
const forms: [what: string, body: () => NonNullable<RequestInit['body']>, type: string | null][] = [
  ['a form', () => new URLSearchParams({ query: MUTATION }).toString(), 'application/x-www-form-urlencoded'],
  [
    'a form with a charset',
    () => new URLSearchParams({ query: MUTATION }).toString(),
    'Application/X-WWW-Form-Urlencoded; charset=utf-8',
  ],
  ['a multipart form', multipart, null],
  [
    'a multipart form whose boundary says JSON',
    () => '--application/json\r\n',
    'multipart/form-data; boundary=application/json',
  ],
  ['a text', () => JSON.stringify({ query: MUTATION }), 'text/plain'],
  [
    'a text that says JSON behind the semicolon',
    () => JSON.stringify({ query: MUTATION }),
    'text/plain; application/json',
  ],
  ['JSON without a content type', () => new Blob([JSON.stringify({ query: MUTATION })]), null],
];

function multipart(): FormData {
  const form = new FormData();
  form.set('operations', JSON.stringify({ query: MUTATION }));
  form.set('map', '{}');
  return form;
}

async function post(body: NonNullable<RequestInit['body']>, headers: Record<string, string>) {
  const response = await app.fetch('/graphql', { method: 'POST', headers, body });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  return { status: response.status, data, code: errors?.[0]?.extensions.code };
}

describe('A POST from a foreign page', () => {
  test.each(forms)('as %s is not executed.', async (_what, body, type) => {
    const answer = await post(body(), { Origin: 'https://evil.example', ...(type ? { 'Content-Type': type } : {}) });
    expect(answer.data).toBeUndefined();
    expect(['CSRF_REFUSED', 'UNSUPPORTED_MEDIA_TYPE']).toContain(answer.code);
    expect([403, 415]).toContain(answer.status);
  });

  test.each([
    ['Authorization', () => bearer(apiKey)],
    ['X-Requested-With', () => ({ 'X-Requested-With': 'fetch' })],
    ['Apollo-Require-Preflight', () => ({ 'Apollo-Require-Preflight': '1' })],
    ['GraphQL-Require-Preflight', () => ({ 'GraphQL-Require-Preflight': '1' })],
  ] as const)('that needed a preflight, by %s, is: as a form and as a multipart form.', async (_name, header) => {
    const form = { 'Content-Type': 'application/x-www-form-urlencoded', ...header() };
    expect(await post(new URLSearchParams({ query: MUTATION }).toString(), form)).toEqual({
      status: 200,
      data: { touch: true },
    });
    expect(await post(multipart(), header())).toEqual({ status: 200, data: { touch: true } });
  });
});

describe('A GET', () => {
  test('changes nothing, with whatever credential and whatever Accept.', async () => {
    for (const Accept of ['*/*', 'text/html', 'text/event-stream', 'application/graphql-response+json']) {
      const response = await app.fetch(`/graphql?query=${encodeURIComponent(MUTATION)}`, {
        headers: { ...bearer(apiKey), Accept },
      });
      const text = await response.text();
      expect(text).not.toContain('"touch":true');
      if (Accept !== 'text/html') expect([405, 406]).toContain(response.status);
    }
  });

  test('with two operations is executed as the one that it names, and not as a mutation.', async () => {
    const document = encodeURIComponent('query Ask { hello } mutation Do { touch }');
    const ask = await app.fetch(`/graphql?query=${document}&operationName=Ask`);
    expect(await ask.json()).toEqual({ data: { hello: 'world' } });
    expect((await app.fetch(`/graphql?query=${document}&operationName=Do`)).status).toBe(405);
  });

  test('carries no credential of its own: a cookie is none, and neither is a parameter.', async () => {
    const query = encodeURIComponent('{ who }');
    for (const [parameter, headers] of [
      ['', { Cookie: `authorization=Bearer ${apiKey}; token=${apiKey}` }],
      [`&authorization=Bearer%20${apiKey}&access_token=${apiKey}`, {}],
    ] as const) {
      const response = await app.fetch(`/graphql?query=${query}${parameter}`, { headers: { ...headers } });
      expect(await response.text()).not.toContain('the server of');
    }
  });
});

test('Other methods are not spoken.', async () => {
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const headers = { 'Content-Type': 'application/json', ...bearer(apiKey) };
    const response = await app.fetch('/graphql', { method, headers, body: JSON.stringify({ query: MUTATION }) });
    expect([response.status, await response.text()]).toEqual([405, expect.not.stringContaining('touch')]);
  }
});

test('A preflight never allows cookies, and an answer sets none.', async () => {
  const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' };
  const preflight = await app.fetch('/graphql', { method: 'OPTIONS', headers });
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
  const answer = await app.fetch('/graphql?query={hello}', { headers: { Origin: 'https://evil.example' } });
  expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  expect(answer.headers.get('set-cookie')).toBeNull();
});

describe('Questions about the schema', () => {
  test.each([
    ['production', { NODE_ENV: 'production' }, false],
    ['production that allows it', { NODE_ENV: 'production', INTROSPECTION: 'on' }, true],
    ['development', {}, true],
    ['development that does not', { INTROSPECTION: 'off' }, false],
  ] as const)('in %s.', async (_where, env, open) => {
    const own = await startTestApp({ schema: edgeSchema, env });
    const { data } = await own.query(null, '{ __schema { queryType { name } } }');
    expect(data?.['__schema'] !== undefined).toBe(open);
    const typed = await own.query(null, '{ __type(name: "Query") { name } }');
    expect(typed.data?.['__type'] !== undefined).toBe(open);
    const { errors } = await own.query(null, '{ helo }');
    expect(errors?.[0]?.message.includes('Did you mean')).toBe(open);
    const page = await own.fetch('/graphql', { headers: { Accept: 'text/html' } });
    expect((await page.text()).includes('<title>Koshel</title>')).toBe(open);
  });
});
