import { once } from 'node:events';
import { CloseCode } from 'graphql-ws';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { startTestApp, type TestApp, take } from '../support/app.ts';
import { edgeSchema, happen, newGate } from './edge-schema.ts';

let app: TestApp;
let partnerId: string;
let apiKey: string;

beforeAll(async () => {
  app = await startTestApp({ schema: edgeSchema, limits: { operationsPerSocket: 3, bodyBytes: 50_000, stallMs: 400 } });
  ({ partnerId, apiKey } = await app.partner());
});

/** A bare connection that has said connection_init and got its ack. */
async function connected(to = app, key = apiKey): Promise<WebSocket> {
  const socket = new WebSocket(`${to.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }));
  await once(socket, 'message');
  return socket;
}

async function closing(socket: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = await once(socket, 'close');
  return { code, reason: String(reason) };
}

describe('operations over WebSocket', () => {
  test('queries, mutations and subscriptions run', async () => {
    const client = app.ws(apiKey);
    expect(await take(client.iterate({ query: '{ hello }' }), 1)).toEqual([{ data: { hello: 'world' } }]);
    expect(await take(client.iterate({ query: 'mutation { touch }' }), 1)).toEqual([{ data: { touch: true } }]);
    const counted = await take(client.iterate({ query: 'subscription { count(to: 3) }' }), 3);
    expect(counted.map(({ data }) => data?.['count'])).toEqual([1, 2, 3]);
  });

  test.each([
    ['a syntax error', '{ hello', 'GRAPHQL_PARSE_FAILED|Syntax Error'],
    ['an unknown field', '{ helo }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a document that is too deep',
      `{ node { ${'next { '.repeat(20)} id ${'} '.repeat(20)} } }`,
      'OPERATION_TOO_COMPLEX',
    ],
    ['too many tokens', `{ ${'hello '.repeat(2_100)} }`, 'OPERATION_TOO_COMPLEX'],
  ])('%s is an error of that operation, and the connection lives on', async (_name, query, expected) => {
    const client = app.ws(apiKey);
    const refused = await take(client.iterate({ query }), 1).catch((errors: unknown) => errors);
    expect(JSON.stringify(refused)).toMatch(new RegExp(expected));
    expect(JSON.stringify(refused)).not.toContain('"http"');
    expect(await take(client.iterate({ query: '{ hello }' }), 1)).toEqual([{ data: { hello: 'world' } }]);
  });

  test('a fault in a query is masked, with a request id', async () => {
    const [result] = await take(app.ws(apiKey).iterate({ query: '{ boom }' }), 1);
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(result?.errors).toMatchObject([
      { path: ['boom'], extensions: { requestId: expect.stringMatching(/\.1$/) } },
    ]);
  });

  test('a fault in a stream is masked, and ends only that subscription', async () => {
    const client = app.ws(apiKey);
    const seen: unknown[] = [];
    const failure = await (async () => {
      for await (const result of client.iterate({ query: 'subscription { broken }' })) seen.push(result);
      return null;
    })().catch((errors: unknown) => errors);
    expect(JSON.stringify([seen, failure])).not.toContain('hunter2');
    expect(JSON.stringify([seen, failure])).toContain('requestId');
    expect(await take(client.iterate({ query: '{ hello }' }), 1)).toEqual([{ data: { hello: 'world' } }]);
  });

  test('more operations at a time than allowed are refused one by one', async () => {
    const socket = await connected();
    const answers: { id: string; type: string; payload: { extensions: { code: string } }[] }[] = [];
    socket.on('message', (data) => answers.push(JSON.parse(String(data))));
    for (const id of ['1', '2', '3', '4']) {
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query: 'subscription { events { cursor } }' } }));
    }
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    expect(answers[0]).toMatchObject({
      id: '4',
      type: 'error',
      payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }],
    });
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(3));
    socket.close();
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(0));
  });
});

describe('a connection that misbehaves', () => {
  test('no JSON closes it with 4400', async () => {
    const socket = await connected();
    socket.send('hello');
    expect(await closing(socket)).toMatchObject({ code: CloseCode.BadRequest });
  });

  test('subscribing before connection_init closes it with 4401', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ hello }' } }));
    expect(await closing(socket)).toMatchObject({ code: CloseCode.Unauthorized });
  });

  test('a message that is too large closes it with 1009', async () => {
    const socket = await connected();
    socket.send('x'.repeat(60_000));
    expect(await closing(socket)).toMatchObject({ code: 1009 });
  });

  test('another subprotocol is not spoken', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-ws');
    const [error] = await once(socket, 'error');
    expect(String(error)).toMatch(/subprotocol|400/i);
  });

  test('an upgrade elsewhere is 404', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/elsewhere`, 'graphql-transport-ws');
    const [error] = await once(socket, 'error');
    expect(String(error)).toContain('404');
  });
});

describe('a slow consumer', () => {
  test('that does not read is closed with 1013 and told to resume, and its buffers are freed', async () => {
    const socket = await connected();
    const query = 'subscription { events { cursor padding(length: 400000) } }';
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(1));
    socket.pause();
    await happen(app.deps, partnerId, 'much', 60);
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(0), { timeout: 20_000 });
    socket.resume();
    const { code, reason } = await closing(socket);
    // 1006 when the gateway had to cut it off before it began to read again
    expect([1013, 1006]).toContain(code);
    if (code === 1013) expect(reason).toContain('resume');
  });

  test('whose events overflow the hub’s buffer is closed with 1013 and the cursor to resume from', async () => {
    const patient = await startTestApp({ schema: edgeSchema, limits: { stallMs: 60_000 } });
    const partner = await patient.partner();
    const socket = await connected(patient, partner.apiKey);
    const query = 'subscription { events { cursor walletId padding(length: 300000) } }';
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    await vi.waitFor(() => expect(patient.deps.hub.size()).toBe(1));
    const seen: string[] = [];
    socket.on('message', (data) => seen.push(JSON.parse(String(data)).payload.data.events.walletId));
    socket.pause();
    const all = await happen(patient.deps, partner.partnerId, 'flood', 1_500);
    await vi.waitFor(() => expect(patient.deps.hub.size()).toBe(0), { timeout: 20_000 });
    const ended = closing(socket);
    socket.resume();
    const { code, reason } = await ended;
    expect(code).toBe(1013);
    const resumed = `subscription { events(after: "${reason.split(' ').at(-1)}") { walletId } }`;
    const rest = take(
      patient.ws(partner.apiKey).iterate<{ events: { walletId: string } }>({ query: resumed }),
      1_500 - seen.length,
    );
    expect([...seen, ...(await rest).map(({ data }) => data?.events.walletId)]).toEqual(all);
  });
});

describe('a gateway that stops', () => {
  test('closes sockets with 1012; whoever comes back with its cursor misses nothing', async () => {
    const own = await startTestApp({ schema: edgeSchema });
    const partner = await own.partner();
    const seen: string[] = [];
    let cursor = '';
    const follow = async (after: string): Promise<unknown> => {
      const argument = after ? `(after: "${after}")` : '';
      const query = `subscription { events${argument} { cursor walletId } }`;
      try {
        for await (const { data } of own
          .ws(partner.apiKey)
          .iterate<{ events: { cursor: string; walletId: string } }>({ query })) {
          if (!data) continue;
          ({ cursor } = data.events);
          seen.push(data.events.walletId);
          if (data.events.walletId === 'after3') break;
        }
        return null;
      } catch (error) {
        return error;
      }
    };
    const first = follow('');
    await vi.waitFor(() => expect(own.deps.hub.size()).toBe(1));
    const before = await happen(own.deps, partner.partnerId, 'before', 50);
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(0));
    const { deps } = own;
    const stopping = own.app.stop();
    expect(await first).toMatchObject({ code: 1012 });
    await stopping;
    await own.restart();
    expect(deps).not.toBe(own.deps);
    const meanwhile = await happen(own.deps, partner.partnerId, 'after', 3);
    expect(await follow(cursor)).toBeNull();
    expect(seen).toEqual([...before, ...meanwhile]);
  });

  test('finishes the request in flight and refuses new ones', async () => {
    const own = await startTestApp({ schema: edgeSchema });
    const gate = newGate('drain');
    const answer = own.query(null, '{ wait(gate: "drain") }');
    await gate.entered;
    const stopping = own.app.stop();
    await expect(own.fetch('/health/live')).rejects.toThrow();
    gate.open();
    expect(await answer).toEqual({ data: { wait: true } });
    await stopping;
  });

  test('does not wait forever for a request in flight', async () => {
    const own = await startTestApp({ schema: edgeSchema, limits: { drainMs: 50 } });
    const gate = newGate('stuck');
    const answer = own.query(null, '{ wait(gate: "stuck") }').catch((error: Error) => error);
    await gate.entered;
    await own.app.stop();
    expect(await answer).toBeInstanceOf(Error);
    gate.open();
  });
});
