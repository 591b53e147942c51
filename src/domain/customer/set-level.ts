import type { Tx } from '../../db/client.ts';
import type { Customer } from '../../db/generated/client.ts';
import type { IdentificationLevel } from '../../db/generated/enums.ts';
import { appendEvents } from '../../events/log.ts';
import { walletUpdated } from '../wallet/events.ts';

/**
 * Puts a customer at a level; their LOCAL wallets, and so their limits, follow at once. The customer's row is locked.
 * @param more what else of the customer changes
 */
export async function setLevel(
  tx: Tx,
  customerId: string,
  level: IdentificationLevel,
  now: Date,
  more: { personSealed?: Uint8Array<ArrayBuffer> } = {},
): Promise<Customer> {
  const customer = await tx.customer.update({
    where: { id: customerId },
    data: {
      identificationLevel: level,
      identificationStatus: level === 'NONE' ? 'NOT_STARTED' : 'VERIFIED',
      identificationChangedAt: now,
      ...more,
    },
  });
  const wallets = await tx.wallet.updateManyAndReturn({
    where: { customerId, provider: 'LOCAL', status: { not: 'CLOSED' } },
    data: { identificationLevel: level },
  });
  await appendEvents(
    tx,
    wallets.map((wallet) => walletUpdated(wallet, now)),
    now,
  );
  return customer;
}
