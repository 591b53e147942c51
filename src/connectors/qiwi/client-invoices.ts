import type { Call } from '../connector.ts';
import { jsonNumber } from '../json.ts';
import { json, nothing } from './answer.ts';
import type { Transport } from './transport.ts';
import * as wire from './wire-invoices.ts';

/** Invoices that others issue to the wallet are opened by its P2P key (trap T31); so are the bills that it issues itself. */
const secret = { auth: 'SECRET_KEY' } as const;

/** Contract 2.8 and appendix A. */
export const invoiceCalls = (transport: Transport) => ({
  invoices: incomingCalls(transport),
  bills: billCalls(transport),
});

function incomingCalls({ send }: Transport) {
  return {
    issueKeys: (call: Call, body: { keysPairName: string; serverNotificationsUrl: string }) =>
      send(call, {
        operation: 'INV-1',
        method: 'POST',
        path: '/widgets-api/api/p2p/protected/keys/create',
        json: body,
        safe: false,
        read: json(wire.keyPair),
      }),
    unpaid: (call: Call, query: { rows: number; createdFrom?: Date; createdTo?: Date; upToId?: string }) =>
      send(call, {
        ...secret,
        operation: 'INV-2',
        method: 'GET',
        path: '/checkout-api/api/bill/search',
        query: [
          ['statuses', 'READY_FOR_PAY'],
          ['rows', String(query.rows)],
          ['min_creation_datetime', query.createdFrom && String(query.createdFrom.getTime())],
          ['max_creation_datetime', query.createdTo && String(query.createdTo.getTime())],
          ['next_id', query.upToId],
        ],
        safe: true,
        read: json(wire.unpaidInvoices),
      }),
    pay: (call: Call, body: { invoice_uid: string; currency: string }) =>
      send(call, {
        ...secret,
        operation: 'INV-3',
        method: 'POST',
        path: '/checkout-api/invoice/pay/wallet',
        json: body,
        safe: false,
        read: json(wire.invoicePaid),
      }),
    reject: (call: Call, id: string) =>
      send(call, {
        ...secret,
        operation: 'INV-4',
        method: 'POST',
        path: '/checkout-api/api/bill/reject',
        json: { id: jsonNumber(id) },
        safe: false,
        read: nothing,
      }),
  };
}

function billCalls({ send }: Transport) {
  const at = (billId: string) => `/${encodeURIComponent(billId)}`;
  const bills = { ...secret, api: 'P2P', read: json(wire.bill) } as const;
  return {
    create: (call: Call, billId: string, body: Record<string, unknown>) =>
      send(call, { ...bills, operation: 'P2P-1', method: 'PUT', path: at(billId), json: body, safe: false }),
    get: (call: Call, billId: string) =>
      send(call, { ...bills, operation: 'P2P-2', method: 'GET', path: at(billId), safe: true }),
    reject: (call: Call, billId: string) =>
      send(call, { ...bills, operation: 'P2P-3', method: 'POST', path: `${at(billId)}/reject`, safe: false }),
  };
}
