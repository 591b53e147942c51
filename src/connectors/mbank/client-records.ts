import { z } from 'zod';
import type { Call } from '../connector.ts';
import type { Transport } from './transport.ts';
import * as wire from './wire.ts';
import * as records from './wire-records.ts';

const nothing = z.unknown();
const own = { auth: 'WALLET' } as const;
const read = { ...own, method: 'GET', safe: true } as const;

/** The envelope inside the envelope (trap T-32). */
const innerPayment = z.object({
  meta: z.object({ next_action: z.string().nullish() }),
  data: wire.payment,
});

/** A GET that changes something (trap T-07): never retried. */
const invoiceStep = { ...own, method: 'GET', safe: false } as const;
const at = (id: string) => `/payments/templates/${encodeURIComponent(id)}`;

/** Contract 2.4 (points), 2.8, 2.9, 2.10. */
export const recordCalls = (transport: Transport) => ({
  ...listCalls(transport),
  invoices: invoiceCalls(transport),
  templates: templateCalls(transport),
});

function listCalls({ send }: Transport) {
  return {
    replenishmentPoints: {
      list: (call: Call) =>
        send(call, {
          ...read,
          operation: 'wallet.replenishment_points',
          path: '/wallet/replenishment_points',
          data: z.array(records.location),
        }),
    },
    locations: {
      list: (call: Call, query: { group?: string; point?: string; distance?: string; square?: string }) =>
        send(call, {
          ...read,
          operation: 'locations.list',
          path: '/locations',
          query,
          data: z.array(records.location),
        }),
    },
    limits: {
      list: (call: Call) =>
        send(call, { ...read, operation: 'limits.list', path: '/limits', data: z.array(records.limit) }),
    },
  };
}

function invoiceCalls({ send }: Transport) {
  return {
    create: (call: Call, json: Record<string, unknown>) =>
      send(call, {
        ...own,
        operation: 'invoices.create',
        method: 'POST',
        path: '/invoices',
        json,
        safe: false,
        data: nothing,
      }),
    inbox: (call: Call) =>
      send(call, { ...read, operation: 'invoices.inbox', path: '/invoices', data: z.array(records.invoice) }),
    created: (call: Call) =>
      send(call, {
        ...read,
        operation: 'invoices.created',
        path: '/invoices/created',
        data: z.array(records.invoice),
      }),
    duplicate: (call: Call, id: string) =>
      send(call, {
        ...invoiceStep,
        operation: 'invoices.duplicate',
        path: `/invoices/${encodeURIComponent(id)}/duplicate`,
        data: records.invoice,
      }),
    cancel: (call: Call, id: string) =>
      send(call, {
        ...invoiceStep,
        operation: 'invoices.cancel',
        path: `/invoices/${encodeURIComponent(id)}/cancel`,
        data: nothing,
      }),
    pay: (call: Call, id: string) =>
      send(call, {
        ...own,
        operation: 'invoices.pay',
        method: 'POST',
        path: `/invoices/${encodeURIComponent(id)}/pay`,
        safe: false,
        data: innerPayment,
      }),
  };
}

function templateCalls({ send }: Transport) {
  return {
    create: (call: Call, json: Record<string, unknown>) =>
      send(call, {
        ...own,
        operation: 'templates.create',
        method: 'POST',
        path: '/payments/templates',
        json,
        safe: false,
        data: z.object({ id: z.string() }),
      }),
    list: (call: Call, query: { size?: string; page?: string; type?: string; phone?: string; service_id?: string }) =>
      send(call, {
        ...read,
        operation: 'templates.list',
        path: '/payments/templates',
        query,
        data: z.array(records.template),
      }),
    get: (call: Call, id: string) =>
      send(call, { ...read, operation: 'templates.get', path: at(id), data: records.template }),
    update: (call: Call, id: string, json: Record<string, unknown>) =>
      send(call, {
        ...own,
        operation: 'templates.update',
        method: 'POST',
        path: at(id),
        json,
        safe: false,
        data: nothing,
      }),
    delete: (call: Call, id: string) =>
      send(call, {
        ...own,
        operation: 'templates.delete',
        method: 'DELETE',
        path: at(id),
        safe: false,
        data: nothing,
      }),
  };
}
