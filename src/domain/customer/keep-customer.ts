import type { Tx } from '../../db/client.ts';
import type { Customer } from '../../db/generated/client.ts';
import type { IdentificationLevel, NotificationChannel, NotificationPeriod } from '../../db/generated/enums.ts';
import type { Deps } from '../../deps.ts';
import { newId } from '../../lib/ids.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { erased } from './living.ts';
import { type PersonData, sealPerson } from './person.ts';

/** A customer as the partner describes them, checked. */
export interface CustomerDraft {
  externalId: string;
  level: IdentificationLevel;
  notifications?: { channel: NotificationChannel; period: NotificationPeriod } | undefined;
  person?: PersonData | undefined;
}

/**
 * The customer with this externalId: the one that is there, unchanged, or a new one. Nobody
 * else gets at this externalId until the transaction ends.
 * @param level at which a new one starts
 * @throws InvalidInputError for the externalId that an erased one has
 */
export async function keepCustomer(
  { vault, clock }: Pick<Deps, 'vault' | 'clock'>,
  tx: Tx,
  partnerId: string,
  { externalId, notifications, person, level }: CustomerDraft,
): Promise<{ customer: Customer; created: boolean }> {
  await lockName(tx, 'customer', partnerId, externalId);
  const known = await tx.customer.findUnique({ where: { partnerId_externalId: { partnerId, externalId } } });
  if (known?.erasedAt) throw erased('input.externalId');
  if (known) return { customer: known, created: false };
  const id = newId('Customer');
  const now = clock.now();
  const row = {
    id,
    partnerId,
    externalId,
    identificationLevel: level,
    identificationStatus: level === 'NONE' ? ('NOT_STARTED' as const) : ('VERIFIED' as const),
    identificationChangedAt: level === 'NONE' ? null : now,
    personSealed: person ? sealPerson(vault, id, person) : null,
    ...(notifications ? { notificationChannel: notifications.channel, notificationPeriod: notifications.period } : {}),
    createdAt: now,
  };
  return { customer: await tx.customer.create({ data: row }), created: true };
}
