import { textArray, timeArray } from '../db/arrays.ts';
import type { Tx } from '../db/client.ts';
import { assert, assertNever, present } from '../lib/assert.ts';
import type { LedgerAccountRef } from './account.ts';
import type { JournalEntryDraft, PostingDraft } from './posting.ts';

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
  /** Counters afterwards of every account that the entries name. */
  counters: { get(accountId: string): Counters | undefined };
  /** When the books recorded it. */
  recordedAt: Date;
}

/** The call of the SQL function; `compile` gives its values, `parse` reads its answer. */
export const POST_STATEMENT = `SELECT ledger_post($1::text[], $2, $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
  $8::text[], $9::timestamptz[], $10::int[], $11::int[], $12::int[], $13::text[], $14::int[], $15::int[], $16::bigint[],
  $17::text[], $18::timestamptz[]) AS result`;

/**
 * Posts entries in the caller's transaction, in one round trip; each gets its own verdict, and a refused one leaves no trace.
 * Locks every account named until the transaction ends, so call it once per transaction, as late as possible.
 * @param tx the transaction, or a client for a transaction of its own
 * @param entries drafts from the catalogue; no two with the same (code, reference)
 * @throws InvariantError when a draft could not stand in any book (no line, amount not above zero, debit = credit)
 */
export async function postEntries(tx: Tx, entries: JournalEntryDraft[]): Promise<PostResult> {
  const call = compile(entries);
  const rows = await tx.$queryRawUnsafe<{ result: RawResult }[]>(POST_STATEMENT, ...call.values);
  return parse(call, present(rows[0], 'the answer of ledger_post').result);
}

/** Entries in the form of the SQL function. */
export interface PostCall {
  entryIds: string[];
  /** Where each account stands in the call, from 1: by id, in order. */
  accounts: ReadonlyMap<string, number>;
  /** The values of POST_STATEMENT, each in PostgreSQL's own text form, so that every client passes them on as they are. */
  values: string[];
}

/**
 * Turns drafts into one call of the SQL function.
 * @param known ids of accounts that are in the books for certain, and need no description
 */
export function compile(entries: JournalEntryDraft[], known: ReadonlySet<string> = new Set()): PostCall {
  const accounts = accountsOf(entries);
  const accountIds = accounts.map(({ id }) => id);
  const entryIds = entries.map(({ id }) => id);
  const position = new Map(accountIds.map((id, index) => [id, index + 1]));
  const lasts: number[] = [];
  const [owners, numbers, debits, credits]: [number[], number[], number[], number[]] = [[], [], [], []];
  const lines: PostingDraft[] = [];
  entries.forEach(({ postings }, at) => {
    postings.forEach((line, index) => {
      lines.push(line);
      owners.push(at + 1);
      numbers.push(index + 1);
      debits.push(present(position.get(line.debit.id), 'a position'));
      credits.push(present(position.get(line.credit.id), 'a position'));
    });
    lasts.push(lines.length);
  });
  return {
    entryIds,
    accounts: position,
    values: [
      textArray(accountIds),
      JSON.stringify(accounts.filter(({ id }) => !known.has(id))),
      textArray(entryIds),
      textArray(entries.map((e) => e.partnerId)),
      textArray(entries.map((e) => e.code)),
      textArray(entries.map((e) => e.reference)),
      textArray(entries.map((e) => e.paymentId)),
      textArray(entries.map((e) => e.reversesId)),
      timeArray(entries.map((e) => e.occurredAt)),
      `{${lasts}}`,
      `{${owners}}`,
      `{${numbers}}`,
      textArray(lines.map((l) => l.kind)),
      `{${debits}}`,
      `{${credits}}`,
      `{${lines.map((l) => l.amount)}}`,
      textArray(lines.map((l) => l.holdId)),
      timeArray(lines.map((l) => l.expiresAt)),
    ],
  };
}

/** Every account that the entries name, once, in the order in which the SQL function locks: "C", that is by code unit. */
function accountsOf(entries: JournalEntryDraft[]): LedgerAccountRef[] {
  const accounts = new Map<string, LedgerAccountRef>();
  const keys = new Set<string>();
  for (const { code, reference, postings } of entries) {
    assert(postings.length > 0, `an entry ${code} has no lines`);
    for (const { debit, credit, amount } of postings) {
      assert(amount > 0n && debit.id !== credit.id, `an entry ${code} has an impossible line`);
      accounts.set(debit.id, debit).set(credit.id, credit);
    }
    keys.add(`${code} ${reference}`);
  }
  assert(entries.length > 0 && keys.size === entries.length, 'one call posts nothing, or one entry twice');
  return [...accounts.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A verdict other than POSTED, as ledger_post writes it. */
interface OddVerdict {
  /** Position of the entry in the call, from 1. */
  entry: number;
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
  odd: OddVerdict[];
  /** Each a list of minor units in one text, in the order of the call's accounts. */
  counters: Record<keyof Counters, string>;
}

/** The answer of the SQL function in our types. */
export function parse({ entryIds, accounts }: PostCall, raw: RawResult): PostResult {
  const verdicts = entryIds.map((entryId): Verdict => ({ verdict: 'POSTED', entryId }));
  for (const odd of raw.odd) verdicts[odd.entry - 1] = parseOdd(odd);
  return { verdicts, counters: new CallCounters(accounts, raw.counters), recordedAt: new Date(raw.at) };
}

/** The counters of a call's accounts, read when somebody asks: most are never looked at. */
class CallCounters {
  private lists: Record<keyof Counters, string[]> | undefined;

  constructor(
    private readonly accounts: ReadonlyMap<string, number>,
    private readonly raw: RawResult['counters'],
  ) {}

  get(accountId: string): Counters | undefined {
    const at = this.accounts.get(accountId);
    if (at === undefined) return undefined;
    this.lists ??= mapCounters((name) => this.raw[name].split(' '));
    const { lists } = this;
    return mapCounters((name) => BigInt(present(lists[name][at - 1], 'a counter')));
  }
}

const mapCounters = <T>(of: (name: keyof Counters) => T): Record<keyof Counters, T> => ({
  postedDebits: of('postedDebits'),
  postedCredits: of('postedCredits'),
  pendingDebits: of('pendingDebits'),
  pendingCredits: of('pendingCredits'),
});

function parseOdd(raw: OddVerdict): Verdict {
  const { verdict, entryId } = raw;
  if (verdict !== 'REFUSED') return { verdict, entryId };
  const text = (name: Exclude<keyof OddVerdict, 'entry'>) => present(raw[name], `${name} of a verdict`);
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
