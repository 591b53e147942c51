import type { InvoiceState, ProviderInvoice } from '../values.ts';
import type { WireBill, WireUnpaidInvoice } from './wire-invoices.ts';

/** Invoices ↔ ours, without I/O. */

/** Contract 3.5: whatever is not waiting for the payer is in the list no more. */
const unpaidStates: Readonly<Record<string, InvoiceState>> = { READY_FOR_PAY: 'CREATED' };

/** Appendix A.2. */
export const billStates: Readonly<Record<string, InvoiceState>> = {
  WAITING: 'CREATED',
  PAID: 'COMPLETED',
  REJECTED: 'REJECTED',
  EXPIRED: 'EXPIRED',
};

type PayMethod = NonNullable<ProviderInvoice['payMethods']>[number];

/** `paySourcesFilter` of appendix A.1. */
const paySources = { BALANCE: 'qw', CARD: 'card', MOBILE_ACCOUNT: 'mobile' } as const;
const SOURCES_FIELD = 'paySourcesFilter';

/** Ways to pay as the provider lists them. */
export const paySourcesOf = (methods: readonly PayMethod[]): string =>
  methods.map((method) => paySources[method]).join(',');

const methodsOf = (filter: string): PayMethod[] =>
  (Object.keys(paySources) as PayMethod[]).filter((method) => filter.split(',').includes(paySources[method]));

/** A number as people's phones are written here. */
const phoneOf = (digits: string): string => `+${digits}`;

/**
 * INV-2: an invoice of a merchant to the wallet.
 * @param walletNumber of the wallet that is asked to pay, digits
 */
export function mapUnpaidInvoice(invoice: WireUnpaidInvoice, walletNumber: string): ProviderInvoice {
  const { provider } = invoice;
  const name = provider?.short_name || provider?.long_name;
  return {
    reference: invoice.id,
    payerPhone: phoneOf(walletNumber),
    // a merchant has no phone
    recipientPhone: '',
    amount: invoice.sum,
    message: invoice.comment || null,
    state: unpaidStates[invoice.status] ?? 'UNKNOWN',
    providerState: invoice.status,
    paymentReference: null,
    number: invoice.external_id ?? null,
    payUrl: invoice.pay_url || null,
    merchant: name ? { reference: provider?.id ?? null, name, logoUrl: provider?.logo_url || null } : null,
    createdAt: invoice.creation_datetime,
    dueAt: invoice.expiration_datetime ?? null,
  };
}

/**
 * Appendix A.1: a bill that the wallet has issued; its number is its id.
 * @param walletNumber of the issuing wallet, digits
 */
export function mapBill(bill: WireBill, walletNumber: string): ProviderInvoice {
  const { customer, customFields } = bill;
  const fields = Object.entries(customFields ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [{ name, value }] : [],
  );
  const filter = fields.find(({ name }) => name === SOURCES_FIELD)?.value;
  const phone = customer?.phone ? phoneOf(customer.phone.replace(/^\+/, '')) : null;
  return {
    reference: bill.billId,
    payerPhone: phone ?? '',
    recipientPhone: phoneOf(walletNumber),
    amount: bill.amount,
    message: bill.comment || null,
    state: billStates[bill.status.value] ?? 'UNKNOWN',
    providerState: bill.status.value,
    paymentReference: null,
    number: bill.billId,
    payUrl: bill.payUrl || null,
    ...(filter ? { payMethods: methodsOf(filter) } : {}),
    payer: customer ? { phone, email: customer.email || null, account: customer.account || null } : null,
    attributes: fields.filter(({ name }) => name !== SOURCES_FIELD),
    createdAt: bill.creationDateTime ?? null,
    changedAt: bill.status.changedDateTime ?? null,
    dueAt: bill.expirationDateTime ?? null,
  };
}
