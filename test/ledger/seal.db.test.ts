import { pino } from 'pino';
import { expect, test } from 'vitest';
import { verifyLedger } from '../../src/ledger/checks.ts';
import { topUpSettled } from '../../src/ledger/entries.ts';
import { sealBatch, startSealer } from '../../src/ledger/seal.ts';
import { newId } from '../../src/lib/ids.ts';
import { testDatabase } from '../support/db.ts';
import { post, somePartner } from './books.ts';

const db = await testDatabase();
const { about } = somePartner();
const some = () => topUpSettled({ ...about(), amount: 5n, walletId: newId('Wallet') });

async function seals(): Promise<{ sealed: number; waiting: number }> {
  const { rows } = await db.pool.query<{ sealed: number; waiting: number }>(
    'SELECT (SELECT count(*)::int FROM journal_seal) AS sealed, (SELECT count(*)::int FROM journal_unsealed) AS waiting',
  );
  return rows[0] ?? { sealed: -1, waiting: -1 };
}

test('Entries are sealed in the order of the journal, in bounded batches, each once, by however many sealers at once.', async () => {
  const drafts = Array.from({ length: 25 }, some);
  await post(db, ...drafts);
  expect(await sealBatch(db, 10)).toBe(10);
  expect(await seals()).toEqual({ sealed: 10, waiting: 15 });
  const runs = await Promise.all([1, 2, 3, 4].map(() => sealBatch(db, 10)));
  expect(runs.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(10);
  while ((await sealBatch(db, 10)) > 0);
  expect(await seals()).toEqual({ sealed: 25, waiting: 0 });
  const { rows } = await db.pool.query<{ entry_id: string }>('SELECT entry_id FROM journal_seal ORDER BY position');
  expect(rows.map((row) => row.entry_id)).toEqual(drafts.map(({ id }) => id));
});

test('The same books give the same chain: a seal depends on every word of its entry and on the seal before.', async () => {
  const before = await verifyLedger(db);
  expect(before.ok).toBe(true);
  await post(db, some());
  await sealBatch(db, 10);
  const after = await verifyLedger(db, { anchor: before.head });
  expect(after.ok).toBe(true);
  expect(after.head?.position).toBe((before.head?.position ?? 0n) + 1n);
  expect(after.head?.hash).not.toBe(before.head?.hash);
});

test('The sealer of a process keeps up with what is posted, and stops when it is told to.', async () => {
  const sealer = startSealer({ db, log: pino({ level: 'silent' }), everyMs: 1 });
  await post(db, some(), some());
  await expect.poll(async () => (await seals()).waiting).toBe(0);
  await sealer.stop();
  await post(db, some());
  expect((await seals()).waiting).toBe(1);
});

test('A fault while sealing is logged, nothing is half sealed, and the next round goes on.', async () => {
  await db.pool.query(`ALTER TABLE journal_seal ADD CONSTRAINT closed CHECK (position < 0) NOT VALID`);
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const sealer = startSealer({ db, log, everyMs: 1 });
  await expect.poll(() => lines.length).toBeGreaterThan(1);
  expect(lines[0]).toContain('sealing the journal failed');
  expect((await seals()).waiting).toBe(1);
  await db.pool.query('ALTER TABLE journal_seal DROP CONSTRAINT closed');
  await expect.poll(async () => (await seals()).waiting).toBe(0);
  await sealer.stop();
  expect((await verifyLedger(db)).ok).toBe(true);
});
