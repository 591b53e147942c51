import { sha256 } from '../../lib/crypto.ts';
import type { Money } from '../../money/money.ts';
import type { Call } from '../connector.ts';
import { moscowTime, readMoscowTime } from '../moscow.ts';
import { protocol } from './answer.ts';
import { amountText, RUB } from './money.ts';
import type { Parts } from './parts.ts';
import type { WireOperation } from './wire.ts';

/**
 * The report (contract 2.2, `account.report`) names no operation, so its lines get references that are made from what they say:
 * type, second, amount, a digest of wallet and receiver, and which of the lines that agree in all of that it is. A line keeps its
 * reference whatever part of the report it is read in, because a second is always read whole.
 */

const OPERATION = 'account.report';
/** At most, by contract (trap T-27). */
const PAGE = 100;
/** Longer than any wallet's history between two readings; past it, something else is wrong. */
const MOST_PAGES = 200;
/** How often a report that changes while it is read is begun anew. */
const TRIES = 3;
const SECOND_MS = 1000;

/** One line of the report. */
export interface Line extends WireOperation {
  reference: string;
}

/** Which lines to read; times to the second, all bounds inclusive. */
export interface Wanted {
  from?: Date | undefined;
  to?: Date | undefined;
  type?: string | undefined;
  amountMin?: Money | undefined;
  amountMax?: Money | undefined;
  /** Lines after which reading may stop, where the newest come first. */
  enough?: number | undefined;
}

/** Lines, newest first, and the second before and with which there are more; null when these are all. */
export interface Lines {
  lines: Line[];
  until: Date | null;
}

/** Reads the report page by page. @throws ProtocolError when it does not hold still */
export async function readLines(parts: Parts, call: Call, wanted: Wanted): Promise<Lines> {
  const walletId = parts.transport.walletIdOf(call, OPERATION);
  const size = Math.min(PAGE, Math.max(1, wanted.enough ?? PAGE));
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const found = await readPages(parts, call, wanted, size);
    if (found) return { lines: numbered(walletId, found.lines.filter(isWanted(wanted))), until: found.until };
  }
  throw protocol(OPERATION, 'UNREADABLE', `changed ${TRIES} times while it was read`);
}

/** @returns null when lines were added meanwhile: then some may have been read twice */
async function readPages(
  parts: Parts,
  call: Call,
  wanted: Wanted,
  size: number,
): Promise<{ lines: WireOperation[]; until: Date | null } | null> {
  const lines: WireOperation[] = [];
  let head: WireOperation[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { content } = await parts.client.report(call, filterOf(parts, wanted, page, size));
    if (page === 0) head = content;
    lines.push(...content);
    const full = content.length >= size;
    if (full && (wanted.enough === undefined || lines.length < wanted.enough)) continue;
    const cut = full ? cutOff(lines) : { lines, until: null };
    if (!cut) continue;
    if (page === 0) return cut;
    const again = await parts.client.report(call, filterOf(parts, wanted, 0, size));
    return same(head, again.content) ? cut : null;
  }
  throw protocol(OPERATION, 'UNREADABLE', `longer than ${MOST_PAGES * size} lines`);
}

function filterOf({ transport }: Parts, { from, to, type, amountMin, amountMax }: Wanted, page: number, size: number) {
  const time = (at: Date) => {
    const text = moscowTime(at);
    return transport.config.colonTimes ? text : text.replaceAll(':', '-');
  };
  return {
    dateFrom: from && time(from),
    dateTo: to && time(to),
    operationType: type,
    amountFrom: amountMin && amountText(OPERATION, amountMin),
    amountTo: amountMax && amountText(OPERATION, amountMax),
    page,
    size,
  };
}

/** Without the oldest second, which may go on on the next page; null when nothing is left, or the newest do not come first. */
function cutOff(lines: WireOperation[]): { lines: WireOperation[]; until: Date | null } | null {
  const times = lines.map(({ operationDate }) => operationDate.getTime());
  const oldest = times.at(-1) ?? 0;
  if (times.some((time, index) => time > (times[index - 1] ?? Number.POSITIVE_INFINITY))) return null;
  const whole = lines.filter(({ operationDate }) => operationDate.getTime() > oldest);
  return whole.length > 0 ? { lines: whole, until: new Date(oldest) } : null;
}

const keyOf = ({ operationType, operationDate, amount, receiver }: WireOperation): string =>
  [operationType, operationDate.toISOString(), amount.minor, receiver].join('|');

const same = (a: WireOperation[], b: WireOperation[]): boolean => a.map(keyOf).join() === b.map(keyOf).join();

const second = (at: Date): number => Math.floor(at.getTime() / SECOND_MS);

/** The provider filters, too; what it lets through besides is not taken. */
const isWanted =
  ({ from, to, type, amountMin, amountMax }: Wanted) =>
  ({ operationType, operationDate, amount }: WireOperation): boolean =>
    (!from || second(operationDate) >= second(from)) &&
    (!to || second(operationDate) <= second(to)) &&
    (!type || operationType === type) &&
    (!amountMin || amount.minor >= amountMin.minor) &&
    (!amountMax || amount.minor <= amountMax.minor);

function numbered(walletId: string, operations: WireOperation[]): Line[] {
  const seen = new Map<string, number>();
  const newestFirst = [...operations].sort((a, b) => b.operationDate.getTime() - a.operationDate.getTime());
  return newestFirst.map((operation) => {
    const { operationType, operationDate, amount, receiver } = operation;
    const key = keyOf(operation);
    const which = (seen.get(key) ?? 0) + 1;
    seen.set(key, which);
    const at = moscowTime(operationDate).replace(/\D/g, '');
    const digest = sha256(`${walletId.toLowerCase()}|${receiver ?? ''}`).slice(0, 12);
    return { ...operation, reference: [operationType, at, amount.minor, digest, which].join('-') };
  });
}

/** The line with this reference; null when there is none, or the reference is none of a line. */
export async function lineOf(parts: Parts, call: Call, reference: string): Promise<Line | null> {
  const [, type, digits = '', minor = ''] = /^([A-Z_]+)-(\d{14})-(-?\d+)-[0-9a-f]{12}-\d+$/.exec(reference) ?? [];
  if (!type) return null;
  const at = readMoscowTime(digits.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3 $4:$5:$6'));
  if (!at) return null;
  const amount = { minor: BigInt(minor), currency: RUB };
  const { lines } = await readLines(parts, call, { from: at, to: at, type, amountMin: amount, amountMax: amount });
  return lines.find((line) => line.reference === reference) ?? null;
}

/** A payment of ours, as far as the report can tell it from others. */
export interface Sought {
  /** Milliseconds since 1970: when it was made. */
  clientId: string;
  amount: Money;
  type: string;
  /** Left out: whoever it is. */
  receiver?: string;
  /** Lines that are other payments; undefined: not known, and then no line proves anything. */
  others: readonly string[] | undefined;
}

/** How far the provider's clock may be behind ours. */
const SKEW_MS = 60_000;

/**
 * The line that proves a payment: of those that fit and belong to no other payment the oldest.
 * @returns null when the whole report since then was read and there is none
 * @throws ProtocolError when that proves nothing: the id tells no time, or a line fits and nobody knows whose it is
 */
export async function findLine(parts: Parts, call: Call, sought: Sought): Promise<Line | null> {
  const { clientId, amount, type, receiver, others } = sought;
  if (!/^\d{13}$/.test(clientId)) throw protocol(OPERATION, 'MISSING_FIELD', 'the payment’s id does not tell its time');
  const from = new Date(Number.parseInt(clientId, 10) - SKEW_MS);
  const { lines } = await readLines(parts, call, { from, type, amountMin: amount, amountMax: amount });
  const fitting = lines.filter(
    (line) =>
      (receiver === undefined || line.receiver === null || line.receiver === receiver) &&
      !others?.includes(line.reference),
  );
  if (others === undefined && fitting.length > 0)
    throw protocol(OPERATION, 'ECHO_MISMATCH', 'a line fits, and nobody has told which lines are other payments');
  return fitting.at(-1) ?? null;
}
