import type { Tx } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { InvalidInputError } from '../errors.ts';
import type { LedgerAccountKind } from './account.ts';
import { balanceOf } from './balance.ts';
import type { Counters } from './post.ts';

/** A posted movement of an account, with the account's balance after it. */
export interface StatementLine {
  accountId: string;
  currency: string;
  entryId: string;
  code: string;
  paymentId: string | null;
  /** On the account's normal side, minor units: above zero came in, below zero went out. */
  amount: bigint;
  balanceAfter: bigint;
  occurredAt: Date;
  recordedAt: Date;
  /** Names this line to `after`. */
  cursor: string;
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  hasNext: boolean;
}

/** Which part of a statement: from `from` (included) to `to` (excluded), `first` lines at most, older than `after`. */
export interface StatementRange {
  from?: Date | null;
  to?: Date | null;
  first: number;
  after?: string | null;
}

interface Row extends Counters, Omit<StatementLine, 'balanceAfter' | 'cursor'> {
  kind: LedgerAccountKind;
  number: bigint;
  micros: bigint;
}

/**
 * The posted lines of some accounts, newest first, each with its account's balance after it.
 * One statement and one index read per account, whatever the page.
 * @throws InvalidInputError when `after` is no cursor of a statement
 */
export async function statement(
  tx: Tx,
  accountIds: readonly string[],
  range: StatementRange,
): Promise<Page<StatementLine>> {
  const { from, to, first, after } = range;
  const bounds = [Prisma.sql`true`];
  if (from) bounds.push(Prisma.sql`l.recorded_at >= ${from}`);
  if (to) bounds.push(Prisma.sql`l.recorded_at < ${to}`);
  if (after) {
    const { micros, accountId, number } = parseCursor(after);
    const instant = Prisma.sql`('epoch'::timestamptz + ${micros}::bigint * interval '1 microsecond')`;
    // the first condition serves the index, the second is the whole truth
    bounds.push(Prisma.sql`l.recorded_at <= ${instant}`);
    bounds.push(Prisma.sql`(l.recorded_at, l.account_id, l.number) < (${instant}, ${accountId}, ${number}::bigint)`);
  }
  const rows = await tx.$queryRaw<Row[]>`
    SELECT a.id AS "accountId", a.kind::text AS kind, a.currency, l.number, l.entry_id AS "entryId", j.code,
      j.payment_id AS "paymentId", l.amount_minor AS amount, j.occurred_at AS "occurredAt", l.recorded_at AS "recordedAt",
      (extract(epoch FROM l.recorded_at) * 1000000)::bigint AS micros,
      l.posted_debits AS "postedDebits", l.posted_credits AS "postedCredits",
      l.pending_debits AS "pendingDebits", l.pending_credits AS "pendingCredits"
    FROM ledger_account a
    CROSS JOIN LATERAL (
      SELECT * FROM account_line l
      WHERE l.account_id = a.id AND l.kind IN ('POST', 'CAPTURE') AND ${Prisma.join(bounds, ' AND ')}
      ORDER BY l.recorded_at DESC, l.number DESC LIMIT ${first + 1}) l
    JOIN journal_entry j ON j.id = l.entry_id
    WHERE a.id = ANY (${accountIds}::text[])
    ORDER BY l.recorded_at DESC, l.account_id DESC, l.number DESC LIMIT ${first + 1}`;
  return { items: rows.slice(0, first).map(toLine), hasNext: rows.length > first };
}

function toLine(row: Row): StatementLine {
  const { accountId, currency, entryId, code, paymentId, amount, occurredAt, recordedAt, kind, number, micros } = row;
  const cursor = Buffer.from(`${micros} ${accountId} ${number}`).toString('base64url');
  const balanceAfter = balanceOf(kind, row).posted;
  return { accountId, currency, entryId, code, paymentId, amount, balanceAfter, occurredAt, recordedAt, cursor };
}

function parseCursor(cursor: string): { micros: string; accountId: string; number: string } {
  const match = /^(\d{1,17}) (acc_[0-9a-z]{26}) (\d{1,18})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  const [, micros, accountId, number] = match ?? [];
  if (!micros || !accountId || !number) throw InvalidInputError.at('after', 'This is no cursor of a statement.');
  return { micros, accountId, number };
}
