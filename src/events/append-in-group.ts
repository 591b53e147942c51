import type { Sql } from '../db/sql-transaction.ts';
import { newId } from '../lib/ids.ts';
import type { NewEvent } from './event.ts';

const APPEND = {
  name: 'append_events',
  text: `INSERT INTO event_outbox (id, partner_id, type, audience, wallet_ids, payment_id, data, occurred_at, recorded_at)
    SELECT id, "partnerId", type, audience, "walletIds", "paymentId", data, "occurredAt", $2
    FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (id text, "partnerId" text, type text, audience text[],
      "walletIds" text[], "paymentId" text, data jsonb, "occurredAt" timestamptz)) WITH ORDINALITY
    ORDER BY ordinality`,
};

/** As `appendEvents` of log.ts, in a transaction that is not Prisma's. */
export async function appendEventsInGroup(sql: Sql, events: NewEvent[], now: Date): Promise<void> {
  if (events.length === 0) return;
  await sql.rows(APPEND, [JSON.stringify(events.map((event) => ({ ...event, id: newId('Event') }))), now]);
}
