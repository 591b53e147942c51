import type { Sql } from '../db/sql-transaction.ts';
import type { NewEvent } from './event.ts';
import { APPEND, outboxRow } from './outbox.ts';

/** As `appendEvents` of log.ts, in a transaction that is not Prisma's. */
export async function appendEventsInGroup(sql: Sql, events: NewEvent[], now: Date): Promise<void> {
  if (events.length > 0) await sql.rows(APPEND, outboxRow(events, now).values);
}
