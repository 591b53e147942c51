import type { WebhookDelivery } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';

/** Longer than any try takes; after it, what a dead process had taken is free again. */
export const LEASE_MS = 60_000;

/** A delivery that this process has taken to send. */
export type Claim = Pick<WebhookDelivery, 'id' | 'endpointId' | 'position'>;

export interface ClaimOptions {
  /** Deliveries at most. */
  limit: number;
  /** Of one endpoint at most, those that are under way included. */
  perEndpoint: number;
  /** Of endpoints that do not answer or have too much to do, or of the others. */
  strained: boolean;
  /** What this process is sending now. */
  underWay: readonly Claim[];
}

/**
 * Takes deliveries that are due, until their lease ends: a few of each endpoint, endpoints in no order, past what other processes
 * are taking.
 */
export function claimDeliveries(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { limit, perEndpoint, strained, underWay }: ClaimOptions,
): Promise<Claim[]> {
  const now = clock.now();
  const leasedTo = new Date(now.getTime() + LEASE_MS);
  const busy: Record<string, number> = {};
  for (const { endpointId } of underWay) busy[endpointId] = (busy[endpointId] ?? 0) + 1;
  return db.prisma.$queryRaw<Claim[]>`
    WITH endpoint AS MATERIALIZED (
      SELECT id, greatest(0, ${perEndpoint}::int - coalesce((${JSON.stringify(busy)}::jsonb ->> id)::int, 0)) AS room
      FROM webhook_endpoint
      WHERE deleted_at IS NULL AND strained = ${strained} AND (paused_until IS NULL OR paused_until <= ${now})
      ORDER BY random()
    ), due AS MATERIALIZED (
      SELECT d.id FROM endpoint CROSS JOIN LATERAL (
        SELECT id FROM webhook_delivery
        WHERE endpoint_id = endpoint.id AND next_attempt_at <= ${now} AND id <> ALL (${underWay.map(({ id }) => id)}::text[])
        ORDER BY next_attempt_at, position LIMIT endpoint.room FOR UPDATE SKIP LOCKED
      ) AS d LIMIT ${limit}
    )
    UPDATE webhook_delivery SET next_attempt_at = ${leasedTo} WHERE id IN (SELECT id FROM due)
    RETURNING id, endpoint_id AS "endpointId", position`;
}
