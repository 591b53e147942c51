import type { Invoice } from '../../db/generated/client.ts';
import type { InvoiceState } from '../../db/generated/enums.ts';
import { StateError } from '../../errors.ts';

/** Where an invoice stands at this instant: one that nobody paid in time is EXPIRED, whenever that is looked at. */
export const stateAt = ({ state, dueAt }: Pick<Invoice, 'state' | 'dueAt'>, now: Date): InvoiceState =>
  state === 'CREATED' && dueAt !== null && dueAt <= now ? 'EXPIRED' : state;

/** The refusal of what only a CREATED invoice allows. */
export const notOpen = (state: string): StateError =>
  new StateError('INVOICE_STATE', state, ['CREATED'], `The invoice is ${state}; this needs a CREATED one.`);

/** @throws StateError unless the invoice waits to be paid and nobody is paying it */
export function checkOpen(invoice: Invoice, now: Date): void {
  const state = stateAt(invoice, now);
  if (state !== 'CREATED') throw notOpen(state);
}
