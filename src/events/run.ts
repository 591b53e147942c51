import { assert } from '../lib/assert.ts';
import { newId } from '../lib/ids.ts';
import { isoText } from '../lib/iso-text.ts';
import type { EventType, LogEvent, NewEvent } from './event.ts';

/** The digits of an id, the last of which counts the events of a run. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
/** Events of a run at most. */
export const MOST = DIGITS.length;
const SIDES = 2;

/**
 * Events of one transaction that follow each other and are about the same payment: one row of the log, found by what any of them is
 * found by (docs/adr/0002).
 */
export interface Run {
  /** Of its first event; the last digit is 0. */
  id: string;
  partnerId: string;
  paymentId: string | null;
  /** Customers and wallets of all its events, two of each at most. */
  audience: string[];
  walletIds: string[];
  events: NewEvent[];
}

/** Puts events together, in their order. */
export function runsOf(events: readonly NewEvent[]): Run[] {
  const runs: Run[] = [];
  let run: Run | undefined;
  for (const event of events) {
    if (run && joins(run, event)) continue;
    run = begin(event);
    runs.push(run);
  }
  return runs;
}

function begin(event: NewEvent): Run {
  const { partnerId, paymentId, audience, walletIds } = event;
  assert(audience.length <= SIDES && walletIds.length <= SIDES, 'an event has two customers and two wallets at most');
  const id = idAt(newId('Event'), 0);
  return {
    id,
    partnerId,
    paymentId,
    audience: together([], audience),
    walletIds: together([], walletIds),
    events: [event],
  };
}

/** Adds an event to a run, when it has its place there. */
function joins(run: Run, event: NewEvent): boolean {
  if (event.partnerId !== run.partnerId || event.paymentId !== run.paymentId || run.events.length === MOST)
    return false;
  const audience = together(run.audience, event.audience);
  const walletIds = together(run.walletIds, event.walletIds);
  if (audience.length > SIDES || walletIds.length > SIDES) return false;
  run.audience = audience;
  run.walletIds = walletIds;
  run.events.push(event);
  return true;
}

const together = (known: string[], more: readonly string[]): string[] =>
  more.every((id) => known.includes(id)) ? known : [...new Set([...known, ...more])];

/** The id of an event of a run. */
const idAt = (runId: string, at: number): string => `${runId.slice(0, -1)}${DIGITS[at]}`;

/** The ids of a run's events, in order. */
export const idsOf = ({ id, events }: Run): string[] => events.map((_event, at) => idAt(id, at));

/** The id under which the log has the run that an event of this id is in, unless it is the event's own. */
export const runIdOf = (eventId: string): string => idAt(eventId, 0);

/** What each event of a run has of its own, as JSON without a line break. */
export const contentOf = ({ events }: Run): string =>
  JSON.stringify(
    events.map(({ type, audience, walletIds, occurredAt, data }) => ({
      type,
      audience,
      walletIds,
      occurredAt: isoText(occurredAt),
      data,
    })),
  );

/** A row of the log. */
export interface StoredRun {
  /** Of its last event. */
  position: string;
  events: number;
  id: string;
  partner_id: string;
  payment_id: string | null;
  data: string;
  recorded_at: Date;
}

/** Columns of a StoredRun. */
export const RUN_COLUMNS = 'position, events, id, partner_id, payment_id, data, recorded_at';

type Content = Pick<NewEvent, 'type' | 'audience' | 'walletIds' | 'data'> & { type: EventType; occurredAt: string };

/** The events of a row of the log, in order. */
export function eventsOf({ position, events, id, partner_id, payment_id, data, recorded_at }: StoredRun): LogEvent[] {
  const before = BigInt(position) - BigInt(events);
  const contents = JSON.parse(data) as Content[];
  assert(contents.length === events, `the run at ${position} of the event log is whole`);
  return contents.map((content, at) => ({
    id: events === 1 ? id : idAt(id, at),
    position: before + BigInt(at + 1),
    partnerId: partner_id,
    type: content.type,
    audience: content.audience,
    walletIds: content.walletIds,
    paymentId: payment_id,
    data: content.data,
    occurredAt: new Date(content.occurredAt),
    recordedAt: recorded_at,
  }));
}
