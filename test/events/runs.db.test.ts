import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Database } from '../../src/db/client.ts';
import type { LogEvent, NewEvent } from '../../src/events/event.ts';
import { findEvent } from '../../src/events/find-event.ts';
import { lastPosition, readEvents, readPositions, readRange } from '../../src/events/log.ts';
import { eventsOf, idsOf, runsOf } from '../../src/events/run.ts';
import { isId, newId } from '../../src/lib/ids.ts';
import { halfMigrated } from '../support/half-migrated.ts';
import { append, everything, freshDatabase, paymentEvent, positions, range, sequence, versions } from './support.ts';

/** Events of one transaction about one payment are one row of the log, and nobody who reads it can tell. */

const some = (...ids: string[]) => fc.subarray(ids, { maxLength: 2 });
/** Few payments and partners, so that many follow their like. */
const events = fc
  .record({
    partnerId: fc.constantFrom('par_1', 'par_1', 'par_1', 'par_2'),
    paymentId: fc.constantFrom('pay_1', 'pay_1', 'pay_1', 'pay_2', null),
    audience: some('cus_1', 'cus_2', 'cus_3'),
    walletIds: fc.array(fc.constantFrom('wal_1', 'wal_1', 'wal_2', 'wal_3'), { maxLength: 2 }),
  })
  .map((over): NewEvent => paymentEvent('pay_0', 1, over));

test('A run is of one partner and one payment, has two customers, two wallets and 32 events at most, and nothing is lost in it.', () => {
  let joined = 0;
  fc.assert(
    fc.property(fc.array(events, { minLength: 40, maxLength: 100 }), (list) => {
      const runs = runsOf(list);
      expect(runs.flatMap((run) => run.events)).toEqual(list);
      for (const run of runs) {
        expect(run.audience.length).toBeLessThan(3);
        expect(run.walletIds.length).toBeLessThan(3);
        for (const event of run.events) {
          expect(event).toMatchObject({ partnerId: run.partnerId, paymentId: run.paymentId });
          expect(run.audience).toEqual(expect.arrayContaining(event.audience));
          expect(run.walletIds).toEqual(expect.arrayContaining(event.walletIds));
        }
        joined += run.events.length - 1;
      }
      const ids = runs.flatMap(idsOf);
      expect(new Set(ids).size).toBe(list.length);
      expect(ids.every((id) => isId('Event', id))).toBe(true);
      expect(ids).toEqual([...ids].sort());
    }),
    { numRuns: 50, seed: 20261122 },
  );
  expect(joined).toBeGreaterThan(100);
  expect(runsOf(versions(65)).map((run) => run.events.length)).toEqual([32, 32, 1]);
});

/** Each event as the view has it. */
async function viewed(db: Database): Promise<LogEvent[]> {
  const { rows } = await db.pool.query(
    `SELECT id, position, partner_id AS "partnerId", type, audience, wallet_ids AS "walletIds", payment_id AS "paymentId", data,
       occurred_at AS "occurredAt", recorded_at AS "recordedAt" FROM event_of_log ORDER BY position`,
  );
  return rows.map((row) => ({ ...row, position: BigInt(row.position) }));
}

test('The log is read from the middle of a run to the middle of another, by position, by id and through the view.', async () => {
  const db = await freshDatabase();
  await append(
    db,
    [...versions(5), ...versions(3, { paymentId: 'pay_2' }), ...versions(40, { partnerId: 'par_2' })],
    48,
  );
  await append(db, versions(4));
  await sequence(db);
  const rows = await db.pool.query('SELECT position::int, events FROM event_log ORDER BY position');
  expect(rows.rows).toEqual([
    { position: 5, events: 5 },
    { position: 8, events: 3 },
    { position: 40, events: 32 },
    { position: 48, events: 8 },
    { position: 52, events: 4 },
  ]);
  const all = await readEvents(db, everything, {}, 0n, 100);
  expect(positions(all)).toEqual(range(1, 52));
  expect(await lastPosition(db)).toBe(52n);
  expect(await viewed(db)).toEqual(all);
  for (const after of [0, 1, 4, 5, 6, 20, 39, 40, 47, 51, 52])
    for (const limit of [1, 3, 7, 60])
      expect(await readEvents(db, everything, {}, BigInt(after), limit)).toEqual(all.slice(after, after + limit));
  for (const event of all) expect(await findEvent(db, everything, event.id)).toEqual(event);
  expect(await findEvent(db, everything, newId('Event'))).toBeNull();
  expect(await findEvent(db, { partnerId: 'par_1', customerId: null }, all[20]?.id ?? '')).toBeNull();
  expect(positions(await readPositions(db, [2n, 3n, 30n, 52n, 53n]))).toEqual([2, 3, 30, 52]);
  const between = (partners: string[]) =>
    db.prisma.$transaction((tx) => readRange(tx, partners, { after: 3n, upTo: 21n }));
  expect(positions(await between(['par_1']))).toEqual(range(4, 8));
  expect(positions(await between(['par_1', 'par_2']))).toEqual(range(4, 21));
});

test('A page goes on past rows in which no event meets all of a filter.', async () => {
  const db = await freshDatabase();
  // cus_2 is told of the second step only, so of none that is created
  const pair = (paymentId: string) => [
    paymentEvent(paymentId, 1, { audience: ['cus_1'] }),
    paymentEvent(paymentId, 2, { audience: ['cus_1', 'cus_2'] }),
  ];
  await append(
    db,
    range(1, 30).flatMap((n) => pair(`pay_${n}`)),
    2,
  );
  await append(db, [paymentEvent('pay_0', 1, { audience: ['cus_2'] })]);
  await sequence(db);
  const read = (filter: object, limit: number) => readEvents(db, everything, filter, 0n, limit);
  expect(positions(await read({ customerId: 'cus_2', types: ['PAYMENT_CREATED'] }, 4))).toEqual([61]);
  expect(positions(await read({ customerId: 'cus_2' }, 3))).toEqual([2, 4, 6]);
  expect(await read({ customerId: 'cus_3' }, 3)).toEqual([]);
});

test('A log from before there were runs keeps its events, ids and positions, with what was not sequenced yet.', async () => {
  const beside = await freshDatabase();
  const { db, client, finish } = await halfMigrated(beside, '_runs_of_events');
  const list = fc.sample(events, { numRuns: 40, seed: 3 });
  const ids = list.map(() => newId('Event'));
  const column = <T>(of: (event: NewEvent) => T) => list.map(of);
  const insert = (from: number, to: number) =>
    client.query(
      `INSERT INTO event_outbox (events, ids, partner_ids, types, first_customer_ids, second_customer_ids, first_wallet_ids,
         second_wallet_ids, payment_ids, data, occurred_at, recorded_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '2026-11-22T10:00:01.5Z')`,
      [
        to - from,
        ...[
          ids,
          column(({ partnerId }) => partnerId),
          column(({ type }) => type),
          column(({ audience }) => audience[0]),
          column(({ audience }) => audience[1]),
          column(({ walletIds }) => walletIds[0]),
          column(({ walletIds }) => walletIds[1]),
          column(({ paymentId }) => paymentId),
        ].map((values) => values.slice(from, to)),
        JSON.stringify(column(({ data }) => data).slice(from, to)),
        column(({ occurredAt }) => occurredAt).slice(from, to),
      ],
    );
  await insert(0, 25);
  await client.query('SELECT event_sequence(500)');
  await insert(25, 40);
  const endpoint = { id: newId('WebhookEndpoint'), delivery: newId('WebhookDelivery') };
  await client.query(`INSERT INTO partner (id, name, created_at) VALUES ('par_1', 'Shop', now());`);
  await client.query(
    `INSERT INTO webhook_endpoint (id, partner_id, url, event_types, from_position, created_at) VALUES ($1, 'par_1', 'https://x.example/', '{}', 0, now())`,
    [endpoint.id],
  );
  await client.query(
    `INSERT INTO webhook_delivery (id, endpoint_id, event_id, position, subject, created_at) VALUES ($1, $2, $3, 7, 'pay_1', now())`,
    [endpoint.delivery, endpoint.id, ids[6]],
  );
  await finish();

  const wanted = list.map(
    (event, at): LogEvent => ({
      ...event,
      id: ids[at] ?? '',
      position: BigInt(at + 1),
      recordedAt: new Date('2026-11-22T10:00:01.500Z'),
    }),
  );
  expect(await readEvents(db, everything, {}, 0n, 100)).toEqual(wanted);
  expect(await viewed(db)).toEqual(wanted);
  expect(await findEvent(db, everything, ids[30] ?? '')).toEqual(wanted[30]);
  const delivery = await db.prisma.webhookDelivery.findUniqueOrThrow({ where: { id: endpoint.delivery } });
  expect(delivery).toMatchObject({ position: 7n, logPosition: 7n });
  await append(db, versions(3));
  await sequence(db);
  expect(positions(await readEvents(db, everything, {}, 39n, 100))).toEqual([40, 41, 42, 43]);
});

test('A row whose content is not what it says is found out.', () => {
  const row = {
    position: '2',
    events: 2,
    id: newId('Event'),
    partner_id: 'par_1',
    payment_id: null,
    recorded_at: new Date(),
  };
  expect(() => eventsOf({ ...row, data: '[]' })).toThrow('is whole');
});
