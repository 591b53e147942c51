import type { Tx } from '../../db/client.ts';
import type { Payment, Prisma } from '../../db/generated/client.ts';
import type { NewEvent } from '../../events/event.ts';
import { appendEvents } from '../../events/log.ts';
import { assert, present } from '../../lib/assert.ts';
import type { Viewer } from '../access/viewer.ts';
import { followPurchases } from '../card/follow-purchases.ts';
import { followPayments } from '../invoice/follow-payments.ts';
import { announcePayments } from '../notification/announce-payments.ts';
import type { Progress } from './progress.ts';

/** The rows of `payment` that this viewer may know of; for a customer see `audience` in progress.ts. */
export function visiblePayments(viewer: Viewer): Prisma.PaymentWhereInput {
  switch (viewer.kind) {
    case 'ADMIN':
      return {};
    case 'PARTNER':
      return { partnerId: viewer.partnerId };
    case 'CUSTOMER':
      return {
        partnerId: viewer.partnerId,
        OR: [
          { sourceCustomerId: viewer.customerId },
          { destinationCustomerId: viewer.customerId, sourceWalletId: null },
          { destinationCustomerId: viewer.customerId, status: { in: ['COMPLETED', 'REVERSED'] } },
        ],
      };
  }
}

/** The payment with this id, or null: absent and foreign are the same. */
export const findPayment = (tx: Tx, viewer: Viewer, id: string): Promise<Payment | null> =>
  tx.payment.findFirst({ where: { AND: [{ id }, visiblePayments(viewer)] } });

/** Locks the payment's row until the transaction ends, then reads it. */
export async function lockPayment(tx: Tx, viewer: Viewer, id: string): Promise<Payment | null> {
  await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${id} FOR UPDATE`;
  return findPayment(tx, viewer, id);
}

/** Did this viewer make the payment (or the partner for its customers)? Seeing a payment is not enough to act on it. */
export function mayAct(
  viewer: Viewer,
  payment: Pick<Payment, 'sourceWalletId' | 'sourceCustomerId' | 'destinationCustomerId'>,
): boolean {
  if (viewer.kind !== 'CUSTOMER') return true;
  return viewer.customerId === (payment.sourceWalletId ? payment.sourceCustomerId : payment.destinationCustomerId);
}

/**
 * Writes what has become of payments in this transaction: rows, timeline, events, and what customers are to be told of it.
 * @param more events that belong to the same transaction, after those of the payments
 */
export async function save(tx: Tx, progresses: Progress[], more: NewEvent[], now: Date): Promise<Payment[]> {
  const created = progresses.filter(({ storedVersion }) => storedVersion === 0);
  if (created.length > 0) await tx.payment.createMany({ data: created.map(({ payment }) => payment) });
  for (const { payment, storedVersion } of progresses) {
    if (storedVersion === 0 || storedVersion === payment.version) continue;
    const { id, ...data } = payment;
    const { count } = await tx.payment.updateMany({ where: { id, version: storedVersion }, data });
    assert(count === 1, 'a payment changed under its lock');
  }
  const transitions = progresses.flatMap((progress) => progress.transitions);
  if (transitions.length > 0) await tx.paymentTransition.createMany({ data: transitions });
  await appendEvents(tx, [...progresses.flatMap((progress) => progress.events), ...more], now);
  await announcePayments(tx, progresses, now);
  // one that is new says itself what it pays
  const followed = progresses.filter(({ storedVersion }) => storedVersion > 0).map(({ payment }) => payment);
  await followPayments(tx, followed, now);
  await followPurchases(tx, followed, now);
  return progresses.map(({ payment }) => payment);
}

/** The payment that a replayed mutation made the first time. */
export async function replayedPayment(tx: Tx, viewer: Viewer, id: string): Promise<Payment> {
  return present(await findPayment(tx, viewer, id), 'the payment of a replayed mutation');
}
