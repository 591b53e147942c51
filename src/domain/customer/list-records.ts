import type { CustomerNotifications, ProviderCustomer } from '../../connectors/customers.ts';
import type { Customer, CustomerRecord, ProviderAccount } from '../../db/generated/client.ts';
import type { IdentificationLevel } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { ProviderRejectedError, ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import { withAccountCredentials } from '../provider/note-credentials.ts';
import { connectorOf } from '../provider/store.ts';
import type { PersonData } from './person.ts';
import { lookUp, settleRecord, type ToldClient } from './record.ts';

type RecordDeps = Pick<Deps, 'db' | 'vault' | 'clock' | 'connectors' | 'log'>;
type RecordWithAccount = CustomerRecord & { providerAccount: ProviderAccount };

/** A customer as a client of a provider. */
export interface CustomerRecordView {
  customerId: string;
  provider: string;
  userId: string;
  reference: string;
  level: IdentificationLevel;
  providerLevel: string | null;
  /** Null while the provider cannot be asked, as are the settings and the last notification. */
  person: PersonData | null;
  notifications: CustomerNotifications | null;
  createdAt: Date | null;
  lastNotifiedAt: Date | null;
}

/**
 * The customer as each provider that has them keeps them, asked just now. Of one that cannot be reached what is known here is
 * answered; a client that a provider says it does not have is left out, as is one of which it is not known whether it was made.
 */
export async function listRecords(deps: RecordDeps, customer: Customer): Promise<CustomerRecordView[]> {
  const records = await deps.db.prisma.customerRecord.findMany({
    where: { customerId: customer.id },
    include: { providerAccount: true },
    orderBy: [{ createdAt: 'asc' }, { providerAccountId: 'asc' }],
  });
  const views = await Promise.all(records.map((record) => readRecord(deps, customer, record)));
  return views.filter((view) => view !== null);
}

async function readRecord(
  deps: RecordDeps,
  customer: Customer,
  record: RecordWithAccount,
): Promise<CustomerRecordView | null> {
  try {
    const told = await ask(deps, customer, record);
    return told && viewOf(record, told.reference, told.kept);
  } catch (error) {
    if (!(error instanceof ProviderRejectedError || error instanceof ProviderUnavailableError)) throw error;
    deps.log.info({ customerId: customer.id, code: error.code }, 'a provider could not tell of a customer');
    return record.reference === null ? null : viewOf(record, record.reference, null);
  }
}

/** What the provider has; where that proves what was in doubt, it is kept. */
async function ask(deps: RecordDeps, customer: Customer, record: RecordWithAccount): Promise<ToldClient | null> {
  const { providerAccount: account, userId, reference } = record;
  const { customers } = connectorOf(deps, account);
  if (!customers) throw new ProviderUnavailableError(account.provider, null);
  return withAccountCredentials(deps, account, async () => {
    if (reference !== null && !record.decidesLevel) {
      const kept = await readUpstream(() => customers.load({ wallet: null }, { userId, reference }));
      return kept && { reference, kept };
    }
    const told = await lookUp(customers, userId);
    if (!told) return null;
    await transaction(deps.db, async (tx) => {
      await lockName(tx, 'customer', customer.partnerId, customer.externalId);
      await settleRecord(tx, record, told, deps.clock.now());
    });
    return told;
  });
}

function viewOf(record: RecordWithAccount, reference: string, kept: ProviderCustomer | null): CustomerRecordView {
  const { customerId, userId, providerAccount } = record;
  return {
    customerId,
    provider: providerAccount.provider,
    userId,
    reference,
    level: (kept ? kept.level : record.identificationLevel) ?? 'NONE',
    providerLevel: kept ? kept.providerLevel : record.providerLevel,
    person: kept?.person ?? null,
    notifications: kept?.notifications ?? null,
    createdAt: kept?.createdAt ?? record.openedAt,
    lastNotifiedAt: kept?.lastNotifiedAt ?? null,
  };
}
