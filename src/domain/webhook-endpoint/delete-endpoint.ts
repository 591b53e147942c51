import type { Tx } from '../../db/client.ts';
import type { WebhookEndpoint } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { lockEndpoint } from './store.ts';

/**
 * Ends an endpoint: nothing more is sent to it, its secrets are forgotten. Ending it again answers it as it is.
 * @throws NotFoundError
 */
export function deleteEndpoint(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { partnerId }: PartnerViewer,
  endpointId: string,
): Promise<WebhookEndpoint> {
  return transaction(db, async (tx) => {
    const row = await lockEndpoint(tx, endpointId);
    if (row?.partnerId !== partnerId) throw new NotFoundError('The webhook endpoint');
    if (row.deletedAt) return row;
    const now = clock.now();
    await giveUpAll(tx, endpointId);
    await tx.webhookSecret.deleteMany({ where: { endpointId } });
    return tx.webhookEndpoint.update({
      where: { id: endpointId },
      data: { deletedAt: now, disabledAt: row.disabledAt ?? now },
    });
  });
}

/** Whatever waits for an endpoint is not sent. Its row must be locked: what is written later sees that it is disabled. */
export async function giveUpAll(tx: Tx, endpointId: string): Promise<void> {
  await tx.webhookDelivery.updateMany({
    where: { endpointId, state: 'PENDING' },
    data: { state: 'FAILED', nextAttemptAt: null },
  });
}
