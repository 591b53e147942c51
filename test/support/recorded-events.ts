import type { Database } from '../../src/db/client.ts';
import type { EventLog, Prisma } from '../../src/db/generated/client.ts';
import { sequenceEvents } from '../../src/events/log.ts';

/**
 * The events of what was committed before the call, oldest first. They reach the log moments after their commit: reading it without having them put in
 * order first shows now and then one too few.
 */
export async function recordedEvents(db: Database, where: Prisma.EventLogWhereInput): Promise<EventLog[]> {
  await sequenceEvents(db);
  return db.prisma.eventLog.findMany({ where, orderBy: { position: 'asc' } });
}
