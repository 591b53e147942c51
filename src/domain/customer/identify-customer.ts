import type { Customer } from '../../db/generated/client.ts';
import type { IdentificationLevel } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { parsePerson } from './create-customer.ts';
import { erased } from './living.ts';
import { openPerson, type PersonData, sealPerson } from './person.ts';
import { setLevel } from './set-level.ts';

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
    if (customer.erasedAt) throw erased('input.customerId');
    const known = customer.personSealed ? openPerson(vault, customerId, customer.personSealed) : {};
    const personSealed = given ? sealPerson(vault, customerId, { ...known, ...given }) : undefined;
    return setLevel(tx, customerId, level, now, personSealed ? { personSealed } : {});
  });
}
