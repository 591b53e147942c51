import { ownWallet } from './auth.ts';
import { malformed, notFound, plainRefusal } from './errors.ts';
import { itemView } from './history-views.ts';
import { type Answer, type Call, indexed, type Operation, oneOf, whole } from './http.ts';
import type { Currency, Source, Transaction, Wallet } from './model.ts';
import { moneyView } from './money.ts';
import { calendarDays, MOSCOW, parseStamp, type Stamp, stamp } from './time.ts';
import type { World } from './world.ts';

const PERSON = '/payment-history/v2/persons/:wallet/payments';
const DAY = 86_400_000;
const MINUTE = 60_000;
const CALLS_PER_MINUTE = 100;
const SHUT_OUT_MS = 5 * MINUTE;
const sources: readonly Source[] = ['QW_RUB', 'QW_USD', 'QW_EUR', 'CARD', 'MK'];
const scopes = ['history'] as const;

type Query = Call['query'];

/** Section 1.7: at most 100 calls a minute for one wallet; the next one shuts it out for five minutes. @throws Refusal 423 */
function checkRate(world: World, { personId }: Wallet): void {
  if (!world.settings.rateLimit) return;
  const now = world.clock.now().getTime();
  if ((world.shutOut.get(personId) ?? 0) > now) throw plainRefusal(423);
  const recent = (world.historyCalls.get(personId) ?? []).filter((at) => at > now - MINUTE);
  recent.push(now);
  world.historyCalls.set(personId, recent);
  if (recent.length <= CALLS_PER_MINUTE) return;
  world.shutOut.set(personId, now + SHUT_OUT_MS);
  world.historyCalls.delete(personId);
  throw plainRefusal(423);
}

function moment(query: Query, name: string): Stamp | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  return parseStamp(value) ?? malformed(`${name} must have the form YYYY-MM-DDThh:mm:ss+hh:mm`);
}

/** `startDate` and `endDate`: both or none, one offset, in order, at most 90 calendar days apart (trap T19). */
function period(query: Query): { from: Stamp; till: Stamp } | undefined {
  const from = moment(query, 'startDate');
  const till = moment(query, 'endDate');
  if (from === undefined && till === undefined) return undefined;
  if (from === undefined || till === undefined) return malformed('startDate and endDate go together');
  if (from.offset !== till.offset) return malformed('startDate and endDate must have the same offset');
  const days = calendarDays(from.at, till.at, from.offset);
  if (from.at > till.at || days > 90) return malformed('The period must be from 0 to 90 days long');
  return { from, till };
}

/** The place in the whole list where a page starts, inclusive (trap T20). */
function cursor(query: Query): { id: number; at: Date } | undefined {
  const at = moment(query, 'nextTxnDate')?.at;
  const id = query['nextTxnId'];
  if (at === undefined && id === undefined) return undefined;
  if (at === undefined || id === undefined) return malformed('nextTxnId and nextTxnDate go together');
  return { at, id: whole(id, 'nextTxnId', 0) };
}

/** The wallet's visible lines that the filters let through, newest first. */
function matching(world: World, wallet: Wallet, query: Query, from: Date | undefined, till: Date): Transaction[] {
  const now = world.clock.now();
  const operation = oneOf(query, 'operation', ['ALL', 'IN', 'OUT', 'QIWI_CARD']) ?? 'ALL';
  const wanted = indexed(query, 'sources', sources);
  return world.transactions
    .filter(
      (line) =>
        line.wallet === wallet &&
        line.visibleAt <= now &&
        line.at <= till &&
        (from === undefined || line.at >= from) &&
        (operation === 'ALL' || line.type === operation) &&
        (wanted.length === 0 || wanted.includes(line.sourceKind)),
    )
    .sort((one, other) => other.at.getTime() - one.at.getTime() || other.id - one.id);
}

function list(world: World, { params, query, caller }: Call): Answer {
  const wallet = ownWallet(world, caller, params['wallet']);
  checkRate(world, wallet);
  const rows = whole(query['rows'], 'rows', 1, 50);
  const dates = period(query);
  const start = cursor(query);
  const now = world.clock.now();
  // T18: a day back from now, unless dates are given or a page is continued.
  const from = dates?.from.at ?? (start === undefined ? new Date(now.getTime() - DAY) : undefined);
  const all = matching(world, wallet, query, from, dates?.till.at ?? now).filter(
    ({ at, id }) => start === undefined || at < start.at || (at.getTime() === start.at.getTime() && id <= start.id),
  );
  if (all.length === 0 && world.settings.emptyHistory === 'notFound')
    notFound('No payments with these attributes', 'payments.not.found');
  const next = all[rows];
  const data = all.slice(0, rows).map((line) => itemView(line, dates?.from.offset ?? MOSCOW));
  return { json: { data, nextTxnId: next?.id ?? null, nextTxnDate: next === undefined ? null : stamp(next.at) } };
}

/** Totals by currency, commissions included; refused payments count for nothing. */
function totals(lines: Transaction[]) {
  const sums = new Map<Currency, bigint>();
  for (const { sum, commission } of lines)
    sums.set(sum.currency, (sums.get(sum.currency) ?? 0n) + sum.amount + commission);
  return [...sums].map(([currency, amount]) => moneyView(amount, currency));
}

function total(world: World, { params, query, caller }: Call): Answer {
  const wallet = ownWallet(world, caller, params['wallet']);
  const { from, till } = period(query) ?? malformed('startDate and endDate are required');
  const lines = matching(world, wallet, query, from.at, till.at).filter(({ status }) => status !== 'ERROR');
  const incomingTotal = totals(lines.filter(({ type }) => type === 'IN'));
  return { json: { incomingTotal, outgoingTotal: totals(lines.filter(({ type }) => type !== 'IN')) } };
}

/** HIS-1 and HIS-2 (section 2.5). */
export function historyOperations(world: World): Operation[] {
  const common = { method: 'GET', auth: 'token', scopes } as const;
  return [
    { id: 'HIS-1', path: PERSON, ...common, handle: (call) => list(world, call) },
    { id: 'HIS-2', path: `${PERSON}/total`, ...common, handle: (call) => total(world, call) },
  ];
}
