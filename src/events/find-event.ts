import type { Database } from '../db/client.ts';
import type { LogEvent } from './event.ts';
import { type EventScope, matches } from './filter.ts';
import { eventsOf, RUN_COLUMNS, runIdOf, type StoredRun } from './run.ts';

/**
 * The event with this id, or null when there is none in the log that the reader may see.
 * @param scope what the reader may see
 */
export async function findEvent({ pool }: Database, scope: EventScope, id: string): Promise<LogEvent | null> {
  const { rows } = await pool.query<StoredRun>(`SELECT ${RUN_COLUMNS} FROM event_log WHERE id = ANY ($1)`, [
    [id, runIdOf(id)],
  ]);
  const event = rows.flatMap(eventsOf).find((one) => one.id === id);
  return event && matches(scope, {}, event) ? event : null;
}
