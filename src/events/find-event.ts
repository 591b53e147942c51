import type { Database } from '../db/client.ts';
import type { LogEvent } from './event.ts';
import { type EventScope, readEvents } from './log.ts';

/**
 * The event with this id, or null when there is none in the log that the reader may see.
 * @param scope what the reader may see
 */
export async function findEvent(db: Database, scope: EventScope, id: string): Promise<LogEvent | null> {
  const { rows } = await db.pool.query<{ position: string }>('SELECT position FROM event_log WHERE id = $1', [id]);
  if (!rows[0]) return null;
  const [event] = await readEvents(db, scope, {}, BigInt(rows[0].position) - 1n, 1);
  return event?.id === id ? event : null;
}
