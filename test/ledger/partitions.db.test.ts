import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { makePartitions, monthsOf } from '../../src/db/partitions.ts';
import { walletAccount } from '../../src/ledger/account.ts';
import { balanceAt } from '../../src/ledger/balance.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';
import { topUpSettled, transferCompleted } from '../../src/ledger/entries.ts';
import { createGroupCommit } from '../../src/ledger/group-commit.ts';
import { ledgerPartitions } from '../../src/ledger/partitions.ts';
import { statement } from '../../src/ledger/statement.ts';
import { idFloor, newId } from '../../src/lib/ids.ts';
import { createTestDatabase, dropTestDatabase } from '../support/db.ts';
import { halfMigrated } from '../support/half-migrated.ts';
import { post, richWallet, sampleBooks, somePartner, wholeBooks } from './books.ts';

const { partnerId, about } = somePartner();
const now = new Date();
/** The middle of a month so many months from this one. */
const month = (ahead: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 15));
const name = (ahead: number) => month(ahead).toISOString().slice(0, 7).replace('-', '_');
/** An id as it will be made then. */
const idAt = (at: Date) => `${idFloor('JournalEntry', at)}${newId('JournalEntry').slice(-16)}`;
const topUp = (extra: object = {}) => ({
  ...topUpSettled({ ...about(), amount: 5n, walletId: newId('Wallet') }),
  ...extra,
});

let db: Database;
beforeEach(async () => {
  db = await openDatabase(await createTestDatabase(), 10);
});
afterEach(async () => {
  await db.close();
  await dropTestDatabase(db.url);
});

const made = async (at: Date, ahead?: number) => makePartitions(db, ledgerPartitions, at, ahead);
const whereIs = async (table: string, column: string, id: string): Promise<string[]> => {
  const { rows } = await db.pool.query<{ place: string }>(
    `SELECT DISTINCT tableoid::regclass::text AS place FROM ${table} WHERE ${column} = $1`,
    [id],
  );
  return rows.map(({ place }) => place);
};
const sound = async () => expect((await verifyLedger(db)).checks.flatMap(({ breaks }) => breaks)).toEqual([]);

test('The months ahead get their partitions once, whoever makes them; rows lie in their month, and what fits none in the rest.', async () => {
  const [first, second] = await Promise.all([made(now, 2), made(now, 2)]);
  const names = (table: string) => [`${table}_until_${name(0)}`, `${table}_${name(1)}`, `${table}_${name(2)}`];
  const both = first.map((one, index) => [...one.made, ...(second[index]?.made ?? [])]);
  expect(both).toEqual(ledgerPartitions.map(({ table }) => names(table)));
  expect((await made(now, 2)).flatMap((one) => one.made)).toEqual([]);
  expect((await made(month(1), 2)).map((one) => one.made)).toEqual(
    ledgerPartitions.map(({ table }) => [`${table}_${name(3)}`]),
  );

  for (const [ahead, suffix] of [
    [-30, `until_${name(0)}`],
    [0, `until_${name(0)}`],
    [1, name(1)],
    [3, name(3)],
    [4, 'rest'],
  ] as const) {
    const draft = topUp({ id: idAt(month(ahead)) });
    expect(await post(db, draft)).toMatchObject([{ verdict: 'POSTED' }]);
    expect(await whereIs('journal_entry', 'id', draft.id)).toEqual([`journal_entry_${suffix}`]);
    expect(await whereIs('posting', 'entry_id', draft.id)).toEqual([`posting_${suffix}`]);
    // lines are of the month in which the books recorded them
    expect(await whereIs('account_line', 'entry_id', draft.id)).toEqual([`account_line_until_${name(0)}`]);
  }
  await sound();
});

test('The boundary of a month parts its first millisecond from the last one before.', async () => {
  await made(now, 2);
  const start = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
  const [last, first] = [idAt(new Date(start - 1)), idAt(new Date(start))];
  await post(db, topUp({ id: last }), topUp({ id: first }));
  expect(await whereIs('journal_entry', 'id', last)).toEqual([`journal_entry_until_${name(0)}`]);
  expect(await whereIs('journal_entry', 'id', first)).toEqual([`journal_entry_${name(1)}`]);
});

test('A reference of last month that comes again this month is a replay, in whichever partition its entry lies.', async () => {
  await made(month(-3), 5);
  const old = topUp({ id: idAt(month(-2)) });
  expect(await post(db, old)).toMatchObject([{ verdict: 'POSTED' }]);
  expect(await whereIs('journal_entry', 'id', old.id)).toEqual([`journal_entry_${name(-2)}`]);
  const before = await wholeBooks(db);
  const ledger = createGroupCommit(db);
  for (const ahead of [-1, 0, 1, 9]) {
    const again = { ...old, id: idAt(month(ahead)) };
    expect(await post(db, again)).toEqual([{ verdict: 'REPLAYED', entryId: old.id }]);
    expect((await ledger.post(again)).verdicts).toEqual([{ verdict: 'REPLAYED', entryId: old.id }]);
    const other = { ...topUp(), id: idAt(month(ahead)), reference: old.reference };
    expect(await post(db, other)).toEqual([{ verdict: 'CONFLICT', entryId: old.id }]);
  }
  expect(await wholeBooks(db)).toEqual(before);
});

test('Two that post one reference at once over a month boundary: one of them is in the books.', async () => {
  await made(now, 2);
  const draft = topUp();
  const ids = [0, 1, 0, 1, 2, 5].map((ahead) => idAt(month(ahead)));
  const answers = await Promise.allSettled(ids.map((id) => post(db, { ...draft, id })));
  const verdicts = answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  expect(verdicts.filter(({ verdict }) => verdict === 'POSTED').length).toBe(1);
  expect(verdicts.length).toBe(ids.length);
  const { rows } = await db.pool.query('SELECT id FROM journal_entry WHERE reference = $1', [draft.reference]);
  expect(rows.length).toBe(1);
  await sound();
});

test('What came while no partition was made is in the rest, which becomes the partition of that time: no row is moved or lost.', async () => {
  await made(month(-4), 1);
  // months go by without anybody making more
  const books = await sampleBooks(db);
  expect(await whereIs('journal_entry', 'id', books.transfer.id)).toEqual(['journal_entry_rest']);
  const before = await wholeBooks(db);
  const { head } = await verifyLedger(db);
  const late = await made(now, 1);
  expect(late.map((one) => one.late)).toEqual([true, true, true]);
  expect(late.map((one) => one.made)).toEqual(
    ledgerPartitions.map(({ table }) => [`${table}_until_${name(0)}`, `${table}_${name(1)}`]),
  );
  expect(await whereIs('journal_entry', 'id', books.transfer.id)).toEqual([`journal_entry_until_${name(0)}`]);
  expect(await wholeBooks(db)).toEqual(before);
  await post(db, topUp());
  expect((await verifyLedger(db, { anchor: head })).ok).toBe(true);
});

test('A row from beyond this month in the rest stops the making, with a word, and nothing else: posting goes on.', async () => {
  await made(month(-4), 1);
  await post(db, topUp({ id: idAt(month(3)) }));
  const before = await wholeBooks(db);
  const months = await monthsOf(db.pool, 'journal_entry');
  await expect(made(now)).rejects.toThrow('journal_entry_rest has rows of a later month');
  expect(await monthsOf(db.pool, 'journal_entry')).toEqual(months);
  expect(await wholeBooks(db)).toEqual(before);
  expect(await post(db, topUp())).toMatchObject([{ verdict: 'POSTED' }]);
  await sound();
});

test('Each partition refuses what its table refuses: no change, no removal, no row but from ledger_post.', async () => {
  await made(month(-1), 2);
  const wallet = await richWallet(db, partnerId, 10n);
  await post(db, topUp({ id: idAt(month(-1)) }));
  const before = await wholeBooks(db);
  const { rows } = await db.pool.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
     WHERE inhparent IN ('journal_entry'::regclass, 'posting'::regclass, 'account_line'::regclass)`,
  );
  expect(rows.length).toBe(12);
  for (const { name: table } of rows) {
    const column = table.startsWith('journal_entry') ? 'reference' : 'entry_id';
    for (const sql of [`UPDATE ${table} SET ${column} = ${column}`, `DELETE FROM ${table}`, `TRUNCATE ${table}`]) {
      await expect(db.pool.query(sql), sql).rejects.toThrow('append-only');
    }
    await expect(db.pool.query(`INSERT INTO ${table} SELECT * FROM ${table} LIMIT 1`)).rejects.toThrow(
      'written by ledger_post alone',
    );
  }
  expect(await wholeBooks(db)).toEqual(before);
  expect((await balanceAt(db.prisma, walletAccount(partnerId, wallet, 'RUB').id, new Date()))?.posted).toBe(10n);
});

test('Partitions are made while entries are posted: each entry is answered, and the books are sound.', async () => {
  const ledger = createGroupCommit(db, { batch: 10 });
  await made(month(-6), 1);
  const wallet = await richWallet(db, partnerId, 1_000n);
  let making = true;
  const worker = async () => {
    const verdicts: (string | undefined)[] = [];
    while (making) {
      const draft = transferCompleted({
        ...about(),
        amount: 1n,
        fee: 0n,
        fromWalletId: wallet,
        toWalletId: newId('Wallet'),
      });
      verdicts.push((await ledger.post(draft)).verdicts[0]?.verdict);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return verdicts;
  };
  const workers = Promise.all(Array.from({ length: 10 }, worker));
  try {
    for (const at of [now, month(1), month(2)]) await made(at, 1);
  } finally {
    making = false;
  }
  const verdicts = (await workers).flat();
  expect(verdicts.length).toBeGreaterThan(10);
  expect(new Set(verdicts).has(undefined)).toBe(false);
  await sound();
});

test("An account's statement and its balance at an instant start at the newest partition and stop when they have enough.", async () => {
  await made(month(-20), 20);
  const wallet = await richWallet(db, partnerId, 100n);
  const account = walletAccount(partnerId, wallet, 'RUB').id;
  for (let n = 0; n < 5; n += 1) {
    const transfer = { ...about(), amount: 1n, fee: 0n, fromWalletId: wallet, toWalletId: newId('Wallet') };
    await post(db, transferCompleted(transfer));
  }
  const page = await statement(db.prisma, [account], { first: 3 });
  const next = await statement(db.prisma, [account], { first: 9, after: page.items.at(-1)?.cursor ?? null });
  expect([...page.items, ...next.items].map(({ balanceAfter }) => balanceAfter)).toEqual([
    95n,
    96n,
    97n,
    98n,
    99n,
    100n,
  ]);
  const { rows } = await db.pool.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT * FROM account_line l WHERE l.account_id = $1 AND l.recorded_at <= now()
     ORDER BY l.recorded_at DESC, l.number DESC LIMIT 3`,
    [account],
  );
  const plan = rows.map((row) => row['QUERY PLAN']);
  expect(plan.filter((line) => /Sort|Seq Scan/.test(line))).toEqual([]);
  const read = plan.filter((line) => /Index Scan/.test(line) && !/never executed/.test(line));
  // the rest is beyond now
  expect(read.map((line) => /on (account_line_\w+)/.exec(line)?.[1])).toEqual([`account_line_${name(0)}`]);
});

test('Books from before the partitions come through the migration as they were, and go on.', async () => {
  const { db: old, client, finish } = await halfMigrated(db, '_journal_partitions');
  const heads = () => client.query('SELECT position, encode(hash, $1) AS hash FROM journal_seal ORDER BY 1', ['hex']);
  const books = await sampleBooks(old);
  const [before, sealed] = [await wholeBooks(old), (await heads()).rows];
  await finish();
  expect(await wholeBooks(old)).toEqual(before);
  expect((await heads()).rows).toEqual(sealed);
  expect((await verifyLedger(old)).checks.flatMap(({ breaks }) => breaks)).toEqual([]);
  expect(await post(old, { ...books.transfer, id: newId('JournalEntry') })).toMatchObject([{ verdict: 'REPLAYED' }]);
  await makePartitions(old, ledgerPartitions, now);
  expect(await post(old, topUp())).toMatchObject([{ verdict: 'POSTED' }]);
  expect((await verifyLedger(old)).ok).toBe(true);
});
