import type { Database } from '../../src/db/client.ts';
import type { LogEvent } from '../../src/events/event.ts';
import { type EventFilter, readEvents, sequenceEvents } from '../../src/events/log.ts';

/**
 * The events of what was committed before the call, oldest first. They reach the log moments after their commit: reading it without having them put in
 * order first shows now and then one too few.
 */
export async function recordedEvents(
  db: Database,
  { partnerId = null, ...filter }: EventFilter & { partnerId?: string | null },
): Promise<LogEvent[]> {
  await sequenceEvents(db);
  return readEvents(db, { partnerId, customerId: null }, filter, 0n, 1_000_000);
}
