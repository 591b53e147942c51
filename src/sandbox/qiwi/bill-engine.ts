import { notifyBill } from './bill-notify.ts';
import { receive } from './history.ts';
import type { Bill, Currency, Invoice, Money, Payment, Service, Source, Wallet } from './model.ts';
import type { World } from './world.ts';

/** The lives of invoices (section 3.5) and of the P2P bills behind some of them (appendix A.2). */

/** The provider under which the bills of wallets are paid. */
const P2P = 480707;

const currencies: Record<Bill['currency'], Currency> = { RUB: 643, KZT: 398 };

/** What a bill asks for. */
export const sumOf = ({ amount, currency }: Bill): Money => ({ amount, currency: currencies[currency] });

/** The owner of the bill's keys, as a payer's list and history name it. */
function merchantOf({ keys }: Bill, like: Service): Service {
  return { ...like, id: P2P, shortName: keys.name, longName: keys.name };
}

/** Closes what has run out of time; called before anything is looked up. */
export function expireDue(world: World): void {
  const now = world.clock.now();
  for (const bill of world.bills.values())
    if (bill.status === 'WAITING' && bill.expiresAt <= now) closeBill(world, bill, 'EXPIRED', bill.expiresAt);
  for (const invoice of world.invoices.values())
    if (invoice.status === 'READY_FOR_PAY' && invoice.expiresAt <= now) invoice.status = 'EXPIRED';
}

/** WAITING → a final state, and with it the invoices that were issued from the bill. */
export function closeBill(world: World, bill: Bill, status: Exclude<Bill['status'], 'WAITING'>, at: Date): void {
  if (bill.status !== 'WAITING') return;
  bill.status = status;
  bill.changedAt = at;
  for (const invoice of world.invoices.values())
    if (invoice.bill === bill && invoice.status === 'READY_FOR_PAY') invoice.status = status;
}

/** Money that pays a bill: from whom, and by what. */
export interface Incoming {
  account: string;
  /** The payer's transaction, when a wallet of the sandbox paid. */
  id?: number;
  sourceKind?: Source;
}

/** The bill is paid: its owner gets the money and the notification P2P-5. */
export function receiveBill(world: World, bill: Bill, from: Incoming): void {
  closeBill(world, bill, 'PAID', world.clock.now());
  const comment = bill.comment ?? '';
  receive(world, bill.keys.wallet, { sum: sumOf(bill), comment, ...from });
  notifyBill(world, bill);
}

/** Issues a bill to a wallet: INV-2 lists it. */
export function issueBill(world: World, bill: Bill, wallet: Wallet): Invoice {
  return issueInvoice(world, wallet, {
    externalId: bill.billId,
    expiresAt: bill.expiresAt,
    sum: sumOf(bill),
    merchant: merchantOf(bill, world.service(480706)),
    comment: bill.comment ?? '',
    bill,
  });
}

/** Issues an invoice of a merchant to a wallet (section 3.5). */
export function issueInvoice(
  world: World,
  wallet: Wallet,
  issued: Omit<Invoice, 'id' | 'wallet' | 'createdAt' | 'status'>,
): Invoice {
  const createdAt = world.clock.now();
  const invoice: Invoice = { id: world.number(), wallet, createdAt, status: 'READY_FOR_PAY', ...issued };
  world.invoices.set(invoice.id, invoice);
  return invoice;
}

/** A payment to a merchant has succeeded: its invoice is paid, and so is the bill behind it. */
export function merchantEffect(world: World, { invoice, wallet, transaction }: Payment): void {
  if (invoice === undefined) return;
  invoice.status = 'PAID';
  if (invoice.bill !== null) receiveBill(world, invoice.bill, { account: `+${wallet.personId}`, id: transaction.id });
}

/** A payer or a merchant does without: the invoice is rejected, and the bill behind it. */
export function rejectInvoice(world: World, invoice: Invoice): void {
  invoice.status = 'REJECTED';
  if (invoice.bill !== null) closeBill(world, invoice.bill, 'REJECTED', world.clock.now());
}
