import type { Deps } from '../../deps.ts';
import { IdempotencyError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { actorOf, type Claim } from './once.ts';

/**
 * Does what a claimed key is for at a provider, outside any transaction, and lets nobody else do it meanwhile: a second request
 * with the key is refused, or both would send it. A process that dies leaves the key in use for half a minute, which is longer
 * than a call is on its way.
 * @param work the call and what follows from it; whatever becomes of it, the key may be used again afterwards
 * @returns what `work` returns
 * @throws IdempotencyError while another request with this key is at it; what `work` throws
 */
export async function whileInUse<T>(
  { db }: Pick<Deps, 'db'>,
  viewer: TenantViewer,
  { operation, key }: Pick<Claim, 'operation' | 'key'>,
  work: () => Promise<T>,
): Promise<T> {
  const [taken] = await db.prisma.$queryRaw<{ until: string }[]>`
    UPDATE idempotency_key SET in_use_until = clock_timestamp() + interval '30 seconds'
    WHERE partner_id = ${viewer.partnerId} AND actor = ${actorOf(viewer)} AND operation = ${operation} AND key = ${key}
      AND (in_use_until IS NULL OR in_use_until < clock_timestamp())
    RETURNING in_use_until::text AS until`;
  if (!taken) throw new IdempotencyError('IDEMPOTENCY_IN_PROGRESS');
  try {
    return await work();
  } finally {
    // only if it is still ours: after half a minute another request may have taken it
    await db.prisma.$executeRaw`
      UPDATE idempotency_key SET in_use_until = NULL
      WHERE partner_id = ${viewer.partnerId} AND actor = ${actorOf(viewer)} AND operation = ${operation} AND key = ${key}
        AND in_use_until = ${taken.until}::timestamptz`;
  }
}
