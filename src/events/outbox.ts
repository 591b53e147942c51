import { plainArray, textArray } from '../db/arrays.ts';
import type { NewEvent } from './event.ts';
import { contentOf, type Run, runsOf } from './run.ts';

/** Writes the events of one transaction to the outbox: one row, whatever their number (docs/adr/0002). */
export const APPEND = {
  name: 'append_events',
  text: `INSERT INTO event_outbox (events, counts, ends, ids, partner_ids, types, first_customer_ids, second_customer_ids,
      first_wallet_ids, second_wallet_ids, payment_ids, data, recorded_at)
    VALUES (($1::text)::int, $2::int[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
      $11::text[], $12, ($13::text)::timestamptz)`,
};

/**
 * The values of APPEND, each in PostgreSQL's own text form, so that every client passes them on as they are.
 * @param events what happened, oldest first
 * @param now the instant of recording
 * @returns with the runs that the events make
 */
export function outboxRow(events: readonly NewEvent[], now: Date): { runs: Run[]; values: string[] } {
  const runs = runsOf(events);
  let end = 0;
  const ends = runs.map((run) => (end += run.events.length));
  const values = [
    String(events.length),
    plainArray(runs.map((run) => run.events.length)),
    plainArray(ends),
    textArray(runs.map(({ id }) => id)),
    textArray(runs.map(({ partnerId }) => partnerId)),
    textArray(runs.map((run) => [...new Set(run.events.map(({ type }) => type))].join())),
    textArray(runs.map(({ audience }) => audience[0] ?? null)),
    textArray(runs.map(({ audience }) => audience[1] ?? null)),
    textArray(runs.map(({ walletIds }) => walletIds[0] ?? null)),
    textArray(runs.map(({ walletIds }) => walletIds[1] ?? null)),
    textArray(runs.map(({ paymentId }) => paymentId)),
    runs.map(contentOf).join('\n'),
    now.toISOString(),
  ];
  return { runs, values };
}
