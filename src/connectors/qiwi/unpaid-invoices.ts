import type { Call } from '../connector.ts';
import type { Parts } from './parts.ts';
import type { WireUnpaidInvoice } from './wire-invoices.ts';

const LARGEST_PAGE = 50;

/**
 * All unpaid invoices of the wallet (INV-2), newest first. The list has no cursor: the next page begins below the last id
 * (trap T32), and ends with a page that is short or tells nothing new.
 */
export async function unpaidInvoices(
  { client }: Parts,
  call: Call,
  created: { createdFrom?: Date; createdTo?: Date } = {},
): Promise<WireUnpaidInvoice[]> {
  const found = new Map<string, WireUnpaidInvoice>();
  let upToId: string | undefined;
  for (;;) {
    const { bills } = await client.invoices.unpaid(call, { ...created, rows: LARGEST_PAGE, upToId });
    const fresh = bills.filter(({ id }) => !found.has(id));
    for (const invoice of fresh) found.set(invoice.id, invoice);
    const last = bills.at(-1);
    if (!last || bills.length < LARGEST_PAGE || fresh.length === 0 || !/^\d+$/.test(last.id))
      return [...found.values()];
    upToId = (BigInt(last.id) - 1n).toString();
  }
}
