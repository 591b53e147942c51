import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount, NotFoundError, NotSupportedError, StateError } from '../../errors.ts';
import { transferRefunded } from '../../ledger/entries.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { once } from '../idempotency/once.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findPartnerWallet } from '../wallet/store.ts';
import { checkAmount, checkNote, newPayment } from './new-payment.ts';
import { balanceEvents, postPayments } from './post-payment.ts';
import { begin, resume, step } from './progress.ts';
import { lockPayment, replayedPayment, save } from './store.ts';

export interface RefundPaymentInput {
  idempotencyKey: string;
  paymentId: string;
  /** All that is left to give back when left out. */
  amount?: MinorAmount | undefined;
  reason?: string | undefined;
}

/**
 * Gives a completed transfer back, in part or whole, from the wallet that received it; our fee stays ours.
 * The partner may do it, and the customer who received the money; never the one who sent it. Caps do not apply.
 * @returns the refund (a payment of its own, completed) and the payment it gives back from
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, InsufficientFundsError, NotSupportedError
 */
export async function refundPayment(
  { db, vault, clock }: Pick<Deps, 'db' | 'vault' | 'clock'>,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: RefundPaymentInput,
): Promise<{ refund: Payment; payment: Payment; replayed: boolean }> {
  if (input.amount) checkAmount(input.amount, 'input.amount');
  const note = checkNote(input.reason, 'input.reason');
  const now = clock.now();
  return transaction(db, async (tx) => {
    const claim = { operation: 'paymentRefund', key: idempotencyKey, input, resultId: newId('Payment') };
    const { resultId: id, replayed } = await once(tx, { vault }, viewer, claim);
    const payment = await lockPayment(tx, viewer, input.paymentId);
    const received = viewer.kind === 'PARTNER' || payment?.destinationCustomerId === viewer.customerId;
    if (!payment || !received) throw new NotFoundError('The payment');
    if (replayed) return { refund: await replayedPayment(tx, viewer, id), payment, replayed };

    const amount = refundAmount(payment, input.amount);
    await checkBothActive(tx, payment);
    const known = { id, partnerId: payment.partnerId, amountMinor: amount, currency: payment.currency, createdAt: now };
    const refund = newPayment('REFUND', known, {
      ...swappedSides(payment),
      refundOfId: payment.id,
      note,
      idempotencyKey,
      expiresAt: null,
    });
    const events = await postRefund(tx, refund, now);
    const confirmed = step(
      begin(refund, 'API', now),
      { to: 'PROCESSING', reason: 'CONFIRM', source: 'API', changes: { confirmedAt: now } },
      now,
    );
    const completed = step(
      confirmed,
      { to: 'COMPLETED', reason: 'COMPLETE', source: 'SYSTEM', changes: { completedAt: now } },
      now,
    );
    const original = await tx.payment.update({
      where: { id: payment.id },
      data: { refundedMinor: { increment: amount } },
    });
    const [saved] = await save(tx, [completed, resume(original)], events, now);
    return { refund: present(saved, 'the refund'), payment: original, replayed };
  });
}

/** What can still be given back of a payment, minor units. */
export const refundableMinor = (payment: Payment): bigint =>
  payment.kind === 'TRANSFER' && payment.providerAccountId === null && payment.status === 'COMPLETED'
    ? payment.amountMinor - payment.refundedMinor
    : 0n;

function refundAmount(payment: Payment, asked: MinorAmount | undefined): bigint {
  if (payment.kind === 'TRANSFER' && payment.providerAccountId !== null)
    throw new NotSupportedError(payment.provider, 'TRANSFERS', 'A provider does not give transfers back; send one.');
  if (payment.kind !== 'TRANSFER')
    throw new NotSupportedError('LOCAL', 'TRANSFERS', `A ${payment.kind} is not given back here; only transfers are.`);
  if (payment.status !== 'COMPLETED') {
    throw new StateError(
      'PAYMENT_STATE',
      payment.status,
      ['COMPLETED'],
      `The payment is ${payment.status}; only a COMPLETED one can be refunded.`,
    );
  }
  const left = refundableMinor(payment);
  if (left === 0n) throw new StateError('PAYMENT_STATE', payment.status, [], 'The payment has been refunded in full.');
  if (!asked) return left;
  if (asked.currency !== payment.currency)
    throw InvalidInputError.at('input.amount.currency', `must be the payment's own, ${payment.currency}.`);
  if (asked.minor > left)
    throw InvalidInputError.at('input.amount.amount', 'is more than what is left to refund (see refundable).');
  return asked.minor;
}

/** A refund is new money out of one wallet and into the other, so a block stops it as it stops a transfer. */
async function checkBothActive(tx: Tx, { partnerId, sourceWalletId, destinationWalletId }: Payment): Promise<void> {
  for (const id of [destinationWalletId, sourceWalletId]) {
    const wallet = await findPartnerWallet(tx, partnerId, present(id, 'a wallet of the transfer'));
    checkWalletState(present(wallet, 'a wallet of the transfer'), ['ACTIVE']);
  }
}

const swappedSides = (payment: Payment) => ({
  sourceWalletId: payment.destinationWalletId,
  sourceCustomerId: payment.destinationCustomerId,
  destinationWalletId: payment.sourceWalletId,
  destinationCustomerId: payment.sourceCustomerId,
});

async function postRefund(tx: Tx, refund: Payment, now: Date) {
  const { id, partnerId, currency, amountMinor: amount } = refund;
  const from = present(refund.sourceWalletId, 'the wallet that gives back');
  const to = present(refund.destinationWalletId, 'the wallet that gets back');
  const payer = { partnerId, walletId: from, customerId: refund.sourceCustomerId, currency };
  const payee = { partnerId, walletId: to, customerId: refund.destinationCustomerId, currency };
  const about = { partnerId, currency, reference: id, paymentId: id, occurredAt: now };
  const draft = transferRefunded({ ...about, amount, fromWalletId: from, toWalletId: to });
  const posted = await postPayments(tx, [{ draft, payer, required: amount }]);
  return balanceEvents([payer, payee], posted, id, now);
}
