import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError, StateError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { bookCompletion, bookDecline } from './book-outcome.ts';
import { resume, step } from './progress.ts';
import { lockPayment, save } from './store.ts';
import { CALL_IS_DEAD_MS } from './watch-upstream.ts';

export interface ResolvePaymentInput {
  paymentId: string;
  outcome: 'COMPLETED' | 'DECLINED';
  /** Why the operator knows: kept in the timeline. */
  evidence: string;
}

/**
 * An operator's ruling on a payment in PROCESSING: COMPLETED books it as done, DECLINED gives back what was held. What the provider
 * says later is still followed: it may undo a ruling of COMPLETED.
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
    const carried = payment.providerAccountId !== null;
    if (payment.kind === 'TOP_UP' && !carried)
      throw InvalidInputError.at('input.paymentId', 'is a top-up without a provider: settle it with topUpSettle.');
    if (payment.status !== 'PROCESSING') {
      throw new StateError(
        'PAYMENT_STATE',
        payment.status,
        ['PROCESSING'],
        `The payment is ${payment.status}; only one in PROCESSING can be ruled on.`,
      );
    }
    if (carried && outcome === 'DECLINED') await checkNoCallUnderWay(tx, payment, now);
    const about = { source: 'OPERATOR' as const, message: evidence };
    const completed = outcome === 'COMPLETED';
    const events = completed ? await bookCompletion(tx, payment, now) : await bookDecline(tx, payment, now);
    const declineReason = carried ? ('PROVIDER_REFUSED' as const) : ('RECIPIENT_REFUSED' as const);
    const ruled = completed
      ? step(
          resume(payment),
          { to: 'COMPLETED', reason: 'COMPLETE', ...about, changes: { completedAt: now, upstreamAction: null } },
          now,
        )
      : step(
          resume(payment),
          { to: 'DECLINED', reason: 'DECLINE', ...about, changes: { declineReason, upstreamAction: null } },
          now,
        );
    return present((await save(tx, [ruled], events, now))[0], 'the payment');
  });
}

/** While a call may still reach the provider nobody can know that it will not pay. */
async function checkNoCallUnderWay(tx: Tx, payment: Payment, now: Date): Promise<void> {
  const since = new Date(now.getTime() - CALL_IS_DEAD_MS);
  const calls = await tx.paymentAttempt.count({ where: { paymentId: payment.id, calledAt: { gt: since } } });
  if (calls === 0) return;
  throw new StateError(
    'PAYMENT_STATE',
    payment.status,
    ['PROCESSING'],
    'A call to the provider is under way; rule on the payment in a minute.',
  );
}
