import { expect, test } from 'vitest';
import type { Database } from '../../src/db/client.ts';
import { CursorTooOldError, decodeCursor, readEvents } from '../../src/events/log.ts';
import { dropEventPartitions, eventPartitions, makeEventRoom } from '../../src/events/partitions.ts';
import { newId } from '../../src/lib/ids.ts';
import {
  append,
  everything,
  freshDatabase,
  node,
  paymentEvent,
  positions,
  range,
  sequence,
  take,
  versions,
} from './support.ts';

/** The event log in partitions: it grows into the next by itself, is read across them, and loses whole ones from its oldest end. */

const day = (number: number) => new Date(Date.UTC(2026, 0, number));
const names = async (db: Database) => (await eventPartitions(db)).map(({ name }) => name);
const read = async (db: Database, after = 0n) => positions(await readEvents(db, everything, {}, after, 100));

/** An empty log whose partitions have ten positions each; what comes after them is made as in production. */
async function tens(count: number): Promise<Database> {
  const db = await freshDatabase(12);
  await db.pool.query('ALTER TABLE event_log DETACH PARTITION event_log_p1');
  await db.pool.query('ALTER TABLE event_log ATTACH PARTITION event_log_p1 FOR VALUES FROM (1) TO (11)');
  for (let first = 11; first < count * 10; first += 10) {
    await db.pool.query(
      `CREATE TABLE event_log_p${first} PARTITION OF event_log FOR VALUES FROM (${first}) TO (${first + 10})`,
    );
  }
  return db;
}

/** Each in a transaction of its own, and so in a row of its own. */
const appendAt = (db: Database, at: Date, count: number) => append(db, versions(count), 1, at);

test('A batch that no longer fits goes into the next partition, which the sequencer makes; nobody notices.', async () => {
  const db = await tens(1);
  const { hub } = await node(db);
  const live = hub.open(everything, {});
  await append(db, versions(7), 7);
  await sequence(db);
  expect(await names(db)).toEqual(['event_log_p1']);
  await Promise.all([append(db, versions(25), 25), append(db, versions(8, {}, 'pay_2'), 2)]);
  const four = [1, 2, 3, 4].map(() => db.pool.query('SELECT event_sequence(9)'));
  await Promise.all([...four, sequence(db)]);
  expect(await eventPartitions(db)).toEqual([
    { name: 'event_log_p1', first: 1n, past: 11n },
    { name: 'event_log_p11', first: 11n, past: 100_011n },
  ]);
  expect(await read(db)).toEqual(range(1, 40));
  expect(positions(await take(live, 40))).toEqual(range(1, 40));
  expect(positions(await take(hub.replayThenLive(everything, { walletId: 'wal_1' }, 8n), 32))).toEqual(range(9, 40));
  await makeEventRoom(db);
  expect(await names(db)).toHaveLength(2);
});

test('Room is made ahead of time, and a partition is as large as a week at the rate of the one before.', async () => {
  const sizeAfter = async (sinceMs: number) => {
    const db = await freshDatabase();
    await append(db, versions(60_000), 60_000, new Date(Date.now() - sinceMs));
    await db.pool.query('SELECT event_sequence(100000)');
    await makeEventRoom(db);
    const [first, second] = await eventPartitions(db);
    expect(first).toEqual({ name: 'event_log_p1', first: 1n, past: 100_001n });
    expect(second).toMatchObject({ name: 'event_log_p100001', first: 100_001n });
    return Number((second?.past ?? 0n) - 100_001n);
  };
  expect(await sizeAfter(30 * 86_400_000)).toBe(100_000);
  expect(await sizeAfter(86_400_000)).toBe(500_000); // 420,000 a week
  expect(await sizeAfter(1_000)).toBe(1_000_000); // a burst is no rate
});

test('Whole partitions go that are old in every event; the newest event stays, and an old cursor is told so.', async () => {
  const db = await tens(3);
  await appendAt(db, day(1), 10);
  await appendAt(db, day(2), 9);
  await appendAt(db, day(9), 1); // young, at the end of the second
  await appendAt(db, day(3), 5);
  await sequence(db);
  await db.pool.query('UPDATE webhook_cursor SET position = 25');

  expect(await dropEventPartitions(db, day(1))).toBe(0n);
  expect(await dropEventPartitions(db, day(5))).toBe(10n);
  expect(await names(db)).toEqual(['event_log_p11', 'event_log_p21']);
  expect(await read(db)).toEqual(range(11, 25));
  const refusal = await readEvents(db, everything, {}, 4n, 5).catch((error) => error);
  expect(refusal).toBeInstanceOf(CursorTooOldError);
  expect(decodeCursor(refusal.oldest)).toBe(10n);

  expect(await dropEventPartitions(db, day(30))).toBe(10n);
  expect(await dropEventPartitions(db, day(30))).toBe(0n);
  expect(await read(db)).toEqual(range(21, 25));
  await appendAt(db, day(30), 1);
  await sequence(db);
  expect(await read(db, 25n)).toEqual([26]);
});

test('A partition stays while a delivery of one of its events is kept, or one is still to be carried on.', async () => {
  const db = await tens(2);
  await appendAt(db, day(1), 15);
  await sequence(db);
  await db.pool.query('UPDATE webhook_cursor SET position = 9');
  expect(await dropEventPartitions(db, day(5))).toBe(0n);
  await db.pool.query('UPDATE webhook_cursor SET position = 15');
  const endpoint = { id: newId('WebhookEndpoint'), url: 'https://x.example/', eventTypes: [], fromPosition: 0n };
  await db.prisma.webhookEndpoint.create({ data: { ...endpoint, partnerId: 'par_1', createdAt: day(1) } });
  const [event] = await readEvents(db, everything, {}, 4n, 1);
  const of = { endpointId: endpoint.id, eventId: event?.id ?? '', position: 5n, logPosition: 5n };
  const delivery = { id: newId('WebhookDelivery'), ...of };
  await db.prisma.webhookDelivery.create({
    data: { ...delivery, subject: 'pay_1', nextAttemptAt: day(2), createdAt: day(1) },
  });
  expect(await dropEventPartitions(db, day(5))).toBe(0n);
  // and the database would refuse it, too
  await expect(db.pool.query('ALTER TABLE event_log DETACH PARTITION event_log_p1')).rejects.toMatchObject({
    code: '23503',
  });
  await expect(db.pool.query('DELETE FROM event_log WHERE position <= 5')).rejects.toMatchObject({ code: '23001' });
  expect(await read(db)).toEqual(range(1, 15));
  await db.prisma.webhookDelivery.delete({ where: { id: delivery.id } });
  expect(await dropEventPartitions(db, day(5))).toBe(10n);
});

test('A run that was broken off while readers held a partition is brought to its end by the next.', async () => {
  const db = await tens(2);
  await appendAt(db, day(1), 15);
  await sequence(db);
  await db.pool.query('UPDATE webhook_cursor SET position = 15');
  const reader = await db.pool.connect();
  const breaking = await db.pool.connect();
  try {
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reader.query('SELECT count(*) FROM event_log');
    await breaking.query('SET statement_timeout = 300');
    await expect(
      breaking.query('ALTER TABLE event_log DETACH PARTITION event_log_p1 CONCURRENTLY'),
    ).rejects.toMatchObject({ code: '57014' });
    // the reader still has what it began with; others do not
    expect((await reader.query('SELECT count(*)::int AS n FROM event_log')).rows).toEqual([{ n: 15 }]);
    expect(await read(db)).toEqual(range(11, 15));
    await reader.query('COMMIT');
    expect(await dropEventPartitions(db, day(0))).toBe(0n);
    const { rows } = await db.pool.query(`SELECT to_regclass('event_log_p1') AS found`);
    expect(rows).toEqual([{ found: null }]);
    expect(await names(db)).toEqual(['event_log_p11']);
  } finally {
    reader.release(true);
    breaking.release(true);
  }
});

test('The database refuses holes over partitions, changes behind the log’s back, a third wallet and the same id again.', async () => {
  const db = await tens(1);
  await append(db, versions(9), 1);
  await sequence(db);
  await append(db, versions(20), 1);
  await sequence(db);
  expect(await names(db)).toEqual(['event_log_p1', 'event_log_p11']);
  for (const sql of [
    'DELETE FROM event_log WHERE position IN (9, 10)',
    'DELETE FROM event_log WHERE position BETWEEN 10 AND 20',
    'DELETE FROM event_log_p1',
    'TRUNCATE event_log_p11 CASCADE',
    `UPDATE event_log_p11 SET types = '{WALLET_OPENED}'`,
  ]) {
    await expect(db.pool.query(sql), sql).rejects.toMatchObject({ code: '23001' });
  }
  const third = { walletIds: ['wal_1', 'wal_2', 'wal_3'] };
  await expect(append(db, [paymentEvent('pay_1', 1, third)])).rejects.toThrow(/two wallets/);
  await expect(
    db.pool.query(
      `INSERT INTO event_log (position, events, id, partner_id, types, audience, wallet_ids, payment_id, data, recorded_at)
       SELECT 30, events, id, partner_id, types, audience, wallet_ids, payment_id, data, recorded_at FROM event_log WHERE position = 15`,
    ),
  ).rejects.toMatchObject({ code: '23505' });
  expect(await read(db)).toEqual(range(1, 29));
});
