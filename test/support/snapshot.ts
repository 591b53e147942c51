import type { Database } from '../../src/db/client.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';

/** Everything that a refused operation must leave as it was. Two snapshots are equal when no kopeck and no cap moved. */
export async function snapshotOfBooks({ pool }: Database): Promise<Record<string, unknown>> {
  const parts = {
    accounts: `SELECT id, posted_debits, posted_credits, pending_debits, pending_credits, lines, closed_at
               FROM ledger_account ORDER BY id`,
    written: `SELECT (SELECT count(*) FROM account_line) AS lines, (SELECT count(*) FROM journal_entry) AS entries,
              (SELECT count(*) FROM posting) AS postings, (SELECT count(*) FROM payment_transition) AS transitions,
              (SELECT count(*) FROM idempotency_key) AS keys, (SELECT count(*) FROM wallet_account) AS currencies`,
    holds: 'SELECT id, state, remaining_minor FROM hold ORDER BY id',
    limits: 'SELECT * FROM limit_usage ORDER BY wallet_id, kind, "window", currency, period_start',
    caps: 'SELECT * FROM wallet_limit ORDER BY wallet_id, kind, "window", currency',
    payments: 'SELECT id, status, version, amount_minor, refunded_minor, reference FROM payment ORDER BY id',
    wallets: 'SELECT id, status, default_currency, identification_level FROM wallet ORDER BY id',
  };
  const read = async ([name, sql]: [string, string]) => [name, (await pool.query(sql)).rows];
  return Object.fromEntries(await Promise.all(Object.entries(parts).map(read)));
}

/** What is broken in the books; empty when `ledger verify` proves them. */
export async function breaksInTheBooks(db: Database): Promise<string[]> {
  const { checks } = await verifyLedger(db);
  return checks.flatMap(({ name, breaks }) => breaks.map((found) => `${name}: ${found}`));
}
