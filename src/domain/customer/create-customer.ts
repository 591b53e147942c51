import type { Customer } from '../../db/generated/client.ts';
import type { IdentificationLevel, NotificationChannel, NotificationPeriod } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { checkPhone } from '../wallet/phone.ts';
import { type PersonData, personData, sealPerson } from './person.ts';

export interface CreateCustomerInput {
  externalId: string;
  /** The partner vouches for it. */
  identification?: IdentificationLevel | undefined;
  notifications?: { channel: NotificationChannel; period: NotificationPeriod } | undefined;
  person?: PersonData | undefined;
}

/**
 * A customer of the partner. `externalId` is the key: repeating it answers the customer that is there, unchanged.
 * @throws InvalidInputError
 */
export async function createCustomer(
  { db, vault, clock }: Pick<Deps, 'db' | 'vault' | 'clock'>,
  { partnerId }: PartnerViewer,
  input: CreateCustomerInput,
): Promise<{ customer: Customer; replayed: boolean }> {
  const externalId = input.externalId.trim();
  if (externalId === '' || externalId.length > 128)
    throw InvalidInputError.at('input.externalId', 'must have 1 to 128 characters.');
  const person = parsePerson(input.person);
  const level = input.identification ?? 'NONE';
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
    ...(input.notifications
      ? { notificationChannel: input.notifications.channel, notificationPeriod: input.notifications.period }
      : {}),
    createdAt: now,
  };
  return transaction(db, async (tx) => {
    const [created] = await tx.customer.createManyAndReturn({ data: [row], skipDuplicates: true });
    if (created) return { customer: created, replayed: false };
    const where = { partnerId_externalId: { partnerId, externalId } };
    return { customer: await tx.customer.findUniqueOrThrow({ where }), replayed: true };
  });
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
