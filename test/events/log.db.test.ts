import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { transaction } from '../../src/db/transaction.ts';
import {
  appendEvents,
  CursorError,
  CursorTooOldError,
  decodeCursor,
  encodeCursor,
  lastPosition,
  pruneEvents,
  readEvents,
} from '../../src/events/log.ts';
import { APPEND, outboxRow } from '../../src/events/outbox.ts';
import { isId } from '../../src/lib/ids.ts';
import {
  append,
  everything,
  freshDatabase,
  gate,
  node,
  paymentEvent,
  positions,
  range,
  sequence,
  take,
  versionOf,
  versions,
} from './support.ts';

test('An event is read back as it was appended, with an id, a position and the instant of recording.', async () => {
  const db = await freshDatabase();
  const now = new Date('2026-11-22T10:00:01.456Z');
  const first = paymentEvent('pay_1', 1, { audience: ['cus_1', 'cus_2'], walletIds: ['wal_1', 'wal_2'] });
  const second = {
    ...paymentEvent('pay_1', 2, { audience: [], walletIds: [], paymentId: null }),
    type: 'WALLET_OPENED' as const,
    data: { kind: 'wallet' as const, walletId: 'wal_"\'{,}', status: 'ACTIVE \\ Ёё' },
  };
  await transaction(db, (tx) => appendEvents(tx, [first, second], now));
  await transaction(db, (tx) => appendEvents(tx, [], now));
  await sequence(db);
  const events = await readEvents(db, everything, {}, 0n, 10);
  const ids = events.map(({ id }) => id);
  expect(ids.every((id) => isId('Event', id))).toBe(true);
  expect(events).toEqual([
    { ...first, id: ids[0], position: 1n, recordedAt: now },
    { ...second, id: ids[1], position: 2n, recordedAt: now },
  ]);
  expect(await lastPosition(db)).toBe(2n);
});

test('Hundreds of transactions of any duration, some rolled back: the log is dense and each object is in order.', async () => {
  const db = await freshDatabase(40);
  await db.pool.query('CREATE TABLE thing AS SELECT id, 0 AS version FROM generate_series(0, 19) AS id');
  const { hub } = await node(db, { pollMs: 60_000 });
  const live = hub.open(everything, {});
  const duration = fc.nat(15).map((ms) => ms / 1000);
  const rolledBack = fc.nat(4).map((n) => n === 0);
  const plans = fc.sample(fc.record({ thing: fc.nat(19), before: duration, after: duration, rolledBack }), {
    numRuns: 400,
    seed: 20261122,
  });
  const committed = new Map<number, number>();

  const change = ({ thing, before, after, rolledBack }: (typeof plans)[number]) =>
    transaction(db, async (tx) => {
      const rows = await tx.$queryRaw<{ version: number }[]>`
        UPDATE thing SET version = version + 1 WHERE id = ${thing} RETURNING version`;
      await tx.$executeRaw`SELECT pg_sleep(${before})`;
      await appendEvents(tx, [paymentEvent(`pay_${thing}`, rows[0]?.version ?? 0)], new Date());
      await tx.$executeRaw`SELECT pg_sleep(${after})`;
      if (rolledBack) throw new Error('rolled back');
    }).then(
      () => committed.set(thing, (committed.get(thing) ?? 0) + 1),
      (error: Error) => expect(error.message).toBe('rolled back'),
    );
  await Promise.all(plans.map(change));

  const total = [...committed.values()].reduce((sum, count) => sum + count, 0);
  expect(total).toBeLessThan(400);
  const seen = await take(live, total);
  expect(positions(seen)).toEqual(range(1, total));
  expect(await readEvents(db, everything, {}, 0n, 1000)).toEqual(seen);
  for (const [thing, count] of committed) {
    const own = seen.filter((event) => event.paymentId === `pay_${thing}`);
    expect(own.map(versionOf)).toEqual(range(1, count));
  }
});

test('An append that is not committed is invisible, and events after it do not wait for it.', async () => {
  const db = await freshDatabase();
  const { hub } = await node(db, { pollMs: 60_000 });
  const live = hub.open(everything, {})[Symbol.asyncIterator]();
  const [appended, commit] = [gate(), gate()];
  const open = transaction(db, async (tx) => {
    await appendEvents(tx, [paymentEvent('pay_slow', 1)], new Date());
    appended.open();
    await commit.opened;
  });
  await appended.opened;
  await append(db, [paymentEvent('pay_quick', 1)]);
  expect((await live.next()).value).toMatchObject({ paymentId: 'pay_quick', position: 1n });
  expect(await readEvents(db, everything, {}, 0n, 10)).toHaveLength(1);
  commit.open();
  await open;
  expect((await live.next()).value).toMatchObject({ paymentId: 'pay_slow', position: 2n });
});

test('Two nodes and a third sequencer on one database give each event one position and see the same log.', async () => {
  const db = await freshDatabase(16);
  const nodes = [await node(db, { batch: 7 }), await node(db, { batch: 5 })];
  const streams = nodes.map(({ hub }) => hub.open(everything, {}));
  let writing = true;
  const intruder = async () => {
    while (writing) await db.pool.query('SELECT event_sequence(3)');
  };
  const writers = range(1, 6).map((writer) => append(db, versions(200, {}, `pay_${writer}`), 4));
  const seen = Promise.all(streams.map((stream) => take(stream, 1200)));
  const others = [intruder(), intruder()];
  await Promise.all(writers);
  writing = false;
  await Promise.all(others);
  const [first, second] = await seen;
  expect(positions(first ?? [])).toEqual(range(1, 1200));
  expect(second).toEqual(first);
  expect(nodes.map(({ tail }) => tail.lag().reconnects)).toEqual([0, 0]);
  for (const writer of range(1, 6)) {
    expect(first?.filter((event) => event.paymentId === `pay_${writer}`).map(versionOf)).toEqual(range(1, 200));
  }
});

test('A sequencer waits for the one before it, and then moves what was committed meanwhile.', async () => {
  const db = await freshDatabase();
  const other = await db.pool.connect();
  await other.query('SELECT pg_advisory_lock(7305441002)');
  await append(db, versions(3));
  const moved = db.pool.query('SELECT event_sequence(500)::int AS moved');
  await vi.waitUntil(async () => (await db.pool.query(`SELECT FROM pg_locks WHERE NOT granted`)).rowCount === 1);
  await append(db, versions(2));
  await other.query('SELECT pg_advisory_unlock(7305441002)');
  other.release();
  expect((await moved).rows).toEqual([{ moved: 5 }]);
  expect(positions(await readEvents(db, everything, {}, 0n, 10))).toEqual(range(1, 5));
});

test('A cursor is opaque and comes back as it went; anything else is refused.', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (position) => {
      const cursor = encodeCursor(position);
      expect(cursor).toMatch(/^[A-Za-z0-9_-]{12}$/);
      expect(decodeCursor(cursor)).toBe(position);
      for (const changed of [`${cursor}=`, ` ${cursor}`, cursor.slice(1), `${cursor}AAAA`]) {
        expect(() => decodeCursor(changed)).toThrow(CursorError);
      }
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => decodeCursor(text)).toThrow(CursorError);
    }),
  );
  const [otherVersion, negative] = [Buffer.alloc(9, 2), Buffer.from([1, 255, 255, 255, 255, 255, 255, 255, 255])];
  expect(() => decodeCursor(otherVersion.toString('base64url'))).toThrow(CursorError);
  expect(() => decodeCursor(negative.toString('base64url'))).toThrow(CursorError);
});

test('A cursor beyond the end and one older than the retention are told apart from an empty page.', async () => {
  const db = await freshDatabase();
  const read = (after: bigint) => readEvents(db, everything, {}, after, 10);
  expect(await read(0n)).toEqual([]);
  await expect(read(1n)).rejects.toThrow(/beyond the end/);
  await append(db, versions(10), 1);
  await sequence(db);
  expect(await read(10n)).toEqual([]);
  await expect(read(11n)).rejects.toThrow(CursorError);

  expect(await pruneEvents(db, new Date(0), 100)).toBe(0);
  expect(await pruneEvents(db, new Date(Date.now() + 1000), 4)).toBe(4);
  expect(positions(await read(4n))).toEqual(range(5, 10));
  expect(positions(await read(0n))).toEqual(range(5, 10));
  const refusal = await read(3n).catch((error) => error);
  expect(refusal).toBeInstanceOf(CursorTooOldError);
  expect(decodeCursor(refusal.oldest)).toBe(4n);
  const { hub } = await node(db);
  await expect(take(hub.replayThenLive(everything, {}, 3n), 1)).rejects.toThrow(CursorTooOldError);
  await expect(take(hub.replayThenLive(everything, {}, 11n), 1)).rejects.toThrow(/beyond the end/);
  expect(hub.size()).toBe(0);

  expect(await pruneEvents(db, new Date(Date.now() + 1000), 100)).toBe(5);
  await append(db, [paymentEvent('pay_2', 1)]);
  await sequence(db);
  expect(positions(await read(9n))).toEqual([10, 11]);
});

test('Retention stops at the first event that is young enough, even when an older one follows.', async () => {
  const db = await freshDatabase();
  const recorded = [1, 2, 9, 3, 10].map((day) => new Date(Date.UTC(2026, 0, day)));
  for (const at of recorded) await transaction(db, (tx) => appendEvents(tx, [paymentEvent('pay_1', 1)], at));
  await sequence(db);
  expect(await pruneEvents(db, new Date(Date.UTC(2026, 0, 5)), 100)).toBe(2);
  expect(positions(await readEvents(db, everything, {}, 0n, 10))).toEqual([3, 4, 5]);
});

test('The database refuses to change an event, to leave a hole in the log and to empty it.', async () => {
  const db = await freshDatabase();
  await append(db, versions(3), 1);
  await sequence(db);
  for (const sql of [
    `UPDATE event_log SET types = '{WALLET_OPENED}'`,
    'TRUNCATE event_log CASCADE',
    'DELETE FROM event_log WHERE position = 2',
    'DELETE FROM event_log WHERE position = 3',
    'DELETE FROM event_log',
  ]) {
    await expect(db.pool.query(sql), sql).rejects.toMatchObject({ code: '23001' });
  }
  expect(positions(await readEvents(db, everything, {}, 0n, 10))).toEqual([1, 2, 3]);
});

test('What could not stand in the log is refused by the outbox, where it would be in the way of all that follows.', async () => {
  const db = await freshDatabase();
  const many = { audience: ['cus_1', 'cus_2', 'cus_3'] };
  await expect(transaction(db, (tx) => appendEvents(tx, versions(1, many), new Date()))).rejects.toThrow('at most');
  const { values } = outboxRow([...versions(2), paymentEvent('pay_2', 1)], new Date());
  const odd: [number, string][] = [
    [0, '1'],
    [1, '{1,2}'],
    [1, '{0,3}'],
    [2, '{1,3}'],
    [3, '{evt_1}'],
    [4, '{par_1,NULL}'],
    [5, '{NULL,WALLET_OPENED}'],
    [9, '{wal_1,wal_2,wal_3}'],
    [10, '{}'],
    [11, '[{}]'],
  ];
  for (const [at, value] of odd) {
    const row = values.with(at, value);
    await expect(db.pool.query(APPEND.text, row)).rejects.toMatchObject({ constraint: 'fits_the_log' });
  }
  await db.pool.query(APPEND.text, values);
  await sequence(db);
  expect(await lastPosition(db)).toBe(3n);
});

test('The sequencer moves whole rows until it has as many as it was asked for, and says so.', async () => {
  const db = await freshDatabase();
  await append(db, versions(30), 10);
  const moved = async () => (await db.pool.query('SELECT event_sequence(15)::int AS moved')).rows[0]?.moved;
  expect([await moved(), await moved(), await moved()]).toEqual([20, 10, 0]);
  const events = await readEvents(db, everything, {}, 0n, 31);
  expect(events.map(versionOf)).toEqual(range(1, 30));
  expect(positions(events)).toEqual(range(1, 30));
});
