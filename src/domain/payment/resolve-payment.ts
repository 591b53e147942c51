import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError, StateError } from '../../errors.ts';
import { payoutCompleted, payoutVoided } from '../../ledger/entries.ts';
import { openHolds } from '../../ledger/holds.ts';
import { present } from '../../lib/assert.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { releaseLimits } from '../limit/consume-limits.ts';
import { findPartnerWallet } from '../wallet/store.ts';
import { payoutUse } from './payout.ts';
import { balanceEvents, postPayments } from './post-payment.ts';
import { resume, step } from './progress.ts';
import { lockPayment, save } from './store.ts';

export interface ResolvePaymentInput {
  paymentId: string;
  outcome: 'COMPLETED' | 'DECLINED';
  /** Why the operator knows: kept in the timeline. */
  evidence: string;
}

/**
 * An operator's ruling on a payout in PROCESSING: COMPLETED captures what was held, DECLINED gives it back.
 * @throws NotFoundError, InvalidInputError, StateError
 */
export async function resolvePayment(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  viewer: PartnerViewer,
  { paymentId, outcome, evidence }: ResolvePaymentInput,
): Promise<Payment> {
  if (evidence.trim() === '' || evidence.length > 1000)
    throw InvalidInputError.at('input.evidence', 'must have 1 to 1000 characters.');
  const now = clock.now();
  return transaction(db, async (tx) => {
    const payment = await lockPayment(tx, viewer, paymentId);
    if (!payment) throw new NotFoundError('The payment');
    if (payment.kind === 'TOP_UP')
      throw InvalidInputError.at('input.paymentId', 'is a top-up: settle it with topUpSettle.');
    if (payment.status !== 'PROCESSING') {
      throw new StateError(
        'PAYMENT_STATE',
        payment.status,
        ['PROCESSING'],
        `The payment is ${payment.status}; only one in PROCESSING can be ruled on.`,
      );
    }
    const { id, partnerId, currency } = payment;
    const wallet = present(await findPartnerWallet(tx, partnerId, payment.sourceWalletId ?? ''), 'the paying wallet');
    const book = { partnerId, walletId: wallet.id, customerId: wallet.customerId, currency };
    const about = {
      partnerId,
      currency,
      reference: id,
      paymentId: id,
      occurredAt: now,
      holds: await openHolds(tx, id),
    };
    const completed = outcome === 'COMPLETED';
    if (!completed)
      await releaseLimits(
        tx,
        [payoutUse(payment, wallet.identificationLevel)],
        present(payment.confirmedAt, 'confirmedAt'),
      );
    const draft = completed ? payoutCompleted(about) : payoutVoided(about);
    const posted = await postPayments(tx, [{ draft, payer: book, required: 0n }]);
    const ruled = step(
      resume(payment),
      completed
        ? { to: 'COMPLETED', reason: 'COMPLETE', source: 'OPERATOR', message: evidence, changes: { completedAt: now } }
        : {
            to: 'DECLINED',
            reason: 'DECLINE',
            source: 'OPERATOR',
            message: evidence,
            changes: { declineReason: 'RECIPIENT_REFUSED' },
          },
      now,
    );
    const [saved] = await save(tx, [ruled], balanceEvents([book], posted, id, now), now);
    return present(saved, 'the payment');
  });
}
