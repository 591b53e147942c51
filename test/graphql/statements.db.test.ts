import { execute, parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RefundPaymentDocument } from '../../schema/operations.ts';
import { openDatabase } from '../../src/db/client.ts';
import { Scope } from '../../src/db/generated/enums.ts';
import { createContext } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { newId } from '../../src/lib/ids.ts';
import { startTestApp } from '../support/app.ts';
import { openShop, type Person, unique } from '../support/builders.ts';

/** How many statements an operation sends to PostgreSQL: a number that rows do not change. */

const gateway = await startTestApp();
const shop = await openShop(gateway);
/** The same database through a pool of its own, where nothing runs but what the test runs. */
const db = await openDatabase(gateway.config.databaseUrl ?? '', 4);
afterAll(() => db.close());
let statements: string[] = [];
const listened = new WeakSet<object>();
db.pool.on('acquire', (client) => {
  if (listened.has(client)) return;
  listened.add(client);
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((config: string | { text: string; name?: string }, ...rest: unknown[]) => {
    statements.push(typeof config === 'string' ? config : (ours(config.name) ?? config.text));
    return query(config, ...rest);
  }) as typeof client.query;
});

/** The name of a statement that we have written ourselves; those that Prisma writes are numbered. */
const ours = (name: string | undefined) => (name && !/^p\d+$/.test(name) ? name : undefined);

/** Runs a document as the shop's server; answers the name of each of its statements, or the table that it reads. */
async function statementsOf(document: string): Promise<string[]> {
  const viewer = {
    kind: 'PARTNER' as const,
    partnerId: shop.id,
    apiKeyId: 'key_0',
    scopes: new Set(Object.values(Scope)),
  };
  const contextValue = createContext({ ...gateway.deps, db }, { viewer, requestId: 'test', lastEventId: null });
  statements = [];
  const result = await execute({ schema, document: parse(document), contextValue });
  expect(result.errors?.map(String)).toBeUndefined();
  // loaders run side by side, so their order is nobody's; the text of IN (…) depends on the rows, the table does not
  return statements.map((sql) => /FROM\s+(?:"public"\.)?"?(\w+)/.exec(sql)?.[1] ?? sql).sort();
}

let few: string;
let many: string;
/** An address that is never called: its deliveries pile up. */
const endpoint = { id: newId('WebhookEndpoint'), url: 'https://10.0.0.1/', eventTypes: [], fromPosition: 0n };
beforeAll(async () => {
  await db.prisma.webhookEndpoint.create({ data: { ...endpoint, partnerId: shop.id, createdAt: new Date() } });
  const people: Person[] = [];
  for (let index = 0; index < 6; index += 1) {
    people.push(await shop.customer({ person: { firstName: 'Ivan', phone: '+79261234567' } }));
  }
  const wallets = await Promise.all(people.map((owner) => shop.wallet({ owner, holds: '1000', also: ['USD'] })));
  [few = '', many = ''] = wallets;
  await shop.transfer(few, many, '1', true);
  for (let index = 0; index < 48; index += 1) {
    const to = wallets[2 + (index % 4)] ?? '';
    const paymentId = await shop.transfer(many, to, '1', true);
    if (index % 8 === 0) {
      await shop.call(RefundPaymentDocument, { input: { idempotencyKey: unique('refund'), paymentId } });
    }
  }
});

const money = '{ amount }';
const phone = '{ ... on WalletParty { phone } }';
const party = '{ ... on WalletParty { phone wallet { id phone } } }';
const payment = `id kind status direction fee ${money} note availableActions source ${party} destination ${party}
  wallet { id customer { externalId } } timeline { to } refunds { id } nextAction { __typename } provider { code }`;
const wallet = `id phone customer { externalId } identification { level } balances { available ${money} isDefault }
  balance { available ${money} } limits { kind remaining ${money} }`;

test('The wallet page takes the same statements for one payment and for fifty.', async () => {
  const page = (id: string, first: number, more = '') =>
    statementsOf(`{ wallet(id: "${id}") { id phone balances { available ${money} }
      payments(first: ${first}) { edges { node { id kind status amount ${money} source ${phone} destination ${phone} ${more} } } pageInfo { endCursor } } } }`);
  const [one, fifty] = [await page(few, 1), await page(many, 50)];
  expect(one).toEqual(['brief_history_pages', 'wallets_with_balances']);
  expect(fifty).toEqual(one);
  expect(await page(many, 50, 'note')).toEqual(['history_pages', 'wallets_with_balances']);
});

/** By how many paths a document below reaches one table, at most; fewer than the rows of any larger page. */
const PATHS = 4;

/** Each list, and two sizes of its page that show things of the same kinds. */
const lists: [name: string, some: number, more: number, document: (first: number) => string][] = [
  ['payments', 16, 32, (first) => `{ payments(first: ${first}) { edges { node { ${payment} } } } }`],
  ['wallets', 2, 6, (first) => `{ wallets(first: ${first}) { edges { node { ${wallet} } } } }`],
  [
    'customers',
    2,
    6,
    (first) => `{ customers(first: ${first}) { edges { node { id identification { level } person { phone } } } } }`,
  ],
  [
    'events',
    48,
    60,
    (
      first,
    ) => `{ events(first: ${first}) { events { ... on PaymentEvent { payment { id source ${party} timeline { to } } }
    ... on BalanceEvent { wallet { id phone balances { available ${money} } } } ... on WalletEvent { wallet { id phone balances { available ${money} } } } } } }`,
  ],
  [
    'entries of the ledger',
    10,
    20,
    (first) => `{ ledger { entries(first: ${first}) { edges { node {
    payment { ${payment} } postings { debit { code wallet { id phone } } credit { code } } } } } } }`,
  ],
  [
    'accounts of the ledger',
    6,
    12,
    (first) => `{ ledger { accounts(first: ${first}) { edges { node { code wallet { ${wallet} } } } } } }`,
  ],
  [
    'deliveries',
    8,
    24,
    (first) => `{ node(id: "${endpoint.id}") { ... on WebhookEndpoint { deliveries(first: ${first}) { edges { node {
    state event { id type } attempts { at error } } } } } } }`,
  ],
];

test.each(lists)(
  'A page of %s takes the same statements for %d rows and for %d.',
  async (_name, some, more, document) => {
    const fewer = await statementsOf(document(some));
    const larger = await statementsOf(document(more));
    expect(fewer.length).toBeGreaterThan(0);
    expect([...new Set(larger)]).toEqual([...new Set(fewer)]);
    // one table may be reached by several paths of the document, which share a statement when they come at the same moment
    for (const table of larger)
      expect(larger.filter((other) => other === table).length, table).toBeLessThanOrEqual(PATHS);
  },
);

test('Aliases of one list share what they load.', async () => {
  const nodes = (ids: string[]) =>
    statementsOf(`{ ${ids.map((id, at) => `n${at}: node(id: "${id}") { ... on Wallet { ${wallet} } }`).join(' ')} }`);
  expect(await nodes([few, many])).toEqual(await nodes([few]));
});
