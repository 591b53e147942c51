import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount, NotFoundError, StateError } from '../../errors.ts';
import { topUpSettled } from '../../ledger/entries.ts';
import { present } from '../../lib/assert.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { once } from '../idempotency/once.ts';
import { consumeLimits, enforceStandingLimits } from '../limit/consume-limits.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findPartnerWallet } from '../wallet/store.ts';
import { checkAmount } from './new-payment.ts';
import { balanceEvents, postPayments } from './post-payment.ts';
import { resume, step } from './progress.ts';
import { lockPayment, replayedPayment, save } from './store.ts';
import { topUpUse } from './top-up.ts';

export interface SettleTopUpInput {
  idempotencyKey: string;
  paymentId: string;
  /** What really came; the amount of the top-up when left out. */
  amount?: MinorAmount | undefined;
  /** The bank's or the desk's own number: evidence, and never used twice. */
  reference: string;
  occurredAt?: Date | undefined;
}

/**
 * Somebody vouches that the money of a top-up is there: it is the customer's from now on. An EXPIRED top-up is completed too.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, LimitExceededError
 */
export async function settleTopUp(
  { db, vault, clock }: Pick<Deps, 'db' | 'vault' | 'clock'>,
  viewer: PartnerViewer,
  { idempotencyKey, ...input }: SettleTopUpInput,
): Promise<{ payment: Payment; replayed: boolean }> {
  const now = clock.now();
  const { amount, reference, occurredAt = now } = input;
  if (amount) checkAmount(amount, 'input.amount');
  if (reference.trim() === '' || reference.length > 128)
    throw InvalidInputError.at('input.reference', 'must have 1 to 128 characters.');
  if (occurredAt > now) throw InvalidInputError.at('input.occurredAt', 'must not lie in the future.');
  return transaction(db, async (tx) => {
    const claim = { operation: 'topUpSettle', key: idempotencyKey, input, resultId: input.paymentId };
    const { replayed } = await once(tx, { vault }, viewer, claim);
    if (replayed) return { payment: await replayedPayment(tx, viewer, input.paymentId), replayed };

    const payment = await settleable(tx, viewer, input);
    const wallet = present(
      await findPartnerWallet(tx, payment.partnerId, payment.destinationWalletId ?? ''),
      'the wallet',
    );
    // money that has come is taken in even for a blocked wallet; only a closed one has no book any more
    checkWalletState(wallet, ['ACTIVE', 'BLOCKED']);
    await checkReference(tx, payment, reference);
    const settled = { ...payment, amountMinor: amount?.minor ?? payment.amountMinor };
    await consumeLimits(tx, [topUpUse(settled, wallet)], now);

    const { id, partnerId, currency } = payment;
    const book = { partnerId, walletId: wallet.id, customerId: wallet.customerId, currency };
    const about = { partnerId, currency, reference: id, paymentId: id, occurredAt };
    const draft = topUpSettled({ ...about, amount: settled.amountMinor, walletId: wallet.id });
    const posted = await postPayments(tx, [{ draft, payer: null, required: 0n }]);
    await enforceStandingLimits(
      tx,
      [{ book, level: wallet.identificationLevel, amountMinor: settled.amountMinor }],
      posted,
      now,
    );
    const changes = { amountMinor: settled.amountMinor, reference, completedAt: now, expiresAt: null };
    const completed = step(
      resume(payment),
      { to: 'COMPLETED', reason: 'COMPLETE', source: 'OPERATOR', occurredAt, changes },
      now,
    );
    const [saved] = await save(tx, [completed], balanceEvents([book], posted, id, now), now);
    return { payment: present(saved, 'the payment'), replayed };
  });
}

async function settleable(
  tx: Tx,
  viewer: PartnerViewer,
  { paymentId, amount }: Omit<SettleTopUpInput, 'idempotencyKey'>,
): Promise<Payment> {
  const payment = await lockPayment(tx, viewer, paymentId);
  if (!payment) throw new NotFoundError('The payment');
  const allowed = ['PROCESSING', 'EXPIRED'];
  if (payment.kind !== 'TOP_UP' || payment.provider !== 'LOCAL') {
    throw InvalidInputError.at('input.paymentId', 'is not a top-up by bank transfer or cash.');
  }
  if (!allowed.includes(payment.status)) {
    throw new StateError(
      'PAYMENT_STATE',
      payment.status,
      allowed,
      `The top-up is ${payment.status}; confirm it first, and settle it once.`,
    );
  }
  if (amount && amount.currency !== payment.currency) {
    throw InvalidInputError.at('input.amount.currency', `must be the top-up's own, ${payment.currency}.`);
  }
  return payment;
}

async function checkReference(tx: Tx, payment: Payment, reference: string): Promise<void> {
  await lockName(tx, 'reference', payment.partnerId, payment.provider, reference);
  const where = { partnerId: payment.partnerId, provider: payment.provider, reference };
  const twin = await tx.payment.findFirst({ where, select: { id: true } });
  if (twin && twin.id !== payment.id)
    throw InvalidInputError.at('input.reference', `has settled another top-up, ${twin.id}.`);
}
