import type { Tx } from '../../db/client.ts';
import type { Prisma, WebhookAttempt, WebhookEndpoint, WebhookSecret } from '../../db/generated/client.ts';
import type { Vault } from '../../lib/crypto.ts';
import type { Viewer } from '../access/viewer.ts';

/** The rows of `webhook_endpoint` that this viewer may know of; sessions know of none. */
export function visibleEndpoints(viewer: Viewer): Prisma.WebhookEndpointWhereInput {
  if (viewer.kind === 'ADMIN') return { deletedAt: null };
  return viewer.kind === 'PARTNER' ? { partnerId: viewer.partnerId, deletedAt: null } : { id: { in: [] } };
}

/** The rows of `webhook_delivery` that this viewer may know of. */
export const visibleDeliveries = (viewer: Viewer): Prisma.WebhookDeliveryWhereInput => ({
  endpoint: visibleEndpoints(viewer),
});

/** Locks the endpoint's row until the transaction ends: what it is to be told, and what came of it, are written under this lock. */
export async function lockEndpoint(tx: Tx, id: string): Promise<WebhookEndpoint | null> {
  await tx.$executeRaw`SELECT 1 FROM webhook_endpoint WHERE id = ${id} FOR NO KEY UPDATE`;
  return tx.webhookEndpoint.findUnique({ where: { id } });
}

const context = (endpointId: string, number: number) => `webhook_secret.value:${endpointId}:${number}`;

/** A secret as a row; its place binds it there. */
export const sealSecret = (vault: Vault, endpointId: string, number: number, secret: string) => ({
  endpointId,
  number,
  valueSealed: vault.seal(secret, context(endpointId, number)),
});

/** Those secrets of an endpoint that sign now, the newest first. */
export const openSecrets = (vault: Vault, rows: readonly WebhookSecret[], now: Date): string[] =>
  rows
    .filter(({ signsUntil }) => signsUntil === null || signsUntil > now)
    .sort((a, b) => b.number - a.number)
    .map((row) => vault.open(row.valueSealed, context(row.endpointId, row.number)));

/** The last hundred tries of each of these deliveries, oldest first. */
export const lastAttempts = (tx: Tx, deliveryIds: string[]): Promise<WebhookAttempt[]> =>
  tx.$queryRaw<WebhookAttempt[]>`
    SELECT a.delivery_id AS "deliveryId", a.number, a.at, a.status, a.error, a.duration_ms AS "durationMs"
    FROM webhook_delivery d JOIN webhook_attempt a ON a.delivery_id = d.id AND a.number > d.attempts - 100
    WHERE d.id = ANY (${deliveryIds}) ORDER BY a.delivery_id, a.number`;
