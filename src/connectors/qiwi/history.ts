import type { Call } from '../connector.ts';
import type { FundingSource, History, HistoryQuery } from '../records.ts';
import type { Page, PaymentKind, ProviderPayment } from '../values.ts';
import { protocol } from './answer.ts';
import type { HistorySpan } from './client-history.ts';
import { mapHistoryItem } from './map-history.ts';
import { orNull, type Parts, watched } from './parts.ts';
import { moscowDay, startOfMoscowDay } from './time.ts';
import {
  cursorOf,
  LONGEST_DAYS,
  newestWindow,
  type Position,
  readCursor,
  type Window,
  windowBefore,
  windowsOf,
} from './windows.ts';
import type { WireType } from './wire-history.ts';

const LARGEST_PAGE = 50;
/** How many pages are searched for a payment of ours, which leaves room below that. */
const SEARCH_PAGES = 20;
/** "You already have the same payment" (contract 4.2). */
const DUPLICATE = '408';
const SECOND_MS = 1000;
/** How far the provider's clock may be behind ours or before it, where a payment is looked for by its time. */
const BEHIND_MS = 10 * 60_000;
const BEFORE_MS = 24 * 3_600_000;
/** No document says how soon the history shows a payment. What it does not show for this long after its call was not made. */
export const HISTORY_LAGS_MS = 10 * 60_000;

/**
 * HISTORY (contract 2.5): newest first, in windows as long as the provider allows (trap T19).
 * @param listsPerMinute how many lists of one wallet go out in a minute
 */
export function historyCapability(parts: Parts, listsPerMinute: number | null): History {
  return {
    operations: ['HIS-1', 'HIS-2', 'HIS-3'],
    listsPerMinute,
    explainsBalance: true,
    list: (call, query) => listPayments(parts, call, query),
    get: (call, reference, direction) => findTransaction(parts, call, reference, direction),
    tellsActions: true,
    totals: (call, query) => totalsOf(parts, call, query),
  };
}

/** One page with one request; without a span, the last 90 days. Nothing that matches is an empty page (trap T22). */
async function listPayments(parts: Parts, call: Call, query: HistoryQuery): Promise<Page<ProviderPayment>> {
  const filter = filterOf(query);
  if (!filter) return { items: [], next: null };
  const position = query.cursor === undefined ? startOf(query, parts.clock.now()) : readCursor(query.cursor);
  const { window, page } = position;
  const rows = Math.max(1, Math.min(query.pageSize ?? LARGEST_PAGE, LARGEST_PAGE));
  const answer = await orNull(parts.client.history.list(call, { ...filter, ...window, rows, page }));
  const items = (answer?.data ?? [])
    .filter(({ date }) => !window.open || date.getTime() < window.to.getTime())
    .map((item) => watched(parts.log, mapHistoryItem(item)))
    .filter((payment) => isAskedFor(payment, query));
  const next = nextPosition(position, answer?.nextTxnId, answer?.nextTxnDate);
  return { items, next: next && cursorOf(next) };
}

function startOf({ from, to }: HistoryQuery, now: Date): Position {
  const until = to ?? now;
  const since = from ?? startOfMoscowDay(moscowDay(until) - LONGEST_DAYS);
  return { since, window: newestWindow(since, until), page: null };
}

/** The page after this one; at the end of a window the one before it. A cursor that does not move ends the window, too. */
function nextPosition(
  { since, window, page }: Position,
  id: string | null | undefined,
  date: string | null | undefined,
): Position | null {
  if (id && date && id !== page?.id) return { since, window, page: { id, date } };
  const before = windowBefore(since, window);
  return before && { since, window: before, page: null };
}

/** What the provider can filter by; null when nothing of its history can match. */
function filterOf({ kinds, direction, sources }: HistoryQuery): Pick<HistorySpan, 'operation' | 'sources'> | null {
  const types = wireTypesOf(kinds, direction);
  const wireSources = sources && [...new Set(sources.flatMap(wireSourcesOf))];
  if (types.length === 0 || wireSources?.length === 0) return null;
  const [only] = types;
  return { operation: types.length === 1 ? only : undefined, sources: wireSources };
}

const everyType: readonly WireType[] = ['IN', 'OUT', 'QIWI_CARD'];
const typesOfKind: Readonly<Partial<Record<PaymentKind, readonly WireType[]>>> = {
  TOP_UP: ['IN'],
  TRANSFER: ['IN', 'OUT'],
  PAYOUT: ['OUT', 'QIWI_CARD'],
  EXCHANGE: ['IN', 'OUT'],
};

/** The provider takes one type or all; what it lists too much is left out by `isAskedFor`. */
function wireTypesOf(kinds: PaymentKind[] | undefined, direction: 'IN' | 'OUT' | undefined): WireType[] {
  const ofKinds = kinds ? new Set(kinds.flatMap((kind) => typesOfKind[kind] ?? [])) : new Set(everyType);
  const ofDirection = typesOf(direction);
  return everyType.filter((type) => ofKinds.has(type) && ofDirection.includes(type));
}

/** The types of transactions in a direction: payments by a QIWI card go out, too. */
export const typesOf = (direction: 'IN' | 'OUT' | undefined): readonly WireType[] =>
  direction === undefined ? everyType : direction === 'IN' ? ['IN'] : ['OUT', 'QIWI_CARD'];

/** Contract 2.5, `sources`; there is no word for a tenge account. */
const balanceSources: Readonly<Record<string, string>> = { RUB: 'QW_RUB', USD: 'QW_USD', EUR: 'QW_EUR' };

function wireSourcesOf({ kind, currency }: FundingSource): string[] {
  if (kind === 'CARD') return ['CARD'];
  if (kind === 'MOBILE_ACCOUNT') return ['MK'];
  if (currency === undefined) return Object.values(balanceSources);
  return Object.hasOwn(balanceSources, currency) ? [balanceSources[currency] as string] : [];
}

const isAskedFor = (
  { kind, status, direction }: ProviderPayment,
  { kinds, statuses, direction: wanted }: HistoryQuery,
): boolean =>
  (!kinds || kinds.includes(kind)) &&
  (!statuses || (status !== 'UNKNOWN' && statuses.includes(status))) &&
  (!wanted || direction === wanted);

/**
 * A transaction in detail (HIS-3), always asked for with its type: a transfer between two wallets of one owner goes out and
 * comes in under one number (trap T23).
 * @param direction seen from the wallet of the call; each is tried when it is not known
 * @returns null when the provider has no such transaction
 * @throws ProtocolError when the answer speaks of another one
 */
export async function findTransaction(
  { client, log }: Parts,
  call: Call,
  reference: string,
  direction?: 'IN' | 'OUT',
): Promise<ProviderPayment | null> {
  for (const type of typesOf(direction)) {
    const item = await orNull(client.history.get(call, reference, type));
    if (!item) continue;
    const payment = watched(log, mapHistoryItem(item));
    if (payment.reference === reference && (!direction || payment.direction === direction)) return payment;
    throw protocol('HIS-3', 'ECHO_MISMATCH', 'the answer speaks of another transaction');
  }
  return null;
}

/**
 * A payment of the wallet by our own id, `trmTxnId` (trap T17). A transaction that was refused for its repeated id comes
 * after the one that it repeats, and counts only when there is no other.
 * @param from since when it can be there: the time of the attempt
 * @returns null when everything since then was read and it is not there
 * @throws ProtocolError when there is too much to be read
 */
export async function findByClientId(
  parts: Parts,
  call: Call,
  clientId: string,
  from: Date,
): Promise<ProviderPayment | null> {
  let refused: ProviderPayment | null = null;
  for await (const payment of outgoingSince(parts, call, from)) {
    if (payment.clientId !== clientId) continue;
    if (payment.providerCode !== DUPLICATE) return payment;
    refused ??= payment;
  }
  return refused;
}

/** What the wallet has paid since then and satisfies the test, newest first. @throws as `findByClientId` */
export async function paidSince(
  parts: Parts,
  call: Call,
  from: Date,
  test: (payment: ProviderPayment) => boolean,
): Promise<ProviderPayment[]> {
  const paid: ProviderPayment[] = [];
  for await (const payment of outgoingSince(parts, call, from)) if (test(payment)) paid.push(payment);
  return paid;
}

async function* outgoingSince(parts: Parts, call: Call, from: Date): AsyncGenerator<ProviderPayment> {
  const since = new Date(from.getTime() - BEHIND_MS);
  const to = new Date(parts.clock.now().getTime() + BEFORE_MS);
  let cursor: string | undefined;
  for (let pages = 0; pages < SEARCH_PAGES; pages += 1) {
    const { items, next } = await listPayments(parts, call, { from: since, to, direction: 'OUT', cursor });
    yield* items;
    if (next === null) return;
    cursor = next;
  }
  throw protocol('HIS-1', 'UNREADABLE', `not found on ${SEARCH_PAGES} pages, which proves nothing`);
}

type Sums = { incoming: ProviderPayment['amount'][]; outgoing: ProviderPayment['amount'][] };

/** HIS-2, window by window; per currency. */
async function totalsOf(
  { client }: Parts,
  call: Call,
  query: { from: Date; to: Date; direction?: 'IN' | 'OUT'; sources?: FundingSource[] },
): Promise<Sums> {
  const sums: Sums = { incoming: [], outgoing: [] };
  const filter = filterOf(query);
  if (!filter) return sums;
  for (const window of windowsOf(query.from, query.to)) {
    const answer = await orNull(
      client.history.totals(call, { ...filter, from: window.from, to: lastSecondOf(window) }),
    );
    if (query.direction !== 'OUT') addUp(sums.incoming, answer?.incomingTotal ?? []);
    if (query.direction !== 'IN') addUp(sums.outgoing, answer?.outgoingTotal ?? []);
  }
  return sums;
}

/** Sums cannot be told apart afterwards, so windows must not share a second. */
const lastSecondOf = ({ to, open }: Window): Date => (open ? new Date(to.getTime() - SECOND_MS) : to);

function addUp(sums: ProviderPayment['amount'][], more: readonly ProviderPayment['amount'][]): void {
  for (const { minor, currency } of more) {
    const known = sums.find((sum) => sum.currency === currency);
    if (known) known.minor += minor;
    else sums.push({ minor, currency });
  }
}
