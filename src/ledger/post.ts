import type { Tx } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { assert, assertNever, present } from '../lib/assert.ts';
import type { LedgerAccountRef } from './account.ts';
import type { JournalEntryDraft } from './posting.ts';

/** An account's four counters, minor units. */
export interface Counters {
  postedDebits: bigint;
  postedCredits: bigint;
  pendingDebits: bigint;
  pendingCredits: bigint;
}

/** Why an entry is not in the books. */
export type LedgerRefusal =
  | { reason: 'INSUFFICIENT_FUNDS'; accountId: string; shortBy: bigint }
  | { reason: 'ACCOUNT_CLOSED'; accountId: string }
  | { reason: 'CURRENCY_MISMATCH'; accountId: string }
  | { reason: 'HOLD_NOT_OPEN'; holdId: string }
  | { reason: 'HOLD_EXCEEDED'; holdId: string; available: bigint; required: bigint };

/**
 * What became of one entry. POSTED: it is in the books. REPLAYED: it was there already, with the same postings.
 * CONFLICT: its (code, reference) is taken by other postings. REFUSED: nothing of it moved.
 */
export type Verdict =
  | { verdict: 'POSTED' | 'REPLAYED' | 'CONFLICT'; entryId: string }
  | ({ verdict: 'REFUSED'; entryId: string } & LedgerRefusal);

export interface PostResult {
  /** One verdict per entry, in the order given. */
  verdicts: Verdict[];
  /** Counters afterwards of every account that the entries name, by account id. */
  counters: Map<string, Counters>;
  /** When the books recorded it. */
  recordedAt: Date;
}

/**
 * Posts entries in the caller's transaction, in one round trip; each gets its own verdict, and a refused one leaves no trace.
 * Locks every account named until the transaction ends, so call it once per transaction, as late as possible.
 * @param tx the transaction, or a client for a transaction of its own
 * @param entries drafts from the catalogue; no two with the same (code, reference)
 * @throws InvariantError when a draft could not stand in any book (no line, amount not above zero, debit = credit)
 */
export async function postEntries(tx: Tx, entries: JournalEntryDraft[]): Promise<PostResult> {
  const call = compile(entries);
  const rows = await tx.$queryRaw<{ result: RawResult }[]>(
    Prisma.sql`SELECT ledger_post(${call.accounts}::jsonb, ${call.entries}::jsonb, ${call.postings}::jsonb) AS result`,
  );
  return parse(present(rows[0], 'the answer of ledger_post').result);
}

/** The three arguments of the SQL function, as JSON texts. */
export function compile(entries: JournalEntryDraft[]): { accounts: string; entries: string; postings: string } {
  const accounts = new Map<string, LedgerAccountRef>();
  for (const { code, postings } of entries) {
    assert(postings.length > 0, `an entry ${code} has no lines`);
    for (const { debit, credit, amount } of postings) {
      assert(amount > 0n && debit.id !== credit.id, `an entry ${code} has an impossible line`);
      accounts.set(debit.id, debit).set(credit.id, credit);
    }
  }
  assert(
    new Set(entries.map((e) => `${e.code} ${e.reference}`)).size === entries.length,
    'one call posts one entry twice',
  );
  // code-unit order is the "C" collation in which the function locks
  const sorted = [...accounts.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const position = new Map(sorted.map((ref, index) => [ref.id, index + 1]));
  const postings = entries.flatMap((entry, index) =>
    entry.postings.map(({ kind, debit, credit, amount, holdId, expiresAt }) => ({
      entry: index + 1,
      kind,
      debit: position.get(debit.id),
      credit: position.get(credit.id),
      amount: amount.toString(),
      holdId,
      expiresAt,
    })),
  );
  return {
    accounts: JSON.stringify(sorted),
    entries: JSON.stringify(entries.map(({ postings: _, ...entry }) => entry)),
    postings: JSON.stringify(postings),
  };
}

interface RawVerdict {
  verdict: Verdict['verdict'];
  entryId: string;
  reason?: LedgerRefusal['reason'];
  accountId?: string;
  holdId?: string;
  shortBy?: string;
  available?: string;
  required?: string;
}

/** What ledger_post answers. */
export interface RawResult {
  at: string;
  verdicts: RawVerdict[];
  accounts: ({ id: string } & Record<keyof Counters, string>)[];
}

/** The answer of the SQL function in our types. */
export function parse(raw: RawResult): PostResult {
  return {
    verdicts: raw.verdicts.map(parseVerdict),
    counters: new Map(raw.accounts.map(({ id, ...counters }) => [id, parseCounters(counters)])),
    recordedAt: new Date(raw.at),
  };
}

function parseVerdict(raw: RawVerdict): Verdict {
  const { verdict, entryId } = raw;
  if (verdict !== 'REFUSED') return { verdict, entryId };
  const text = (name: keyof RawVerdict) => present(raw[name], `${name} of a verdict`);
  const reason = present(raw.reason, 'reason of a verdict');
  switch (reason) {
    case 'INSUFFICIENT_FUNDS':
      return { verdict, entryId, reason, accountId: text('accountId'), shortBy: BigInt(text('shortBy')) };
    case 'ACCOUNT_CLOSED':
    case 'CURRENCY_MISMATCH':
      return { verdict, entryId, reason, accountId: text('accountId') };
    case 'HOLD_NOT_OPEN':
      return { verdict, entryId, reason, holdId: text('holdId') };
    case 'HOLD_EXCEEDED': {
      const [available, required] = [BigInt(text('available')), BigInt(text('required'))];
      return { verdict, entryId, reason, holdId: text('holdId'), available, required };
    }
    default:
      return assertNever(reason);
  }
}

function parseCounters(raw: Record<keyof Counters, string>): Counters {
  return {
    postedDebits: BigInt(raw.postedDebits),
    postedCredits: BigInt(raw.postedCredits),
    pendingDebits: BigInt(raw.pendingDebits),
    pendingCredits: BigInt(raw.pendingCredits),
  };
}
