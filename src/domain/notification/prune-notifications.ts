import type { Database } from '../../db/client.ts';

/**
 * Retention: removes notifications that are done with (sent or skipped) and were made before an instant.
 * @param limit rows at most, so that no transaction grows long; call it again until it answers less
 * @returns how many were removed
 */
export function pruneNotifications({ prisma }: Database, before: Date, limit: number): Promise<number> {
  return prisma.$executeRaw`
    DELETE FROM notification WHERE (payment_id, version, customer_id, medium) IN (
      SELECT payment_id, version, customer_id, medium FROM notification
      WHERE status <> 'PENDING' AND created_at < ${before} ORDER BY created_at LIMIT ${limit})`;
}
