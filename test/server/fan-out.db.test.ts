import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { revokeApiKey } from '../../src/domain/access/revoke-api-key.ts';
import { startTestApp, type TestApp, take } from '../support/app.ts';
import { dial, type Peer } from '../support/sockets.ts';
import { edgeSchema, happen, shown } from './edge-schema.ts';

/** Subscribers who are served together: each has what it would have alone, and none feels the others. */

const WATCHED = 'subscription { watched { cursor walletId evil } }';
const limits = { stallMs: 60_000, closingMs: 60_000, recheckMs: 100, subscriptionsPerCaller: 8 };
/** On a machine that has much to do. */
const PATIENCE = { timeout: 20_000 };

let app: TestApp;
let partnerId: string;
let apiKey: string;
const peers: Peer[] = [];
beforeAll(async () => {
  app = await startTestApp({ schema: edgeSchema, limits });
  ({ partnerId, apiKey } = await app.partner());
});
afterEach(async () => {
  for (const { socket } of peers.splice(0)) socket.terminate();
  await vi.waitFor(() => expect(app.deps.hub.size()).toBe(0), PATIENCE);
});

async function open(token = apiKey, requestId = ''): Promise<Peer> {
  const peer = await dial(app.url, token, requestId);
  peers.push(peer);
  return peer;
}

async function members(count: number, query = WATCHED): Promise<Peer[]> {
  const joined = await Promise.all(Array.from({ length: count }, () => open()));
  for (const peer of joined) peer.subscribe('1', query);
  await watching(joined.length);
  return joined;
}

/** Subscriptions that the gateway counts as open. */
async function subscriptions(): Promise<number> {
  const figures = await (await app.fetch('/metrics')).text();
  const open = [...figures.matchAll(/^koshel_subscriptions\{.*\} (\d+)$/gm)];
  return open.reduce((sum, [, count]) => sum + Number(count), 0);
}
const watching = (count: number) => vi.waitFor(async () => expect(await subscriptions()).toBe(count), PATIENCE);
const walletIds = (peer: Peer, id = '1') =>
  peer.said
    .filter((said) => said.id === id && said.type === 'next')
    .map(({ payload }) => (payload as { data: { watched: { walletId: string } } }).data.watched.walletId);
const saw = (peer: Peer, ids: string[]) => vi.waitFor(() => expect(walletIds(peer)).toEqual(ids), PATIENCE);

describe('Subscribers of the same', () => {
  test('have one source, one execution and each its own id.', async () => {
    const joined = await members(3);
    const [first] = joined as [Peer];
    first.subscribe('another "id" ё', WATCHED);
    await watching(4);
    expect(app.deps.hub.size()).toBe(1);
    const before = shown.times;
    const ids = await happen(app.deps, partnerId, 'same', 5);
    for (const peer of joined) await saw(peer, ids);
    await vi.waitFor(() => expect(walletIds(first, 'another "id" ё')).toEqual(ids), PATIENCE);
    expect(shown.times - before).toBe(5);
  });

  test('leave and die one by one; the last closes the source.', async () => {
    const [leaver, victim, stayer] = (await members(3)) as [Peer, Peer, Peer];
    leaver.complete('1');
    victim.socket.terminate();
    await watching(1);
    await saw(stayer, await happen(app.deps, partnerId, 'left', 3));
    expect(leaver.said).toEqual([]);
    expect(app.deps.hub.size()).toBe(1);
    stayer.complete('1');
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(0), PATIENCE);
    // and it begins anew
    stayer.subscribe('1', WATCHED);
    await watching(1);
    const again = await happen(app.deps, partnerId, 'again', 2);
    await vi.waitFor(() => expect(walletIds(stayer).slice(3)).toEqual(again), PATIENCE);
  });

  test('all get the last result and `complete`.', async () => {
    const joined = await members(3);
    const ids = [...(await happen(app.deps, partnerId, 'yet', 2)), ...(await happen(app.deps, partnerId, 'last', 1))];
    for (const peer of joined) {
      await vi.waitFor(() => expect(peer.said.at(-1)).toMatchObject({ id: '1', type: 'complete' }), PATIENCE);
      expect(walletIds(peer)).toEqual(ids);
    }
    await watching(0);
  });

  test('are counted one by one for the limit of their caller.', async () => {
    const peer = await open();
    for (let id = 1; id <= 9; id += 1) peer.subscribe(String(id), WATCHED);
    await peer.heard(2);
    expect(peer.said).toMatchObject([
      { id: '9', type: 'next', payload: { errors: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }] } },
      { id: '9', type: 'complete' },
    ]);
    peer.complete('1');
    await watching(7);
    peer.subscribe('10', WATCHED);
    await watching(8);
  });

  test('are told of a fault in one event each by itself, masked, with its own request id, and in its place.', async () => {
    const joined = await Promise.all([open(apiKey, 'one'), open(apiKey, 'two')]);
    for (const peer of joined) peer.subscribe('1', WATCHED);
    await watching(2);
    const before = await happen(app.deps, partnerId, 'good', 2);
    const evil = await happen(app.deps, partnerId, 'evil', 2);
    const after = await happen(app.deps, partnerId, 'better', 2);
    for (const [index, peer] of joined.entries()) {
      await saw(peer, [...before, ...evil, ...after]);
      const errors = peer.said.flatMap(({ payload }) => (payload as { errors?: object[] }).errors ?? []);
      expect(errors).toMatchObject([1, 2].map(() => ({ extensions: { requestId: `${['one', 'two'][index]}.1` } })));
      expect(JSON.stringify(peer.said)).not.toContain('hunter2');
    }
  });

  test('of which one has lost its key: it is closed, the other goes on.', async () => {
    const partner = await app.partner('A partner with two keys');
    const { createApiKey } = await import('../../src/domain/access/create-api-key.ts');
    const scopes = ['EVENTS_READ'] as const;
    const keys = await Promise.all(
      [1, 2].map(() => createApiKey(app.deps, { partnerId: partner.partnerId, name: 'two', scopes })),
    );
    const joined = await Promise.all(keys.map(({ secret }) => open(secret)));
    for (const peer of joined) peer.subscribe('1', WATCHED);
    await watching(2);
    expect(app.deps.hub.size()).toBe(1);
    const [lost, kept] = joined as [Peer, Peer];
    await revokeApiKey(app.deps, partner.partnerId, keys[0]?.apiKey.id ?? '');
    expect(await lost.closed).toMatchObject({ code: 4403 });
    await watching(1);
    await saw(kept, await happen(app.deps, partner.partnerId, 'kept', 2));
  });

  test('A replay from a cursor stays alone.', async () => {
    const [live] = (await members(1)) as [Peer];
    const ids = await happen(app.deps, partnerId, 'replayed', 3);
    await saw(live, ids);
    const payload = live.said[0]?.payload as { data: { watched: { cursor: string } } };
    const query = `subscription { watched(after: "${payload.data.watched.cursor}") { cursor walletId evil } }`;
    const rest = app.ws(apiKey).iterate<{ watched: { walletId: string } }>({ query });
    expect((await take(rest, 2)).map(({ data }) => data?.watched.walletId)).toEqual(ids.slice(1));
  });
});

describe('A subscriber that does not read', () => {
  const PADDED = 'subscription { watched { cursor walletId padding(length: 100000) } }';

  test('is closed with 1013 and the cursor of what it has; the others wait for nothing.', async () => {
    const [slow, ...others] = (await members(3, PADDED)) as [Peer, Peer, Peer];
    slow.socket.pause();
    const ids = await happen(app.deps, partnerId, 'much', 300);
    await watching(2);
    slow.socket.resume();
    const { code, reason } = await slow.closed;
    for (const peer of others) await saw(peer, ids);
    expect(code).toBe(1013);
    const resumed = `subscription { watched(after: "${reason.split(' ').at(-1)}") { walletId } }`;
    const seen = walletIds(slow);
    expect(seen.length).toBeLessThan(300);
    const rest = app.ws(apiKey).iterate<{ watched: { walletId: string } }>({ query: resumed });
    const later = (await take(rest, 300 - seen.length)).map(({ data }) => data?.watched.walletId);
    expect([...seen, ...later]).toEqual(ids);
  });

  test('and is the only one: the source waits for it, until too much waits there.', async () => {
    const [slow] = (await members(1, PADDED)) as [Peer];
    slow.socket.pause();
    const ids = await happen(app.deps, partnerId, 'flood', 1_200);
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(0), PATIENCE);
    slow.socket.resume();
    const { code, reason } = await slow.closed;
    expect(code).toBe(1013);
    const resumed = `subscription { watched(after: "${reason.split(' ').at(-1)}") { walletId } }`;
    const seen = walletIds(slow);
    const rest = app.ws(apiKey).iterate<{ watched: { walletId: string } }>({ query: resumed });
    const later = (await take(rest, 1_200 - seen.length)).map(({ data }) => data?.watched.walletId);
    expect([...seen, ...later]).toEqual(ids);
  });

  test('and has less than that waiting is cut off when it takes nothing for too long.', async () => {
    const own = await startTestApp({ schema: edgeSchema, limits: { stallMs: 400, closingMs: 200 } });
    const partner = await own.partner();
    const [slow, other] = await Promise.all([dial(own.url, partner.apiKey), dial(own.url, partner.apiKey)]);
    for (const peer of [slow, other]) peer.subscribe('1', PADDED);
    await vi.waitFor(() => expect(own.deps.hub.size()).toBe(1), PATIENCE);
    await vi.waitFor(async () => {
      const figures = await (await own.fetch('/metrics')).text();
      expect(figures).toMatch(/^koshel_subscriptions\{.*\} 2$/m);
    }, PATIENCE);
    slow.socket.pause();
    const ids = await happen(own.deps, partner.partnerId, 'some', 60);
    await saw(other, ids);
    await vi.waitFor(async () => {
      const figures = await (await own.fetch('/metrics')).text();
      expect(figures).toMatch(/^koshel_subscriptions\{.*\} 1$/m);
    }, PATIENCE);
    slow.socket.resume();
    // it has not read the close frame in time, either
    expect((await slow.closed).code).toBe(1006);
    other.socket.terminate();
  });
});

test('A gateway that stops closes all of a group with 1012.', async () => {
  const own = await startTestApp({ schema: edgeSchema });
  const partner = await own.partner();
  const joined = await Promise.all([1, 2].map(() => dial(own.url, partner.apiKey)));
  for (const peer of joined) peer.subscribe('1', WATCHED);
  await vi.waitFor(() => expect(own.deps.hub.size()).toBe(1), PATIENCE);
  await own.restart();
  for (const peer of joined) expect((await peer.closed).code).toBe(1012);
  expect(own.deps.hub.size()).toBe(0);
});

test('A group whose source ends as it is opened is not opened for ever: each subscriber is told.', async () => {
  const own = await startTestApp({ schema: edgeSchema });
  const partner = await own.partner();
  const joined = await Promise.all([1, 2].map(() => dial(own.url, partner.apiKey)));
  const { hub } = own.deps;
  hub.close('SHUTDOWN');
  const { open: openStream } = hub;
  let opened = 0;
  hub.open = (scope, filter) => {
    opened += 1;
    // a loop that never pauses would take the test with it
    if (opened > 20) throw new Error('opened again and again');
    return openStream(scope, filter);
  };
  for (const peer of joined) peer.subscribe('1', WATCHED);
  for (const peer of joined) expect((await peer.closed).code).toBe(1012);
  expect(hub.size()).toBe(0);
});
