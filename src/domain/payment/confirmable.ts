import type { Payment } from '../../db/generated/client.ts';
import { StateError } from '../../errors.ts';

/**
 * May this payment be confirmed now? Its row is locked.
 * @returns CONFIRMED: it was before, and is answered as it is
 * @throws StateError when it has ended, or its time has run out
 */
export function checkConfirmable(payment: Payment, now: Date): 'CREATED' | 'CONFIRMED' {
  const { status, expiresAt } = payment;
  if (status === 'PROCESSING' || status === 'COMPLETED') return 'CONFIRMED';
  if (status !== 'CREATED')
    throw notConfirmable(payment, `The payment is ${status}; only a CREATED one can be confirmed.`);
  if (expiresAt && expiresAt <= now)
    throw notConfirmable(payment, 'The time to confirm this payment has run out. Create it anew.');
  return 'CREATED';
}

const notConfirmable = (payment: Payment, message: string) =>
  new StateError('PAYMENT_STATE', payment.status, ['CREATED'], message);
