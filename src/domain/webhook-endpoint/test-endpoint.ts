import type { WebhookDelivery } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import { appendEvents, sequenceEvents } from '../../events/log.ts';
import { present } from '../../lib/assert.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { fanOut } from './fan-out.ts';
import { lockEndpoint, visibleEndpoints } from './store.ts';

/**
 * Has an endpoint told of an event that is nothing but a test, whatever its types, and also when it is disabled: if it takes it, it
 * is sent again what happens from then on.
 * @returns the delivery, which is on its way
 * @throws NotFoundError
 */
export async function testEndpoint(
  deps: Pick<Deps, 'db' | 'clock'>,
  viewer: PartnerViewer,
  endpointId: string,
): Promise<WebhookDelivery> {
  const { db, clock } = deps;
  const now = clock.now();
  const ids = await transaction(db, async (tx) => {
    await lockEndpoint(tx, endpointId);
    const where = { AND: [{ id: endpointId }, visibleEndpoints(viewer)] };
    if (!(await tx.webhookEndpoint.findFirst({ where }))) throw new NotFoundError('The webhook endpoint');
    await tx.webhookEndpoint.update({ where: { id: endpointId }, data: { pausedUntil: null } });
    const about = { partnerId: viewer.partnerId, audience: [], walletIds: [], paymentId: null, occurredAt: now };
    return appendEvents(tx, [{ ...about, type: 'WEBHOOK_TEST', data: { kind: 'test', endpointId } }], now);
  });
  await sequenceEvents(db);
  while (await fanOut(deps, 'WAIT'));
  const delivery = await db.prisma.webhookDelivery.findFirst({
    where: { endpointId, eventId: present(ids[0], 'an id') },
  });
  // deleted in this very moment
  if (!delivery) throw new NotFoundError('The webhook endpoint');
  return delivery;
}
