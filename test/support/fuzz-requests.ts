import { type Agent, request as httpRequest } from 'node:http';
import fc from 'fast-check';
import type { FuzzedDocument } from './fuzz-documents.ts';

/** HTTP requests around documents: bodies of every kind, headers that are right, wrong and strange, credentials good and forged. */

/** A request, ready to be sent. */
export interface FuzzedRequest {
  /** Of which kind it is, for the count. */
  kind: string;
  credential: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

/** What came back. */
export interface FuzzedAnswer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}

type Part = Pick<FuzzedRequest, 'kind' | 'method' | 'path' | 'body'> & { type: string | null };
const JSON_TYPE = 'application/json';

/** Ways to carry a document, and things that are none. */
function carried({ query, variables }: FuzzedDocument): fc.Arbitrary<Part> {
  const post = (kind: string, type: string | null, body: string | null): Part => ({
    kind,
    method: 'POST',
    path: '/graphql',
    type,
    body,
  });
  const json = JSON.stringify({ query, variables });
  const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) }).toString();
  const boundary = 'fuzz';
  const field = (name: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const multipart = (map: string, file = '') =>
    `${field('operations', json)}${field('map', map)}${file}--${boundary}--\r\n`;
  const junk = fc.oneof(
    fc.json(),
    fc.string(),
    fc.constantFrom(
      '',
      'null',
      '[]',
      '"',
      '{"query":',
      '['.repeat(5_000),
      `{"query":${'{"a":'.repeat(2_000)}`,
      '{"__proto__":{"query":"{viewer{kind}}"}}',
    ),
  );
  const odd = fc.record(
    {
      query: fc.oneof(fc.constant(query), fc.jsonValue()),
      variables: fc.jsonValue(),
      operationName: fc.jsonValue(),
      extensions: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(post('JSON', JSON_TYPE, json)) },
    {
      weight: 3,
      arbitrary: fc.constant({ kind: 'GET', method: 'GET', path: `/graphql?${parameters}`, type: null, body: null }),
    },
    { weight: 2, arbitrary: odd.map((body) => post('JSON of other shapes', JSON_TYPE, JSON.stringify(body))) },
    { weight: 2, arbitrary: junk.map((body) => post('JSON that is none', JSON_TYPE, body)) },
    { weight: 1, arbitrary: fc.constant(post('form', 'application/x-www-form-urlencoded', parameters)) },
    { weight: 1, arbitrary: fc.constant(post('GraphQL text', 'application/graphql', query)) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('{}', '{"0":["variables.input"]}', '{"0":["a.b.__proto__.c"]}', '{"0":7}', 'none', '[]')
        .map((map) =>
          post('multipart', `multipart/form-data; boundary=${boundary}`, multipart(map, field('0', 'file'))),
        ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'),
          fc.constantFrom(
            '/graphql',
            '/graphql/',
            '/graphql/stream',
            '/webhooks/QIWI/x',
            '/files/x',
            '/oauth/x',
            '/health/ready',
            '/%00',
            '/../etc',
          ),
        )
        .map(([method, path]) => ({ kind: 'other methods and paths', method, path, type: null, body: null })),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(
          '/files/x',
          '/files/..%2f..%2fetc%2fpasswd',
          '/webhooks/qiwi/x',
          '/webhooks/mbank/x',
          '/oauth/mbank/x?code=1',
          '/graphql?query=',
          '/graphql?query={viewer{kind}}&variables=%7B',
          '/graphql?extensions=%7B%22persistedQuery%22%3A7%7D',
          '/nothing',
        )
        .map((path) => ({ kind: 'other methods and paths', method: 'GET', path, type: null, body: null })),
    },
  );
}

const accepts = [
  '*/*',
  JSON_TYPE,
  'application/graphql-response+json',
  'text/event-stream',
  'text/html',
  'image/png',
  '',
  ';;;',
  'application/json;q=x, */*;q=0',
];
const types = [
  'text/plain',
  'application/json; charset=utf-16',
  'application/json;charset=',
  'multipart/form-data',
  'APPLICATION/JSON',
  'application/xml',
  '',
];
const strangers: Record<string, fc.Arbitrary<string>> = {
  'X-Request-Id': fc.constantFrom('a', '../../x', 'x'.repeat(200), '{"a":1}'),
  'Last-Event-ID': fc.constantFrom('AQAAAAAAAAAN', 'garbage', '-1', 'x'.repeat(500)),
  'X-Forwarded-For': fc.constantFrom('127.0.0.1', ',,,', 'x'.repeat(300)),
  Origin: fc.constantFrom('https://evil.example', 'null', 'x'),
  'X-Requested-With': fc.constantFrom('fetch', ''),
  'Accept-Language': fc.constantFrom('ru', '*'.repeat(300)),
  Cookie: fc.constantFrom('a=b', ';;;=', '\xff'),
  Host: fc.constantFrom('localhost', 'evil.example', 'a b', '[::1', ''),
  'Content-Encoding': fc.constantFrom('gzip', 'x'),
};

/**
 * Requests with these documents.
 * @param credentials Authorization values by what they are; the first two are those that may do most
 */
export function requests(
  document: fc.Arbitrary<FuzzedDocument>,
  credentials: Record<string, string | null>,
): fc.Arbitrary<FuzzedRequest> {
  const names = Object.keys(credentials);
  const credential = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...names.slice(0, 2)) },
    fc.constantFrom(...names),
  );
  const accept = fc.oneof({ weight: 4, arbitrary: fc.constant(JSON_TYPE) }, fc.constantFrom(...accepts));
  const type = fc.oneof({ weight: 15, arbitrary: fc.constant(null) }, fc.constantFrom(...types));
  const strange = fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, fc.record(strangers, { requiredKeys: [] }));
  return fc
    .tuple(document.chain(carried), credential, accept, type, strange)
    .map(([part, name, accepted, otherType, more]) => {
      const { type: contentType, ...rest } = part;
      const said = contentType && (otherType ?? contentType);
      const authorization = credentials[name] ?? null;
      const headers = {
        ...(accepted ? { Accept: accepted } : {}),
        ...(said === null ? {} : { 'Content-Type': said }),
        ...(authorization === null ? {} : { Authorization: authorization }),
        ...(more as Record<string, string>),
      };
      return { ...rest, credential: name, headers };
    });
}

/** Sends it as it is, without a client that would set it right; a stream is read until its first event. */
export function send(
  port: number,
  agent: Agent,
  { method, path, headers, body }: FuzzedRequest,
): Promise<FuzzedAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const sent = httpRequest(
      { host: '127.0.0.1', port, agent, method, path, headers: { ...headers, ...length } },
      (response) => {
        const stream = response.headers['content-type']?.startsWith('text/event-stream') === true;
        let text = '';
        response.setEncoding('utf8');
        const done = () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        response.on('data', (chunk: string) => {
          text += chunk;
          if (stream && text.length > 0) {
            done();
            sent.destroy();
          }
        });
        response.on('end', done);
        response.on('error', (error) => (stream ? done() : reject(error)));
      },
    );
    sent.on('error', reject);
    sent.end(body ?? undefined);
  });
}
