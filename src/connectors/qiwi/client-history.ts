import type { Call } from '../connector.ts';
import type { ReceiptFormat } from '../records.ts';
import { file, json, nothing } from './answer.ts';
import { moscowTime } from './time.ts';
import type { Transport } from './transport.ts';
import * as wire from './wire-history.ts';

/** What a list or a sum takes in: `operation` and `sources` as the wire has them; both ends always (trap T18). */
export interface HistorySpan {
  from: Date;
  to: Date;
  operation?: 'ALL' | wire.WireType;
  sources?: readonly string[];
}

/** Contract 2.5. */
export const historyCalls = (transport: Transport) => ({
  history: { ...listCalls(transport), ...transactionCalls(transport) },
});

function listCalls({ send, numberOf }: Transport) {
  return {
    list: (
      call: Call,
      { rows, page, ...span }: HistorySpan & { rows: number; page: { id: string; date: string } | null },
    ) =>
      send(call, {
        operation: 'HIS-1',
        method: 'GET',
        path: `/payment-history/v2/persons/${numberOf(call, 'HIS-1')}/payments`,
        query: [['rows', String(rows)], ...spanQuery(span), ['nextTxnId', page?.id], ['nextTxnDate', page?.date]],
        safe: true,
        read: json(wire.historyPage),
      }),
    totals: (call: Call, span: HistorySpan) =>
      send(call, {
        operation: 'HIS-2',
        method: 'GET',
        path: `/payment-history/v2/persons/${numberOf(call, 'HIS-2')}/payments/total`,
        query: spanQuery(span),
        safe: true,
        read: json(wire.totals),
      }),
  };
}

function spanQuery({ from, to, operation, sources = [] }: HistorySpan): [name: string, value: string | undefined][] {
  return [
    ['operation', operation],
    ...sources.map((source, index): [string, string] => [`sources[${index}]`, source]),
    ['startDate', moscowTime(from)],
    ['endDate', moscowTime(to)],
  ];
}

function transactionCalls({ send }: Transport) {
  return {
    get: (call: Call, id: string, type: wire.WireType) =>
      send(call, {
        operation: 'HIS-3',
        method: 'GET',
        path: `/payment-history/v2/transactions/${encodeURIComponent(id)}`,
        query: [['type', type]],
        safe: true,
        read: json(wire.historyItem),
      }),
    receipt: (call: Call, id: string, type: wire.WireType, format: ReceiptFormat) =>
      send(call, {
        operation: 'HIS-4',
        method: 'GET',
        path: `/payment-history/v1/transactions/${encodeURIComponent(id)}/cheque/file`,
        query: [
          ['type', type],
          ['format', format],
        ],
        safe: true,
        read: file,
      }),
    sendReceipt: (call: Call, id: string, type: wire.WireType, email: string) =>
      send(call, {
        operation: 'HIS-5',
        method: 'POST',
        path: `/payment-history/v1/transactions/${encodeURIComponent(id)}/cheque/send`,
        query: [['type', type]],
        json: { email },
        safe: false,
        read: nothing,
      }),
  };
}
