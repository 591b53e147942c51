import type { PayerDetails } from '../../connectors/payees.ts';
import type { Deps } from '../../deps.ts';
import { openPerson, type PersonData } from '../customer/person.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { checked, payerData } from './payees.ts';

/**
 * Who pays, so far as a payee wants to know: what the caller has typed, else what is known of the wallet's owner.
 * @throws InvalidInputError naming each field that cannot be
 */
export async function payerOf(
  { db, vault }: Pick<Deps, 'db' | 'vault'>,
  wallet: WalletWithAccounts | null,
  given: unknown,
): Promise<PayerDetails> {
  const typed = checked(payerData, given ?? {}, ['input', 'payer']);
  const id = wallet?.customerId;
  const owner = id ? await db.prisma.customer.findUnique({ where: { id } }) : null;
  const known: PersonData = owner?.personSealed ? openPerson(vault, owner.id, owner.personSealed) : {};
  const { firstName, middleName, lastName, address } = known;
  return { ...told({ firstName, middleName, lastName, address }), ...told(typed) };
}

const told = (details: { [name in keyof PayerDetails]?: string | undefined }): PayerDetails =>
  Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
