import type { Database } from '../../db/client.ts';

/**
 * Retention: removes deliveries that are done with and whose event was recorded before an instant, with their attempts, and
 * endpoints that were deleted and have none left.
 * @param limit deliveries at most, so that no transaction grows long; call it again until it answers less
 * @returns how many deliveries were removed
 */
export async function pruneDeliveries({ prisma }: Database, before: Date, limit: number): Promise<number> {
  const removed = await prisma.$executeRaw`
    DELETE FROM webhook_delivery WHERE id IN (
      SELECT d.id FROM event_log e JOIN webhook_delivery d ON d.log_position = e.position
      WHERE e.recorded_at < ${before} AND d.state <> 'PENDING' ORDER BY e.position LIMIT ${limit})`;
  await prisma.$executeRaw`
    DELETE FROM webhook_endpoint e WHERE deleted_at < ${before}
      AND NOT EXISTS (SELECT FROM webhook_delivery d WHERE d.endpoint_id = e.id)`;
  return removed;
}

/** When the first event of the log was recorded that an endpoint is still to be told of; null when there is none. Those before it may go. */
export async function oldestUntold({ prisma }: Database): Promise<Date | null> {
  // what waits behind another is about a later event than that; no table is read but from where it begins to matter
  const [row] = await prisma.$queryRaw<{ at: Date | null }[]>`
    WITH due AS MATERIALIZED (SELECT log_position AS position FROM webhook_delivery WHERE next_attempt_at IS NOT NULL),
      ahead AS MATERIALIZED (SELECT position FROM event_log WHERE position > (SELECT position FROM webhook_cursor)
        ORDER BY position LIMIT 1)
    SELECT recorded_at AS at FROM event_log
    WHERE position = (SELECT min(position) FROM (SELECT position FROM due UNION ALL SELECT position FROM ahead) AS untold)`;
  return row?.at ?? null;
}
