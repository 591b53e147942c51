import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { makePartitions } from '../../src/db/partitions.ts';
import { bankAccount } from '../../src/ledger/account.ts';
import { journalEntries } from '../../src/ledger/books.ts';
import { topUpSettled } from '../../src/ledger/entries.ts';
import { ledgerPartitions } from '../../src/ledger/partitions.ts';
import { newId } from '../../src/lib/ids.ts';
import { createTestDatabase, dropTestDatabase } from '../support/db.ts';
import { post, somePartner } from './books.ts';

/** An account among many entries: its page is read from its own lines, and nothing else is looked at. */
const ENTRIES = 3_000;
const mine = somePartner();
const theirs = somePartner();
let db: Database;

beforeAll(async () => {
  db = await openDatabase(await createTestDatabase(), 2);
  await makePartitions(db, ledgerPartitions, new Date());
  for (let at = 0; at < ENTRIES; at += 500) {
    const draft = (about: object) => topUpSettled({ ...mine.about(), ...about, amount: 1n, walletId: newId('Wallet') });
    // every hundredth is of the other partner's account
    await post(db, ...Array.from({ length: 500 }, (_, n) => draft(n % 100 ? {} : { partnerId: theirs.partnerId })));
  }
  await db.pool.query('ANALYZE');
});
afterAll(async () => {
  await db.close();
  await dropTestDatabase(db.url);
});

interface Plan {
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** The most rows that any step of a plan touches. */
const most = (plan: Plan): number =>
  Math.max(
    (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'],
    ...(plan.Plans ?? []).map(most),
  );

/** Runs `read`, then looks at the plan of each statement that it sent. */
async function touched(read: () => Promise<unknown>): Promise<number[]> {
  const client = await db.pool.connect();
  const sent: { text: string; values: unknown[] }[] = [];
  const prototype = Object.getPrototypeOf(client) as { query(...args: unknown[]): unknown };
  const { query } = prototype;
  prototype.query = function (this: unknown, ...args: unknown[]) {
    const [config, values] = args as [{ text: string; values?: unknown[] }, unknown[] | undefined];
    if (typeof config === 'object') sent.push({ text: config.text, values: config.values ?? values ?? [] });
    return query.apply(this, args);
  };
  try {
    await read();
  } finally {
    prototype.query = query;
  }
  const plans: number[] = [];
  // among few rows reading all of them may be as cheap: what is looked at is whether the indexes lead to the page
  await client.query('SET enable_seqscan = off');
  for (const { text, values } of sent.filter((one) => /^\s*SELECT[\s\S]*(account_line|posting)/.test(one.text))) {
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
      values,
    );
    plans.push(most(rows[0]?.['QUERY PLAN'][0]?.Plan as Plan));
  }
  client.release(true);
  return plans;
}

test.each([
  ['a busy account', mine, ENTRIES * 0.99, 50],
  // its few lines may as well be read whole and compared with each other, but nobody else's are
  ['a quiet account', theirs, ENTRIES * 0.01, ENTRIES / 4],
])(
  'A page of the entries of %s touches few rows beside those that it shows.',
  async (_name, { partnerId }, total, bound) => {
    const accountId = bankAccount(partnerId, 'RUB').id;
    const first = await journalEntries(db.prisma, partnerId, { first: 10, accountId });
    expect(first).toMatchObject({ items: { length: 10 }, hasNext: true });
    const after = first.items.at(-1)?.cursor ?? null;
    for (const which of [
      { first: 10, accountId },
      { first: 10, accountId, after },
    ]) {
      const plans = await touched(() => journalEntries(db.prisma, partnerId, which));
      expect(plans.length).toBe(2);
      expect(Math.max(...plans)).toBeLessThanOrEqual(bound);
    }
    const whole = { first: ENTRIES, accountId };
    expect((await journalEntries(db.prisma, partnerId, whole)).items.length).toBe(total);
    // what is read is what is counted
    expect(Math.max(...(await touched(() => journalEntries(db.prisma, partnerId, whole))))).toBeGreaterThanOrEqual(
      total,
    );
  },
);
