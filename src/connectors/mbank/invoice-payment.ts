import type { Call } from '../connector.ts';
import type { InvoiceState, PaymentStatus, ProviderInvoice, ProviderPayment } from '../values.ts';
import { protocol } from './answer.ts';
import { EVERY_STATUS, PAGE, SEARCH_PAGES } from './history.ts';
import { mapInvoice, mapPayment } from './map.ts';
import { orNull, type Parts, viewerOf, watched } from './parts.ts';

/** Which states of its payment go with a state of an invoice; in any other state nothing pays it (contract 3.4). */
const paidBy: Partial<Record<InvoiceState, readonly PaymentStatus[]>> = {
  PROCESSING: ['CREATED', 'PROCESSING'],
  COMPLETED: ['COMPLETED'],
};

/**
 * What `invoices.pay` may have made of an invoice when its answer was lost. The invoice itself names its payment only once that
 * is completed (contract 6.1), so before that it is looked for in the payer's history.
 * @returns null when nothing pays the invoice
 * @throws ProviderRejected, ProviderUnavailable or ProtocolError: nothing is known
 */
export async function paymentsOfInvoice(
  parts: Parts,
  call: Call,
  { reference, since }: { reference: string; since: Date },
): Promise<ProviderPayment[] | null> {
  const { client, config, log } = parts;
  const { data } = await client.invoices.inbox(call);
  const wire = data.find((one) => one._id === reference);
  if (!wire) throw protocol('invoices.inbox', 'MISSING_FIELD', 'the invoice is not listed, which proves nothing');
  const invoice = watched(log, mapInvoice(wire));
  if (invoice.state === 'UNKNOWN')
    throw protocol('invoices.inbox', 'UNMAPPED_STATUS', 'the status of the invoice is not documented');
  const statuses: readonly string[] | undefined = paidBy[invoice.state];
  if (!statuses) return null;
  const { paymentReference } = invoice;
  if (paymentReference !== null) {
    const answer = await orNull(client.payments.get(call, 'WALLET', paymentReference));
    return answer ? [watched(log, mapPayment(answer.data, answer.meta, viewerOf(call, config)))] : [];
  }
  const transfers = await transfersSince(parts, call, since);
  return transfers.filter((one) => statuses.includes(one.status) && isFor(invoice, one, since));
}

/** Transfers of the wallet, unpaid ones included (trap T-28), newest first (trap T-27), down to `since`. */
async function transfersSince({ client, config, log }: Parts, call: Call, since: Date): Promise<ProviderPayment[]> {
  const found: ProviderPayment[] = [];
  for (let page = 0; page < SEARCH_PAGES; page += 1) {
    const { data } = await client.payments.list(call, {
      page: String(page),
      size: String(PAGE),
      type: 'p2p',
      status: EVERY_STATUS,
    });
    found.push(...data.map((payment) => watched(log, mapPayment(payment, {}, viewerOf(call, config)))));
    const older = data.every(({ created_at, processed_at }) => (processed_at ?? created_at) < since);
    if (data.length < PAGE || older) return found;
  }
  throw protocol(
    'payments.list',
    'UNREADABLE',
    `the last ${SEARCH_PAGES * PAGE} transfers do not reach far enough back`,
  );
}

/** Is this a transfer as paying the invoice makes it: to its issuer, of its amount, with no text but its own (contract G-51)? */
function isFor(invoice: ProviderInvoice, payment: ProviderPayment, since: Date): boolean {
  const { kind, direction, destination, amount, note, createdAt } = payment;
  return (
    kind === 'TRANSFER' &&
    direction !== 'IN' &&
    destination.kind === 'WALLET' &&
    destination.phone === invoice.recipientPhone &&
    amount.minor === invoice.amount.minor &&
    amount.currency === invoice.amount.currency &&
    (note === null || invoice.message === null || note === invoice.message) &&
    createdAt >= since
  );
}
