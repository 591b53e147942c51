import { once } from 'node:events';
import { parse } from 'graphql';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { mutationFields } from '../../src/server/plugins/use-rate-limit.ts';
import { bearer, startTestApp, type TestApp, take } from '../support/app.ts';
import { openShop, rub, unique } from '../support/builders.ts';
import { booksStay } from '../support/refused.ts';
import { edgeSchema } from './edge-schema.ts';

/** How many requests a caller may send, and how many subscriptions and connections it may have open. */

const KEY_QUOTA = 12;
const limits = { rateWindowSeconds: 3_600, subscriptionsPerCaller: 3, socketsPerCaller: 4 };
const env = { RATE_LIMIT: String(KEY_QUOTA), RATE_LIMIT_CUSTOMER: '3', RATE_LIMIT_ADDRESS: '5', TRUSTED_PROXIES: '1' };

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ schema: edgeSchema, env, limits });
});

interface Answered {
  status: number;
  headers: Headers;
  body: { data?: unknown; errors?: { message: string; extensions: { code: string; retryAfter?: number } }[] };
}

async function ask(token: string | null, query = '{ hello }', from = '192.0.2.1', to = app): Promise<Answered> {
  const response = await to.fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': from, ...bearer(token) },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answered['body'] };
}

const many = (count: number, token: string | null, from?: string) =>
  Promise.all(Array.from({ length: count }, () => ask(token, '{ hello }', from)));

describe('A key', () => {
  test('is told in each answer what is left, and is refused beyond it, alone.', async () => {
    const [{ apiKey }, other] = [await app.partner(), await app.partner()];
    const first = await ask(apiKey);
    expect(first.headers.get('ratelimit-policy')).toBe(`"key";q=${KEY_QUOTA};w=3600`);
    expect(first.headers.get('ratelimit')).toMatch(new RegExp(`^"key";r=${KEY_QUOTA - 1};t=3600$`));
    const rest = await many(KEY_QUOTA - 1, apiKey);
    expect(rest.map(({ status }) => status)).toEqual(rest.map(() => 200));
    const refused = await ask(apiKey);
    expect(refused).toMatchObject({ status: 429, body: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] } });
    const [error] = refused.body.errors ?? [];
    expect(error?.extensions.retryAfter).toBeGreaterThan(3_500);
    expect(refused.headers.get('retry-after')).toBe(String(error?.extensions.retryAfter));
    expect(refused.headers.get('ratelimit')).toMatch(/^"key";r=0;t=\d+$/);
    expect(JSON.stringify(refused.body)).not.toContain('"http"');
    expect((await ask(other.apiKey)).status).toBe(200);
    expect(await (await app.fetch('/metrics')).text()).toMatch(/^koshel_rate_limited_total\{policy="key"\} 1$/m);
  });

  test('is counted once on all transports.', async () => {
    const { apiKey } = await app.partner();
    await many(KEY_QUOTA - 3, apiKey);
    // connecting counts, too
    const client = app.ws(apiKey, { lazy: false });
    const query = '{ hello }';
    expect(await take(client.iterate({ query }), 1)).toEqual([{ data: { hello: 'world' } }]);
    expect(await take(app.sse(apiKey).iterate({ query: 'subscription { count(to: 1) }' }), 1)).toHaveLength(1);
    const refused = await take(client.iterate({ query }), 1).catch((errors: unknown) => errors);
    expect(refused).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) } }]);
    expect((await ask(apiKey)).status).toBe(429);
    const again = app.ws(apiKey, { lazy: false, onNonLazyError: () => undefined });
    const closed = new Promise((resolve) => again.on('closed', resolve));
    expect(await closed).toMatchObject({ code: 1013, reason: expect.stringContaining('Too many requests') });
  });

  test('may ask again when the window begins anew.', async () => {
    const brief = await startTestApp({
      schema: edgeSchema,
      env: { RATE_LIMIT: '2' },
      limits: { rateWindowSeconds: 1 },
    });
    const { apiKey } = await brief.partner();
    const statuses = async () => (await ask(apiKey, '{ hello }', '', brief)).status;
    await vi.waitFor(
      async () => expect([await statuses(), await statuses(), await statuses()]).toEqual([200, 200, 429]),
      {
        timeout: 10_000,
      },
    );
    await vi.waitFor(async () => expect(await statuses()).toBe(200), { timeout: 5_000 });
  });

  test('has its part of the rate at each of several gateways.', async () => {
    const one = await startTestApp({ schema: edgeSchema, env: { RATE_LIMIT: '10', GATEWAYS: '4' } });
    const { apiKey } = await one.partner();
    expect((await ask(apiKey, '{ hello }', '', one)).headers.get('ratelimit-policy')).toBe('"key";q=3;w=60');
  });
});

describe('An address', () => {
  test('is counted where the credential is missing or wrong, and good ones behind it are not.', async () => {
    const { apiKey } = await app.partner();
    const from = '198.51.100.7';
    const guesses = await Promise.all([1, 2, 3].map((n) => ask(`ksh_guess${n}`, '{ hello }', from)));
    expect(guesses.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect((await many(2, null, from)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await ask(null, '{ hello }', from)).headers.get('ratelimit-policy')).toBe('"address";q=5;w=3600');
    expect((await ask('ksh_guess4', '{ hello }', from)).status).toBe(429);
    expect((await ask(apiKey, '{ hello }', from)).status).toBe(200);
    expect((await ask(null, '{ hello }', '198.51.100.8')).status).toBe(200);
  });

  test('is the one that the trusted proxy saw, whatever the caller writes before it.', async () => {
    const statuses = [];
    for (let n = 1; n <= 6; n += 1) {
      statuses.push((await ask(null, '{ hello }', `203.0.113.${n}, 198.51.100.99`)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });
});

describe('A mutation', () => {
  test('counts once for each of its fields, through fragments, too; one that is too much does nothing.', () => {
    const count = (document: string) => mutationFields({ document: parse(document) });
    expect(count('{ a b c }')).toBe(0);
    expect(count('mutation { a }')).toBe(1);
    expect(
      count('mutation { a: touch b: touch ... on Mutation { c: touch } ...F } fragment F on Mutation { d: touch }'),
    ).toBe(4);
    const doubling = Array.from(
      { length: 30 },
      (_, at) => `fragment F${at} on Mutation { ...F${at + 1} ...F${at + 1} }`,
    );
    expect(count(`mutation { ...F0 } ${doubling.join(' ')} fragment F30 on Mutation { a }`)).toBe(2 ** 30);
  });

  test('of money with ten aliases counts ten times, and when that is too much no money moves.', async () => {
    const shopApp = await startTestApp();
    const shop = await openShop(shopApp);
    const [anna, boris] = [await shop.wallet({ holds: '100' }), await shop.wallet()];
    const tight = await startTestApp({
      env: {
        DATABASE_URL: shopApp.config.databaseUrl ?? '',
        RATE_LIMIT: '15',
        ENCRYPTION_KEY: shopApp.config.masterKeys.current.bytes.toString('hex'),
      },
    });
    const transfers = Array.from({ length: 10 }, (_, at) => {
      const { amount, currency } = rub('1');
      const money = `{ amount: "${amount}", currency: "${currency}" }`;
      const input = `{ idempotencyKey: "${unique('alias')}", fromWalletId: "${anna}", to: { walletId: "${boris}" }, amount: ${money}, confirm: true }`;
      return `t${at}: transferCreate(input: ${input}) { __typename }`;
    });
    const document = `mutation { ${transfers.join(' ')} }`;
    const paid = await ask(shop.apiKey, document, '', tight);
    expect(paid.headers.get('ratelimit')).toMatch(/^"key";r=5;/);
    expect(new Set(Object.values(paid.body.data ?? {}).map(({ __typename }) => __typename))).toEqual(
      new Set(['TransferCreateSuccess']),
    );
    const again = document.replaceAll('alias', 'again');
    const refused = await booksStay(shopApp, () => ask(shop.apiKey, again, '', tight));
    expect(refused).toMatchObject({ status: 429, body: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] } });
    expect(refused.body.data ?? null).toBeNull();
  });
});

describe('Subscriptions and connections', () => {
  const query = 'subscription { events { cursor } }';

  test('of one key are bounded over all its connections, and a place is free again when one ends.', async () => {
    const { apiKey } = await app.partner();
    const clients = [app.ws(apiKey), app.ws(apiKey), app.sse(apiKey)];
    const open = clients.map((client) => client.iterate({ query }));
    const pending = open.map((events) => events.next());
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(3));
    const overWs = await take(app.ws(apiKey).iterate({ query }), 1).catch((errors: unknown) => errors);
    expect(overWs).toMatchObject([{ errors: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }] }]);
    const response = await app.fetch('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', ...bearer(apiKey) },
      body: JSON.stringify({ query }),
    });
    expect(await response.text()).toContain('TOO_MANY_SUBSCRIPTIONS');
    const { apiKey: another } = await app.partner();
    expect(await take(app.ws(another).iterate({ query: 'subscription { count(to: 1) }' }), 1)).toHaveLength(1);
    await open[0]?.return?.();
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(2));
    expect(await take(app.ws(apiKey).iterate({ query: 'subscription { count(to: 1) }' }), 1)).toHaveLength(1);
    for (const events of open) await events.return?.();
    await Promise.allSettled(pending);
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(0));
  });

  test('that end by a fault give their places back, in the figures, too.', async () => {
    const { apiKey } = await app.partner();
    for (let round = 0; round < limits.subscriptionsPerCaller + 1; round += 1) {
      const broken = await take(app.ws(apiKey).iterate({ query: 'subscription { broken }' }), 2).catch(
        (error: unknown) => error,
      );
      expect(JSON.stringify(broken)).not.toContain('TOO_MANY');
    }
    await vi.waitFor(async () =>
      expect(await (await app.fetch('/metrics')).text()).toMatch(
        /^koshel_subscriptions\{transport="ws",operation="Subscription\.broken"\} 0$/m,
      ),
    );
  });

  test('a fifth WebSocket of one key is closed with 4429, and one that leaves makes room.', async () => {
    const { apiKey } = await app.partner();
    const connect = async () => {
      const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${apiKey}` } }));
      const outcome = await Promise.race([once(socket, 'message'), once(socket, 'close')]);
      return { socket, outcome: typeof outcome[0] === 'number' ? outcome[0] : 'connected' };
    };
    const sockets = [await connect(), await connect(), await connect(), await connect(), await connect()];
    expect(sockets.map(({ outcome }) => outcome)).toEqual([...new Array(4).fill('connected'), 4429]);
    sockets[0]?.socket.close();
    await vi.waitFor(async () => expect((await connect()).outcome).toBe('connected'));
    for (const { socket } of sockets) socket.terminate();
  });
});
