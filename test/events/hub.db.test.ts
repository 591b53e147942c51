import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Database } from '../../src/db/client.ts';
import type { LogEvent } from '../../src/events/event.ts';
import { type EventStream, ResumableError, ShutdownError, SlowConsumerError } from '../../src/events/hub.ts';
import { decodeCursor, encodeCursor } from '../../src/events/log.ts';
import {
  append,
  everything,
  freshDatabase,
  gate,
  nextError,
  node,
  positions,
  range,
  sequence,
  take,
  versions,
} from './support.ts';

/** The database with a count of the pages that were read through its pool. */
function counted(db: Database): { db: Pick<Database, 'pool'>; reads(): number } {
  let reads = 0;
  const pool = new Proxy(db.pool, {
    get(target, name) {
      if (name === 'query') reads += 1;
      const member = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { db: { pool }, reads: () => reads };
}

test('Replay goes over into live without a gap or a duplicate, wherever it begins and however events arrive.', async () => {
  const db = await freshDatabase(8);
  let log = 0;
  const run = fc.record({
    backlog: fc.nat(60),
    back: fc.nat(60),
    writers: fc.array(fc.record({ count: fc.integer({ min: 1, max: 40 }), each: fc.integer({ min: 1, max: 9 }) }), {
      maxLength: 3,
    }),
    pageSize: fc.integer({ min: 1, max: 9 }),
    batch: fc.integer({ min: 1, max: 9 }),
    pause: fc.nat(3),
  });
  await fc.assert(
    fc.asyncProperty(run, async ({ backlog, back, writers, pageSize, batch, pause }) => {
      const { hub, tail } = await node(db, { pageSize, batch });
      await append(db, versions(backlog));
      await sequence(db);
      const after = Math.max(0, log + backlog - back);
      const stream = hub.replayThenLive(everything, {}, BigInt(after));
      const writing = writers.map(({ count, each }) => append(db, versions(count), each));
      log += backlog + writers.reduce((sum, { count }) => sum + count, 0);
      const seen: LogEvent[] = [];
      for await (const event of seen.length < log - after ? stream : []) {
        seen.push(event);
        // lets the tail and the writers in between
        for (let turn = 0; turn < pause; turn += 1) await new Promise(setImmediate);
        if (seen.length === log - after) break;
      }
      await Promise.all(writing);
      expect(positions(seen)).toEqual(range(after + 1, log));
      await tail.stop();
    }),
    { numRuns: 40, seed: 42 },
  );
});

test('An event that is published while the last page of a replay is on its way is neither lost nor doubled.', async () => {
  const db = await freshDatabase();
  const [asked, held] = [gate(), gate()];
  const pool = new Proxy(db.pool, {
    get: (target, name) =>
      name === 'query'
        ? async (...query: Parameters<typeof target.query>) => {
            const page = await target.query(...query);
            asked.open();
            await held.opened;
            return page;
          }
        : Reflect.get(target, name),
  });
  const { hub, tail } = await node(db, { db: { ...db, pool } });
  const events = hub.replayThenLive(everything, {}, 0n)[Symbol.asyncIterator]();
  const first = events.next();
  await asked.opened;
  await append(db, versions(2));
  await vi.waitUntil(() => tail.lag().position === 2n);
  held.open();
  expect((await first).value).toMatchObject({ position: 1n });
  expect((await events.next()).value).toMatchObject({ position: 2n });
  await append(db, versions(1));
  expect((await events.next()).value).toMatchObject({ position: 3n });
});

test('A replaying stream joins the live events while writers never pause, and then reads the log no more.', async () => {
  const db = await freshDatabase(10);
  const { db: watched, reads } = counted(db);
  await append(db, versions(3000), 500);
  await sequence(db);
  const { hub } = await node(db, { db: { ...db, ...watched }, pageSize: 100 });
  let writing = true;
  const write = async () => {
    while (writing) await append(db, versions(20));
  };
  const writers = [write(), write(), write()];
  const seen: LogEvent[] = [];
  let since = { reads: 0, events: 0 };
  for await (const event of hub.replayThenLive(everything, {}, 0n)) {
    seen.push(event);
    if (reads() !== since.reads) since = { reads: reads(), events: seen.length };
    if (seen.length - since.events === 1000) break; // ten pages' worth without a page
  }
  writing = false;
  await Promise.all(writers);
  expect(positions(seen)).toEqual(range(1, seen.length));
});

test('A replaying consumer that pauses holds one page and is not cut off, however many events go by.', async () => {
  const db = await freshDatabase();
  const { db: watched, reads } = counted(db);
  await append(db, versions(500));
  await sequence(db);
  const { hub, tail } = await node(db, { db: { ...db, ...watched }, pageSize: 20, maxWaiting: 20, batch: 20 });
  const stream = hub.replayThenLive(everything, {}, 0n);
  const events = stream[Symbol.asyncIterator]();
  const first = await events.next();
  await append(db, versions(500));
  await vi.waitUntil(() => tail.lag().position === 1000n);
  expect(reads()).toBe(1);
  const rest = await take({ [Symbol.asyncIterator]: () => events, close: stream.close }, 999);
  expect(positions([first.value as LogEvent, ...rest])).toEqual(range(1, 1000));
});

test('A slow consumer is cut off with the cursor to resume from, and others get everything at once.', async () => {
  const db = await freshDatabase();
  const { hub } = await node(db, { maxWaiting: 50, pageSize: 10, batch: 10 });
  const slow = hub.open(everything, {});
  const filtered = hub.open(everything, { types: ['PAYMENT_PROCESSING'] });
  const slowEvents = slow[Symbol.asyncIterator]();
  const quick = take(hub.open(everything, {}), 300);
  await append(db, versions(3));
  for (const position of [1n, 2n, 3n]) expect((await slowEvents.next()).value).toMatchObject({ position });
  await append(db, versions(297), 33);
  expect(positions(await quick)).toEqual(range(1, 300));
  expect(hub.size()).toBe(0);

  const error = await nextError(slow);
  expect(error).toBeInstanceOf(SlowConsumerError);
  expect(error).toBeInstanceOf(ResumableError);
  expect(error).toMatchObject({ cursor: encodeCursor(3n), name: 'SlowConsumerError' });
  expect(await slowEvents.next()).toEqual({ done: true, value: undefined });
  const resumed = hub.replayThenLive(everything, {}, decodeCursor((error as SlowConsumerError).cursor));
  expect(positions(await take(resumed, 297))).toEqual(range(4, 300));
  // the first event is not for it: it resumes before the first that is
  expect(await nextError(filtered)).toMatchObject({ cursor: encodeCursor(1n) });
});

test('At shutdown every stream ends with the cursor of what its consumer has had.', async () => {
  const db = await freshDatabase();
  const { hub, tail } = await node(db, { pageSize: 4 });
  await append(db, versions(10));
  await vi.waitUntil(() => tail.lag().position === 10n);
  const [waiting, replaying, untouched] = [hub.open(everything, {}), ...[2n, 5n].map(replay)];
  function replay(after: bigint) {
    return hub.replayThenLive(everything, {}, after);
  }
  const pending = nextError(waiting);
  const events = replaying?.[Symbol.asyncIterator]();
  expect((await events?.next())?.value).toMatchObject({ position: 3n });
  expect(hub.size()).toBe(3);
  hub.close('SHUTDOWN');
  expect(hub.size()).toBe(0);
  expect(await pending).toMatchObject({ name: 'ShutdownError', cursor: encodeCursor(10n) });
  await expect(events?.next()).rejects.toMatchObject({ cursor: encodeCursor(3n) });
  expect(await nextError(untouched as EventStream)).toMatchObject({ cursor: encodeCursor(5n) });
  expect(await nextError(hub.open(everything, {}))).toBeInstanceOf(ShutdownError);
  expect(await nextError(replay(7n))).toMatchObject({ cursor: encodeCursor(7n) });
  expect(hub.size()).toBe(0);
});

test('A stream ends by close, by return and by leaving the loop; a waiting consumer is told, a replay under way is dropped.', async () => {
  const db = await freshDatabase();
  const { hub } = await node(db);
  const done = { done: true, value: undefined };
  const [live, replaying] = [hub.open(everything, {}), hub.replayThenLive(everything, {}, 0n)];
  const waits = [live, replaying].map((stream) => stream[Symbol.asyncIterator]().next());
  live.close();
  live.close();
  replaying.close();
  expect(await Promise.all(waits)).toEqual([done, done]);
  const returned = hub.open(everything, {})[Symbol.asyncIterator]();
  const waiting = returned.next();
  expect(await returned.return?.()).toEqual(done);
  expect(await waiting).toEqual(done);
  const left = hub.open(everything, {});
  await append(db, versions(2));
  expect(await take(left, 1)).toHaveLength(1);
  expect(hub.size()).toBe(0);
});

test('Several waiting calls of next are served in their order.', async () => {
  const db = await freshDatabase();
  const { hub } = await node(db);
  await append(db, versions(3));
  await sequence(db);
  const events = hub.replayThenLive(everything, {}, 0n)[Symbol.asyncIterator]();
  const asked = range(1, 6).map(() => events.next());
  await append(db, versions(3));
  const got = await Promise.all(asked);
  expect(positions(got.map((result) => result.value as LogEvent))).toEqual(range(1, 6));
});

test('A crowd that replays at once reads a few pages at a time.', async () => {
  const db = await freshDatabase(10);
  await append(db, versions(60));
  await sequence(db);
  let running = 0;
  let most = 0;
  const pool = new Proxy(db.pool, {
    get: (target, name) =>
      name === 'query'
        ? async (...query: Parameters<typeof target.query>) => {
            most = Math.max(most, ++running);
            return await Promise.resolve(target.query(...query)).finally(() => running--);
          }
        : Reflect.get(target, name),
  });
  const { hub } = await node(db, { db: { ...db, pool }, pageSize: 10, replayReads: 3 });
  const seen = await Promise.all(range(1, 50).map(() => take(hub.replayThenLive(everything, {}, 0n), 60)));
  for (const events of seen) expect(positions(events)).toEqual(range(1, 60));
  expect(most).toBe(3);
});
