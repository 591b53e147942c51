import type { Tx } from '../../db/client.ts';
import type { Customer } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError, StateError } from '../../errors.ts';
import { forgetCustomer } from '../access/known-callers.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { type Belongings, belongingsOf, erase } from './personal-data.ts';

/**
 * Erases what is known of a person, here: no provider is told. The books, and each payment with its amounts, dates and statuses,
 * stay. What is done cannot be undone; doing it again changes nothing. docs/personal-data.md has the list.
 * @returns the customer, who has no session and no name from now on
 * @throws NotFoundError; StateError while a wallet is open, or a payment or an invoice at a provider is not at its end
 */
export async function erasePersonalData(
  { db, clock, log }: Pick<Deps, 'db' | 'clock' | 'log'>,
  { partnerId }: PartnerViewer,
  customerId: string,
): Promise<Customer> {
  const now = clock.now();
  const erased = await transaction(db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM customer WHERE id = ${customerId} AND partner_id = ${partnerId} FOR UPDATE`;
    const customer = await tx.customer.findFirst({ where: { id: customerId, partnerId } });
    if (!customer) throw new NotFoundError('The customer');
    if (customer.erasedAt) return customer;
    await checkWallets(tx, customerId);
    const belongings = await belongingsOf(tx, customerId);
    await checkPayments(tx, belongings);
    await checkInvoices(tx, belongings);
    await erase(tx, customer, belongings);
    log.info({ customerId, partnerId }, 'the personal data of a customer were erased');
    return tx.customer.update({
      where: { id: customerId },
      data: {
        // a partner may use an e-mail address or a phone number as its user id; and the person may come again
        externalId: `erased-${customerId}`,
        personSealed: null,
        identificationLevel: 'NONE',
        identificationStatus: 'NOT_STARTED',
        identificationChangedAt: null,
        notificationChannel: 'NONE',
        erasedAt: now,
      },
    });
  });
  forgetCustomer(db, partnerId, customerId);
  return erased;
}

/** A closed wallet is empty, and stays so. */
async function checkWallets(tx: Tx, customerId: string): Promise<void> {
  const open = await tx.wallet.findMany({
    where: { customerId, status: { not: 'CLOSED' } },
    select: { id: true, status: true },
    orderBy: { id: 'asc' },
  });
  const [first] = open;
  if (first)
    throw new StateError(
      'WALLET_STATE',
      first.status,
      ['CLOSED'],
      `${open.length} wallet(s) of the customer are not closed, ${first.id} among them. Empty and close them (walletClose, walletUnlink) first.`,
    );
}

async function checkPayments(tx: Tx, { payments }: Belongings): Promise<void> {
  const open = await tx.payment.findMany({
    where: { AND: [payments, { status: { in: ['CREATED', 'PROCESSING'] } }] },
    select: { id: true, status: true },
    orderBy: { id: 'asc' },
  });
  const [first] = open;
  if (first)
    throw new StateError(
      'PAYMENT_STATE',
      first.status,
      [],
      `${open.length} payment(s) of the customer are under way, ${first.id} among them. Cancel them or wait for their end.`,
    );
}

/** What is asked at a provider needs to be asked about again, with what was said. */
async function checkInvoices(tx: Tx, { invoices }: Belongings): Promise<void> {
  const open = await tx.invoice.findFirst({
    where: { AND: [invoices, { provider: { not: 'LOCAL' }, state: { in: ['CREATED', 'PROCESSING'] } }] },
    orderBy: { id: 'asc' },
  });
  if (open)
    throw new StateError(
      'INVOICE_STATE',
      open.state,
      [],
      `The invoice ${open.id} of the customer is open at its provider. Cancel it or wait for its end.`,
    );
}
