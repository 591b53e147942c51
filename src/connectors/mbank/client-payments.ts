import { z } from 'zod';
import type { Call } from '../connector.ts';
import { jsonNumber } from '../json.ts';
import type { Ask, Transport } from './transport.ts';
import * as wire from './wire.ts';
import * as records from './wire-records.ts';

const nothing = z.unknown();
const own = { auth: 'WALLET' } as const;
/** A GET that changes something (trap T-07): never retried. */
const changing = { ...own, method: 'GET', safe: false, data: nothing } as const;

/** Who pays: a wallet, the application on the client API, or the application on the core's own API (contract 2.11). */
export type Payer = 'WALLET' | 'APPLICATION' | 'APPLICATION_API';

/** Where a payment operation goes for this payer, and under which documented name. */
function route(
  payer: Payer,
  operation: string,
  applicationOperation: string,
): Pick<Ask<unknown>, 'operation' | 'api' | 'auth'> {
  if (payer === 'APPLICATION_API')
    return { operation: `mserver.application.${applicationOperation}`, api: 'application', auth: 'APPLICATION' };
  return { operation, api: 'client', auth: payer };
}

/** Contract 2.6 and 2.7. Ids come from answers of the provider and are digits. */
export const paymentCalls = (transport: Transport) => ({
  payments: { ...payingCalls(transport), ...historyCalls(transport), best: bestCalls(transport) },
  cards: cardCalls(transport),
});

function payingCalls({ send }: Transport) {
  return {
    /** `payments.create.{out,p2p,in,inout,anonymous}` */
    create: (call: Call, payer: Payer, operation: string, json: Record<string, unknown>) =>
      send(call, {
        ...route(payer, operation, 'create'),
        method: 'POST',
        path: '/payments',
        json,
        // at most once per client_payment_id (3.2), but it is the use case that repeats it, not the transport
        safe: false,
        data: wire.payment,
      }),
    update: (call: Call, payer: Payer, id: string, json: Record<string, unknown>) =>
      send(call, {
        ...route(payer, 'payments.update', 'update'),
        method: 'POST',
        path: `/payments/${encodeURIComponent(id)}`,
        json,
        safe: false,
        data: wire.payment,
      }),
    pay: (call: Call, payer: Payer, id: string, json: Record<string, unknown>) =>
      send(call, {
        ...route(payer, 'payments.pay', 'pay'),
        method: 'POST',
        path: `/payments/${encodeURIComponent(id)}/pay`,
        json: Object.values(json).some((value) => value !== undefined) ? json : 'EMPTY',
        safe: false,
        data: wire.payment,
      }),
    get: (call: Call, payer: Payer, id: string) =>
      send(call, {
        ...route(payer, 'payments.get', 'load'),
        method: 'GET',
        path: `/payments/${encodeURIComponent(id)}`,
        safe: true,
        data: wire.payment,
      }),
  };
}

function historyCalls({ send }: Transport) {
  return {
    list: (call: Call, query: { page?: string; size?: string; type?: string; status?: string }) =>
      send(call, {
        ...own,
        operation: 'payments.list',
        method: 'GET',
        path: '/payments',
        query,
        safe: true,
        data: z.array(wire.payment),
      }),
    resetUnseen: (call: Call) =>
      send(call, { ...changing, operation: 'payments.reset_unseen', path: '/payments/reset_unseen' }),
    bill: (call: Call, id: string, email: string, locale: string) =>
      send(call, {
        operation: 'payments.bill',
        auth: 'APPLICATION',
        method: 'POST',
        path: '/payments/bill',
        headers: { 'Accept-Language': locale },
        json: { id: jsonNumber(id), email },
        safe: false,
        data: nothing,
      }),
  };
}

function bestCalls({ send }: Transport) {
  return {
    log: (call: Call, id: string, sender: { id: string; phone: string }, recipient: { id: string; phone: string }) =>
      send(call, {
        operation: 'payments.best.log',
        auth: 'NONE',
        method: 'POST',
        path: '/payments/best/p2p',
        json: {
          payment_id: jsonNumber(id),
          sender: { id: jsonNumber(sender.id), phone: sender.phone },
          recipient: { id: jsonNumber(recipient.id), phone: recipient.phone },
        },
        safe: false,
        data: nothing,
      }),
    list: (call: Call) =>
      send(call, {
        ...own,
        operation: 'payments.best.list',
        method: 'GET',
        path: '/payments/best',
        safe: true,
        data: z.array(records.bestTransfer).nullish(),
      }),
    resetUnseen: (call: Call) =>
      send(call, { ...changing, operation: 'payments.best.reset_unseen', path: '/payments/best/reset_unseen' }),
  };
}

function cardCalls({ send }: Transport) {
  return {
    create: (call: Call, json: Record<string, unknown>) =>
      send(call, {
        ...own,
        operation: 'cards.create',
        method: 'POST',
        path: '/cards',
        json,
        safe: false,
        data: wire.card,
      }),
    get: (call: Call, id: string) =>
      send(call, {
        ...own,
        operation: 'cards.get',
        method: 'GET',
        path: `/cards/${encodeURIComponent(id)}`,
        safe: true,
        data: wire.card,
      }),
    list: (call: Call, state?: string) =>
      send(call, {
        ...own,
        operation: 'cards.list',
        method: 'GET',
        path: '/cards',
        query: { state },
        safe: true,
        data: z.array(wire.card),
      }),
    delete: (call: Call, id: string) =>
      send(call, {
        ...own,
        operation: 'cards.delete',
        method: 'DELETE',
        path: `/cards/${encodeURIComponent(id)}`,
        safe: false,
        data: nothing,
      }),
  };
}
