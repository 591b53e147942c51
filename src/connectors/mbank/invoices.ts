import type { Call } from '../connector.ts';
import { outcomeOf, ProviderRejected, ProviderUnavailable } from '../outcome.ts';
import type { InvoiceOrder, Invoices } from '../records.ts';
import type { ProviderInvoice } from '../values.ts';
import { paymentsOfInvoice } from './invoice-payment.ts';
import { mapInvoice, mapPayment, rublesOut } from './map.ts';
import { doneAlready, type Parts, viewerOf, watched } from './parts.ts';
import type { WireInvoice } from './wire-records.ts';

/**
 * INVOICES (contract 2.9, 3.4). Creation answers no id, so the new invoice is the one that was not there before
 * (trap T-33); nothing here is repeated by itself, for there is no key to dedupe on.
 */
export function invoicesCapability(parts: Parts): Invoices {
  const { client, config, log } = parts;
  const read = (invoice: WireInvoice) => watched(log, mapInvoice(invoice));
  const issued = async (call: Call) => (await client.invoices.created(call)).data.map(read);
  const find = async (call: Call, order: InvoiceOrder, snapshot: string[]) => {
    const before = new Set(snapshot);
    return (await issued(call)).filter((invoice) => !before.has(invoice.reference) && isLike(invoice, order));
  };
  return {
    operations: [
      'invoices.create',
      'invoices.inbox',
      'invoices.created',
      'invoices.duplicate',
      'invoices.cancel',
      'invoices.pay',
    ],
    snapshot: async (call) => (await issued(call)).map((invoice) => invoice.reference),
    create: (call, order, snapshot) =>
      outcomeOf(async () => {
        await client.invoices.create(call, {
          payer: order.payerPhone,
          amount: rublesOut(order.amount),
          message: order.message,
        });
        return await orNone(find(call, order, snapshot));
      }),
    find,
    async list(call, { direction, states }) {
      const { data } = await (direction === 'INCOMING' ? client.invoices.inbox(call) : client.invoices.created(call));
      const all = data.map(read);
      return states ? all.filter((invoice) => invoice.state !== 'UNKNOWN' && states.includes(invoice.state)) : all;
    },
    duplicate: (call, reference) =>
      outcomeOf(async () => read((await client.invoices.duplicate(call, reference)).data)),
    cancel: (call, reference) =>
      outcomeOf(async () => {
        await doneAlready(client.invoices.cancel(call, reference), ['invoice_is_already_canceled']);
        return null;
      }),
    pay: (call, reference) =>
      outcomeOf(async () => {
        const { data } = await client.invoices.pay(call, reference);
        return watched(log, mapPayment(data.data, { next_action: data.meta.next_action }, viewerOf(call, config)));
      }),
    paymentsOf: (call, query) => paymentsOfInvoice(parts, call, query),
  };
}

const isLike = (invoice: ProviderInvoice, order: InvoiceOrder): boolean =>
  invoice.payerPhone === order.payerPhone &&
  invoice.amount.minor === order.amount.minor &&
  invoice.amount.currency === order.amount.currency &&
  invoice.message === (order.message || null);

/** The invoice has been issued; when the list cannot be read now, its number is found later. */
async function orNone(search: Promise<ProviderInvoice[]>): Promise<ProviderInvoice[]> {
  try {
    return await search;
  } catch (error) {
    if (error instanceof ProviderUnavailable || error instanceof ProviderRejected) return [];
    throw error;
  }
}
