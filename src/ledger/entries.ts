import { newId } from '../lib/ids.ts';
import {
  bankAccount,
  clearingAccount,
  feeExpenseAccount,
  feeIncomeAccount,
  type LedgerAccountRef,
  lenderReceivableAccount,
  partnerPayableAccount,
  settlementAccount,
  suspenseAccount,
  walletAccount,
} from './account.ts';
import { capture, type HoldRef, hold, type JournalEntryDraft, move, type PostingDraft, release } from './posting.ts';

/**
 * THE CATALOGUE: every way in which money can move, one pure function each. A line is debit, credit, amount; lines of zero
 * fall away. docs/money.md is this file rendered; test/ledger/entries.test.ts shows each as a table.
 */

/** What each entry says about itself. `reference` with the code may stand in the books once. */
interface Entry {
  partnerId: string;
  currency: string;
  reference: string;
  paymentId?: string | null;
  occurredAt: Date;
}

interface Amount extends Entry {
  amount: bigint;
}

interface WithFee extends Amount {
  fee: bigint;
}

function entry(
  code: string,
  about: Omit<Entry, 'currency'>,
  postings: PostingDraft[],
  reversesId: string | null = null,
): JournalEntryDraft {
  const { partnerId, reference, paymentId = null, occurredAt } = about;
  const lines = postings.filter((posting) => posting.amount !== 0n);
  return { id: newId('JournalEntry'), partnerId, code, reference, paymentId, reversesId, occurredAt, postings: lines };
}

const wallet = (e: Entry & { walletId: string }) => walletAccount(e.partnerId, e.walletId, e.currency);
const settlement = (e: Entry & { providerAccountId: string }) =>
  settlementAccount(e.partnerId, e.providerAccountId, e.currency);
const clearing = (e: Entry) => clearingAccount(e.partnerId, e.currency);
const feeIncome = (e: Entry) => feeIncomeAccount(e.partnerId, e.currency);
const feeExpense = (e: Entry) => feeExpenseAccount(e.partnerId, e.currency);
const bank = (e: Entry) => bankAccount(e.partnerId, e.currency);
const receivable = (e: Entry & { providerAccountId: string }) =>
  lenderReceivableAccount(e.partnerId, e.providerAccountId, e.currency);
const suspense = (e: Entry) => suspenseAccount(e.partnerId, e.currency);
const payable = (e: Entry) => partnerPayableAccount(e.partnerId, e.currency);

// biome-ignore format: the tables are to be read as tables
/** Money that came by bank transfer or over the desk is the customer's now. */
export const topUpSettled = (e: Amount & { walletId: string }) => entry('TOP_UP_SETTLED', e, [
  //   debit              credit              amount
  move(bank(e),           wallet(e),          e.amount),
]);

// biome-ignore format: table
/** The provider says that a top-up is completed. */
export const topUpCompleted = (e: WithFee & { walletId: string; providerAccountId: string }) => entry('TOP_UP_COMPLETED', e, [
  move(settlement(e),     wallet(e),          e.amount),
  move(feeExpense(e),     settlement(e),      e.fee),
]);

// biome-ignore format: table
/** The provider's book differs from ours by `amount`, of either sign: what it knows of a wallet that it keeps, and we did not. */
export const mirrorAdjusted = (e: Amount & { walletId: string }) => {
  const kept = settlement({ ...e, providerAccountId: e.walletId });
  return entry('MIRROR_ADJUSTED', e, e.amount < 0n
    ? [move(wallet(e),    kept,               -e.amount)]
    : [move(kept,         wallet(e),          e.amount)]);
};

// biome-ignore format: table
/** A wallet that its provider keeps has received a transfer from another one there. */
export const transferReceived = (e: Amount & { walletId: string }) => entry('TRANSFER_RECEIVED', e, [
  move(settlement({ ...e, providerAccountId: e.walletId }), wallet(e), e.amount),
]);

// biome-ignore format: table
/** A wallet that its provider keeps has got what it paid for in another currency: each currency balances by itself. */
export const currencyBought = (e: Amount & { walletId: string }) => entry('CURRENCY_BOUGHT', e, [
  move(settlement({ ...e, providerAccountId: e.walletId }), wallet(e), e.amount),
]);

// biome-ignore format: table
/** The house wallet of a provider account has `amount` more, or less, than our books: it stands in suspense until somebody says what it was. */
export const houseMoved = (e: Amount & { providerAccountId: string }) => entry('HOUSE_MOVED', e, e.amount < 0n
  ? [move(suspense(e),    settlement(e),      -e.amount)]
  : [move(settlement(e),  suspense(e),        e.amount)]);

// biome-ignore format: table
/** From one wallet to another; the sender pays our fee. */
export const transferCompleted = (e: WithFee & { fromWalletId: string; toWalletId: string }) => {
  const from = wallet({ ...e, walletId: e.fromWalletId });
  const to = wallet({ ...e, walletId: e.toWalletId });
  return entry('TRANSFER_COMPLETED', e, [
    move(from,            to,                 e.amount),
    move(from,            feeIncome(e),       e.fee),
  ]);
};

/** Where a payout leaves from: the partner's bank account, our money at a provider, or the wallet's own there. */
const exit = (e: Entry & { providerAccountId: string | null }): LedgerAccountRef =>
  e.providerAccountId === null ? bank(e) : settlement({ ...e, providerAccountId: e.providerAccountId });

// biome-ignore format: table
/** A payout, or a transfer at the wallet's provider, is confirmed: amount and fee are reserved until its outcome is known. */
export const payoutHeld = (e: WithFee & { walletId: string; providerAccountId: string | null }) => entry('PAYOUT_HELD', e, [
  hold(wallet(e),         exit(e),            e.amount,   null),
  hold(wallet(e),         feeIncome(e),       e.fee,      null),
]);

/** The part of an open hold that an entry captures or releases. */
export interface HoldPart extends HoldRef {
  amount: bigint;
}

// biome-ignore format: table
/** The payout has arrived: what was reserved for it moves. */
export const payoutCompleted = (e: Entry & { holds: HoldPart[] }) => entry('PAYOUT_COMPLETED', e,
  e.holds.map((held) => capture(held, held.amount)),
);

// biome-ignore format: table
/** The provider proves a payout for which nothing is reserved (any more): it is booked all the same. */
export const payoutProven = (e: Amount & { walletId: string; providerAccountId: string }) => entry('PAYOUT_PROVEN', e, [
  move(wallet(e),         settlement(e),      e.amount),
]);

/** The payout was refused: what was reserved for it is free again. */
export const payoutVoided = (e: Entry & { holds: HoldPart[] }) =>
  entry(
    'PAYOUT_VOIDED',
    e,
    e.holds.map((held) => release(held, held.amount)),
  );

// biome-ignore format: table
/** The time of a hold has run out: what is left of it is free again. */
export const holdExpired = (e: Entry & { hold: HoldPart }) => entry('HOLD_EXPIRED', e, [
  release(e.hold, e.hold.amount),
]);

// biome-ignore format: table
/** Transit, first leg: the card's money has come in. */
export const transitReceived = (e: Amount & { providerAccountId: string }) => entry('TRANSIT_RECEIVED', e, [
  move(settlement(e),     clearing(e),        e.amount),
]);

// biome-ignore format: table
/** Transit, second leg: it has reached the service; what was charged above the amount is our fee. */
export const transitDelivered = (e: WithFee & { providerAccountId: string }) => entry('TRANSIT_DELIVERED', e, [
  move(clearing(e),       settlement(e),      e.amount),
  move(clearing(e),       feeIncome(e),       e.fee),
]);

// biome-ignore format: table
/** Transit, second leg refused: the money lands in the payer's wallet. */
export const transitLanded = (e: Amount & { walletId: string }) => entry('TRANSIT_LANDED', e, [
  move(clearing(e),       wallet(e),          e.amount),
]);

// biome-ignore format: table
/** Transit without a wallet, second leg refused: the money goes back to the card. */
export const transitReturned = (e: Amount & { providerAccountId: string }) => entry('TRANSIT_RETURNED', e, [
  move(clearing(e),       settlement(e),      e.amount),
]);

// biome-ignore format: table
/** A transfer is given back, in part or whole; our fee is not. `paymentId` is the refund's, the original is its `refundOf`. */
export const transferRefunded = (e: Amount & { fromWalletId: string; toWalletId: string }) => entry('TRANSFER_REFUNDED', e, [
  move(wallet({ ...e, walletId: e.fromWalletId }), wallet({ ...e, walletId: e.toWalletId }), e.amount),
]);

// biome-ignore format: table
/** The lender has authorized a credit sale: it owes us, we owe the partner. */
export const creditAuthorized = (e: Amount & { providerAccountId: string }) => entry('CREDIT_AUTHORIZED', e, [
  move(receivable(e),     payable(e),         e.amount),
]);

// biome-ignore format: table
/** The contract is void, or part of the goods came back: that much less is owed, on both sides. */
export const creditGivenBack = (e: Amount & { providerAccountId: string }) => entry('CREDIT_GIVEN_BACK', e, [
  move(payable(e),        receivable(e),      e.amount),
]);

// biome-ignore format: table
/** The lender has paid: its debt becomes our money at it. */
export const creditCharged = (e: Amount & { providerAccountId: string }) => entry('CREDIT_CHARGED', e, [
  move(settlement(e),     receivable(e),      e.amount),
]);

// biome-ignore format: table
/** Goods came back after the lender had paid: our money at it repays the loan. */
export const creditRepaid = (e: Amount & { providerAccountId: string }) => entry('CREDIT_REPAID', e, [
  move(payable(e),        settlement(e),      e.amount),
]);

/**
 * Undoes an entry line by line, ends swapped and order turned round; redoing is reversing the reversal.
 * Captured money goes back as a plain movement; the hold stays closed.
 */
export const reversed = (
  e: Omit<Entry, 'currency'> & { entryId: string; postings: Pick<PostingDraft, 'debit' | 'credit' | 'amount'>[] },
) => entry('REVERSED', e, e.postings.map((line) => move(line.credit, line.debit, line.amount)).reverse(), e.entryId);
