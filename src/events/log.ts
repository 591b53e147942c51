import type pg from 'pg';
import type { Database, Tx } from '../db/client.ts';
import { DomainError } from '../errors.ts';
import { assert, present } from '../lib/assert.ts';
import type { LogEvent, NewEvent } from './event.ts';
import { conditions, type EventFilter, type EventScope, matches } from './filter.ts';
import { APPEND, outboxRow } from './outbox.ts';
import { eventsOf, idsOf, MOST, RUN_COLUMNS, type StoredRun } from './run.ts';

export type { EventFilter, EventScope } from './filter.ts';

/** Channel on which `event_sequence` says that the log has grown. */
export const LOG_CHANNEL = 'koshel_event_log';

/** The cursor cannot be used: not one of ours, or ahead of the log. */
export class CursorError extends DomainError {
  readonly code = 'INVALID_INPUT' as const;
}

/** What the cursor points after has been removed by the retention: a replay from it would have a hole. */
export class CursorTooOldError extends CursorError {
  /** @param oldest cursor of the oldest place that can still be replayed from */
  constructor(readonly oldest: string) {
    super('The events after this cursor are no longer kept. Read the present state, then subscribe from now on.');
  }
}

/**
 * Appends events to the log, in the business transaction that they tell of: they happen with it or not at all. They
 * become visible, in this order, moments after the commit: `transaction()` wakes this process's tail, whose sequencing wakes
 * the others'. There is no NOTIFY here: PostgreSQL would let only one such transaction commit at a time (docs/adr/0002).
 * @param tx the transaction; it must hold the lock of the row whose change is told, so that order follows per object
 * @param events what happened, oldest first
 * @param now the instant of recording
 * @returns their ids
 */
export async function appendEvents(tx: Tx, events: NewEvent[], now: Date): Promise<string[]> {
  if (events.length === 0) return [];
  const { runs, values } = outboxRow(events, now);
  await tx.$executeRawUnsafe(APPEND.text, ...values);
  return runs.flatMap(idsOf);
}

/** Gives every committed event its position now, for whoever cannot wait for the tail. */
export async function sequenceEvents({ pool }: Pick<Database, 'pool'>): Promise<void> {
  const batch = 500;
  for (let moved = batch; moved >= batch; ) {
    const { rows } = await pool.query<{ moved: number }>('SELECT event_sequence($1)::int AS moved', [batch]);
    moved = present(rows[0], 'the answer of event_sequence').moved;
  }
}

/**
 * Reads one page of the log, in order.
 * @param scope what the reader may see
 * @param filter what it wants to see
 * @param after position to begin after; 0n begins at the oldest event that is kept
 * @param limit events at most
 * @throws CursorTooOldError when events after `after` are no longer kept
 * @throws CursorError when `after` is beyond the end of the log
 */
export async function readEvents(
  db: Database,
  scope: EventScope,
  filter: EventFilter,
  after: bigint,
  limit: number,
): Promise<LogEvent[]> {
  return (await readPage(db.pool, scope, filter, after, limit)).events;
}

/** One page of the log, and how far it looked. */
export interface EventPage {
  events: LogEvent[];
  /** No event of this reader is left between the last of `events` and this position. */
  scannedTo: bigint;
}

/** As `readEvents`, through a given connection. */
export async function readPage(
  connection: Pick<pg.Pool, 'query'>,
  scope: EventScope,
  filter: EventFilter,
  after: bigint,
  limit: number,
): Promise<EventPage> {
  assert(limit > 0, 'a page of the event log has room for events');
  const events: LogEvent[] = [];
  for (let from = after; ; ) {
    const { runs, last } = await readRuns(connection, scope, filter, from, limit);
    for (const run of runs) {
      for (const event of eventsOf(run)) {
        if (event.position > after && matches(scope, filter, event)) events.push(event);
        if (events.length === limit) return { events, scannedTo: event.position };
      }
    }
    // a run that is found may have no event that meets all of a filter, but mostly each has some
    if (runs.length < limit) return { events, scannedTo: last };
    from = BigInt(present(runs.at(-1), 'a run').position);
  }
}

type FoundRun = StoredRun | (Record<keyof StoredRun, null> & { position: null });

/**
 * The next rows of the log that a reader may have events in, whole.
 * @param after the first event of the first of them may be at this position or before
 * @param limit rows at most
 * @returns with the position of the last event in the log
 * @throws as `readEvents` does
 */
export async function readRuns(
  connection: Pick<pg.Pool, 'query'>,
  scope: EventScope,
  filter: EventFilter,
  after: bigint,
  limit: number,
): Promise<{ runs: StoredRun[]; last: bigint }> {
  const values: unknown[] = [after, limit];
  const bound = boundOf(limit);
  const parts = conditions(scope, filter, values).map(
    (part) => `(SELECT ${RUN_COLUMNS} FROM event_log WHERE position > $1 AND ${part} ORDER BY position LIMIT ${bound})`,
  );
  // One statement, one snapshot: the page and the bounds that it is judged by belong together.
  const { rows } = await connection.query<FoundRun & { first_kept: string | null; last_kept: string | null }>(
    prepared(`SELECT page.*, bounds.* FROM
       (SELECT (SELECT position - events + 1 FROM event_log ORDER BY position LIMIT 1) AS first_kept,
         (SELECT max(position) FROM event_log) AS last_kept) AS bounds
       LEFT JOIN (SELECT * FROM (${parts.join(' UNION ALL ')}) AS parts ORDER BY position LIMIT $2) AS page ON true
     ORDER BY page.position`),
    values,
  );
  const { first_kept, last_kept } = present(rows[0], 'the bounds of the event log');
  const last = BigInt(last_kept ?? 0);
  if (after > last) throw new CursorError('This cursor is beyond the end of the event log. Was it issued elsewhere?');
  const first = BigInt(first_kept ?? 1);
  if (after > 0n && after + 1n < first) throw new CursorTooOldError(encodeCursor(first - 1n));
  return { runs: rows.filter((row) => row.position !== null), last };
}

/**
 * All events of some partners between two positions, in order.
 * @param after begin after this position
 * @param upTo the last position that counts
 */
export async function readRange(
  tx: Tx,
  partnerIds: readonly string[],
  { after, upTo }: { after: bigint; upTo: bigint },
): Promise<LogEvent[]> {
  // the last of them may be in the middle of a run
  const rows = await tx.$queryRaw<(Omit<StoredRun, 'position'> & { position: bigint })[]>`
    SELECT position, events, id, partner_id, payment_id, data, recorded_at FROM event_log
    WHERE position > ${after} AND position < ${upTo + BigInt(MOST)} AND partner_id = ANY (${partnerIds}) ORDER BY position`;
  return rows
    .flatMap(({ position, ...row }) => eventsOf({ ...row, position: String(position) }))
    .filter(({ position }) => position > after && position <= upTo);
}

/** The events at these positions, in order; what is not in the log is left out. */
export async function readPositions(
  { pool }: Pick<Database, 'pool'>,
  positions: readonly bigint[],
): Promise<LogEvent[]> {
  const { rows } = await pool.query<StoredRun>(
    `SELECT ${RUN_COLUMNS} FROM event_log WHERE position IN (
       SELECT (SELECT min(l.position) FROM event_log l WHERE l.position >= n.position) FROM unnest($1::bigint[]) AS n(position))
     ORDER BY position`,
    [positions.map(String)],
  );
  const asked = new Set(positions);
  return rows.flatMap(eventsOf).filter(({ position }) => asked.has(position));
}

/** Position of the newest event in the log, 0n when there is none. */
export async function lastPosition(db: Pick<Database, 'pool'>): Promise<bigint> {
  return endOfLog(db.pool);
}

/**
 * A number of rows that a part of a page may have, which the planner is told. Not told it takes a plan for any values to be dearer than one for
 * these, and plans anew each time: 2 to 4 ms in a log of a dozen partitions. Powers of ten, so that there are few statements.
 */
function boundOf(limit: number): number {
  let bound = 100;
  while (bound < limit) bound *= 10;
  return bound;
}

const names = new Map<string, string>();

/** A statement that each connection plans once: planning grows with the number of partitions, carrying out does not. */
function prepared(text: string): { name: string; text: string } {
  const name = names.get(text) ?? `event_log_${names.size}`;
  names.set(text, name);
  return { name, text };
}

/** As `lastPosition`, through a given connection. */
export async function endOfLog(connection: Pick<pg.Pool, 'query'>): Promise<bigint> {
  const { rows } = await connection.query<{ last: string }>(
    prepared('SELECT coalesce(max(position), 0) AS last FROM event_log'),
  );
  return BigInt(present(rows[0], 'the end of the event log').last);
}

/** Position and recording of the newest event in the log; null when there is none. */
export async function newestOfLog(
  connection: Pick<pg.Pool, 'query'>,
): Promise<{ position: bigint; recordedAt: Date } | null> {
  const { rows } = await connection.query<{ position: string; recorded_at: Date }>(
    prepared('SELECT position, recorded_at FROM event_log ORDER BY position DESC LIMIT 1'),
  );
  const [newest] = rows;
  return newest ? { position: BigInt(newest.position), recordedAt: newest.recorded_at } : null;
}

/**
 * Retention: removes the oldest rows of events that were recorded before an instant. The newest row always stays. Call it again
 * until it answers less than `limit`.
 * @param before what was recorded earlier goes
 * @param limit rows to remove at most, so that no transaction grows long
 * @returns how many rows were removed
 */
export async function pruneEvents(db: Database, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.pool.query(
    `WITH oldest AS (SELECT position, recorded_at FROM event_log ORDER BY position LIMIT $2),
       stop AS (SELECT min(position) AS position FROM oldest WHERE recorded_at >= $1)
     DELETE FROM event_log WHERE position IN (
       SELECT oldest.position FROM oldest, stop
       WHERE (stop.position IS NULL OR oldest.position < stop.position)
         AND oldest.position < (SELECT max(position) FROM event_log))`,
    [before, limit],
  );
  return rowCount ?? 0;
}

const CURSOR_VERSION = 1;
const CURSOR_BYTES = 9;

/** The opaque form in which a position leaves the process. */
export function encodeCursor(position: bigint): string {
  const bytes = Buffer.alloc(CURSOR_BYTES);
  bytes.writeUInt8(CURSOR_VERSION);
  bytes.writeBigInt64BE(position, 1);
  return bytes.toString('base64url');
}

/**
 * The position behind a cursor. Whether the log still has what follows it is told by whoever reads the log.
 * @throws CursorError when the text was not made by `encodeCursor`
 */
export function decodeCursor(cursor: string): bigint {
  const bytes = Buffer.from(cursor, 'base64url');
  const ours = bytes.length === CURSOR_BYTES && bytes[0] === CURSOR_VERSION && bytes.toString('base64url') === cursor;
  const position = ours ? bytes.readBigInt64BE(1) : -1n;
  if (position < 0n)
    throw new CursorError('This is not a cursor of the event log. Pass one unchanged, as it was given.');
  return position;
}
