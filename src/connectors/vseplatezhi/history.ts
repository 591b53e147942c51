import type { Log } from '../../lib/log.ts';
import type { Call } from '../connector.ts';
import { readMoscowTime } from '../moscow.ts';
import type { History, HistoryQuery } from '../records.ts';
import type { Page, ProviderPayment } from '../values.ts';
import { PROVIDER, refusal } from './answer.ts';
import { mapLine } from './map.ts';
import type { Parts } from './parts.ts';
import { type Line, lineOf, readLines } from './report.ts';
import { operationTypes } from './status.ts';

/** Lines of one answer where nobody asks for fewer. */
const LINES = 500;

/** HISTORY: the report, in which every movement of a wallet stands. */
export function historyCapability(parts: Parts): History {
  return {
    operations: ['account.report'],
    explainsBalance: true,
    unnumbered: true,
    filtersAmounts: true,
    list: (call, query) => list(parts, call, query),
    async get(call, reference, direction) {
      const line = await lineOf(parts, call, reference);
      const found = line && watched(parts.log, line);
      return found && (direction === undefined || found.direction === direction) ? found : null;
    },
  };
}

async function list(parts: Parts, call: Call, query: HistoryQuery): Promise<Page<ProviderPayment>> {
  const types = typesOf(query);
  if (types.length === 0) return { items: [], next: null };
  const { from, to, amountMin, amountMax, cursor, pageSize } = query;
  const { lines, until } = await readLines(parts, call, {
    from,
    to: cursor === undefined ? to : startOf(cursor),
    // the provider takes one type or none
    type: types.length === 1 ? types[0] : undefined,
    amountMin,
    amountMax,
    enough: pageSize ?? LINES,
  });
  const every = types.length === Object.keys(operationTypes).length;
  return {
    items: lines
      .filter(({ operationType }) => every || types.includes(operationType))
      .map((line) => watched(parts.log, line)),
    next: until?.toISOString() ?? null,
  };
}

/** The types that a question is about; none when it names only what this provider never has. */
function typesOf({ kinds, statuses, direction, sources }: HistoryQuery): string[] {
  if (statuses && !statuses.includes('COMPLETED')) return [];
  const own = (source: { kind: string; currency?: string }) =>
    source.kind === 'BALANCE' && (source.currency ?? 'RUB') === 'RUB';
  if (sources && sources.length > 0 && !sources.some(own)) return [];
  return Object.entries(operationTypes).flatMap(([type, about]) =>
    (!kinds || kinds.includes(about.kind)) && (!direction || direction === about.direction) ? [type] : [],
  );
}

/** @throws ProviderRejected for a cursor that is none of ours */
function startOf(cursor: string): Date {
  const text = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})\.000Z$/.exec(cursor);
  if (text && readMoscowTime(`${text[1]} ${text[2]}`)) return new Date(cursor);
  throw refusal('account.report', 'The cursor is none of this history.');
}

/** A line as a payment; a type that is in no table is logged, so that somebody learns of the word. */
function watched(log: Log, line: Line): ProviderPayment {
  const payment = mapLine(line);
  if (payment.status === 'UNKNOWN')
    log.warn(
      { provider: PROVIDER, reference: line.reference, word: line.operationType.slice(0, 40) },
      'unmapped status',
    );
  return payment;
}
