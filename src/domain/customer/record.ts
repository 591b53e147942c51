import type { Customers, ProviderCustomer } from '../../connectors/customers.ts';
import type { Tx } from '../../db/client.ts';
import type { Customer, CustomerRecord } from '../../db/generated/client.ts';
import { readUpstream } from '../provider/errors.ts';
import { setLevel } from './set-level.ts';
import { upstreamUserId } from './upstream-user-id.ts';

/** A customer as a client of a provider account, by our keys. */
export type RecordKey = Pick<CustomerRecord, 'customerId' | 'providerAccountId'>;

/** What a provider has told of a client of its own. */
export interface ToldClient {
  reference: string;
  kept: ProviderCustomer;
}

/**
 * The record of a customer at a provider account; where there is none, one with a number of ours that nobody has there. The
 * customer is locked by its name.
 * @param decidesLevel of a new record: was the customer made together with it?
 */
export async function keepRecord(
  tx: Tx,
  { id: customerId, externalId }: Customer,
  { providerAccountId, decidesLevel, now }: { providerAccountId: string; decidesLevel: boolean; now: Date },
): Promise<{ record: CustomerRecord; created: boolean }> {
  const key = { customerId, providerAccountId };
  const known = await tx.customerRecord.findUnique({ where: { customerId_providerAccountId: key } });
  if (known) return { record: known, created: false };
  for (let attempt = 0; ; attempt += 1) {
    const row = { ...key, userId: upstreamUserId(externalId, attempt), decidesLevel, createdAt: now };
    const [record] = await tx.customerRecord.createManyAndReturn({ data: [row], skipDuplicates: true });
    if (record) return { record, created: true };
  }
}

/**
 * The client that a provider has under our number, as it keeps it; null when it has none.
 * @throws ProviderRejectedError, ProviderUnavailableError
 */
export function lookUp(customers: Customers, userId: string): Promise<ToldClient | null> {
  return readUpstream(async () => {
    const call = { wallet: null };
    const reference = await customers.find(call, userId);
    if (reference === null) return null;
    const kept = await customers.load(call, { userId, reference });
    return kept && { reference, kept };
  });
}

/**
 * Keeps what the provider has told: its id of the client, and what it took the customer for. A customer who was made together with
 * the record gets the level that the provider accepted. Both are locked.
 */
export async function settleRecord(
  tx: Tx,
  { customerId, providerAccountId }: RecordKey,
  { reference, kept }: ToldClient,
  now: Date,
): Promise<CustomerRecord> {
  const where = { customerId_providerAccountId: { customerId, providerAccountId } };
  const { decidesLevel } = await tx.customerRecord.findUniqueOrThrow({ where });
  if (decidesLevel && kept.level !== null && kept.level !== 'NONE') await setLevel(tx, customerId, kept.level, now);
  return tx.customerRecord.update({
    where,
    data: {
      reference,
      identificationLevel: kept.level,
      providerLevel: kept.providerLevel,
      openedAt: kept.createdAt,
      decidesLevel: false,
    },
  });
}
