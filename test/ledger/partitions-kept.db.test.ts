import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { makePartitions } from '../../src/db/partitions.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';
import { topUpSettled } from '../../src/ledger/entries.ts';
import { ledgerPartitions } from '../../src/ledger/partitions.ts';
import { sealBatch } from '../../src/ledger/seal.ts';
import { idFloor, newId } from '../../src/lib/ids.ts';
import { createTestDatabase, dropTestDatabase } from '../support/db.ts';
import { post, somePartner, wholeBooks } from './books.ts';

/** The books are kept: an old month may lie elsewhere, and one that is missing is missed. */
const { about } = somePartner();
const now = new Date();
/** The middle of a month so many months from this one. */
const month = (ahead: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 15));
const name = (ahead: number) => month(ahead).toISOString().slice(0, 7).replace('-', '_');
const topUp = (at: Date) => ({
  ...topUpSettled({ ...about(), amount: 5n, walletId: newId('Wallet') }),
  id: `${idFloor('JournalEntry', at)}${newId('JournalEntry').slice(-16)}`,
});

let db: Database;
beforeEach(async () => {
  db = await openDatabase(await createTestDatabase(), 4);
  await makePartitions(db, ledgerPartitions, month(-2), 3);
});
afterEach(async () => {
  await db.close();
  await dropTestDatabase(db.url);
});

const found = async () => (await verifyLedger(db)).checks.flatMap(({ breaks }) => breaks);

test.each(['journal_entry', 'posting', 'account_line'])(
  'A month of %s that the owner of the tables took away is missed by the proof, whether detached or dropped.',
  async (table) => {
    const draft = topUp(now);
    await post(db, draft);
    await sealBatch(db, 10);
    expect(await found()).toEqual([]);
    for (const sql of [`ALTER TABLE ${table} DETACH PARTITION ${table}_${name(0)}`, `DROP TABLE ${table}_${name(0)}`]) {
      await db.pool.query(sql);
      expect((await found()).join('\n'), sql).toContain(draft.id);
    }
  },
);

test('An old month moves to a tablespace of its own: the proof holds, its entries are known, and posting goes on.', async () => {
  const old = topUp(month(-1));
  await post(db, old);
  await sealBatch(db, 10);
  const before = await wholeBooks(db);
  const place = `slow_${randomBytes(6).toString('hex')}`;
  const moved = [`TABLE journal_entry_${name(-1)}`, `INDEX journal_entry_${name(-1)}_pkey`];
  const client = await db.pool.connect();
  await client.query('SET allow_in_place_tablespaces = on');
  await client.query(`CREATE TABLESPACE ${place} LOCATION ''`);
  try {
    for (const one of moved) await client.query(`ALTER ${one} SET TABLESPACE ${place}`);
    const { rows } = await client.query(
      'SELECT relname FROM pg_class c JOIN pg_tablespace t ON t.oid = c.reltablespace WHERE spcname = $1 AND relname ~ $2 ORDER BY 1',
      [place, '^journal'],
    );
    expect(rows.map(({ relname }) => relname)).toEqual(moved.map((one) => one.split(' ')[1]));
    expect(await wholeBooks(db)).toEqual(before);
    expect(await found()).toEqual([]);
    expect(await post(db, { ...old, id: newId('JournalEntry') })).toEqual([{ verdict: 'REPLAYED', entryId: old.id }]);
    expect(await post(db, topUp(now))).toMatchObject([{ verdict: 'POSTED' }]);
    expect(await found()).toEqual([]);
  } finally {
    for (const one of moved) await client.query(`ALTER ${one} SET TABLESPACE pg_default`);
    await client.query(`DROP TABLESPACE ${place}`);
    client.release(true);
  }
});
