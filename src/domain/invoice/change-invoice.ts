import type { Tx } from '../../db/client.ts';
import type { Invoice, Prisma } from '../../db/generated/client.ts';
import type { NewEvent } from '../../events/event.ts';
import { appendEvents } from '../../events/log.ts';

/** Writes a new invoice and tells both sides. */
export async function insertInvoice(tx: Tx, row: Prisma.InvoiceUncheckedCreateInput, now: Date): Promise<Invoice> {
  const invoice = await tx.invoice.create({ data: row });
  await appendEvents(tx, [invoiceUpdated(invoice, now)], now);
  return invoice;
}

/** Changes an invoice whose row is locked, and tells both sides. */
export async function changeInvoice(
  tx: Tx,
  id: string,
  changes: Prisma.InvoiceUncheckedUpdateInput,
  now: Date,
): Promise<Invoice> {
  const invoice = await tx.invoice.update({ where: { id }, data: { ...changes, changedAt: now } });
  await appendEvents(tx, [invoiceUpdated(invoice, now)], now);
  return invoice;
}

/** The event that tells of an invoice's change, to who issued it and who is to pay it. */
const invoiceUpdated = (invoice: Invoice, at: Date): NewEvent => ({
  partnerId: invoice.partnerId,
  type: 'INVOICE_UPDATED',
  audience: those(invoice.recipientCustomerId, invoice.payerCustomerId),
  walletIds: those(invoice.recipientWalletId, invoice.payerWalletId),
  paymentId: invoice.paymentId,
  data: { kind: 'invoice', invoiceId: invoice.id, state: invoice.state },
  occurredAt: at,
});

const those = (...ids: (string | null)[]): string[] => [...new Set(ids.filter((id) => id !== null))];
