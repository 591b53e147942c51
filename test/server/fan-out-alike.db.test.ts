import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ConfirmPaymentDocument } from '../../schema/operations.ts';
import { type App, startApp } from '../../src/app.ts';
import { Scope } from '../../src/db/generated/enums.ts';
import type { EventData } from '../../src/events/event.ts';
import type { EventFilter, EventScope } from '../../src/events/filter.ts';
import { readPage } from '../../src/events/log.ts';
import { present } from '../../src/lib/assert.ts';
import { createLog } from '../../src/lib/log.ts';
import { startTestApp } from '../support/app.ts';
import { openShop, type Person, type Shop } from '../support/builders.ts';
import { credit, startMoneywall } from '../support/moneywall.ts';
import { run } from '../support/operations.ts';
import { freePort } from '../support/qiwi.ts';
import { dial, type Peer } from '../support/sockets.ts';

/** One gateway serves subscribers together, another each alone; both on one database. */

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const PATIENCE = { timeout: 30_000 };
let alone: App;
let shop: Shop;
let other: Shop;
let anna: Person;
let boris: Person;
let wallets: [string, string];
const peers: Peer[] = [];

beforeAll(async () => {
  alone = await startApp({ ...gateway.config, port: 0 }, { log: createLog('error'), limits: { sharedFanOut: false } });
  shop = await openShop(gateway);
  other = await openShop(gateway);
  anna = await shop.customer();
  boris = await shop.customer();
  wallets = [await shop.wallet({ owner: anna, holds: '10000' }), await shop.wallet({ owner: boris, holds: '10000' })];
});
// before the database goes
afterAll(() => alone.stop());
afterEach(async () => {
  for (const { socket } of peers.splice(0)) socket.terminate();
  await vi.waitFor(() => expect([gateway.deps.hub.size(), alone.deps.hub.size()]).toEqual([0, 0]), PATIENCE);
});

async function open(url: string, token: string, requestId = ''): Promise<Peer> {
  const peer = await dial(url, token, requestId);
  peers.push(peer);
  return peer;
}

const BALANCES = 'status customer { id } balances { available { amount } posted { amount } }';
const documents = {
  payment: `subscription P($id: ID!, $follow: Boolean! = false) { paymentUpdated(id: $id, follow: $follow) {
    status timeline { to } wallet { id } direction source { ... on WalletParty { wallet { id } phone } } } }`,
  wallet: `subscription W($id: ID!) { walletUpdated(id: $id) { ${BALANCES} } }`,
  events: `subscription E($filter: EventFilter) { events(filter: $filter) { __typename cursor type
    ... on PaymentEvent { transition { to message } payment { status direction } }
    ... on BalanceEvent { balance { available { amount } } wallet { id ${BALANCES} } } } }`,
  credit: 'subscription C($id: ID!) { creditSessionUpdated(id: $id) { state refunded { amount } timeline { to } } }',
};

/** The same operation of the same caller at both gateways. */
interface Twins {
  id: string;
  kind: keyof typeof documents;
  target: string;
  scope: EventScope;
  together: Peer;
  alone: Peer;
  /** Position after which its events count. */
  joinedAt: bigint;
  left: boolean;
}

const filterOf: Record<Twins['kind'], (target: string) => EventFilter> = {
  payment: (paymentId) => ({ paymentId }),
  wallet: (walletId) => ({ walletId }),
  events: (walletId) => (walletId ? { walletId } : {}),
  credit: () => ({ types: ['CREDIT_SESSION_UPDATED'] }),
};

/** Is the event shown to a subscriber of that kind? */
const isShown: Record<Twins['kind'], (data: EventData, target: string) => boolean> = {
  payment: ({ kind }) => kind === 'payment',
  wallet: (data, target) => 'walletId' in data && data.walletId === target,
  events: () => true,
  credit: (data, target) => data.kind === 'creditSession' && data.session.id === target,
};

/** Where the log ends, when nothing waits to be added to it and both gateways have published all of it. */
async function quietEnd(): Promise<bigint> {
  const { pool } = gateway.deps.db;
  return vi.waitFor(async () => {
    const { rows } = await pool.query<{ waiting: string; last: string }>(
      'SELECT (SELECT count(*) FROM event_outbox) AS waiting, (SELECT coalesce(max(position), 0) FROM event_log) AS last',
    );
    expect(rows[0]?.waiting).toBe('0');
    const last = BigInt(present(rows[0], 'the end of the log').last);
    expect([gateway.deps.hub.position(), alone.deps.hub.position()]).toEqual([last, last]);
    return last;
  }, PATIENCE);
}

/** Waits until all that happened was told, and says that both were told the same, byte for byte. */
async function alike(all: Twins[]): Promise<void> {
  await quietEnd();
  for (const { id, kind, target, scope, together, alone: single, joinedAt, left } of all) {
    if (left) continue;
    const { events } = await readPage(gateway.deps.db.pool, scope, filterOf[kind](target), joinedAt, 200);
    const shown = events.filter(({ data }) => isShown[kind](data, target)).length + (kind === 'events' ? 0 : 1);
    for (const peer of [together, single]) {
      await vi.waitFor(() => {
        const said = peer.said.filter((message) => message.id === id);
        const isOver = said.some(({ type }) => type !== 'next');
        expect(isOver ? shown : said.length).toBe(shown);
      }, PATIENCE);
    }
    await vi.waitFor(() => expect(together.texts(id)).toEqual(single.texts(id)), PATIENCE);
  }
}

/** How many of them a gateway has to have open. */
const openOf = (all: Twins[], side: 'together' | 'alone') =>
  all.filter((twins) => !twins.left && !twins[side].said.some(({ id, type }) => id === twins.id && type !== 'next'))
    .length;

/** Opens one more at both; it is joined when that answers. */
async function watch(all: Twins[], pair: Pair, id: string, kind: Twins['kind'], target: string): Promise<void> {
  const joinedAt = await quietEnd();
  const variables = kind === 'events' ? { filter: filterOf.events(target) } : { id: target };
  for (const peer of [pair.together, pair.alone]) peer.subscribe(id, documents[kind], variables);
  const twins = { ...pair, id, kind, target, joinedAt, left: false };
  all.push(twins);
  if (kind === 'events') {
    await vi.waitFor(async () => {
      expect(await subscriptionsOf(gateway.url)).toBe(openOf(all, 'together'));
      expect(await subscriptionsOf(alone.url)).toBe(openOf(all, 'alone'));
    }, PATIENCE);
  }
  await alike([twins]);
  expect(pair.together.texts(id).join()).not.toContain('GRAPHQL_VALIDATION_FAILED');
}

async function subscriptionsOf(url: string): Promise<number> {
  const figures = await (await fetch(`${url}/metrics`)).text();
  const open = [...figures.matchAll(/^koshel_subscriptions\{.*\} (\d+)$/gm)];
  return open.reduce((sum, [, count]) => sum + Number(count), 0);
}

interface Pair {
  together: Peer;
  alone: Peer;
  scope: EventScope;
}

async function connect(token: string, scope: EventScope, name: string): Promise<Pair> {
  return { together: await open(gateway.url, token, name), alone: await open(alone.url, token, name), scope };
}

const partnerWide = () => ({ partnerId: shop.id, customerId: null });
const of = ({ id }: Person) => ({ partnerId: shop.id, customerId: id });

describe('What a subscriber is told together with others is what it is told alone', () => {
  const callers: (() => Promise<[token: string, scope: EventScope]>)[] = [
    async () => [shop.apiKey, partnerWide()],
    async () => [await shop.key(Object.values(Scope)), partnerWide()],
    async () => [await shop.key(['EVENTS_READ', 'PAYMENTS_READ', 'WALLETS_READ']), partnerWide()],
    async () => [anna.token, of(anna)],
    async () => [await shop.session(anna.id), of(anna)],
    async () => [boris.token, of(boris)],
    async () => [other.apiKey, { partnerId: other.id, customerId: null }],
    async () => [gateway.config.adminKey ?? '', { partnerId: null, customerId: null }],
  ];
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        does: fc.constant('watch' as const),
        caller: fc.nat(callers.length - 1),
        kind: fc.constantFrom('payment' as const, 'wallet' as const, 'events' as const),
        target: fc.nat(3),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ does: fc.constant('pay' as const), target: fc.nat(1), confirm: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('confirm' as const), target: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('leave' as const), target: fc.nat(20) }) },
  );

  test('for any callers, any order of joining and leaving, and any payments.', { timeout: 300_000 }, async () => {
    let saved = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 25, size: 'max' }), async (steps) => {
        const pairs = await Promise.all(
          callers.map(async (caller, index) => connect(...(await caller()), `caller${index}`)),
        );
        const [from, to] = wallets;
        const payments = [await shop.transfer(from, to, '1')];
        const all: Twins[] = [];
        for (const [number, todo] of steps.entries()) {
          if (todo.does === 'watch') {
            const pick = (list: string[]) => list[todo.target % list.length] ?? '';
            const target = pick(todo.kind === 'payment' ? payments : todo.kind === 'wallet' ? wallets : ['', from, to]);
            const pair = present(pairs[todo.caller], 'a caller');
            await watch(all, pair, `op${number}`, todo.kind, target);
          } else if (todo.does === 'pay') {
            const way: [string, string] = todo.target === 0 ? [from, to] : [to, from];
            payments.push(await shop.transfer(...way, '2', todo.confirm));
          } else if (todo.does === 'confirm') {
            const paymentId = payments[todo.target % payments.length] ?? '';
            await run(gateway, shop.apiKey)(ConfirmPaymentDocument, { paymentId });
          } else {
            const twins = all[todo.target % Math.max(1, all.length)];
            for (const peer of twins && !twins.left ? [twins.together, twins.alone] : [])
              peer.complete(twins?.id ?? '');
            if (twins) twins.left = true;
          }
          await alike(all);
          saved += alone.deps.hub.size() - gateway.deps.hub.size();
        }
        for (const { together, alone: single } of pairs) {
          together.socket.terminate();
          single.socket.terminate();
        }
      }),
      { numRuns: 6, seed: 20261122, endOnFailure: true },
    );
    expect(saved).toBeGreaterThan(10);
  });

  test('for a credit session from its beginning to its end, joined at any of its states.', async () => {
    const moneywall = await startMoneywall(gateway, shop.id);
    const { start, refund, until } = credit(gateway, shop.apiKey, shop.call, moneywall);
    const pair = await connect(shop.apiKey, partnerWide(), 'credit');
    const { id, orderId } = await start();
    const all: Twins[] = [];
    await watch(all, pair, '1', 'credit', id);
    await watch(all, pair, '2', 'credit', id);
    moneywall.act('session.authorize', { order: orderId });
    await until(orderId, 'AUTHORIZED');
    await alike(all);
    await watch(all, pair, '3', 'credit', id);
    expect(gateway.deps.hub.size()).toBeLessThan(alone.deps.hub.size());
    await refund(orderId, '4000');
    await alike(all);
    await watch(all, pair, '4', 'credit', id);
    moneywall.act('session.charge', { order: orderId });
    await until(orderId, 'CHARGED');
    await refund(orderId, '6000');
    await until(orderId, 'REFUNDED');
    await alike(all);
    for (const { id: operation, together } of all) {
      await vi.waitFor(() => expect(together.texts(operation).at(-1)).toContain('"complete"'), PATIENCE);
    }
  });
});

test('Subscribers of two scopes never share a source; those of one do.', async () => {
  const few = await shop.key(['EVENTS_READ', 'WALLETS_READ']);
  const steps: [token: string, sources: number][] = [
    [shop.apiKey, 1],
    [await shop.key(Object.values(Scope)), 1],
    [few, 2],
    [await shop.key(['WALLETS_READ', 'EVENTS_READ']), 2],
    [await shop.key(['EVENTS_READ']), 3],
    [anna.token, 4],
    [await shop.session(anna.id), 4],
    [await shop.session(anna.id, { scopes: ['EVENTS_READ'] }), 5],
    [boris.token, 6],
    [other.apiKey, 7],
    [gateway.config.adminKey ?? '', 8],
  ];
  for (const [index, [token, sources]] of steps.entries()) {
    const peer = await open(gateway.url, token);
    peer.subscribe('1', documents.events);
    await vi.waitFor(async () => {
      // no refusal, no end
      expect(peers.flatMap(({ said }) => said)).toEqual([]);
      expect(await subscriptionsOf(gateway.url)).toBe(index + 1);
    }, PATIENCE);
    expect(gateway.deps.hub.size()).toBe(sources);
  }
});
