import { textArray, timeArray } from '../db/arrays.ts';
import { assert } from '../lib/assert.ts';
import { newId } from '../lib/ids.ts';
import type { NewEvent } from './event.ts';

/** Writes the events of one transaction to the outbox: one row, whatever their number (docs/adr/0002). */
export const APPEND = {
  name: 'append_events',
  text: `INSERT INTO event_outbox (events, ids, partner_ids, types, first_customer_ids, second_customer_ids, first_wallet_ids,
      second_wallet_ids, payment_ids, data, occurred_at, recorded_at)
    VALUES (($1::text)::int, $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
      ($10::text)::json, $11::timestamptz[], ($12::text)::timestamptz)`,
};

/**
 * The values of APPEND, each in PostgreSQL's own text form, so that every client passes them on as they are.
 * @param events what happened, oldest first
 * @param now the instant of recording
 * @returns with the ids that the events were given
 */
export function outboxRow(events: readonly NewEvent[], now: Date): { ids: string[]; values: string[] } {
  for (const { audience, walletIds } of events)
    assert(audience.length <= 2 && walletIds.length <= 2, 'an event has two customers and two wallets at most');
  const ids = events.map(() => newId('Event'));
  const values = [
    String(events.length),
    textArray(ids),
    textArray(events.map(({ partnerId }) => partnerId)),
    textArray(events.map(({ type }) => type)),
    textArray(events.map(({ audience }) => audience[0] ?? null)),
    textArray(events.map(({ audience }) => audience[1] ?? null)),
    textArray(events.map(({ walletIds }) => walletIds[0] ?? null)),
    textArray(events.map(({ walletIds }) => walletIds[1] ?? null)),
    textArray(events.map(({ paymentId }) => paymentId)),
    JSON.stringify(events.map(({ data }) => data)),
    timeArray(events.map(({ occurredAt }) => occurredAt)),
    now.toISOString(),
  ];
  return { ids, values };
}
