import type { Call } from '../connector.ts';
import { file, json, nothing } from './answer.ts';
import { moscowTime } from './time.ts';
import type { Transport } from './transport.ts';
import * as wire from './wire-cards.ts';

/** All that the list is about (MST-5). */
const VAS_ALIAS = 'qvc-master';
const put = { method: 'PUT', safe: false } as const;
const at = (id: string): string => encodeURIComponent(id);

/** Contract 2.10 but for its two payments, which are ordinary ones. */
export const cardCalls = (transport: Transport) => ({ ...orderCalls(transport), ...ownCardCalls(transport) });

function orderCalls({ send, numberOf }: Transport) {
  return {
    order: (call: Call, cardAlias: string) =>
      send(call, {
        operation: 'MST-2',
        method: 'POST',
        path: `/cards/v2/persons/${numberOf(call, 'MST-2')}/orders`,
        json: { cardAlias },
        safe: false,
        read: json(wire.cardOrder),
      }),
    submit: (call: Call, orderId: string) =>
      send(call, {
        ...put,
        operation: 'MST-3',
        path: `/cards/v2/persons/${numberOf(call, 'MST-3')}/orders/${at(orderId)}/submit`,
        // named although the body is empty, as documented
        headers: { 'Content-Type': 'application/json' },
        read: json(wire.cardOrder),
      }),
  };
}

function ownCardCalls({ send, numberOf }: Transport) {
  const own = (call: Call, operation: string, id: string) =>
    `/cards/v2/persons/${numberOf(call, operation)}/cards/${at(id)}`;
  return {
    list: (call: Call) =>
      send(call, {
        operation: 'MST-5',
        method: 'GET',
        path: '/cards/v1/cards',
        query: [['vas-alias', VAS_ALIAS]],
        safe: true,
        read: json(wire.issuedCards),
      }),
    statement: (call: Call, id: string, { from, till }: { from: Date; till: Date }) =>
      send(call, {
        operation: 'MST-6',
        method: 'GET',
        path: `/payment-history/v1/persons/${numberOf(call, 'MST-6')}/cards/${at(id)}/statement`,
        query: [
          ['from', moscowTime(from)],
          ['till', moscowTime(till)],
        ],
        safe: true,
        read: file,
      }),
    block: (call: Call, id: string) =>
      send(call, { ...put, operation: 'MST-7', path: `${own(call, 'MST-7', id)}/block`, read: nothing }),
    unblock: (call: Call, id: string) =>
      send(call, {
        ...put,
        operation: 'MST-8',
        path: `${own(call, 'MST-8', id)}/unblock`,
        read: json(wire.operationResult),
      }),
    /** Without the recorder: neither number nor code is kept, masked or not. */
    details: ({ wallet }: Call, id: string, operationId: string) =>
      send(
        { wallet },
        {
          ...put,
          operation: 'MST-9',
          path: `/cards/v1/cards/${at(id)}/details`,
          json: { operationId },
          read: json(wire.cardDetails),
        },
      ),
    rename: (call: Call, id: string, alias: string) =>
      send(call, {
        ...put,
        operation: 'MST-10',
        path: `/cards/v1/cards/${at(id)}/alias`,
        json: { alias },
        read: json(wire.renamed),
      }),
  };
}
