import type { Tx } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { InvalidInputError } from '../errors.ts';
import { isId } from '../lib/ids.ts';
import type { LedgerAccountKind } from './account.ts';
import type { Counters } from './post.ts';
import type { PostingKind } from './posting.ts';
import type { Page } from './statement.ts';

/** An account of the chart as it stands in the books. */
export interface LedgerAccountRow extends Counters {
  id: string;
  partnerId: string;
  code: string;
  kind: LedgerAccountKind;
  currency: string;
  walletId: string | null;
  closedAt: Date | null;
}

/** A posting as it stands in the books. */
export interface PostingRow {
  number: number;
  kind: PostingKind;
  debitAccountId: string;
  creditAccountId: string;
  currency: string;
  amount: bigint;
  holdId: string | null;
}

/** A journal entry as it stands in the books, with its postings in order. */
export interface JournalEntryRow {
  id: string;
  partnerId: string;
  code: string;
  reference: string;
  paymentId: string | null;
  reversesId: string | null;
  occurredAt: Date;
  recordedAt: Date;
  postings: PostingRow[];
}

type Listed<T> = Page<T & { cursor: string }>;

const ofPartner = (column: string, partnerId: string | null) =>
  partnerId === null ? Prisma.sql`true` : Prisma.sql`${Prisma.raw(column)} = ${partnerId}`;

function page<T extends { id: string }>(rows: T[], first: number, cursorOf = (row: T) => row.id): Listed<T> {
  const items = rows.slice(0, first).map((row) => ({ ...row, cursor: cursorOf(row) }));
  return { items, hasNext: rows.length > first };
}

/**
 * Accounts of the chart in order of id, page by page.
 * @param partnerId whose books, or null for everybody's
 * @param which `search`: part of the account's code
 */
export async function ledgerAccounts(
  tx: Tx,
  partnerId: string | null,
  which: { first: number; after?: string | null; search?: string | null },
): Promise<Listed<LedgerAccountRow>> {
  const { first, after, search } = which;
  if (after && !isId('LedgerAccount', after)) throw InvalidInputError.at('after', 'This is no cursor of accounts.');
  const rows = await tx.$queryRaw<LedgerAccountRow[]>`
    SELECT id, partner_id AS "partnerId", code, kind::text AS kind, currency, wallet_id AS "walletId", closed_at AS "closedAt",
      posted_debits AS "postedDebits", posted_credits AS "postedCredits",
      pending_debits AS "pendingDebits", pending_credits AS "pendingCredits"
    FROM ledger_account
    WHERE ${ofPartner('partner_id', partnerId)} AND id > ${after ?? ''}
      AND position(lower(${search ?? ''}) IN lower(code)) > 0
    ORDER BY id LIMIT ${first + 1}`;
  return page(rows, first);
}

const entryColumns = Prisma.sql`j.id, j.partner_id AS "partnerId", j.code, j.reference, j.payment_id AS "paymentId",
  j.reverses_id AS "reversesId", j.occurred_at AS "occurredAt", j.recorded_at AS "recordedAt"`;

type BareEntry = Omit<JournalEntryRow, 'postings'>;

async function withPostings<T extends BareEntry>(tx: Tx, entries: T[]): Promise<(T & { postings: PostingRow[] })[]> {
  const ids = entries.map(({ id }) => id);
  const rows = await tx.$queryRaw<(PostingRow & { entryId: string })[]>`
    SELECT entry_id AS "entryId", number, kind::text AS kind, debit_account_id AS "debitAccountId",
      credit_account_id AS "creditAccountId", currency, amount_minor AS amount, hold_id AS "holdId"
    FROM posting WHERE entry_id = ANY (${ids}::text[]) ORDER BY entry_id, number`;
  const postings = new Map<string, PostingRow[]>(ids.map((id) => [id, []]));
  for (const { entryId, ...row } of rows) postings.get(entryId)?.push(row);
  return entries.map((entry) => ({ ...entry, postings: postings.get(entry.id) ?? [] }));
}

/** Journal entries with their postings by id, for a loader: two statements, whatever their number. */
export async function journalEntriesById(
  tx: Tx,
  partnerId: string | null,
  ids: readonly string[],
): Promise<JournalEntryRow[]> {
  const entries = await tx.$queryRaw<BareEntry[]>`
    SELECT ${entryColumns} FROM journal_entry j WHERE j.id = ANY (${ids}::text[]) AND ${ofPartner('j.partner_id', partnerId)}`;
  return withPostings(tx, entries);
}

/** Which entries: of one payment, of one account, or all; `first` at most, older than `after`. */
export interface EntriesFilter {
  first: number;
  after?: string | null;
  paymentId?: string | null;
  accountId?: string | null;
}

/**
 * Journal entries with their postings, newest first, page by page: two statements, whatever their number.
 * @param partnerId whose books, or null for everybody's
 */
export async function journalEntries(
  tx: Tx,
  partnerId: string | null,
  filter: EntriesFilter,
): Promise<Listed<JournalEntryRow>> {
  const { first, after, paymentId, accountId } = filter;
  if (accountId) return entriesOfAccount(tx, partnerId, { ...filter, accountId });
  if (after && !isId('JournalEntry', after)) throw InvalidInputError.at('after', 'This is no cursor of entries.');
  const older = after ? Prisma.sql`j.id < ${after}` : Prisma.sql`true`;
  const ofPayment = paymentId ? Prisma.sql`j.payment_id = ${paymentId}` : Prisma.sql`true`;
  const entries = await tx.$queryRaw<BareEntry[]>`
    SELECT ${entryColumns} FROM journal_entry j
    WHERE ${ofPartner('j.partner_id', partnerId)} AND ${ofPayment} AND ${older} ORDER BY j.id DESC LIMIT ${first + 1}`;
  return page(await withPostings(tx, entries), first);
}

/** Through the account's lines, newest first; the cursor names an entry's first line there: its instant and number. */
async function entriesOfAccount(
  tx: Tx,
  partnerId: string | null,
  filter: EntriesFilter & { accountId: string },
): Promise<Listed<JournalEntryRow>> {
  const { first, after, paymentId, accountId } = filter;
  const [, micros, number] = /^(\d{1,17})\.(\d{1,18})$/.exec(after ?? '') ?? [];
  if (after && !number) throw InvalidInputError.at('after', 'This is no cursor of an account.');
  const older = number
    ? Prisma.sql`(l.recorded_at, l.number) < ('epoch'::timestamptz + ${micros}::bigint * interval '1 microsecond', ${number}::bigint)`
    : Prisma.sql`true`;
  const ofPayment = paymentId ? Prisma.sql`j.payment_id = ${paymentId}` : Prisma.sql`true`;
  const entries = await tx.$queryRaw<(BareEntry & { line: string })[]>`
    SELECT ${entryColumns}, (extract(epoch FROM l.recorded_at) * 1000000)::bigint || '.' || l.number AS line
    FROM account_line l JOIN journal_entry j ON j.id = l.entry_id
    WHERE l.account_id = ${accountId} AND ${older} AND ${ofPartner('j.partner_id', partnerId)} AND ${ofPayment}
      AND NOT EXISTS (SELECT FROM account_line b
        WHERE b.account_id = l.account_id AND b.recorded_at = l.recorded_at AND b.number = l.number - 1
          AND b.entry_id = l.entry_id)
    ORDER BY l.recorded_at DESC, l.number DESC LIMIT ${first + 1}`;
  const lines = new Map(entries.map(({ id, line }) => [id, line]));
  const bare = entries.map(({ line: _, ...entry }) => entry);
  return page(await withPostings(tx, bare), first, ({ id }) => lines.get(id) ?? id);
}
