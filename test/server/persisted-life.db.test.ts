import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ListDocumentsDocument, RevokeDocumentsDocument } from '../../schema/operations.ts';
import { startApp } from '../../src/app.ts';
import { updatePartner } from '../../src/domain/access/update-partner.ts';
import { schema } from '../../src/graphql/schema.ts';
import { createLog } from '../../src/lib/log.ts';
import { createDocuments } from '../../src/server/documents/documents.ts';
import { startTestApp } from '../support/app.ts';
import { openShop, type Shop } from '../support/builders.ts';
import {
  type Asked,
  becomes,
  codegenManifest,
  codeOf,
  digest,
  publish,
  transports,
  withinASecond,
} from '../support/documents.ts';
import { run } from '../support/operations.ts';

/** What becomes of published documents: revoked on all gateways, seen in use, kept by whoever carries an answer that is everybody's. */

const gateway = await startTestApp();
const second = await startApp(gateway.config, { log: createLog('error') });
// before the database goes
afterAll(() => second.stop());
const urls = [gateway.url, second.url];

const WHO = 'query Who { viewer { kind } }';
const WALLETS = 'query Wallets($first: Int = 2) { wallets(first: $first) { edges { node { id } } } }';
const PROVIDERS = 'query Providers { providers { code name } }';
const WATCH = 'subscription Watch($id: ID!) { walletUpdated(id: $id) { status } }';
/** On a machine that has much to do; what must be quick is timed by `withinASecond`. */
const PATIENCE = { timeout: 20_000 };
const NOBODYS = '0'.repeat(64);

let shop: Shop;
/** Another partner, which has published nothing. */
let other: Shop;

beforeAll(async () => {
  shop = await openShop(gateway);
  other = await openShop(gateway);
  await publish(gateway, shop.apiKey, { name: 'app', manifest: codegenManifest(WHO, WALLETS, PROVIDERS) });
});

const setPolicy = (partnerId: string, documentPolicy: 'OPEN' | 'PERSISTED_ONLY') =>
  updatePartner(gateway.deps, { partnerId, documentPolicy });

test('An old app keeps working until its manifest is revoked; what the new one has, too, goes on working.', async () => {
  const own = await openShop(gateway);
  await publish(gateway, own.apiKey, { name: 'app 1', manifest: codegenManifest(WHO, WALLETS) });
  await publish(gateway, own.apiKey, { name: 'app 2', manifest: codegenManifest(WHO, PROVIDERS) });
  const codes = (url: string) =>
    Promise.all(
      [WHO, WALLETS, PROVIDERS].map(async (text) =>
        codeOf((await transports['HTTP POST']?.(url, own.apiKey, { documentId: digest(text) })) ?? {}),
      ),
    );
  for (const url of urls) expect(await codes(url)).toEqual([null, null, null]);
  await own.call(RevokeDocumentsDocument, { input: { name: 'app 1' } });
  for (const url of urls) {
    const gone = [null, 'PERSISTED_QUERY_NOT_FOUND', null];
    await becomes(() => codes(url), gone);
  }
  // published again, it works again
  await publish(gateway, own.apiKey, { name: 'app 1', manifest: codegenManifest(WALLETS) });
  for (const url of urls) expect(await codes(url)).toEqual([null, null, null]);
});

test('A document is read and parsed once, not with every request, also when others are published meanwhile.', async () => {
  const own = await openShop(gateway);
  const documents = createDocuments(gateway.deps, schema);
  await publish(gateway, own.apiKey, { name: 'app', manifest: codegenManifest(WHO) });
  const find = (version: number) => documents.find(own.id, digest(WHO), version);
  const { version } = await documents.rules(own.id);
  const [first, again] = [await find(version), await find(version)];
  expect(again).toBe(first);
  await publish(gateway, own.apiKey, { name: 'app', manifest: codegenManifest(WALLETS) });
  expect((await find(version + 1))?.document).toBe(first?.document);
  await own.call(RevokeDocumentsDocument, { input: { name: 'app' } });
  expect(await find(version + 2)).toBeNull();
});

describe.each(['SSE', 'WebSocket'] as const)('A subscription over %s', (name) => {
  /** Opens one by id at the second gateway; resolves with everything that came when it has ended. */
  function watch(url: string, token: string, asked: Asked) {
    const client =
      name === 'SSE'
        ? gateway.sse(token, {})
        : gateway.ws(token, { url: `${url.replace('http', 'ws')}/graphql`, lazy: true });
    onTestFinished(() => client.dispose());
    const iterator = client.iterate({ query: '', ...asked });
    const rest = async () => {
      const items: unknown[] = [];
      for await (const item of iterator) items.push(item);
      return items;
    };
    return { first: () => iterator.next(), rest };
  }

  test('ends within a second of the revocation of its document, with the reason.', async () => {
    const own = await openShop(gateway);
    const id = await own.wallet();
    await publish(gateway, own.apiKey, { name: 'app', manifest: codegenManifest(WATCH) });
    const stream = watch(second.url, own.apiKey, { documentId: digest(WATCH), variables: { id } });
    expect((await stream.first()).value).toMatchObject({ data: { walletUpdated: { status: 'ACTIVE' } } });
    await own.call(RevokeDocumentsDocument, { input: { name: 'app' } });
    const rest = await withinASecond(stream.rest());
    // before it may come what had happened just before the subscription: the opening of the wallet
    expect(rest.at(-1)).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] });
    expect(rest.slice(0, -1).filter((item) => 'errors' in (item as object))).toEqual([]);
    await vi.waitFor(() => expect(gateway.deps.hub.size() + second.deps.hub.size()).toBe(0), PATIENCE);
  });

  test('goes on when another manifest changes, and ends when texts are no longer admitted.', async () => {
    const own = await openShop(gateway);
    const id = await own.wallet({ holds: '10' });
    const stream = watch(second.url, own.apiKey, { query: WATCH, variables: { id } });
    await stream.first();
    await publish(gateway, own.apiKey, { name: 'app', manifest: codegenManifest(WHO) });
    await own.call(RevokeDocumentsDocument, { input: { name: 'app' } });
    const rest = stream.rest();
    await setPolicy(own.id, 'PERSISTED_ONLY');
    expect((await rest).at(-1)).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_ONLY' } }] });
  });
});

test('Who uses which document is seen by the operator, to the minute and apart from the requests.', async () => {
  const own = await openShop(gateway, { name: 'Shop with two apps' });
  await publish(gateway, own.apiKey, { name: 'app 1', manifest: codegenManifest(WHO, WALLETS) });
  const before = Date.now();
  await Promise.all(urls.map((url) => transports['WebSocket']?.(url, own.apiKey, { documentId: digest(WHO) })));
  const admin = run(gateway, gateway.config.adminKey);
  const mine = async () => {
    const { persistedDocuments } = await admin(ListDocumentsDocument, { first: 100 });
    return persistedDocuments.edges.map(({ node }) => node).filter(({ partner }) => partner.id === own.id);
  };
  await vi.waitFor(async () => {
    const used = (await mine()).map(({ operationName, lastUsedAt }) => [operationName, lastUsedAt !== null]);
    expect(used).toEqual([
      ['Wallets', false],
      ['Who', true],
    ]);
  }, PATIENCE);
  const [, who] = await mine();
  expect(Date.parse(who?.lastUsedAt ?? '')).toBeGreaterThanOrEqual(before - 1);
  expect(who).toMatchObject({ manifest: 'app 1', partner: { name: 'Shop with two apps' } });
  // another partner's server does not see it
  const { persistedDocuments } = await other.call(ListDocumentsDocument, {});
  expect(persistedDocuments.edges).toEqual([]);
});

describe('The answer to a GET', () => {
  const get = (text: string, key = shop.apiKey) =>
    gateway.fetch(`/graphql?documentId=${digest(text)}`, { headers: { Authorization: `Bearer ${key}` } });

  test('may be kept when it is the same for everybody, for each credential apart.', async () => {
    const response = await get(PROVIDERS);
    expect(response.headers.get('cache-control')).toBe('public, max-age=60');
    expect(response.headers.get('vary')).toMatch(/Accept, Authorization/);
    expect(((await response.json()) as { data: { providers: object[] } }).data.providers.length).toBeGreaterThan(3);
  });

  test('may not be kept when it is the caller’s, when it is a refusal, and when it was sent as a text or by POST.', async () => {
    const byText = `/graphql?query=${encodeURIComponent(PROVIDERS)}`;
    const headers = { Authorization: `Bearer ${shop.apiKey}` };
    const answers = [
      await get(WHO),
      await get(WALLETS),
      await get(PROVIDERS, other.apiKey),
      await gateway.fetch(byText, { headers }),
      await gateway.fetch('/graphql', {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: JSON.stringify({ documentId: digest(PROVIDERS) }),
      }),
    ];
    expect(answers.map((answer) => answer.headers.get('cache-control'))).toEqual(answers.map(() => 'no-store'));
  });

  test('is a refusal for a mutation.', async () => {
    const touch = 'mutation Revoke { persistedDocumentsRevoke(input: { name: "none" }) { __typename } }';
    await publish(gateway, shop.apiKey, { name: 'mutations', manifest: codegenManifest(touch) });
    const response = await get(touch);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

test('A client of graphql-response+json is refused by status, too.', async () => {
  const headers = { Accept: 'application/graphql-response+json', Authorization: `Bearer ${shop.apiKey}` };
  const response = await gateway.fetch(`/graphql?documentId=${NOBODYS}`, { headers });
  expect(response.status).toBe(404);
});
