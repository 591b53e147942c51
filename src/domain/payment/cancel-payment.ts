import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError, StateError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkNote } from './new-payment.ts';
import { resume, step } from './progress.ts';
import { lockPayment, mayAct, save } from './store.ts';

/**
 * Drops a payment that was not confirmed. A confirmed one cannot be cancelled: its money is on its way.
 * @throws NotFoundError, StateError
 */
export async function cancelPayment(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  viewer: TenantViewer,
  { paymentId, reason }: { paymentId: string; reason?: string | undefined },
): Promise<Payment> {
  const message = checkNote(reason, 'input.reason');
  const now = clock.now();
  return transaction(db, async (tx) => {
    const payment = await lockPayment(tx, viewer, paymentId);
    if (!payment || !mayAct(viewer, payment)) throw new NotFoundError('The payment');
    if (payment.status !== 'CREATED') {
      throw new StateError(
        'PAYMENT_STATE',
        payment.status,
        ['CREATED'],
        `The payment is ${payment.status}; only a CREATED one can be cancelled.`,
      );
    }
    const cancelled = step(
      resume(payment),
      { to: 'CANCELLED', reason: 'CANCEL', source: 'API', message, changes: { expiresAt: null } },
      now,
    );
    return present((await save(tx, [cancelled], [], now))[0], 'the payment');
  });
}
