import type { Tx } from '../../db/client.ts';
import type { Customer, Prisma } from '../../db/generated/client.ts';
import type { Progress } from '../payment/progress.ts';
import { dueAt, mediaOf, newsOf, type PaymentNews } from './model.ts';
import { createNotifications } from './store.ts';

/** A digest waits for transactions that began before its period ended; none of ours runs longer than half of this. */
const DIGEST_GRACE_MS = 60_000;

/**
 * Writes down, in the transaction that carries payments further, what their customers are to be told of it, by the settings
 * that each has now. Nothing is sent here; `deliverNext` does that, later and outside.
 * @param tx the transaction that writes the payments
 */
export async function announcePayments(tx: Tx, progresses: Progress[], now: Date): Promise<void> {
  const news = newsOf(progresses, now);
  if (news.length === 0) return;
  const customers = await tx.customer.findMany({
    where: { id: { in: [...new Set(news.map(({ customerId }) => customerId))] }, notificationChannel: { not: 'NONE' } },
    select: { id: true, notificationChannel: true, notificationPeriod: true },
  });
  await createNotifications(tx, notificationsOf(news, customers, now));
}

/** What a customer has set about being told. */
export type Wishes = Pick<Customer, 'id' | 'notificationChannel' | 'notificationPeriod'>;

/** The rows that tell customers of their news, by the settings that each has. */
export function notificationsOf(
  news: PaymentNews[],
  customers: Wishes[],
  now: Date,
): Prisma.NotificationCreateManyInput[] {
  return news.flatMap(({ payment, customerId, ...about }) => {
    const customer = customers.find(({ id }) => id === customerId);
    if (!customer) return [];
    const period = customer.notificationPeriod;
    const due = dueAt(period, now);
    const nextAt = period === 'INSTANT' ? due : new Date(due.getTime() + DIGEST_GRACE_MS);
    return mediaOf[customer.notificationChannel].map((medium) => ({
      ...about,
      paymentId: payment.id,
      partnerId: payment.partnerId,
      customerId,
      medium,
      period,
      dueAt: due,
      nextAt,
      createdAt: now,
    }));
  });
}
