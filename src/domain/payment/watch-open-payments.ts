import { addJob } from '../../db/job-queue.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { watchOver } from './watch-upstream.ts';

/** A job that was taken by a process which then died stays locked for hours; after this long nobody waits for it. */
const FORGOTTEN_MS = 120_000;

/**
 * The net under the jobs: payments that wait for their provider, and calls from providers that were taken in, for which no
 * job is waiting (its process was killed) get one again.
 * @param limit of each kind at most
 * @returns how many got one
 */
export async function watchOpenPayments({ db, clock }: Pick<Deps, 'db' | 'clock'>, limit: number): Promise<number> {
  const now = clock.now();
  const before = new Date(now.getTime() - FORGOTTEN_MS);
  return transaction(db, async (tx) => {
    const payments = await tx.$queryRaw<{ id: string }[]>`
      SELECT p.id FROM payment p
      WHERE p.status = 'PROCESSING' AND p.provider_account_id IS NOT NULL AND p.confirmed_at < ${before}
        AND NOT EXISTS (SELECT 1 FROM graphile_worker.jobs j
          WHERE j.key = 'resolve-payment:' || p.id AND (j.locked_at IS NULL OR j.locked_at > ${before}))
      ORDER BY p.confirmed_at LIMIT ${limit}`;
    for (const { id } of payments) await watchOver(tx, id, now);
    const receipts = await tx.webhookReceipt.findMany({
      where: { handledAt: null, receivedAt: { lt: before } },
      orderBy: { receivedAt: 'asc' },
      take: limit,
    });
    for (const { providerAccountId, dedupeKey } of receipts) {
      await addJob(
        tx,
        'handle-webhook',
        { providerAccountId, dedupeKey },
        { key: `handle-webhook:${providerAccountId}:${dedupeKey}` },
      );
    }
    return payments.length + receipts.length;
  });
}
