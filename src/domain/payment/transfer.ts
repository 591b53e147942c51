import type { Tx } from '../../db/client.ts';
import type { Partner, Payment, Wallet, WalletAccount } from '../../db/generated/client.ts';
import { InsufficientFundsError, InvalidInputError, type MinorAmount, NotSupportedError } from '../../errors.ts';
import type { NewEvent } from '../../events/event.ts';
import { walletBalances } from '../../ledger/balance.ts';
import { transferCompleted } from '../../ledger/entries.ts';
import { present } from '../../lib/assert.ts';
import { shareOf } from '../../money/decimal.ts';
import { checkLimits, consumeLimits, enforceStandingLimits, type LimitUse } from '../limit/consume-limits.ts';
import { bookAccount, type WalletBook } from '../wallet/book.ts';
import { checkCurrency, checkLocal, checkWalletState } from '../wallet/rules.ts';
import { newPayment } from './new-payment.ts';
import { balanceEvents, type PaymentPosting, postPayments } from './post-payment.ts';
import { type Progress, step } from './progress.ts';

/** What a transfer wants to know of a wallet. */
export type TransferWallet = Pick<
  Wallet,
  'id' | 'partnerId' | 'customerId' | 'provider' | 'status' | 'house' | 'identificationLevel'
> & { accounts: Pick<WalletAccount, 'currency'>[] };

/** What makes a transfer, found and checked by its form. */
export interface TransferPlan {
  id: string;
  from: TransferWallet;
  to: TransferWallet;
  amount: MinorAmount;
  note: string | null;
  idempotencyKey: string | null;
  batchId: string | null;
}

/**
 * Can there be such a transfer between these wallets?
 * @param path of the transfer in the input, for refusals
 * @throws InvalidInputError (one wallet twice, a currency that one lacks), StateError, NotSupportedError
 */
export function checkTransfer({ from, to, amount }: TransferPlan, path: string): void {
  if (from.id === to.id) throw InvalidInputError.at(path, 'a wallet cannot pay itself; name another recipient.');
  for (const wallet of [from, to]) {
    checkLocal(wallet, 'TRANSFERS');
    checkWalletState(wallet, ['ACTIVE']);
    checkCurrency(wallet, amount.currency, `${path}.amount.currency`);
  }
}

/** @throws NotSupportedError for a transfer that is to be paid in another currency than it arrives in */
export function checkConversion({
  fromCurrency,
  amount,
}: {
  fromCurrency?: string | undefined;
  amount: MinorAmount;
}): void {
  if (fromCurrency === undefined || fromCurrency === amount.currency) return;
  throw new NotSupportedError('LOCAL', 'EXCHANGE', 'LOCAL wallets do not convert: leave fromCurrency out.');
}

/** The payment row of a transfer, priced by the partner's tariff (half-even to the minor unit). */
export function transferPayment(
  plan: TransferPlan,
  partner: Pick<Partner, 'transferFeeBasisPoints'>,
  now: Date,
): Payment {
  const { id, from, to, amount, note, idempotencyKey, batchId } = plan;
  const known = { id, partnerId: from.partnerId, amountMinor: amount.minor, currency: amount.currency, createdAt: now };
  return newPayment('TRANSFER', known, {
    feeMinor: shareOf(amount.minor, partner.transferFeeBasisPoints),
    sourceWalletId: from.id,
    sourceCustomerId: from.customerId,
    destinationWalletId: to.id,
    destinationCustomerId: to.customerId,
    note,
    idempotencyKey,
    batchId,
  });
}

/** How the caps of the paying wallet see a transfer. The fee is ours and does not count. */
export const transferUse = (payment: Payment, from: TransferWallet): LimitUse => ({
  walletId: from.id,
  level: from.identificationLevel,
  kind: 'TRANSFER',
  currency: payment.currency,
  amountMinor: payment.amountMinor,
});

/**
 * Would the transfer go through as things stand? Nothing is locked or used up; confirming decides.
 * @throws LimitExceededError, InsufficientFundsError
 */
export async function precheckTransfer(tx: Tx, payment: Payment, from: TransferWallet, now: Date): Promise<void> {
  await checkLimits(tx, [transferUse(payment, from)], now);
  await checkFunds(tx, payment, from.id);
}

/** @throws InsufficientFundsError when amount and fee are more than what is available now */
export async function checkFunds(
  tx: Tx,
  { amountMinor, feeMinor, currency }: Payment,
  walletId: string,
): Promise<void> {
  const balances = (await walletBalances(tx, [walletId])).get(walletId) ?? [];
  const available = balances.find((balance) => balance.currency === currency)?.available ?? 0n;
  const required = amountMinor + feeMinor;
  if (available < required)
    throw new InsufficientFundsError({ minor: available, currency }, { minor: required, currency });
}

/**
 * Carries transfers out, all or none, in one posting: limits, books, statuses.
 * @param wallets every wallet that the transfers name, by id
 * @returns the transfers at COMPLETED, and the balance events that belong to them
 * @throws LimitExceededError, InsufficientFundsError, StateError: the transaction rolls back
 */
export async function carryOutTransfers(
  tx: Tx,
  transfers: Progress[],
  wallets: Map<string, TransferWallet>,
  now: Date,
): Promise<{ progresses: Progress[]; events: NewEvent[] }> {
  const sides = transfers.map(({ payment }) => {
    const from = present(wallets.get(payment.sourceWalletId ?? ''), 'the paying wallet');
    const to = present(wallets.get(payment.destinationWalletId ?? ''), 'the receiving wallet');
    return { payment, from, to, fromBook: bookOf(from, payment.currency), toBook: bookOf(to, payment.currency) };
  });
  await consumeLimits(
    tx,
    sides.map(({ payment, from }) => transferUse(payment, from)),
    now,
  );
  const posted = await postPayments(
    tx,
    sides.map(({ payment, fromBook }) => posting(payment, fromBook, now)),
  );
  const receivers = sides.map(({ payment, to, toBook }) => ({
    book: toBook,
    level: to.identificationLevel,
    amountMinor: payment.amountMinor,
  }));
  await enforceStandingLimits(tx, receivers, posted, now);

  const progresses = transfers.map((transfer) => completed(transfer, now));
  // a book that several transfers touch is told of once, as it stands after all of them, under the last
  const touched = new Map(
    sides.flatMap(({ payment, fromBook, toBook }) =>
      [fromBook, toBook].map((book) => [bookAccount(book).id, { book, paymentId: payment.id }]),
    ),
  );
  const events = [...touched.values()].flatMap(({ book, paymentId }) => balanceEvents([book], posted, paymentId, now));
  return { progresses, events };
}

/** A created transfer on its way to COMPLETED: confirmed by who made it, and done in the same moment. */
export function completed(transfer: Progress, now: Date): Progress {
  const changes = { confirmedAt: now, expiresAt: null };
  const confirmed = step(transfer, { to: 'PROCESSING', reason: 'CONFIRM', source: 'API', changes }, now);
  return step(confirmed, { to: 'COMPLETED', reason: 'COMPLETE', source: 'SYSTEM', changes: { completedAt: now } }, now);
}

/** The book of a wallet in one currency. */
export const bookOf = (wallet: TransferWallet, currency: string): WalletBook => ({
  partnerId: wallet.partnerId,
  walletId: wallet.id,
  customerId: wallet.customerId,
  currency,
});

/** The entry that carries a transfer out. */
export function posting(payment: Payment, payer: WalletBook, now: Date): PaymentPosting {
  const { id, partnerId, currency, amountMinor: amount, feeMinor: fee } = payment;
  const fromWalletId = present(payment.sourceWalletId, 'the paying wallet');
  const toWalletId = present(payment.destinationWalletId, 'the receiving wallet');
  const about = { partnerId, currency, reference: id, paymentId: id, occurredAt: now };
  return {
    draft: transferCompleted({ ...about, amount, fee, fromWalletId, toWalletId }),
    payer,
    required: amount + fee,
  };
}
