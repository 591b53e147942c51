import type { Sql, Statement } from '../db/sql-transaction.ts';
import { assert, present } from '../lib/assert.ts';
import type { LedgerAccountRef } from './account.ts';
import { type Counters, compile, POST_STATEMENT, type PostResult, parse, type RawResult } from './post.ts';
import type { JournalEntryDraft } from './posting.ts';

/** How an account stands. */
export interface GroupAccount extends Counters {
  closed: boolean;
  /** Is it in the books already? */
  known: boolean;
}

interface AccountRow {
  id: string;
  closed: boolean;
  posted_debits: string;
  posted_credits: string;
  pending_debits: string;
  pending_credits: string;
}

const COUNTERS = `SELECT id, closed_at IS NOT NULL AS closed, posted_debits, posted_credits, pending_debits, pending_credits
  FROM ledger_account WHERE id = ANY ($1)`;
const READ = { name: 'read_accounts', text: COUNTERS };
const LOCK = { name: 'lock_accounts', text: `${COUNTERS} ORDER BY id COLLATE "C" FOR NO KEY UPDATE` };

/**
 * Locks accounts in the order in which `ledger_post` does, so that whoever decides on many entries can work out each one's effect
 * before anything is written.
 * @returns by account id; one that is not in the books yet has nothing in it
 */
export const lockAccounts = (sql: Sql, accounts: LedgerAccountRef[]): Promise<Map<string, GroupAccount>> =>
  accountsBy(sql, LOCK, accounts);

/** How accounts stand now, without locking them. */
export const readAccounts = (sql: Sql, accounts: LedgerAccountRef[]): Promise<Map<string, GroupAccount>> =>
  accountsBy(sql, READ, accounts);

async function accountsBy(
  sql: Sql,
  statement: Statement,
  accounts: LedgerAccountRef[],
): Promise<Map<string, GroupAccount>> {
  const ids = [...new Set(accounts.map(({ id }) => id))].sort();
  const rows = await sql.rows<AccountRow>(statement, [ids]);
  const none = {
    closed: false,
    known: false,
    postedDebits: 0n,
    postedCredits: 0n,
    pendingDebits: 0n,
    pendingCredits: 0n,
  };
  const found = new Map<string, GroupAccount>(ids.map((id) => [id, { ...none }]));
  for (const { id, closed, ...row } of rows) {
    found.set(id, {
      closed,
      known: true,
      postedDebits: BigInt(row.posted_debits),
      postedCredits: BigInt(row.posted_credits),
      pendingDebits: BigInt(row.pending_debits),
      pendingCredits: BigInt(row.pending_credits),
    });
  }
  return found;
}

/**
 * Posts entries that were decided on under the locks of `lockAccounts`: all of them stand afterwards.
 * @param accounts as they were locked
 * @throws InvariantError when the books refuse one
 */
export async function postDecided(
  sql: Sql,
  entries: JournalEntryDraft[],
  accounts: ReadonlyMap<string, GroupAccount>,
): Promise<PostResult> {
  const known = new Set([...accounts].flatMap(([id, account]) => (account.known ? [id] : [])));
  const call = compile(entries, known);
  const rows = await sql.rows<{ result: RawResult }>({ name: 'ledger_post', text: POST_STATEMENT }, call.values);
  const result = parse(call, present(rows[0], 'the answer of ledger_post').result);
  result.verdicts.forEach((verdict, at) => {
    const { code, reference } = present(entries[at], 'an entry');
    assert(
      verdict.verdict === 'POSTED',
      `the ledger answered ${verdict.verdict} to ${code} ${reference}, which was decided`,
    );
  });
  return result;
}
