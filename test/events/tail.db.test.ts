import fc from 'fast-check';
import pg from 'pg';
import { expect, inject, test, vi } from 'vitest';
import type { Database } from '../../src/db/client.ts';
import type { LogEvent } from '../../src/events/event.ts';
import { createHub, SlowConsumerError } from '../../src/events/hub.ts';
import {
  CursorError,
  CursorTooOldError,
  decodeCursor,
  encodeCursor,
  pruneEvents,
  readEvents,
} from '../../src/events/log.ts';
import { createTail } from '../../src/events/tail.ts';
import { createLog } from '../../src/lib/log.ts';
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

/** Ends the tails' sessions on this database; how many there were. */
async function killTails(db: Database): Promise<number> {
  const { rowCount } = await db.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'koshel-event-tail' AND datname = current_database()`,
  );
  return rowCount ?? 0;
}

/** An event in the outbox of which nobody was told. */
async function appendSilently(db: Database, id: string): Promise<void> {
  await db.pool.query(
    `INSERT INTO event_outbox (events, counts, ends, ids, partner_ids, types, first_customer_ids, second_customer_ids, first_wallet_ids,
       second_wallet_ids, payment_ids, data, recorded_at)
     VALUES (1, '{1}', '{1}', ARRAY[$1], '{par_1}', '{WALLET_OPENED}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}',
       '[{ "type": "WALLET_OPENED", "audience": [], "walletIds": [], "data": {}, "occurredAt": "2026-11-22T10:00:00Z" }]', now())`,
    [id],
  );
}

test('A consumer that dies and resumes again and again in the middle of 10,000 events has seen the log, in order, once.', async () => {
  const db = await freshDatabase(8);
  const nodes = [await node(db), await node(db)];
  const half = { types: ['PAYMENT_PROCESSING' as const], paymentId: 'pay_2' };
  const writers = Promise.all(range(1, 4).map((writer) => append(db, versions(2500, {}, `pay_${writer}`), 20)));
  const lives = fc.record({ node: fc.nat(1), length: fc.integer({ min: 1, max: 300 }), unsaved: fc.nat(5) });

  const consume = async (filter: object, total: number, seed: number): Promise<LogEvent[]> => {
    const saved: LogEvent[] = [];
    for (const life of fc.sample(lives, { numRuns: 2000, seed })) {
      const cursor = encodeCursor(saved.at(-1)?.position ?? 0n);
      const { hub } = nodes[life.node] ?? {};
      const stream = hub?.replayThenLive(everything, filter, decodeCursor(cursor));
      if (!stream) throw new Error('there is no such node');
      const handed: LogEvent[] = [];
      try {
        const wanted = Math.min(life.length, total - saved.length);
        for await (const event of stream) if (handed.push(event) === wanted) break;
      } catch (error) {
        // cut off because the machine gave it no time: one of its deaths
        if (!(error instanceof SlowConsumerError)) throw error;
      }
      // what it was handed last it did not get to keep
      saved.push(...(saved.length + handed.length === total ? handed : handed.slice(0, -life.unsaved || undefined)));
      if (saved.length === total) break;
    }
    return saved;
  };
  const [all, some] = await Promise.all([consume({}, 10_000, 1), consume(half, 2499, 2), writers]);
  expect(positions(all)).toEqual(range(1, 10_000));
  expect(all).toEqual(await readEvents(db, everything, {}, 0n, 10_001));
  expect(some).toEqual(all.filter((event) => event.paymentId === 'pay_2' && event.type === 'PAYMENT_PROCESSING'));
});

test('A tail whose connection is terminated in the middle connects again and misses nothing.', async () => {
  const db = await freshDatabase(8);
  const { hub, tail } = await node(db, { pollMs: 60_000 });
  const seen = take(hub.open(everything, {}), 2000);
  let killed = 0;
  for (let from = 0; from < 2000; from += 200) {
    const writing = append(db, versions(2000).slice(from, from + 200), 10);
    killed += await vi.waitUntil(() => killTails(db), { timeout: 20_000, interval: 5 });
    await writing;
  }
  expect(positions(await seen)).toEqual(range(1, 2000));
  expect(killed).toBeGreaterThanOrEqual(10);
  expect(tail.lag()).toMatchObject({ position: 2000n, connected: true });
});

test('While PostgreSQL refuses connections the tail keeps trying; then it delivers what it missed.', async () => {
  const db = await freshDatabase();
  const { hub, tail } = await node(db, { pollMs: 60_000 });
  const seen = take(hub.open(everything, {}), 30);
  const maintenance = new pg.Client({ connectionString: inject('postgresUrl') });
  await maintenance.connect();
  const allow = (yes: boolean) =>
    maintenance.query(`ALTER DATABASE ${new URL(db.url).pathname.slice(1)} ALLOW_CONNECTIONS ${yes}`);
  await db.pool.query('SELECT 1'); // a connection that outlasts the refusal
  await allow(false);
  await killTails(db);
  await vi.waitUntil(() => tail.lag().reconnects >= 3, { timeout: 20_000 });
  expect(tail.lag().connected).toBe(false);
  await allow(true);
  await maintenance.end();
  await append(db, versions(30), 10);
  expect(positions(await seen)).toEqual(range(1, 30));
  expect(tail.lag()).toMatchObject({ position: 30n, connected: true });
  expect(tail.lag().delayMs).toBeGreaterThanOrEqual(0);
  expect(tail.lag().silentMs).toBeGreaterThanOrEqual(0);
});

test('An event whose NOTIFY was lost is found by polling, also one that a dead node left in the outbox.', async () => {
  const db = await freshDatabase();
  await appendSilently(db, 'evt_1');
  const { hub } = await node(db, { pollMs: 20 });
  const events = hub.replayThenLive(everything, {}, 0n)[Symbol.asyncIterator]();
  expect((await events.next()).value).toMatchObject({ id: 'evt_1', position: 1n });
  await appendSilently(db, 'evt_2');
  expect((await events.next()).value).toMatchObject({ id: 'evt_2', position: 2n });
});

test('A tail is woken by what another process sequenced.', async () => {
  const db = await freshDatabase();
  const { hub } = await node(db, { pollMs: 60_000 });
  const seen = take(hub.open(everything, {}), 2);
  // the order is that of appending, whatever the clocks behind the ids say
  await appendSilently(db, 'evt_2');
  await appendSilently(db, 'evt_1');
  await sequence(db);
  expect((await seen).map(({ id }) => id)).toEqual(['evt_2', 'evt_1']);
});

test('A tail that is stopped and started continues after the last published event.', async () => {
  const db = await freshDatabase();
  const { hub, tail } = await node(db);
  const events = hub.open(everything, {});
  await append(db, versions(5));
  const seen = take(events, 10);
  await vi.waitUntil(() => tail.lag().position === 5n);
  await tail.stop();
  expect(tail.lag().connected).toBe(false);
  await append(db, versions(5));
  await sequence(db);
  await tail.start();
  expect(positions(await seen)).toEqual(range(1, 10));
  await expect(tail.start()).rejects.toThrow('started once');
});

test('What nobody watches is not read; whoever comes, at whatever moment, misses nothing that is committed from then on.', async () => {
  const db = await freshDatabase(8);
  const { hub, publisher, tail } = await node(db);
  const publish = vi.spyOn(publisher, 'publish');
  const rung = vi.fn();
  hub.onPublish(rung);
  await append(db, versions(40), 4);
  await vi.waitUntil(() => tail.lag().position === 40n);
  expect(publish).not.toHaveBeenCalled();
  expect(rung).toHaveBeenCalled();
  expect(tail.lag().delayMs).toBeGreaterThanOrEqual(0);

  for (let moment = 0; moment < 60; moment += 1) {
    const before = 40 + 4 * moment;
    await append(db, versions(2));
    // the tail is somewhere in its round
    for (let turn = 0; turn < 5 * moment; turn += 1) await new Promise(setImmediate);
    const stream = hub.open(everything, {});
    await append(db, versions(2));
    const seen: number[] = [];
    for await (const { position } of stream) {
      seen.push(Number(position));
      if (position === BigInt(before + 4)) break;
    }
    expect(seen).toEqual(range(seen[0] ?? 0, before + 4));
    expect(seen[0]).toBeLessThanOrEqual(before + 3);
  }
});

test('When the log is restored to an earlier state or pruned past a tail, streams end with that error and new ones work.', async () => {
  const db = await freshDatabase();
  const { hub, tail } = await node(db);
  await append(db, versions(10), 1);
  await vi.waitUntil(() => tail.lag().position === 10n);
  const follow = () => take(hub.open(everything, {}), 1);

  await tail.stop();
  const ahead = expect(follow()).rejects.toThrow(CursorError);
  await db.pool.query(
    `BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM event_log WHERE position > 6; COMMIT`,
  );
  await tail.start();
  await ahead;
  const [next] = await Promise.all([follow(), append(db, [paymentEvent('pay_2', 1)])]);
  expect(positions(next)).toEqual([7]);

  await tail.stop();
  const behind = expect(follow()).rejects.toThrow(CursorTooOldError);
  await append(db, versions(10), 1);
  await sequence(db);
  expect(await pruneEvents(db, new Date(Date.now() + 1000), 100)).toBe(16);
  await tail.start();
  await behind;
  expect(tail.lag().position).toBe(17n);
  expect(hub.size()).toBe(0);
});

test('A tail does not start without a database, and streams do not open without a tail.', async () => {
  const db = await freshDatabase();
  const { hub, publisher } = createHub({ db });
  const nowhere = { url: 'postgresql://nobody@127.0.0.1:1/nothing', committed: db.committed };
  await expect(createTail({ db: nowhere, publisher, log: createLog('silent') }).start()).rejects.toThrow(
    'ECONNREFUSED',
  );
  expect(() => hub.open(everything, {})).toThrow('the tail is started before');
});
