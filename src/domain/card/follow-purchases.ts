import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { addJob } from '../../db/job-queue.ts';
import { appendEvents } from '../../events/log.ts';
import { cardUpdated } from './refresh-card.ts';

/**
 * Brings ordered cards to where the payments that pay for them have come, in the same transaction: on their way once money is,
 * to be paid again when it came back. Which card came of it is looked up afterwards.
 * @param payments as they stand now; their rows are locked
 */
export async function followPurchases(tx: Tx, payments: Payment[], now: Date): Promise<void> {
  const moved = new Map(
    payments
      .filter(({ kind, providerAccountId, status }) => kind === 'PAYOUT' && providerAccountId && status !== 'CREATED')
      .map((payment) => [payment.id, payment]),
  );
  if (moved.size === 0) return;
  const cards = await tx.card.findMany({ where: { paymentId: { in: [...moved.keys()] } }, orderBy: { id: 'asc' } });
  for (const card of cards) {
    const status = moved.get(card.paymentId ?? '')?.status;
    const paid = status === 'PROCESSING' || status === 'COMPLETED';
    if (status === 'COMPLETED' && card.reference === null) await lookForCard(tx, card.walletId, 0, now);
    const changes = paid ? { state: 'PENDING' as const } : { state: 'PAYMENT_REQUIRED' as const, paymentId: null };
    const open = paid ? card.state === 'PAYMENT_REQUIRED' : card.reference === null;
    if (!open) continue;
    const written = await tx.card.update({ where: { id: card.id }, data: changes });
    await appendEvents(tx, [cardUpdated(written, now)], now);
  }
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60 * 60_000;

/** Has the cards of a wallet read soon: one that was ordered is not known yet. */
export const lookForCard = (tx: Tx, walletId: string, round: number, now: Date): Promise<void> =>
  addJob(
    tx,
    'refresh-cards',
    { walletId, round },
    {
      key: `refresh-cards:${walletId}`,
      runAt: new Date(
        now.getTime() + (round === 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** Math.min(round, 20), LONGEST_WAIT_MS)),
      ),
    },
  );
