import { textArray, timeArray } from '../db/arrays.ts';
import type { Sql } from '../db/sql-transaction.ts';
import { newId } from '../lib/ids.ts';
import type { NewEvent } from './event.ts';

const APPEND = {
  name: 'append_events',
  text: `INSERT INTO event_outbox (id, partner_id, type, audience, wallet_ids, payment_id, data, occurred_at, recorded_at)
    SELECT id, partner_id, type, audience::text[], wallet_ids::text[], payment_id, data::jsonb, occurred_at, $9
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
      WITH ORDINALITY AS n(id, partner_id, type, audience, wallet_ids, payment_id, data, occurred_at, at)
    ORDER BY at`,
};

/** As `appendEvents` of log.ts, in a transaction that is not Prisma's. */
export async function appendEventsInGroup(sql: Sql, events: NewEvent[], now: Date): Promise<void> {
  if (events.length === 0) return;
  await sql.rows(APPEND, [
    textArray(events.map(() => newId('Event'))),
    textArray(events.map(({ partnerId }) => partnerId)),
    textArray(events.map(({ type }) => type)),
    textArray(events.map(({ audience }) => textArray(audience))),
    textArray(events.map(({ walletIds }) => textArray(walletIds))),
    textArray(events.map(({ paymentId }) => paymentId)),
    textArray(events.map(({ data }) => JSON.stringify(data))),
    timeArray(events.map(({ occurredAt }) => occurredAt)),
    now,
  ]);
}
