import type { Payment } from '../db/generated/client.ts';
import type { PaymentSnapshot } from '../events/event.ts';

/**
 * The payment as an event left it. Two steps of one transaction are read after both are done; a subscriber still sees each.
 * @param row as it is now
 */
export function paymentAsOf(row: Payment, snapshot: PaymentSnapshot): Payment {
  const time = (at: string | null) => (at === null ? null : new Date(at));
  const { version, status, declineReason, refundedMinor, confirmedAt, completedAt, expiresAt } = snapshot;
  return {
    ...row,
    version,
    status: status as Payment['status'],
    declineReason: declineReason as Payment['declineReason'],
    // words are not in the log, from which nobody could be erased
    declineMessage: declineReason === null ? null : row.declineMessage,
    refundedMinor: BigInt(refundedMinor),
    confirmedAt: time(confirmedAt),
    completedAt: time(completedAt),
    expiresAt: time(expiresAt),
  };
}
