import type { CustomerOrder, Customers } from '../../connectors/customers.ts';
import { accepted, type Outcome } from '../../connectors/outcome.ts';
import type { Tx } from '../../db/client.ts';
import type { Customer, CustomerRecord, ProviderAccount } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError } from '../../errors.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { acceptedValue, ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import { withAccountCredentials } from '../provider/note-credentials.ts';
import { accountFor, capable } from '../wallet/at-provider.ts';
import { type CustomerDraft, keepCustomer } from './keep-customer.ts';
import { openPerson } from './person.ts';
import { keepRecord, lookUp, settleRecord, type ToldClient } from './record.ts';

type CreateDeps = Pick<Deps, 'db' | 'vault' | 'clock' | 'connectors'>;

/** What is to be made, and what of it this request has made here. */
interface Intent {
  customer: Customer;
  record: CustomerRecord;
  account: ProviderAccount;
  customers: Customers;
  order: CustomerOrder;
  made: { customer: boolean; record: boolean };
}

/**
 * A customer here and at a provider account. Three steps: the customer and our number of them there are stored; the provider is
 * called; what it accepted is stored. The provider dedupes on the number, so repeating the mutation makes a lost answer good, and
 * makes the client of a customer who was known here only. What it refuses for certain leaves nothing behind here.
 * @throws InvalidInputError naming what the provider needs, NotFoundError, NotSupportedError, ProviderRejectedError;
 *   ProviderUnavailableError also when nothing is known yet
 */
export async function createAtProvider(
  deps: CreateDeps,
  viewer: PartnerViewer,
  draft: CustomerDraft,
  wanted: { provider?: string | undefined; providerAccountId?: string | undefined },
): Promise<{ customer: Customer; replayed: boolean }> {
  const intent = await transaction(deps.db, (tx) => intend(deps, tx, viewer, draft, wanted));
  const told = await withAccountCredentials(deps, intent.account, () => introduce(deps, intent));
  const customer = await transaction(deps.db, async (tx) => {
    const now = deps.clock.now();
    // another request, which was refused, may have taken back what it had made
    const { record } = await store(deps, tx, viewer, draft, intent.account);
    await settleRecord(tx, record, told, now);
    return tx.customer.findUniqueOrThrow({ where: { id: record.customerId } });
  });
  return { customer, replayed: !intent.made.customer };
}

/** Step 1. */
async function intend(
  deps: CreateDeps,
  tx: Tx,
  viewer: PartnerViewer,
  draft: CustomerDraft,
  wanted: { provider?: string | undefined; providerAccountId?: string | undefined },
): Promise<Intent> {
  const { account, connector } = await accountFor(deps, tx, viewer.partnerId, wanted, 'CUSTOMERS');
  const customers = capable({ connector }, 'CUSTOMERS', (offered) => offered.customers);
  const { customer, record, made } = await store(deps, tx, viewer, draft, account);
  const order = orderFor(deps, customers, { customer, record }, draft);
  const lacking = customers.lacks(order);
  if (lacking.length > 0)
    throw new InvalidInputError(lacking.map(({ field, message }) => ({ path: ['input', 'person', field], message })));
  return { customer, record, account, customers, order, made };
}

/**
 * What the provider is told. A customer who is there keeps the data that they have here; the provider gets these with those that
 * are given, and where no level is given the one that they have, if the data are enough for it.
 */
function orderFor(
  { vault }: CreateDeps,
  customers: Customers,
  { customer, record }: Pick<Intent, 'customer' | 'record'>,
  draft: CustomerDraft,
): CustomerOrder {
  const known = customer.personSealed ? openPerson(vault, customer.id, customer.personSealed) : null;
  const { notificationChannel: channel, notificationPeriod: period } = customer;
  const order: CustomerOrder = {
    userId: record.userId,
    level: draft.level,
    notifications: draft.notifications ?? { channel, period },
    person: known || draft.person ? { ...known, ...draft.person } : null,
  };
  if (order.level !== 'NONE') return order;
  const asHere = { ...order, level: customer.identificationLevel };
  return customers.lacks(asHere).length === 0 ? asHere : order;
}

/** The rows: a new customer has no level until the provider has said what it accepts. */
async function store(
  deps: CreateDeps,
  tx: Tx,
  { partnerId }: PartnerViewer,
  draft: CustomerDraft,
  { id: providerAccountId }: ProviderAccount,
): Promise<Pick<Intent, 'customer' | 'record' | 'made'>> {
  const { customer, created } = await keepCustomer(deps, tx, partnerId, { ...draft, level: 'NONE' });
  const fresh = { providerAccountId, decidesLevel: created, now: deps.clock.now() };
  const { record, created: recorded } = await keepRecord(tx, customer, fresh);
  return { customer, record, made: { customer: created, record: recorded } };
}

/** Step 2: the client is made, then read: a repetition changes nothing of it, so what was sent is not what it is. */
async function introduce(
  deps: CreateDeps,
  { customer, record, customers, order, account, made }: Intent,
): Promise<ToldClient> {
  const { outcome, certain } = await create(customers, order);
  if (certain && (outcome.kind === 'rejected' || outcome.kind === 'notSent'))
    await forget(deps, { customer, record, made });
  const { reference } = acceptedValue(outcome, account.provider);
  await deps.db.prisma.customerRecord.updateMany({
    where: { customerId: record.customerId, providerAccountId: record.providerAccountId },
    data: { reference },
  });
  const told = await lookUp(customers, order.userId);
  // it has just said that there is one: whatever this is, it may be asked again
  if (!told) throw new ProviderUnavailableError(account.provider, null);
  return told;
}

/** The call. When its answer is lost the provider is asked, and told again if it knows nothing. */
async function create(
  customers: Customers,
  order: CustomerOrder,
): Promise<{ outcome: Outcome<{ reference: string }>; certain: boolean }> {
  const call = { wallet: null };
  const outcome = await customers.create(call, order);
  if (outcome.kind !== 'unknown') return { outcome, certain: true };
  const reference = await readUpstream(() => customers.find(call, order.userId));
  return {
    outcome: reference === null ? await customers.create(call, order) : accepted({ reference }),
    certain: false,
  };
}

/** Nothing came of it: what this request has made here is gone again, unless somebody has used it meanwhile. */
async function forget(
  { db }: CreateDeps,
  { customer: { id, partnerId, externalId }, record, made }: Pick<Intent, 'customer' | 'record' | 'made'>,
): Promise<void> {
  if (!made.record) return;
  await transaction(db, async (tx) => {
    await lockName(tx, 'customer', partnerId, externalId);
    const { providerAccountId } = record;
    await tx.customerRecord.deleteMany({ where: { customerId: id, providerAccountId, reference: null } });
    if (!made.customer) return;
    await tx.$executeRaw`SELECT 1 FROM customer WHERE id = ${id} FOR UPDATE`;
    const unused = { id, wallets: { none: {} }, records: { none: {} }, notifications: { none: {} } };
    await tx.customer.deleteMany({ where: unused });
  });
}
