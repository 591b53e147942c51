import { addJob } from '../../db/job-queue.ts';
import type { Deps } from '../../deps.ts';

/** Rows that are looked at in one round. */
const ROWS = 1_000;
/** A job that was taken by a process which then died stays locked for hours; after this long nobody waits for it. */
const FORGOTTEN_MS = 120_000;

/**
 * Gives a `notify` job to each customer for whom something is due and no job is waiting or at work.
 * @param limit customers at most
 * @returns how many got one
 */
export async function queueDueNotifications({ db, clock }: Pick<Deps, 'db' | 'clock'>, limit: number): Promise<number> {
  const now = clock.now();
  const customers = await db.prisma.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT due.customer_id AS id
    FROM (SELECT customer_id FROM notification WHERE status = 'PENDING' AND next_at <= ${now}
      ORDER BY next_at LIMIT ${ROWS}) AS due
    WHERE NOT EXISTS (SELECT FROM graphile_worker.jobs j WHERE j.key = 'notify:' || due.customer_id
      AND CASE WHEN j.locked_at IS NULL THEN j.attempts < j.max_attempts
        ELSE j.locked_at > now() - ${FORGOTTEN_MS} * interval '1 millisecond' END)
    LIMIT ${limit}`;
  // one try: what a job leaves undone is due again when its claim ends, and gets another
  for (const { id } of customers)
    await addJob(db.prisma, 'notify', { customerId: id }, { key: `notify:${id}`, attempts: 1 });
  return customers.length;
}
