import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { NewEvent } from '../../events/event.ts';
import { suspenseAccount } from '../../ledger/account.ts';
import {
  currencyBought,
  payoutCompleted,
  payoutProven,
  payoutVoided,
  topUpCompleted,
  transferReceived,
} from '../../ledger/entries.ts';
import { openHolds } from '../../ledger/holds.ts';
import { type PostResult, postEntries } from '../../ledger/post.ts';
import { type JournalEntryDraft, move } from '../../ledger/posting.ts';
import { reversalOf } from '../../ledger/reversal.ts';
import { InvariantError, present } from '../../lib/assert.ts';
import { countLimits, releaseLimits } from '../limit/consume-limits.ts';
import { isMirrored } from '../wallet/at-provider.ts';
import { bookAccount, type WalletBook } from '../wallet/book.ts';
import { openMirror } from '../wallet/mirror.ts';
import { bookLearned } from './book-side.ts';
import { completedEntries, hasTwoLegs, refusedEntries, turnedEntries } from './book-transit.ts';
import { payoutUse } from './payout.ts';
import { balanceEvents } from './post-payment.ts';

/** The payer's book, or the receiver's of a top-up; null for an anonymous payment. */
function bookOf({
  partnerId,
  currency,
  sourceWalletId,
  destinationWalletId,
  sourceCustomerId,
  destinationCustomerId,
}: Payment): WalletBook | null {
  const walletId = sourceWalletId ?? destinationWalletId;
  return walletId
    ? { partnerId, walletId, customerId: sourceWalletId ? sourceCustomerId : destinationCustomerId, currency }
    : null;
}

/** The books that a payment through a provider may move: the receiver's too, where a transfer reaches a wallet that is known here. */
function booksOf(payment: Payment): WalletBook[] {
  const own = bookOf(payment);
  const { partnerId, currency, destinationWalletId, destinationCustomerId } = payment;
  const received = (payment.kind === 'TRANSFER' || payment.kind === 'EXCHANGE') && destinationWalletId !== null;
  const other = received && {
    partnerId,
    walletId: destinationWalletId,
    customerId: destinationCustomerId,
    currency: payment.destinationCurrency ?? currency,
  };
  return [...(own ? [own] : []), ...(other ? [other] : [])];
}

/** Whose money at the provider it is: the wallet's own where the provider keeps its book, else that of the house wallet. */
async function holderOf(tx: Tx, payment: Payment): Promise<string> {
  const id = payment.sourceWalletId ?? payment.destinationWalletId;
  const wallet = id ? await tx.wallet.findUnique({ where: { id } }) : null;
  return wallet && isMirrored(wallet) ? wallet.id : present(payment.providerAccountId, 'the provider account');
}

/** Books that a payment is done, as its kind has it. What a provider proves is booked whatever the caps say. */
export async function bookCompletion(tx: Tx, payment: Payment, now: Date): Promise<NewEvent[]> {
  if (payment.origin === 'PROVIDER') return bookLearned(tx, payment, now);
  const { id, partnerId, currency, amountMinor: amount } = payment;
  const about = { partnerId, currency, reference: id, paymentId: id, occurredAt: now };
  switch (payment.kind) {
    case 'TOP_UP': {
      const walletId = present(payment.destinationWalletId, 'the wallet of a top-up');
      const lines = { ...about, amount, fee: 0n, walletId, providerAccountId: await holderOf(tx, payment) };
      return postProven(tx, payment, [topUpCompleted(lines)], now);
    }
    case 'PAYOUT':
      return postProven(tx, payment, await sentMoney(tx, payment, about, now), now);
    case 'TRANSFER': {
      const sent = await sentMoney(tx, payment, about, now);
      const got = await receivedMoney(tx, payment, now);
      return postProven(tx, payment, got ? [...sent, transferReceived({ ...about, ...got })] : sent, now);
    }
    case 'EXCHANGE': {
      const sent = await sentMoney(tx, payment, about, now);
      const got = await receivedMoney(tx, payment, now);
      return postProven(tx, payment, got ? [...sent, currencyBought({ ...about, ...got })] : sent, now);
    }
    case 'TRANSIT':
      return postProven(tx, payment, await completedEntries(tx, payment, await holderOf(tx, payment), now), now);
    default:
      throw new InvariantError(`a ${payment.kind} has no outcome of its own to book`);
  }
}

/**
 * What was held moves. Where nothing is held any more, or never was, the proven amount does, and counts towards the caps again; where
 * the provider has charged something else than was held, that moves in its place.
 */
async function sentMoney(
  tx: Tx,
  payment: Payment,
  about: Omit<Parameters<typeof payoutCompleted>[0], 'holds'>,
  now: Date,
): Promise<JournalEntryDraft[]> {
  const holds = await openHolds(tx, payment.id);
  const held = holds.reduce((sum, hold) => sum + hold.amount, 0n);
  const amount = payment.amountMinor + payment.feeMinor;
  if (held === amount) return [payoutCompleted({ ...about, holds })];
  if (held === 0n) await followLimits(tx, payment, countLimits, now);
  const walletId = present(payment.sourceWalletId, 'the paying wallet');
  const left = held === 0n ? [] : [payoutVoided({ ...about, holds })];
  return [...left, payoutProven({ ...about, amount, walletId, providerAccountId: await holderOf(tx, payment) })];
}

/**
 * What the wallet here gets that receives a transfer or a conversion at a provider, its book opened where it has none in that
 * currency; null where there is no such wallet, or it was unlinked meanwhile.
 */
async function receivedMoney(tx: Tx, payment: Payment, now: Date) {
  const { destinationWalletId: id, destinationMinor, destinationCurrency } = payment;
  const wallet = id ? await tx.wallet.findUnique({ where: { id }, include: { accounts: true } }) : null;
  if (!wallet || wallet.status === 'CLOSED') return null;
  const currency = destinationCurrency ?? payment.currency;
  await openMirror(tx, wallet, currency, now);
  return { walletId: wallet.id, currency, amount: destinationMinor ?? payment.amountMinor };
}

/** Frees what was held for a payment that was refused, and gives its caps back. */
export async function bookDecline(tx: Tx, payment: Payment, now: Date): Promise<NewEvent[]> {
  const { id, partnerId, currency } = payment;
  if (payment.kind === 'TRANSIT') return postProven(tx, payment, await refusedEntries(tx, payment, now), now);
  const holds = await openHolds(tx, id);
  if (holds.length === 0) return [];
  await followLimits(tx, payment, releaseLimits, now);
  const about = { partnerId, currency, reference: id, paymentId: id, occurredAt: now };
  return postProven(tx, payment, [payoutVoided({ ...about, holds })], now);
}

/** The caps of the paying wallet follow its money: gone counts, come back does not, in the day and the month of its confirmation. */
async function followLimits(
  tx: Tx,
  payment: Payment,
  follow: typeof countLimits | typeof releaseLimits,
  now: Date,
): Promise<void> {
  const { kind, sourceWalletId: id, confirmedAt, completedAt } = payment;
  if (id === null || (kind !== 'PAYOUT' && kind !== 'TRANSFER')) return;
  const { identificationLevel } = await tx.wallet.findUniqueOrThrow({ where: { id } });
  await follow(tx, [payoutUse(payment, identificationLevel)], confirmedAt ?? completedAt ?? now);
}

/**
 * Undoes whatever the payment's last movement was: an undo reverses its completion, a redo reverses the undo. What the wallet
 * no longer has is booked as owed to us (suspense), because the provider has taken it already.
 * @param payment as it stands before: COMPLETED, which is undone, or REVERSED, which is redone
 */
export async function bookReversal(tx: Tx, payment: Payment, now: Date): Promise<NewEvent[]> {
  await followLimits(tx, payment, payment.status === 'REVERSED' ? countLimits : releaseLimits, now);
  if (await hasTwoLegs(tx, payment)) return postProven(tx, payment, await turnedEntries(tx, payment, now), now);
  const live = await tx.$queryRaw<{ id: string }[]>`
    SELECT j.id FROM journal_entry j
    WHERE j.payment_id = ${payment.id}
      AND EXISTS (SELECT 1 FROM posting p WHERE p.entry_id = j.id AND p.kind IN ('POST', 'CAPTURE'))
      AND NOT EXISTS (SELECT 1 FROM journal_entry r WHERE r.reverses_id = j.id)
      -- the book of a wallet that was unlinked is closed; what its provider does there is not followed any more
      AND NOT EXISTS (SELECT 1 FROM posting p JOIN ledger_account a ON a.id IN (p.debit_account_id, p.credit_account_id)
        WHERE p.entry_id = j.id AND a.wallet_id IS NOT NULL AND a.overdraft AND a.closed_at IS NOT NULL)
    ORDER BY j.seq DESC`;
  const drafts: JournalEntryDraft[] = [];
  for (const { id } of live) drafts.push(await reversalOf(tx, id, { paymentId: payment.id, occurredAt: now }));
  return postProven(tx, payment, drafts, now);
}

/**
 * Posts what is proven, whatever the wallet has: what it lacks is owed by the customer, and stands in suspense.
 * @returns the events of the balances that changed
 */
export async function postProven(
  tx: Tx,
  payment: Payment,
  drafts: JournalEntryDraft[],
  now: Date,
): Promise<NewEvent[]> {
  if (drafts.length === 0) return [];
  const book = bookOf(payment);
  let result = await postEntries(tx, drafts);
  const refused = result.verdicts.flatMap((verdict) => (verdict.verdict === 'REFUSED' ? [verdict] : []));
  if (book && refused.length > 0) {
    const rest = drafts.filter((_, index) => result.verdicts[index]?.verdict === 'REFUSED');
    const short = refused.find((verdict) => verdict.reason === 'INSUFFICIENT_FUNDS');
    const closed = refused.some((verdict) => verdict.reason === 'ACCOUNT_CLOSED');
    const cover = (draft: JournalEntryDraft) =>
      closed ? besideClosed(draft, book) : coverShortage(draft, book, short?.shortBy ?? 0n);
    result = await postEntries(tx, rest.map(cover));
  }
  mustStand(result, drafts);
  return balanceEvents(booksOf(payment), result, payment.id, now);
}

/** The entry with the part that the wallet lacks taken from suspense: the customer owes it. */
function coverShortage(draft: JournalEntryDraft, book: WalletBook, shortBy: bigint): JournalEntryDraft {
  const wallet = bookAccount(book);
  const owed = suspenseAccount(book.partnerId, book.currency);
  const postings = draft.postings.flatMap((line) => {
    if (line.debit.id !== wallet.id) return [line];
    const has = line.amount - shortBy;
    return [...(has > 0n ? [move(wallet, line.credit, has)] : []), move(owed, line.credit, shortBy)];
  });
  return { ...draft, postings };
}

/** The entry with suspense in the place of a wallet that was closed meanwhile: its money is owed to somebody, or by somebody. */
function besideClosed(draft: JournalEntryDraft, book: WalletBook): JournalEntryDraft {
  const wallet = bookAccount(book);
  const owed = suspenseAccount(book.partnerId, book.currency);
  const instead = (account: typeof wallet) => (account.id === wallet.id ? owed : account);
  return {
    ...draft,
    postings: draft.postings.map((line) => ({ ...line, debit: instead(line.debit), credit: instead(line.credit) })),
  };
}

function mustStand(result: PostResult, drafts: JournalEntryDraft[]): void {
  for (const [index, verdict] of result.verdicts.entries()) {
    if (verdict.verdict === 'POSTED' || verdict.verdict === 'REPLAYED') continue;
    throw new InvariantError(`the ledger answered ${verdict.verdict} to ${drafts[index]?.code}`);
  }
}
