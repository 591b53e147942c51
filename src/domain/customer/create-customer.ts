import type { Customer } from '../../db/generated/client.ts';
import type { IdentificationLevel, NotificationChannel, NotificationPeriod } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError } from '../../errors.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { checkPhone } from '../wallet/phone.ts';
import { createAtProvider } from './create-at-provider.ts';
import { keepCustomer } from './keep-customer.ts';
import { type PersonData, personData } from './person.ts';

export interface CreateCustomerInput {
  externalId: string;
  /** The partner vouches for it. */
  identification?: IdentificationLevel | undefined;
  notifications?: { channel: NotificationChannel; period: NotificationPeriod } | undefined;
  person?: PersonData | undefined;
  /** Also at this provider, or through this account of it. Neither, or LOCAL: here only. */
  provider?: string | undefined;
  providerAccountId?: string | undefined;
}

/**
 * A customer of the partner, here and where wanted as a provider's client, too. `externalId` is the key: repeating it answers the
 * customer that is there, unchanged, and makes the provider's client where there is none.
 * @throws InvalidInputError; of a provider: NotFoundError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function createCustomer(
  deps: Pick<Deps, 'db' | 'vault' | 'clock' | 'connectors'>,
  viewer: PartnerViewer,
  input: CreateCustomerInput,
): Promise<{ customer: Customer; replayed: boolean }> {
  const externalId = input.externalId.trim();
  if (externalId === '' || externalId.length > 128)
    throw InvalidInputError.at('input.externalId', 'must have 1 to 128 characters.');
  const { notifications, provider, providerAccountId } = input;
  const level = input.identification ?? 'NONE';
  const draft = { externalId, level, notifications, person: parsePerson(input.person) };
  if (providerAccountId !== undefined || (provider ?? 'LOCAL') !== 'LOCAL')
    return createAtProvider(deps, viewer, draft, { provider, providerAccountId });
  const { customer, created } = await transaction(deps.db, (tx) => keepCustomer(deps, tx, viewer.partnerId, draft));
  return { customer, replayed: !created };
}

/** The person as given, checked; undefined when nothing was given. */
export function parsePerson(person: PersonData | undefined): PersonData | undefined {
  if (!person) return undefined;
  if (person.phone !== undefined) checkPhone(person.phone, 'input.person.phone');
  const parsed = personData.safeParse(person);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(
    parsed.error.issues.map(({ path, message }) => ({ path: ['input', 'person', ...path.map(String)], message })),
  );
}
