import type { Database } from '../db/client.ts';
import { assert } from '../lib/assert.ts';
import { limitConcurrency } from '../lib/concurrency.ts';
import type { LogEvent } from './event.ts';
import { type EventFilter, type EventScope, eventKeys, matches, readerKey } from './filter.ts';
import { readPage } from './log.ts';
import { type EventStream, ShutdownError, Stream, type StreamSource } from './stream.ts';

export { type EventStream, ResumableError, ShutdownError, SlowConsumerError } from './stream.ts';

/** Live events of this process. */
export interface Hub {
  /** Events from now on. Registered before this returns: nothing that is committed after the call is missed. */
  open(scope: EventScope, filter: EventFilter): EventStream;
  /**
   * All events after a position, then live ones, with no gap and no duplicate between. A position that the log no longer
   * or not yet has makes the first `next()` throw CursorTooOldError or CursorError.
   * @param after a decoded cursor; 0n begins at the oldest event that is kept
   */
  replayThenLive(scope: EventScope, filter: EventFilter, after: bigint): EventStream;
  /** Ends every stream, and each that is opened later, with a ShutdownError that carries the cursor to resume from. */
  close(reason: 'SHUTDOWN'): void;
  /** Position of the last event that was published here: a stream that is opened now begins after it. */
  position(): bigint;
  /** Calls `listener` after each event that is published here, or once for many that nobody watches, until the function is called that is returned. Not a stream. */
  onPublish(listener: () => void): () => void;
  /** How many streams are open. */
  size(): number;
}

/** The tail's side of the hub. */
export interface HubPublisher {
  /** Position of the last published event; null before `begin`. */
  published(): bigint | null;
  /** Live begins after this position. */
  begin(position: bigint): void;
  /** Is there any stream that events are for? */
  isWatched(): boolean;
  /** Hands the event to each stream that it matches; it follows the last published one directly. */
  publish(event: LogEvent): void;
  /** As if all up to this position had been published, in this very step; nobody watches. */
  passBy(upTo: bigint): void;
  /** The log cannot be followed from where we were: ends every stream with `error` and begins anew after `position`. */
  restart(position: bigint, error: Error): void;
}

export interface HubOptions {
  db: Pick<Database, 'pool'>;
  /** Events that may wait for a consumer before it is cut off. */
  maxWaiting?: number;
  /** Events per page of a replay. */
  pageSize?: number;
  /** Pages that are read at a time, so that a crowd of reconnecting subscribers leaves connections to others. */
  replayReads?: number;
}

/** The fan-out in this process: the hub that readers use, and the publisher that the tail feeds. */
export function createHub(options: HubOptions): { hub: Hub; publisher: HubPublisher } {
  const { db, maxWaiting = 1000, pageSize = 200, replayReads = 4 } = options;
  assert(pageSize <= maxWaiting, 'a page of a replay fits into the buffer of a consumer');
  const streams = new Set<Stream>();
  const listeners = new Set<() => void>();
  const live = createIndex();
  const inTurn = limitConcurrency(replayReads);
  let published: bigint | null = null;
  let closed = false;

  const position = (): bigint => {
    assert(published !== null, 'the tail is started before streams are opened');
    return published;
  };
  const source: StreamSource = {
    published: position,
    read: ({ scope, filter }, after) => inTurn(() => readPage(db.pool, scope, filter, after, pageSize)),
    join: (stream) => live.add(stream),
    leave(stream) {
      streams.delete(stream);
      live.remove(stream);
    },
  };
  const add = (scope: EventScope, filter: EventFilter, after: bigint | null): EventStream => {
    const stream = new Stream(scope, filter, source, maxWaiting, after);
    streams.add(stream);
    if (closed) stream.fail(new ShutdownError(stream.cursor()));
    return stream;
  };

  const hub: Hub = {
    open: (scope, filter) => add(scope, filter, null),
    replayThenLive: (scope, filter, after) => add(scope, filter, after),
    close() {
      closed = true;
      for (const stream of [...streams]) stream.fail(new ShutdownError(stream.cursor()));
    },
    position,
    onPublish(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    size: () => streams.size,
  };
  const publisher: HubPublisher = {
    published: () => published,
    begin(start) {
      published = start;
    },
    isWatched: () => streams.size > 0,
    passBy(upTo) {
      assert(streams.size === 0 && upTo > position(), `events up to ${upTo} are passed by after ${position()}`);
      published = upTo;
      for (const listener of listeners) listener();
    },
    publish(event) {
      assert(event.position === position() + 1n, `event ${event.position} is published after ${position()}`);
      published = event.position;
      live.deliver(event);
      for (const listener of listeners) listener();
    },
    restart(start, error) {
      for (const stream of [...streams]) stream.fail(error);
      published = start;
    },
  };
  return { hub, publisher };
}

/** Live streams, each filed under the narrowest key of its reader. */
function createIndex(): { add(stream: Stream): void; remove(stream: Stream): void; deliver(event: LogEvent): void } {
  const groups = new Map<string, Set<Stream>>();
  return {
    add(stream) {
      const key = readerKey(stream.scope, stream.filter);
      const group = groups.get(key);
      if (group) group.add(stream);
      else groups.set(key, new Set([stream]));
    },
    remove(stream) {
      const key = readerKey(stream.scope, stream.filter);
      const group = groups.get(key);
      if (group?.delete(stream) && group.size === 0) groups.delete(key);
    },
    deliver(event) {
      for (const key of eventKeys(event)) {
        for (const stream of groups.get(key) ?? []) {
          if (matches(stream.scope, stream.filter, event)) stream.offer(event);
        }
      }
    },
  };
}
