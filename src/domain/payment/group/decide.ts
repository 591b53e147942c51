import type { Sql } from '../../../db/sql-transaction.ts';
import { InsufficientFundsError } from '../../../errors.ts';
import { appendEventsInGroup } from '../../../events/append-in-group.ts';
import { feeIncomeAccount, type LedgerAccountRef } from '../../../ledger/account.ts';
import { balanceOf } from '../../../ledger/balance.ts';
import type { Counters } from '../../../ledger/post.ts';
import { type GroupAccount, lockAccounts, postDecided, readAccounts } from '../../../ledger/post-in-group.ts';
import type { JournalEntryDraft } from '../../../ledger/posting.ts';
import { assert, present } from '../../../lib/assert.ts';
import { type KeyClaim, releaseKeys } from '../../idempotency/claim-many.ts';
import { type Caps, type CapWish, capWish, readCaps, reserveCaps } from '../../limit/caps-in-group.ts';
import { checkStanding } from '../../limit/consume-limits.ts';
import { announceInGroup } from '../../notification/announce-in-group.ts';
import { bookAccount, type WalletBook } from '../../wallet/book.ts';
import { balanceEvents, closedMeanwhile } from '../post-payment.ts';
import { bookOf, completed, posting, transferUse } from '../transfer.ts';
import { attempt, type Job, type Transfer } from './request.ts';
import { writeTransfers } from './rows.ts';

/** A transfer that passed its checks, with what it moves. */
interface Candidate {
  job: Job;
  transfer: Transfer;
  carry: boolean;
  cap: CapWish;
  fromBook: WalletBook;
  toBook: WalletBook;
  from: LedgerAccountRef;
  to: LedgerAccountRef;
  /** Where the fee goes, when there is one. */
  fee: LedgerAccountRef | null;
  /** Amount and fee, minor units. */
  required: bigint;
}

/** What the transfers of a group rest on. */
export interface Held {
  candidates: Candidate[];
  /** As things stand, for those that are only made; nothing is locked. */
  seen: { caps: Pick<Caps, 'check'>; accounts: Map<string, GroupAccount> } | null;
  /** Locked, for those that are to take place. */
  locked: { caps: Caps; accounts: Map<string, GroupAccount> } | null;
}

/** Reads or locks what the transfers rest on that passed their checks, in one round trip. */
export async function hold(sql: Sql, jobs: Job[], now: Date): Promise<Held> {
  const candidates = jobs.flatMap((job) => (job.outcome || !job.transfer ? [] : [candidate(job, job.transfer)]));
  const made = candidates.filter(({ carry }) => !carry);
  const carried = candidates.filter(({ carry }) => carry);
  const sides = carried.flatMap(({ from, to, fee }) => (fee ? [from, to, fee] : [from, to]));
  const payers = made.map(({ from }) => from);
  // the locks in this order
  const [caps, accounts, used, standing] = await Promise.all([
    carried.length > 0 ? reserveCaps(sql, wishesOf(carried), now) : null,
    carried.length > 0 ? lockAccounts(sql, sides) : null,
    made.length > 0 ? readCaps(sql, wishesOf(made), now) : null,
    made.length > 0 ? readAccounts(sql, payers) : null,
  ]);
  return {
    candidates,
    seen: used && standing && { caps: used, accounts: standing },
    locked: caps && accounts && { caps, accounts },
  };
}

const wishesOf = (candidates: Candidate[]): CapWish[] => candidates.map(({ cap }) => cap);

/**
 * Decides on the transfers of a group one after another, each on what those before it have left, and writes what takes place.
 * @param held what they rest on; one whose job has ended since is left out
 * @param claims the keys that were claimed for those that are new; of what does not take place here they are freed
 */
export async function decide(
  sql: Sql,
  { candidates: all, seen, locked }: Held,
  claims: Map<Job, KeyClaim>,
  now: Date,
): Promise<void> {
  const candidates = all.filter(({ job }) => !job.outcome);
  const carried = candidates.filter(({ carry }) => carry);
  for (const one of candidates) if (seen && !one.carry) precheck(one, seen);
  const entries = locked ? decideAll(carried, locked, now) : [];
  const done = candidates.filter(({ job }) => job.outcome?.kind === 'DONE').map(({ transfer }) => transfer);
  const progresses = done.map(({ progress }) => progress);
  const events = done.flatMap(({ progress, balances }) => [...progress.events, ...balances]);
  const freed = [...claims].flatMap(([job, claim]) => (job.outcome?.kind === 'DONE' ? [] : [claim]));
  // in this order, and in one round trip
  await Promise.all([
    locked?.caps.settle(sql),
    writeTransfers(sql, progresses),
    locked && post(sql, carried, locked.accounts, entries),
    appendEventsInGroup(sql, events, now),
    announceInGroup(sql, progresses, now),
    releaseKeys(sql, freed),
  ]);
}

function candidate(job: Job, transfer: Transfer): Candidate {
  const { payment } = transfer.progress;
  const { partnerId, currency, amountMinor, feeMinor } = payment;
  const [fromBook, toBook] = [bookOf(transfer.from, currency), bookOf(transfer.to, currency)];
  return {
    job,
    transfer,
    carry: transfer.carry,
    cap: capWish(transferUse(payment, transfer.from), transfer.from.limits),
    fromBook,
    toBook,
    from: bookAccount(fromBook),
    to: bookAccount(toBook),
    fee: feeMinor > 0n ? feeIncomeAccount(partnerId, currency) : null,
    required: amountMinor + feeMinor,
  };
}

/** One that is only made: would it go through as things stand? Nothing is locked or used up; confirming decides. */
function precheck({ job, transfer, cap, from, required }: Candidate, { caps, accounts }: NonNullable<Held['seen']>) {
  attempt(job, () => {
    caps.check(cap);
    checkFunds(account(accounts, from), required, from.currency);
    job.outcome = { kind: 'DONE', payment: transfer.progress.payment, replayed: false };
  });
}

/**
 * Those that are to take place: caps and accounts are worked out in memory before anything is posted.
 * @returns what is to be posted
 */
function decideAll(
  candidates: Candidate[],
  { caps, accounts }: NonNullable<Held['locked']>,
  now: Date,
): JournalEntryDraft[] {
  const entries: JournalEntryDraft[] = [];
  for (const one of candidates) {
    attempt(one.job, () => {
      caps.check(one.cap);
      check(one, accounts, now);
      caps.count(one.cap);
      move(one, accounts);
      const { transfer, fromBook, toBook } = one;
      entries.push(posting(transfer.progress.payment, fromBook, now).draft);
      transfer.progress = completed(transfer.progress, now);
      const { payment } = transfer.progress;
      transfer.balances = balanceEvents([fromBook, toBook], { counters: accounts }, payment.id, now);
      one.job.outcome = { kind: 'DONE', payment, replayed: false };
    });
  }
  return entries;
}

/** Posts what was decided, and makes sure that the books have come to the same figures. */
async function post(
  sql: Sql,
  candidates: Candidate[],
  accounts: Map<string, GroupAccount>,
  entries: JournalEntryDraft[],
): Promise<void> {
  if (entries.length === 0) return;
  const posted = await postDecided(sql, entries, accounts);
  for (const { from, to } of candidates) {
    for (const { id } of [from, to]) agrees(posted.counters.get(id), account(accounts, { id }));
  }
}

const account = (accounts: Map<string, GroupAccount>, { id }: { id: string }): GroupAccount =>
  present(accounts.get(id), 'an account of a group');

/** What the books would refuse, and what the payee may not hold; in the words and the order of a transfer that is alone. */
function check(
  { transfer, from, to, fee, toBook, required }: Candidate,
  accounts: Map<string, GroupAccount>,
  now: Date,
) {
  const payee = account(accounts, to);
  const sides = [account(accounts, from), payee, ...(fee ? [account(accounts, fee)] : [])];
  if (sides.some(({ closed }) => closed)) throw closedMeanwhile();
  checkFunds(account(accounts, from), required, from.currency);
  const { amountMinor } = transfer.progress.payment;
  const receiver = { book: toBook, level: transfer.to.identificationLevel, amountMinor };
  checkStanding(receiver, transfer.to.limits, payee.postedCredits - payee.postedDebits + amountMinor, now);
}

function checkFunds(payer: GroupAccount, required: bigint, currency: string): void {
  const { available } = balanceOf('LIABILITY', payer);
  if (available < required)
    throw new InsufficientFundsError({ minor: available, currency }, { minor: required, currency });
}

/** The entry's effect on its accounts. */
function move({ transfer, from, to, fee, required }: Candidate, accounts: Map<string, GroupAccount>): void {
  const { amountMinor, feeMinor } = transfer.progress.payment;
  account(accounts, from).postedDebits += required;
  account(accounts, to).postedCredits += amountMinor;
  if (fee) account(accounts, fee).postedCredits += feeMinor;
}

/** What was worked out here is what the books have written: the events say so. */
function agrees(counters: Counters | undefined, worked: GroupAccount): void {
  assert(
    !counters || (counters.postedDebits === worked.postedDebits && counters.postedCredits === worked.postedCredits),
    'the books differ from what was decided',
  );
}
