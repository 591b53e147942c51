import type { Database, Tx } from '../../db/client.ts';
import type { Notification, Prisma } from '../../db/generated/client.ts';
import type { NotificationMedium } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import { newId } from '../../lib/ids.ts';
import type { SkipReason } from './model.ts';

/** Rows that go out together, taken by this process until the lease ends. */
export interface Claim {
  /** Stable: whoever tries again sends the same rows under the same id. */
  messageId: string;
  medium: NotificationMedium;
  customerId: string;
  /** This one included. */
  attempts: number;
  /** Oldest first. */
  rows: Notification[];
}

/** Longer than any try at sending takes; after it, what a dead process had taken is free again. */
const LEASE_MS = 5 * 60_000;
/** Payments in one message; a digest of more goes on in the next. */
const MOST_ROWS = 1_000;

/** Writes new notifications. */
export async function createNotifications(tx: Tx, rows: Prisma.NotificationCreateManyInput[]): Promise<void> {
  if (rows.length > 0) await tx.notification.createMany({ data: rows });
}

/**
 * Takes the next message of a customer that is due: one row for INSTANT, all rows of the period for a digest, the same rows as
 * before for one that was tried already. Null when nothing is due, or when another process is choosing for this customer.
 */
export function claimMessage(db: Database, customerId: string, now: Date): Promise<Claim | null> {
  return transaction(db, async (tx) => {
    // two processes must not make two messages of one digest: the customer's row is the door, and nobody waits at it
    const door = await tx.$queryRaw<object[]>`
      SELECT 1 FROM customer WHERE id = ${customerId} FOR NO KEY UPDATE SKIP LOCKED`;
    if (door.length === 0) return null;
    const mine = { customerId, status: 'PENDING' as const };
    const first = await tx.notification.findFirst({
      where: { ...mine, nextAt: { lte: now } },
      orderBy: { nextAt: 'asc' },
    });
    if (!first) return null;
    const rows = await tx.notification.findMany({
      where: { ...mine, ...together(first) },
      orderBy: [{ occurredAt: 'asc' }, { paymentId: 'asc' }, { version: 'asc' }],
      take: MOST_ROWS,
    });
    const { medium } = first;
    const messageId = first.messageId ?? newId('Message');
    const leasedTo = new Date(now.getTime() + LEASE_MS);
    await tx.$executeRaw`
      UPDATE notification SET message_id = ${messageId}, attempts = attempts + 1, next_at = ${leasedTo}
      WHERE customer_id = ${customerId} AND medium = ${medium}::notification_medium AND status = 'PENDING'
        AND (payment_id, version) IN (SELECT * FROM unnest(
          ${rows.map(({ paymentId }) => paymentId)}::text[], ${rows.map(({ version }) => version)}::int[]))`;
    return { messageId, medium, customerId, attempts: first.attempts + 1, rows };
  });
}

/** The rows that share a message with this one. */
const together = ({ messageId, paymentId, version, medium, period, dueAt }: Notification) => {
  if (messageId !== null) return { messageId };
  return period === 'INSTANT' ? { paymentId, version, medium } : { medium, period, dueAt, messageId };
};

const pendingOf = ({ customerId, messageId }: Claim) => ({ customerId, messageId, status: 'PENDING' as const });

/** The message was taken by who carries it on. */
export async function changeToSent({ prisma }: Database, claim: Claim, now: Date): Promise<void> {
  await prisma.notification.updateMany({ where: pendingOf(claim), data: { status: 'SENT', sentAt: now } });
}

/** There is no way to this customer: nothing is tried again, and the rows say why. */
export async function changeToSkipped({ prisma }: Database, claim: Claim, skipReason: SkipReason): Promise<void> {
  await prisma.notification.updateMany({ where: pendingOf(claim), data: { status: 'SKIPPED', skipReason } });
}

/** The try failed; the rows stay, to be tried again. */
export async function changeToRetry(
  { prisma }: Database,
  claim: Claim,
  nextAt: Date,
  lastError: string,
): Promise<void> {
  await prisma.notification.updateMany({ where: pendingOf(claim), data: { nextAt, lastError } });
}
