import { execute, parse } from 'graphql';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { fill } from '../../bench/growth/fill.ts';
import { openDatabase } from '../../src/db/client.ts';
import { Scope } from '../../src/db/generated/enums.ts';
import type { Viewer } from '../../src/domain/access/viewer.ts';
import { encodeCursor, readPage } from '../../src/events/log.ts';
import { createContext } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';

/**
 * Lists over 100,000 payments: for each page, first or deep, no step of any plan touches more rows than a few pages have. The plans are
 * those of the statements that the gateway sends, with the values that it sends.
 */

const PAYMENTS = 100_000;
const MOST_ROWS = 1_500;
const gateway = await startTestApp();
const shop = await openShop(gateway);
const filled = await fill(gateway.deps.db.pool, { partnerId: shop.id, payments: PAYMENTS });
/** The same database through a pool of its own, where nothing runs but what the test runs. */
const db = await openDatabase(gateway.config.databaseUrl ?? '', 4);
afterAll(() => db.close());
interface Statement {
  text: string;
  values: unknown[];
}
let statements: Statement[] = [];
const listened = new WeakSet<object>();
db.pool.on('acquire', (client) => {
  if (listened.has(client)) return;
  listened.add(client);
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((config: string | Statement, ...rest: unknown[]) => {
    if (typeof config === 'string') statements.push({ text: config, values: Array.isArray(rest[0]) ? rest[0] : [] });
    else statements.push({ text: config.text, values: config.values ?? (Array.isArray(rest[0]) ? rest[0] : []) });
    return query(config, ...rest);
  }) as typeof client.query;
});

const scopes = new Set(Object.values(Scope));
const partner: Viewer = { kind: 'PARTNER', partnerId: shop.id, apiKeyId: 'key_0', scopes };
const owner = { ...partner, kind: 'CUSTOMER', customerId: filled.longCustomerId } as unknown as Viewer;

type Result = Record<string, { edges: { cursor: string }[]; pageInfo: { endCursor: string | null } }>;

/** Runs a document, and keeps what it asked the database. */
async function run(document: string, viewer: Viewer): Promise<Result> {
  const contextValue = createContext({ ...gateway.deps, db }, { viewer, requestId: 'test', lastEventId: null });
  statements = [];
  const result = await execute({ schema, document: parse(document), contextValue });
  expect(result.errors?.map(String)).toBeUndefined();
  return result.data as Result;
}

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Plan[];
}

const steps = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(steps)];

const { escapeLiteral, utils } = pg as unknown as {
  escapeLiteral(text: string): string;
  utils: { prepareValue(value: unknown): string | null };
};
const literal = (value: unknown) => {
  const text = utils.prepareValue(value);
  return text === null ? 'NULL' : escapeLiteral(String(text));
};

/** Steps that touch too many rows, in words: as the statement is planned for these values, and as it is once for all values. */
async function heavy(
  { text, values }: Statement,
  modes = ['force_custom_plan', 'force_generic_plan'],
): Promise<string[]> {
  if (!/^\s*(SELECT|WITH)/i.test(text)) return [];
  const client = await db.pool.connect();
  const found: string[] = [];
  try {
    for (const mode of modes) {
      await client.query(`SET plan_cache_mode = ${mode}`);
      await client.query(`PREPARE looked_at AS ${text}`);
      const given = values.length > 0 ? `(${values.map(literal).join(', ')})` : '';
      const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE looked_at ${given}`,
      );
      await client.query('DEALLOCATE looked_at');
      for (const step of steps(rows[0]?.['QUERY PLAN'][0]?.Plan as Plan)) {
        const removed = (step['Rows Removed by Filter'] ?? 0) + (step['Rows Removed by Index Recheck'] ?? 0);
        const touched = (step['Actual Rows'] + removed) * step['Actual Loops'];
        if (touched > MOST_ROWS)
          found.push(`${mode}: ${step['Node Type']} of ${step['Relation Name'] ?? '?'}: ${touched} in ${text}`);
      }
    }
  } finally {
    client.release(true);
  }
  return found;
}

/** What the pages of a list cost: the first, and one behind a cursor of the middle. */
async function expectLight(
  document: (args: string) => string,
  deep: string,
  viewer: Viewer,
  modes?: string[],
): Promise<void> {
  for (const args of ['first: 20', `first: 20, after: "${deep}"`, `last: 20, before: "${deep}"`]) {
    if (args.startsWith('last') && !document('').includes('pageInfo')) continue;
    await run(document(args), viewer);
    const sent = statements;
    expect(sent.length).toBeGreaterThan(0);
    for (const statement of sent) expect(await heavy(statement, modes), args).toEqual([]);
  }
}

const { rows: middle } = await db.pool.query<{ id: string }>(
  `SELECT id FROM payment WHERE source_wallet_id = $1 ORDER BY id LIMIT 1 OFFSET 2500`,
  [filled.longWalletId],
);
const cursor = Buffer.from(`k1:${middle[0]?.id}`).toString('base64url');
const page = '{ edges { cursor node { id status amount { amount } } } pageInfo { endCursor hasNextPage } }';
const ordinary = filled.wallets[3] ?? '';

test('The plans of a list that collects and sorts are found to be heavy.', async () => {
  const text =
    'SELECT * FROM payment WHERE source_wallet_id = $1 OR destination_wallet_id = $1 ORDER BY amount_minor LIMIT 20';
  expect(await heavy({ text, values: [filled.longWalletId] })).not.toEqual([]);
});

test.each([
  ['a wallet with a tenth of everything', `wallet(id: "${filled.longWalletId}")`, ''],
  ['an ordinary wallet', `wallet(id: "${ordinary}")`, ''],
  ['what came in', `wallet(id: "${filled.longWalletId}")`, 'filter: { direction: IN }'],
  [
    'transfers that are completed',
    `wallet(id: "${filled.longWalletId}")`,
    'filter: { statuses: [COMPLETED], kinds: [TRANSFER] }',
  ],
])('Payments of %s', async (_name, wallet, filter) => {
  await expectLight((args) => `{ ${wallet} { payments(${args} ${filter}) ${page} } }`, cursor, partner);
});

test.each([
  ['all', '', partner],
  ['of a wallet', `filter: { walletId: "${filled.longWalletId}" }`, partner],
  ['of a customer', `filter: { customerId: "${filled.longCustomerId}" }`, partner],
  ['of kinds and states', 'filter: { kinds: [TRANSFER], statuses: [COMPLETED, REVERSED] }', partner],
  ['of a provider and an origin', 'filter: { provider: LOCAL, origin: API }', partner],
  ['of an amount', 'filter: { amountMin: "15", amountMax: "900", currency: RUB }', partner],
  ['under a key', 'filter: { idempotencyKey: "key-5000" }', partner],
  ['as their owner sees them', '', owner],
])('Payments: %s', async (_name, filter, viewer) => {
  await expectLight((args) => `{ payments(${args} ${filter}) ${page} }`, cursor, viewer);
});

// what a customer may see is a condition whose effect nobody can tell without its values
test('Payments of a wallet as its owner sees them, planned for the values', async () => {
  const filter = `filter: { walletId: "${filled.longWalletId}" }`;
  await expectLight((args) => `{ payments(${args} ${filter}) ${page} }`, cursor, owner, ['force_custom_plan']);
});

test.each([
  ['a partner', '', partner],
  ['a wallet', `filter: { walletId: "${filled.longWalletId}" }`, partner],
  ['an ordinary wallet', `filter: { walletId: "${ordinary}" }`, partner],
  ['a customer whom the partner asks about', `filter: { customerId: "${filled.longCustomerId}" }`, partner],
  ['a customer', '', owner],
  ['a payment', `filter: { paymentId: "${middle[0]?.id}" }`, partner],
])('Events of %s', async (_name, filter, viewer) => {
  const events = (args: string) => `{ events(${args} ${filter}) { endCursor hasMore events { id cursor type } } }`;
  await expectLight(events, encodeCursor(50_000n), viewer);
});

test('Customers, wallets, invoices, accounts, entries, a statement and timelines', async () => {
  const lists = [
    '{ customers(first: 20) { edges { node { id } } } }',
    '{ wallets(first: 20, filter: { statuses: [ACTIVE], provider: LOCAL }) { edges { node { id } } } }',
    `{ wallet(id: "${filled.longWalletId}") { invoices(first: 20, direction: INCOMING) { edges { node { id } } } } }`,
    '{ ledger { accounts(first: 20) { edges { node { id } } } entries(first: 20) { edges { node { id } } } } }',
    `{ wallet(id: "${filled.longWalletId}") { statement(first: 20) { edges { node { recordedAt } } } } }`,
    '{ payments(first: 20) { edges { node { timeline { to } refunds { id } } } } }',
    '{ creditSessions(first: 20) { edges { node { id } } } }',
  ];
  for (const list of lists) {
    await run(list, partner);
    for (const statement of statements) expect(await heavy(statement), list).toEqual([]);
  }
});

test('a page of the log is planned once, and not again for each cursor', async () => {
  const client = await db.pool.connect();
  try {
    await client.query('DEALLOCATE ALL');
    const scope = { partnerId: shop.id, customerId: null };
    const filters = [{}, { walletId: filled.longWalletId }, { customerId: filled.longCustomerId }];
    for (const filter of filters)
      for (let after = 0n; after < 2_000n; after += 100n) await readPage(client, scope, filter, after, 100);
    const { rows } = await client.query<{ once: number; anew: number }>(
      `SELECT generic_plans::int AS once, custom_plans::int AS anew FROM pg_prepared_statements WHERE statement LIKE '%event_log%'`,
    );
    // PostgreSQL tries five times what a plan for the very values would be worth
    expect(rows).toEqual(filters.map(() => ({ once: 15, anew: 5 })));
  } finally {
    client.release(true);
  }
});
