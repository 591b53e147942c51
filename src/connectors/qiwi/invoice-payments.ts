import type { Money } from '../../money/money.ts';
import type { Call } from '../connector.ts';
import { outcomeOf, ProviderRejected, ProviderUnavailable } from '../outcome.ts';
import type { PaymentCapability, PaymentHandle } from '../payments.ts';
import type { InvoicePaymentOrder } from '../records.ts';
import type { ProviderPayment } from '../values.ts';
import { protocol, refusal } from './answer.ts';
import { findTransaction, HISTORY_LAGS_MS, paidSince } from './history.ts';
import { currencyOut } from './money.ts';
import { beforehand, ownNumber, type Parts } from './parts.ts';
import { unpaidInvoices } from './unpaid-invoices.ts';
import type { WireUnpaidInvoice } from './wire-invoices.ts';

const PAID = 'PAID_STATUS';
type Handle = PaymentHandle<InvoicePaymentOrder>;

/**
 * Paying an invoice (INV-3): one call that names neither amount nor our id, and answers neither. So the invoice is read
 * first, and afterwards the history shows what was paid: an ordinary outgoing payment (contract 3.10), the one that was not
 * there before. Our ids are not sent; they tell since when to look.
 */
export function invoicePayments(parts: Parts): PaymentCapability<InvoicePaymentOrder> {
  return {
    operations: ['INV-2', 'INV-3', 'HIS-1', 'HIS-3'],
    clientIds: 'INCREASING_DIGITS',
    createRepeatable: true,
    confirmRepeatable: false,
    absenceProvesAfterMs: HISTORY_LAGS_MS,
    confirm: (call, payment) => outcomeOf(() => confirm(parts, call, payment)),
    ask: (call, payment) => ask(parts, call, payment),
  };
}

async function confirm(parts: Parts, call: Call, { clientId, order }: Handle): Promise<ProviderPayment> {
  const { amount, invoiceReference } = order;
  const invoice = await beforehand(findUnpaid(parts, call, invoiceReference));
  if (!invoice) throw unpayable('INV-2', 'The invoice is not waiting to be paid any more.');
  if (!isSame(invoice.sum, amount)) throw unpayable('INV-2', 'The invoice asks for another amount.');
  const since = parts.clock.now();
  const shown = () => orUnseen(paidSince(parts, call, since, (item) => isPaymentOf(invoice, item)));
  const before = await shown();
  const { invoice_status: status } = await parts.client.invoices.pay(call, {
    invoice_uid: invoiceReference,
    currency: currencyOut(amount.currency),
  });
  // contract 2.8: any other value means that it is not paid
  if (status !== PAID) throw unpayable('INV-3', 'The invoice was not paid.', status);
  const fresh =
    before && (await shown())?.filter(({ reference }) => !before.some((old) => old.reference === reference));
  const [paid] = fresh ?? [];
  return paid && fresh?.length === 1
    ? { ...paid, clientId, status: paid.status === 'UNKNOWN' ? 'COMPLETED' : paid.status }
    : unseenPayment(parts, call, { clientId, amount, invoice });
}

async function findUnpaid(parts: Parts, call: Call, id: string): Promise<WireUnpaidInvoice | undefined> {
  return (await unpaidInvoices(parts, call)).find((invoice) => invoice.id === id);
}

/** Nothing has moved. */
const unpayable = (operation: string, message: string, status: string | null = null): ProviderRejected =>
  refusal(operation, {
    httpStatus: status === null ? null : 200,
    providerCode: status,
    errorCode: status === null ? 'INVOICE_STATE' : 'PROVIDER_REJECTED',
    providerMessage: message,
    remedy: 'NONE',
    declineReason: 'PROVIDER_REFUSED',
  });

const isSame = (a: Money, b: Money): boolean => a.minor === b.minor && a.currency === b.currency;

/** A payment in the history that can be the one of this invoice: to its merchant, and as much. */
const isPaymentOf = ({ sum, provider }: WireUnpaidInvoice, item: ProviderPayment): boolean =>
  isSame(item.amount, sum) && item.destination.kind === 'SERVICE' && item.destination.reference === provider?.id;

/** The history only adds the payment's number: without it the invoice is paid all the same. */
async function orUnseen<T>(question: Promise<T>): Promise<T | null> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof ProviderUnavailable || error instanceof ProviderRejected) return null;
    throw error;
  }
}

/** Paid, and not in the history yet: known by its invoice. */
function unseenPayment(
  { config, clock }: Parts,
  call: Call,
  { clientId, amount, invoice }: { clientId: string; amount: Money; invoice: WireUnpaidInvoice },
): ProviderPayment {
  const number = ownNumber(call, config);
  const name = invoice.provider?.short_name || invoice.provider?.long_name || null;
  const now = clock.now();
  return {
    reference: unseenReference(invoice.id),
    clientId,
    kind: 'PAYOUT',
    status: 'COMPLETED',
    providerStatus: PAID,
    amount,
    total: null,
    fee: null,
    nextAction: null,
    declineReason: null,
    declineMessage: null,
    source: { kind: 'WALLET', phone: `+${number}` },
    destination: { kind: 'MERCHANT', reference: invoice.provider?.id ?? null, name: name ?? invoice.id, logoUrl: null },
    direction: 'OUT',
    card: null,
    parameters: [],
    attributes: [],
    note: invoice.comment || null,
    title: name,
    subtitle: null,
    description: null,
    receiptNumber: null,
    walletNumber: number,
    createdAt: now,
    completedAt: now,
  };
}

/** Not a transaction's number: those are digits. */
const unseenReference = (invoiceId: string): string => `${STAND_IN}${invoiceId}`;
const STAND_IN = 'invoice-';

/** Is this the number of a payment that the history has not shown yet? */
export const isStandIn = (reference: string): boolean => reference.startsWith(STAND_IN);

/**
 * After an unclear answer: an invoice that still waits was not paid; otherwise it is the one payment to its merchant, of that amount,
 * that the history shows since then.
 * @returns null when it was not paid
 * @throws ProtocolError when several payments could be it, or our id does not tell since when to look
 */
async function ask(parts: Parts, call: Call, { clientId, reference, order }: Handle): Promise<ProviderPayment | null> {
  if (reference !== null && /^\d+$/.test(reference)) {
    const known = await findTransaction(parts, call, reference, 'OUT');
    if (known) return { ...known, clientId };
  }
  if (await findUnpaid(parts, call, order.invoiceReference)) return null;
  const since = timeOf(clientId);
  if (!since) throw protocol('HIS-1', 'MISSING_FIELD', 'the id does not tell since when to look');
  const candidates = await paidSince(parts, call, since, (item) => canPay(order, item));
  const [paid] = candidates;
  if (candidates.length > 1)
    throw protocol('HIS-1', 'UNMAPPED_STATUS', 'several payments of that amount, of which any may be the one');
  return paid ? { ...paid, clientId } : null;
}

/** Can this line be the payment of the invoice? One that was refused has paid nothing. */
const canPay = (
  { amount, merchantReference }: InvoicePaymentOrder,
  { kind, status, destination, ...item }: ProviderPayment,
) =>
  kind === 'PAYOUT' &&
  status !== 'DECLINED' &&
  isSame(item.amount, amount) &&
  (merchantReference === undefined || (destination.kind === 'SERVICE' && destination.reference === merchantReference));

/** An id of milliseconds, as ours are (trap T17). */
const timeOf = (clientId: string): Date | null =>
  /^\d{13}$/.test(clientId) ? new Date(Number.parseInt(clientId, 10)) : null;
