import { describe, test } from 'vitest';
import { id, ok, openDoors } from './shop.ts';

/** Whoever asks, and however it is sent: both ways give the same answer. */

const { ways, head } = await openDoors();
const json = JSON.stringify;

describe('Whoever asks', () => {
  const who = [
    'none',
    'key',
    'key, lower case',
    'key without its scheme',
    'key with a space too many',
    'session',
    'expired session',
    'session of nobody',
    'administrator',
    'another partner',
    'unknown',
    'basic',
    'empty',
    'only a scheme',
  ];
  const bodies: [string, object][] = [
    ['documentId', { documentId: id }],
    ['sha256:', { documentId: `sha256:${id}` }],
    ['Apollo', { extensions: { persistedQuery: { version: 1, sha256Hash: id } } }],
    ['doc_id', { doc_id: id }],
    ['id', { id }],
    ['an unknown id', { documentId: '0'.repeat(64) }],
    ['nothing', {}],
  ];
  test.each(who.flatMap((credential) => bodies.map(([form, body]) => ({ credential, form, body }))))(
    '$credential, by $form',
    async ({ credential, body }) => {
      await ways.same({ headers: head({}, credential), body: json(body) });
    },
  );
});

describe('However it is sent', () => {
  const types = [
    undefined,
    '',
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=utf-8',
    'application/json; charset=latin1',
    'Application/JSON',
    'application/json, text/plain',
    'application/graphql+json',
    'application/graphql-response+json',
    'application/graphql',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'x',
  ];
  const accepts = [
    undefined,
    '',
    '*/*',
    'application/json',
    'application/json, */*',
    'application/json, text/plain, */*',
    'application/graphql-response+json',
    'application/graphql-response+json, application/json',
    'application/graphql-response+json,application/json;q=0.9',
    'application/graphql-response+json, application/json;q=0.9',
    'application/json, application/graphql-response+json',
    'application/*',
    'text/html',
    'text/event-stream',
    'application/json;charset=latin1',
    'multipart/mixed',
    'x',
  ];
  test.each(types.flatMap((type) => accepts.map((accept) => ({ type, accept }))))(
    'as $type, for $accept',
    async ({ type, accept }) => {
      const headers = head({ 'Content-Type': type, ...(accept === undefined ? {} : { Accept: accept }) });
      await ways.same({ headers, body: ok });
    },
  );

  const more: Record<string, string>[] = [
    { Origin: 'https://shop.example' },
    { Origin: 'null' },
    { 'Content-Encoding': 'gzip' },
    { 'Content-Encoding': 'identity' },
    { 'Transfer-Encoding': 'chunked' },
    { 'Last-Event-ID': 'AQ' },
    { 'X-Request-Id': 'mine.7' },
    { 'X-Request-Id': 'odd one' },
    { 'X-Request-Id': 'x'.repeat(200) },
    { Host: 'shop.example' },
    { Host: 'a b' },
    { Host: '' },
    { Cookie: 'a=b' },
    { Connection: 'close' },
    { Connection: 'keep-alive' },
    { 'X-Forwarded-For': '192.0.2.1' },
    { 'X-HTTP-Method-Override': 'GET' },
    { 'If-None-Match': '*' },
    { Range: 'bytes=0-1' },
    { Expect: '100-continue' },
  ];
  test.each(more.map((headers) => ({ name: json(headers).slice(0, 60), headers })))(
    'with $name',
    async ({ headers }) => {
      await ways.same({ headers: { ...head(), ...headers }, body: ok });
    },
  );

  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'];
  const paths = [
    '/graphql',
    `/graphql?documentId=${id}`,
    '/graphql/',
    '/graphql?',
    '/GraphQL',
    '//graphql',
    '/graphql#x',
    `/graphql?id=${id}&variables={}`,
  ];
  test.each(methods.flatMap((method) => paths.map((path) => ({ method, path }))))(
    '$method $path',
    async ({ method, path }) => {
      await ways.same({
        method,
        path,
        headers: head(),
        ...(method === 'GET' || method === 'HEAD' ? {} : { body: ok }),
      });
    },
  );
});
