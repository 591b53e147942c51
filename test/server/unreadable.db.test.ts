import { beforeAll, expect, test } from 'vitest';
import { bearer, startTestApp, type TestApp } from '../support/app.ts';
import { edgeSchema } from './edge-schema.ts';

/** Requests that cannot be read: parameters, forms and multipart bodies that are not what they should be are the caller's mistake. */

let app: TestApp;
let apiKey: string;
beforeAll(async () => {
  app = await startTestApp({ schema: edgeSchema });
  ({ apiKey } = await app.partner());
});

async function refusal(path: string, init: RequestInit = {}) {
  const response = await app.fetch(path, { ...init, headers: { ...bearer(apiKey), ...init.headers } });
  const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
  expect(app.logged.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
  return { status: response.status, code: errors[0]?.extensions.code, message: errors[0]?.message };
}

const refused = { status: 400, code: 'BAD_REQUEST' };
const query = encodeURIComponent('{ hello }');

test.each(['variables=%7B', 'variables=x', 'extensions=%7B', 'variables=7', 'variables=[]', 'extensions=%22x%22'])(
  'An address with %s.',
  async (parameter) => {
    expect(await refusal(`/graphql?query=${query}&${parameter}`)).toMatchObject(refused);
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const form = { method: 'POST', headers, body: `query=${query}&${parameter}` };
    expect(await refusal('/graphql', form)).toMatchObject(refused);
  },
);

const good = JSON.stringify({ query: '{ hello }', variables: { file: null } });
test.each<[what: string, parts: Record<string, string>]>([
  ['nothing', { nothing: '' }],
  ['no operations', { map: '{}' }],
  ['operations that are no JSON', { operations: '{' }],
  ['operations that are null', { operations: 'null', map: '{"0":["variables.file"]}', 0: 'file' }],
  ['operations that are a number', { operations: '7', map: '{"0":["variables.file"]}', 0: 'file' }],
  ['a map that is no JSON', { operations: good, map: '{' }],
  ['a map of a number', { operations: good, map: '{"0":7}', 0: 'file' }],
  ['a map of null', { operations: good, map: '{"0":null}', 0: 'file' }],
  ['a map of lists of numbers', { operations: good, map: '{"0":[7]}', 0: 'file' }],
])('A multipart request with %s.', async (_what, parts) => {
  const body = new FormData();
  for (const [name, value] of Object.entries(parts)) body.set(name, value);
  expect(await refusal('/graphql', { method: 'POST', body })).toMatchObject(refused);
});

test('A multipart map cannot reach what all objects share.', async () => {
  const body = new FormData();
  body.set('operations', good);
  body.set('map', '{"0":["__proto__.polluted","constructor.prototype.polluted","variables.__proto__.polluted"]}');
  body.set('0', 'yes');
  await app.fetch('/graphql', { method: 'POST', headers: bearer(apiKey), body });
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('A body that stops in the middle of multipart.', async () => {
  const headers = { 'Content-Type': 'multipart/form-data; boundary=b' };
  const body = '--b\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{"query":';
  expect(await refusal('/graphql', { method: 'POST', headers, body })).toMatchObject(refused);
});
