import { formatAmount, type Money } from '../../money/money.ts';
import type { Call } from '../connector.ts';
import { outcomeOf, ProviderRejected } from '../outcome.ts';
import type { Invoices, NumberedInvoiceOrder } from '../records.ts';
import type { ProviderInvoice } from '../values.ts';
import { protocol, refusal, unfit } from './answer.ts';
import { bareNumber } from './config.ts';
import { invoicePayments, isStandIn } from './invoice-payments.ts';
import { mapBill, mapUnpaidInvoice, paySourcesOf } from './map-invoice.ts';
import { isRefusal, orNull, ownNumber, type Parts, watched } from './parts.ts';
import { moscowTime } from './time.ts';
import { unpaidInvoices } from './unpaid-invoices.ts';
import type { WireBill } from './wire-invoices.ts';

/**
 * INVOICES. Those that merchants issue to the wallet are listed while they are unpaid (contract 2.8); those that the wallet
 * issues itself are bills of the P2P API under our own numbers, read one by one (appendix A).
 */
export function invoicesCapability(parts: Parts): Invoices {
  const { client } = parts;
  return {
    operations: ['INV-2', 'INV-3', 'INV-4', 'P2P-1', 'P2P-2', 'P2P-3'],
    lists: ['INCOMING'],
    credential: 'p2pSecretKey',
    longestMs: LONGEST_DAYS * DAY_MS,
    isStandIn,
    payments: invoicePayments(parts),
    async list(call, { direction, states, createdFrom, createdTo }) {
      if (direction === 'OUTGOING' || (states && !states.includes('CREATED'))) return [];
      const number = ownNumber(call, parts.config);
      const unpaid = await unpaidInvoices(parts, call, { createdFrom, createdTo });
      return unpaid.map((invoice) => watched(parts.log, mapUnpaidInvoice(invoice, number)));
    },
    issue: (call, order) => outcomeOf(() => issue(parts, call, order)),
    async get(call, number) {
      const bill = await orNull(client.bills.get(call, number));
      return bill && read(parts, call, 'P2P-2', number, bill);
    },
    reject: (call, reference) =>
      outcomeOf(async () => {
        // 404: it cannot be paid any more, which is what was wanted
        await orNull(client.invoices.reject(call, reference));
        return null;
      }),
    cancel: (call, reference) => outcomeOf(() => cancel(parts, call, reference)),
  };
}

/** P2P-1. The bill's number is our own, so that a repetition finds what the first call has made. */
async function issue(parts: Parts, call: Call, order: NumberedInvoiceOrder): Promise<ProviderInvoice> {
  const issue = unissuable(order);
  if (issue) throw unfit('P2P-1', issue);
  const bill = await parts.client.bills.create(call, order.number, bodyOf(order));
  const invoice = read(parts, call, 'P2P-1', order.number, bill);
  if (!isSame(invoice.amount, order.amount))
    throw protocol('P2P-1', 'ECHO_MISMATCH', 'the answer speaks of another amount or currency');
  if (invoice.state === 'UNKNOWN')
    throw protocol('P2P-1', 'UNMAPPED_STATUS', `bill status "${bill.status.value.slice(0, 40)}" is not documented`);
  return order.returnUrl ? returning(invoice, order.returnUrl) : invoice;
}

const isSame = (a: Money, b: Money): boolean => a.minor === b.minor && a.currency === b.currency;

/** Appendix A.1, `expirationDateTime`: "in any case". */
const LONGEST_DAYS = 45;
const DAY_MS = 24 * 3_600_000;
const CURRENCIES = ['RUB', 'KZT'];
const LONGEST_COMMENT = 255;
/** `number(6.2)`, in minor units. */
const LARGEST = 99_999_999n;

/** What appendix A.1 does not take, in words for the issuer; null when all is well. */
function unissuable({ number, amount, message }: NumberedInvoiceOrder): string | null {
  if (!/^[\w-]{1,200}$/.test(number)) return 'The number has up to 200 letters, digits, "_" and "-".';
  if (!CURRENCIES.includes(amount.currency)) return `An invoice is in ${CURRENCIES.join(' or ')}.`;
  if (amount.minor > LARGEST) return 'An invoice is for at most 999999.99.';
  if ((message ?? '').length > LONGEST_COMMENT) return `The message has at most ${LONGEST_COMMENT} characters.`;
  return null;
}

function bodyOf({ amount, payer, message, dueAt, payMethods, attributes = [] }: NumberedInvoiceOrder) {
  const customFields = {
    ...Object.fromEntries(attributes.map(({ name, value }) => [name, value])),
    ...(payMethods?.length ? { paySourcesFilter: paySourcesOf(payMethods) } : {}),
  };
  return {
    amount: { currency: amount.currency, value: formatAmount(amount) },
    comment: message,
    expirationDateTime: moscowTime(dueAt),
    customer: payer && { ...payer, phone: payer.phone && bareNumber(payer.phone) },
    customFields: Object.keys(customFields).length > 0 ? customFields : undefined,
  };
}

/** Where the payer's browser ends is a part of the link (appendix A.1, `payUrl`). */
function returning(invoice: ProviderInvoice, returnUrl: string): ProviderInvoice {
  if (!invoice.payUrl || !URL.canParse(invoice.payUrl)) return invoice;
  const url = new URL(invoice.payUrl);
  url.searchParams.set('successUrl', returnUrl);
  return { ...invoice, payUrl: url.toString() };
}

/** @throws ProtocolError when the answer speaks of another bill */
function read(parts: Parts, call: Call, operation: string, number: string, bill: WireBill): ProviderInvoice {
  if (bill.billId !== number) throw protocol(operation, 'ECHO_MISMATCH', 'the answer speaks of another bill');
  return watched(parts.log, mapBill(bill, ownNumber(call, parts.config)));
}

/** P2P-3. A refusal may be the echo of an earlier cancellation, so the bill is read and its state is the answer. */
async function cancel(parts: Parts, call: Call, number: string): Promise<null> {
  const { bills } = parts.client;
  const state = await bills.reject(call, number).then(
    (bill) => read(parts, call, 'P2P-3', number, bill).state,
    async (error: unknown) => {
      if (!(error instanceof ProviderRejected) || isRefusal(error, (status) => status === 401 || status === 403))
        throw error;
      const bill = await orNull(bills.get(call, number));
      const now = bill && read(parts, call, 'P2P-2', number, bill).state;
      if (now === null || now === 'CREATED') throw error;
      return now;
    },
  );
  if (state === 'REJECTED') return null;
  if (state === 'UNKNOWN' || state === 'CREATED')
    throw protocol('P2P-3', 'UNMAPPED_STATUS', 'the answer does not say that the bill is rejected');
  throw refusal('P2P-3', {
    errorCode: 'INVOICE_STATE',
    providerMessage: `The invoice cannot be cancelled: it is ${state}.`,
    remedy: 'NONE',
    declineReason: 'PROVIDER_REFUSED',
  });
}
