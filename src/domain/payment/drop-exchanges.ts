import type { Database } from '../../db/client.ts';
import { monthsOf, type PartitionedTable } from '../../db/partitions.ts';
import { inSession } from '../../db/session.ts';
import { present } from '../../lib/assert.ts';

const TABLE = 'attempt_exchange';
/** Requests to providers, in partitions by month (docs/adr/0015-retention-and-partitions.md). */
export const exchangePartitions: readonly PartitionedTable[] = [{ table: TABLE, key: { kind: 'instant' } }];
/** Writers wait behind us while we wait for the lock, so not for long: the next night tries again. */
const LOCK_TIMEOUT = '2s';

/**
 * Retention: drops the months of exchanges with providers that were over before an instant, oldest first, up to the first of which a payment
 * under way still has an exchange: whoever rules on it wants to see what was said.
 * @returns names of the partitions that went
 */
export async function dropExchanges(db: Database, before: Date): Promise<string[]> {
  const dropped: string[] = [];
  for (const { name, month } of await monthsOf(db.pool, TABLE)) {
    const end = new Date(Date.UTC(Math.floor((month + 1) / 12), (month + 1) % 12));
    if (end > before || !(await isOver(db, name))) break;
    await inSession(db, 'BEGIN', async (client) => {
      await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
      await client.query(`ALTER TABLE ${TABLE} DETACH PARTITION ${name}`);
      await client.query(`DROP TABLE ${name}`);
    });
    dropped.push(name);
  }
  return dropped;
}

async function isOver({ pool }: Database, name: string): Promise<boolean> {
  const { rows } = await pool.query<{ over: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM ${name} x JOIN payment_attempt a ON a.id = x.attempt_id JOIN payment p ON p.id = a.payment_id
       WHERE p.status IN ('CREATED', 'PROCESSING')) AS over`,
  );
  return present(rows[0], 'the state of a partition').over;
}
