import { once } from 'node:events';
import { beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { startTestApp, type TestApp } from '../support/app.ts';
import { edgeSchema } from './edge-schema.ts';

/** The close codes of graphql-transport-ws, each over a bare socket. */

let app: TestApp;
let apiKey: string;
beforeAll(async () => {
  app = await startTestApp({ schema: edgeSchema, limits: { connectionInitMs: 300 } });
  ({ apiKey } = await app.partner());
});

const init = (authorization: unknown) => ({ type: 'connection_init', payload: { authorization } });
const good = () => init(`Bearer ${apiKey}`);
const subscribe = (id: string, query = 'subscription { events { cursor } }') => ({
  id,
  type: 'subscribe',
  payload: { query },
});

/** Says these things, one after the other, and waits until the gateway closes. */
async function closeOf(
  ...messages: (object | string | Buffer)[]
): Promise<{ code: number; reason: string; said: object[] }> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const said: object[] = [];
  socket.on('message', (data) => said.push(JSON.parse(String(data))));
  await once(socket, 'open');
  const closed = once(socket, 'close');
  for (const message of messages) {
    socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }
  const [code, reason] = await closed;
  return { code, reason: String(reason), said };
}

describe('4400, bad request', () => {
  test.each([
    ['no JSON', 'hello'],
    ['no object', '42'],
    ['null', 'null'],
    ['bytes', Buffer.from([0, 255, 128])],
    ['no type', {}],
    ['a type that there is not', { type: 'shout' }],
    ['a subscribe without an id', { type: 'subscribe', payload: { query: '{ hello }' } }],
    ['a subscribe whose id is a number', { id: 1, type: 'subscribe', payload: { query: '{ hello }' } }],
    ['a subscribe without a payload', { id: '1', type: 'subscribe' }],
    ['a subscribe whose query is a number', { id: '1', type: 'subscribe', payload: { query: 7 } }],
    [
      'a subscribe whose variables are a list',
      { id: '1', type: 'subscribe', payload: { query: '{ hello }', variables: [] } },
    ],
    ['a connection_init whose payload is a text', { type: 'connection_init', payload: 'Bearer' }],
    ['a ping whose payload is a number', { type: 'ping', payload: 1 }],
    ['a message of the server', { type: 'connection_ack' }],
  ])('%s.', async (_what, message) => {
    const { code, reason } = await closeOf(good(), message);
    expect({ code, reason }).toMatchObject({ code: 4400, reason: expect.stringMatching(/./) });
  });
});

test('4401: an operation before connection_init.', async () => {
  expect(await closeOf(subscribe('1'))).toMatchObject({ code: 4401, said: [] });
});

test('4401: an operation while the credential is still looked up.', async () => {
  expect(await closeOf(good(), subscribe('1'))).toMatchObject({ code: 4401 });
});

test.each([
  ['no payload', { type: 'connection_init' }],
  ['no credential', init(undefined)],
  ['an empty credential', init('')],
  ['a number for a credential', init(7)],
  ['an unknown key', init('Bearer ksh_unknown')],
  ['a token that is none', init('Bearer a.b.c')],
  ['another scheme', init('Basic dXNlcjpwYXNz')],
])('4403: %s.', async (_what, message) => {
  const { code, reason, said } = await closeOf(message);
  expect({ code, said }).toEqual({ code: 4403, said: [] });
  expect(reason).not.toMatch(/ksh_unknown|stack|SELECT/);
});

test('4408: no connection_init in time.', async () => {
  expect(await closeOf()).toMatchObject({ code: 4408 });
});

test('4408: pings are no connection_init.', async () => {
  expect(await closeOf({ type: 'ping' })).toMatchObject({ code: 4408, said: [{ type: 'pong' }] });
});

test('4409: an id that an open operation has.', async () => {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify(good()));
  await once(socket, 'message');
  socket.send(JSON.stringify(subscribe('twice')));
  socket.send(JSON.stringify(subscribe('twice')));
  const [code, reason] = await once(socket, 'close');
  expect({ code, reason: String(reason) }).toEqual({ code: 4409, reason: 'Subscriber for twice already exists' });
});

test('4429: a second connection_init.', async () => {
  expect(await closeOf(good(), good())).toMatchObject({ code: 4429 });
});

test('An id may be used again when its operation is over.', async () => {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  const said: { type: string }[] = [];
  const next = async (count: number) => {
    while (said.length < count) await once(socket, 'message');
  };
  socket.on('message', (data) => said.push(JSON.parse(String(data))));
  socket.send(JSON.stringify(good()));
  await next(1);
  for (const round of [1, 2]) {
    socket.send(JSON.stringify(subscribe('1', '{ hello }')));
    await next(1 + 2 * round);
  }
  expect(said.map(({ type }) => type)).toEqual(['connection_ack', 'next', 'complete', 'next', 'complete']);
  socket.close();
});
