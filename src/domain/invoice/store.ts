import type { Tx } from '../../db/client.ts';
import type { Invoice, Prisma } from '../../db/generated/client.ts';
import { present } from '../../lib/assert.ts';
import type { Viewer } from '../access/viewer.ts';

/** The rows of `invoice` that this viewer may know of: a customer's are those it issued and those it is asked to pay. */
export function visibleInvoices(viewer: Viewer): Prisma.InvoiceWhereInput {
  switch (viewer.kind) {
    case 'ADMIN':
      return {};
    case 'PARTNER':
      return { partnerId: viewer.partnerId };
    case 'CUSTOMER':
      return {
        partnerId: viewer.partnerId,
        OR: [{ recipientCustomerId: viewer.customerId }, { payerCustomerId: viewer.customerId }],
      };
  }
}

/** The invoice with this id, or null: absent and foreign are the same. */
export const findInvoice = (tx: Tx, viewer: Viewer, id: string): Promise<Invoice | null> =>
  tx.invoice.findFirst({ where: { AND: [{ id }, visibleInvoices(viewer)] } });

/** Locks the invoice's row until the transaction ends, then reads it. */
export async function lockInvoice(tx: Tx, viewer: Viewer, id: string): Promise<Invoice | null> {
  await tx.$executeRaw`SELECT 1 FROM invoice WHERE id = ${id} FOR UPDATE`;
  return findInvoice(tx, viewer, id);
}

/** The invoice that a replayed mutation made, or was about, the first time. */
export const replayedInvoice = async (tx: Tx, viewer: Viewer, id: string): Promise<Invoice> =>
  present(await findInvoice(tx, viewer, id), 'the invoice of a replayed mutation');
