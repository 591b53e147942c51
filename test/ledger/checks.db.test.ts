import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { type LedgerReport, verifyLedger } from '../../src/ledger/checks.ts';
import { sealBatch } from '../../src/ledger/seal.ts';
import { createTestDatabase, dropTestDatabase } from '../support/db.ts';
import { sampleBooks } from './books.ts';

let db: Database;
let books: Awaited<ReturnType<typeof sampleBooks>>;

beforeEach(async () => {
  db = await openDatabase(await createTestDatabase(), 4);
  books = await sampleBooks(db);
});

afterEach(async () => {
  await db.close();
  await dropTestDatabase(db.url);
});

/** Changes what may not be changed, as a superuser with the triggers off could. */
async function tamper(...statements: string[]): Promise<void> {
  const client = await db.pool.connect();
  await client.query('SET session_replication_role = replica');
  for (const sql of statements) await client.query(sql);
  client.release(true);
}

const broken = (report: LedgerReport) =>
  Object.fromEntries(report.checks.filter((check) => check.broken > 0).map(({ name, breaks }) => [name, breaks]));

test('Sound books pass every check, sealed or not, and the report says how much was looked at.', async () => {
  const report = await verifyLedger(db);
  expect(broken(report)).toEqual({});
  expect(report.ok).toBe(true);
  expect(report.checks.map(({ name, checked }) => [name, checked])).toEqual([
    ['postings', 10n],
    ['keys', 6n],
    ['debits = credits', 4n],
    ['counters = postings', 4n],
    ['holds = postings', 2n],
    ['pending = open holds', 4n],
    ['lines = postings', 20n],
    ['running counters', 20n],
    ['line numbers', 4n],
    ['no overdraft', 4n],
    ['wallet accounts', 0n],
    ['sealing', 6n],
    ['hash chain', 5n],
  ]);
  expect(report.head?.position).toBe(5n);
});

/** Each row: what is done to the books, which checks find it, and what one of them must name. */
const breaks: [title: string, change: () => string[], found: string[], named: () => string][] = [
  [
    'An amount changed in a sealed posting',
    () => [`UPDATE posting SET amount_minor = 2501 WHERE entry_id = '${books.transfer.id}' AND number = 1`],
    ['counters = postings', 'lines = postings', 'running counters', 'hash chain'],
    () => books.transfer.id,
  ],
  [
    'The hour of an entry changed, which no sum shows',
    () => [
      `UPDATE journal_entry SET occurred_at = occurred_at + interval '1 microsecond' WHERE id = '${books.transfer.id}'`,
    ],
    ['hash chain'],
    () => `entry ${books.transfer.id}, its postings or the seal before were changed`,
  ],
  [
    'A counter raised',
    () => [`UPDATE ledger_account SET posted_credits = posted_credits + 5 WHERE id = '${books.wallet}'`],
    ['debits = credits', 'counters = postings', 'line numbers'],
    () => `account ${books.wallet}: counters`,
  ],
  [
    'Two counters raised alike, so that debits still equal credits',
    () => ['UPDATE ledger_account SET posted_credits = posted_credits + 5, posted_debits = posted_debits + 5'],
    ['counters = postings', 'line numbers'],
    () => books.wallet,
  ],
  [
    'A hold that says more remains than was left',
    () => [`UPDATE hold SET remaining_minor = remaining_minor + 1 WHERE id = '${books.main.id}'`],
    ['holds = postings', 'pending = open holds'],
    () => `hold ${books.main.id}: 601 of 1000 remain`,
  ],
  [
    'A hold taken away',
    () => [`DELETE FROM hold WHERE id = '${books.main.id}'`],
    ['holds = postings', 'pending = open holds'],
    () => `hold ${books.main.id}`,
  ],
  [
    'A pending counter lowered',
    () => [`UPDATE ledger_account SET pending_debits = 0 WHERE id = '${books.wallet}'`],
    ['debits = credits', 'counters = postings', 'pending = open holds', 'line numbers'],
    () => 'pending 0 debits, 0 credits; open holds 600 debits',
  ],
  [
    'A line of a statement changed',
    () => [`UPDATE account_line SET amount_minor = -1 WHERE account_id = '${books.wallet}' AND number = 2`],
    ['lines = postings'],
    () => books.transfer.id,
  ],
  [
    'A running balance changed',
    () => [
      `UPDATE account_line SET posted_debits = posted_debits + 1 WHERE account_id = '${books.wallet}' AND number = 2`,
    ],
    ['running counters'],
    () => `line 2 of account ${books.wallet}`,
  ],
  [
    'A line put back in time',
    () => [
      `UPDATE account_line SET recorded_at = recorded_at - interval '1 day' WHERE account_id = '${books.wallet}' AND number = 3`,
    ],
    ['lines = postings', 'running counters'],
    () => `line 3 of account ${books.wallet}`,
  ],
  [
    'A line taken away',
    () => [`DELETE FROM account_line WHERE account_id = '${books.wallet}' AND number = 2`],
    ['lines = postings', 'running counters', 'line numbers'],
    () => `account ${books.wallet}:`,
  ],
  [
    'A customer overdrawn past the CHECK',
    () => [
      'ALTER TABLE ledger_account DROP CONSTRAINT no_overdraft',
      `UPDATE ledger_account SET posted_debits = posted_debits + 20000 WHERE id = '${books.wallet}'`,
    ],
    ['debits = credits', 'counters = postings', 'line numbers', 'no overdraft'],
    () => `account ${books.wallet}: -`,
  ],
  [
    'An account moved to another currency',
    () => [`UPDATE ledger_account SET currency = 'USD' WHERE id = '${books.wallet}'`],
    ['postings', 'debits = credits'],
    () => `from ${books.wallet} (USD)`,
  ],
  [
    'A wallet that names an account of somebody else',
    () => [
      `INSERT INTO wallet_account (wallet_id, currency, ledger_account_id) VALUES ('${books.b}', 'RUB', '${books.wallet}')`,
    ],
    ['wallet accounts'],
    () => `wallet ${books.b} in RUB: account ${books.wallet} is of wallet ${books.a}`,
  ],
  [
    'An entry slipped in behind the writer',
    () => [
      `INSERT INTO journal_entry (id, partner_id, code, reference, occurred_at, recorded_at)
       VALUES ('jrn_forged', '${books.partnerId}', 'TOP_UP_SETTLED', 'forged', now(), now())`,
    ],
    ['postings', 'keys', 'sealing'],
    () => 'entry jrn_forged: is neither sealed nor waiting',
  ],
  [
    'A sealed entry taken away with everything that it moved',
    () => [`DELETE FROM journal_entry WHERE id = '${books.transfer.id}'`],
    ['postings', 'keys', 'lines = postings', 'sealing', 'hash chain'],
    () => `its entry ${books.transfer.id} is gone`,
  ],
  [
    'A key taken away, so that the entry could be posted a second time',
    () => [`DELETE FROM journal_key WHERE entry_id = '${books.transfer.id}'`],
    ['keys'],
    () => `entry ${books.transfer.id}: TRANSFER_COMPLETED`,
  ],
  [
    'A posting of an account that there is not',
    () => [`UPDATE posting SET debit_account_id = 'acc_gone' WHERE entry_id = '${books.transfer.id}' AND number = 1`],
    ['postings', 'counters = postings', 'lines = postings', 'running counters', 'hash chain'],
    () => 'from acc_gone (missing)',
  ],
  [
    'A posting and a line of an entry that there is not',
    () => [
      `INSERT INTO posting (entry_id, number, kind, debit_account_id, credit_account_id, currency, amount_minor)
       SELECT 'jrn_gone', number, kind, debit_account_id, credit_account_id, currency, amount_minor
       FROM posting WHERE entry_id = '${books.transfer.id}' AND number = 1`,
      `INSERT INTO account_line SELECT account_id, 99, 'jrn_gone', posting_number, kind, amount_minor, posted_debits,
       posted_credits, pending_debits, pending_credits, recorded_at FROM account_line WHERE entry_id = '${books.transfer.id}' AND posting_number = 1`,
    ],
    ['postings', 'counters = postings', 'lines = postings', 'running counters', 'line numbers'],
    () => 'posting jrn_gone/1',
  ],
  [
    'A seal taken away',
    () => ['DELETE FROM journal_seal WHERE position = 2'],
    ['sealing', 'hash chain'],
    () => 'seals: 4 of them, the last is number 5',
  ],
];

test.each(breaks)('%s is found.', async (_title, change, found, named) => {
  await tamper(...change());
  const report = await verifyLedger(db);
  expect(report.ok).toBe(false);
  expect(Object.keys(broken(report))).toEqual(found);
  expect(Object.values(broken(report)).flat().join('\n')).toContain(named());
});

test('A chain that was rewritten as a whole does not pass through a head that was noted before.', async () => {
  const { head } = await verifyLedger(db);
  expect(broken(await verifyLedger(db, { anchor: head }))).toEqual({});
  await tamper(
    `UPDATE journal_entry SET occurred_at = occurred_at + interval '1 microsecond' WHERE id = '${books.transfer.id}'`,
    'DELETE FROM journal_seal',
    'DELETE FROM journal_unsealed',
    'INSERT INTO journal_unsealed (seq, entry_id) SELECT seq, id FROM journal_entry',
  );
  await sealBatch(db, 1_000);
  expect((await verifyLedger(db)).ok).toBe(true);
  expect(Object.keys(broken(await verifyLedger(db, { anchor: head })))).toEqual(['hash chain']);
});

test('A break that is found many times is counted whole and shown in part.', async () => {
  await tamper(
    `INSERT INTO journal_entry (id, partner_id, code, reference, occurred_at, recorded_at)
     SELECT 'jrn_' || n, 'par_x', 'X', n, now(), now() FROM generate_series(1, 50) n`,
  );
  const sealing = (await verifyLedger(db)).checks.find(({ name }) => name === 'sealing');
  expect([sealing?.broken, sealing?.breaks.length]).toEqual([50, 20]);
});
