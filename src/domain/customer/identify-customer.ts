import type { Customer } from '../../db/generated/client.ts';
import type { IdentificationLevel } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { walletUpdated } from '../wallet/events.ts';
import { parsePerson } from './create-customer.ts';
import { openPerson, type PersonData, sealPerson } from './person.ts';

export interface IdentifyCustomerInput {
  customerId: string;
  level: IdentificationLevel;
  person?: PersonData | undefined;
}

/**
 * The partner vouches for a customer's level; the customer's LOCAL wallets, and so their limits, follow at once.
 * @throws NotFoundError, InvalidInputError
 */
export async function identifyCustomer(
  { db, vault, clock }: Pick<Deps, 'db' | 'vault' | 'clock'>,
  { partnerId }: PartnerViewer,
  { customerId, level, person }: IdentifyCustomerInput,
): Promise<Customer> {
  const given = parsePerson(person);
  const now = clock.now();
  return transaction(db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM customer WHERE id = ${customerId} AND partner_id = ${partnerId} FOR UPDATE`;
    const customer = await tx.customer.findFirst({ where: { id: customerId, partnerId } });
    if (!customer) throw new NotFoundError('The customer');
    const known = customer.personSealed ? openPerson(vault, customerId, customer.personSealed) : {};
    const identified = await tx.customer.update({
      where: { id: customerId },
      data: {
        identificationLevel: level,
        identificationStatus: level === 'NONE' ? 'NOT_STARTED' : 'VERIFIED',
        identificationChangedAt: now,
        ...(given ? { personSealed: sealPerson(vault, customerId, { ...known, ...given }) } : {}),
      },
    });
    const wallets = await tx.wallet.updateManyAndReturn({
      where: { customerId, provider: 'LOCAL', status: { not: 'CLOSED' } },
      data: { identificationLevel: level },
    });
    const events = wallets.map((wallet) => walletUpdated(wallet, now));
    await appendEvents(tx, events, now);
    return identified;
  });
}
