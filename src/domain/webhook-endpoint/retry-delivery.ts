import type { WebhookDelivery } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { LEASE_MS } from './claim-deliveries.ts';
import { lockEndpoint, visibleDeliveries } from './store.ts';

/**
 * Sends a delivery again, now, whether it was delivered or given up; the schedule begins anew. It neither waits for others about
 * the same object nor makes them wait. One that waits for its next try is tried now; one that waits for another goes on waiting.
 * @throws NotFoundError
 */
export function retryDelivery(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  viewer: PartnerViewer,
  deliveryId: string,
): Promise<WebhookDelivery> {
  return transaction(db, async (tx) => {
    const where = { AND: [{ id: deliveryId }, visibleDeliveries(viewer)] };
    const found = await tx.webhookDelivery.findFirst({ where, select: { endpointId: true } });
    const endpoint = found && (await lockEndpoint(tx, found.endpointId));
    const row = endpoint && (await tx.webhookDelivery.findFirst({ where }));
    if (!row) throw new NotFoundError('The delivery');
    // who asks does not wait for what the receiver once wished
    await tx.webhookEndpoint.update({ where: { id: endpoint.id }, data: { pausedUntil: null } });
    return tx.webhookDelivery.update({ where: { id: deliveryId }, data: again(row, clock.now()) });
  });
}

function again({ state, nextAttemptAt }: WebhookDelivery, now: Date): Partial<WebhookDelivery> {
  if (state !== 'PENDING') return { state: 'PENDING', inTurn: false, tries: 0, giveUpAt: null, nextAttemptAt: now };
  // what is due so soon may be under way, and would be sent twice
  const soon = nextAttemptAt === null || nextAttemptAt.getTime() <= now.getTime() + LEASE_MS;
  return soon ? {} : { nextAttemptAt: now };
}
