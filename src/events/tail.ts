import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from '../db/client.ts';
import { assert, present } from '../lib/assert.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { HubPublisher } from './hub.ts';
import { CursorError, endOfLog, LOG_CHANNEL, OUTBOX_CHANNEL, readPage } from './log.ts';

/** How far this process is behind the log. */
export interface TailLag {
  /** Position of the last published event; null before `start`. */
  position: bigint | null;
  connected: boolean;
  /** Milliseconds from the recording of the last published event to its publication here; null before the first. */
  delayMs: number | null;
  /** Milliseconds since the tail last knew that nothing more was to be published; null before `start`. */
  silentMs: number | null;
  /** Connections that were lost since `start`. */
  reconnects: number;
}

/** Follows the log and publishes it to the hub of this process, in order. */
export interface Tail {
  /** Connects and begins after the present end of the log. Rejects when the database cannot be reached now. */
  start(): Promise<void>;
  /** Ends the round under way and disconnects; `start` continues after the last published event. */
  stop(): Promise<void>;
  lag(): TailLag;
}

export interface TailOptions {
  db: Pick<Database, 'url'>;
  publisher: HubPublisher;
  log: Log;
  clock?: Clock;
  /** Look without having been woken this often: a net beneath NOTIFY. */
  pollMs?: number;
  /** Events that are moved, read and published in one go. */
  batch?: number;
}

const EVERYTHING = { partnerId: null, customerId: null };
const FIRST_BACKOFF_MS = 50;
const LAST_BACKOFF_MS = 5_000;

/** The one tail of this process, on a connection of its own that listens, sequences and reads. */
export function createTail(options: TailOptions): Tail {
  const { db, publisher, log, clock = systemClock, pollMs = 1_000, batch = 500 } = options;
  const alarm = createAlarm();
  let stopping = new AbortController();
  let running: Promise<void> | null = null;
  let connected = false;
  let reconnects = 0;
  let delayMs: number | null = null;
  let upToDateAt: number | null = null;

  const publishNext = async (client: pg.Client): Promise<number> => {
    const after = present(publisher.published(), 'the position of the hub');
    const { events } = await readPage(client, EVERYTHING, {}, after, batch);
    publisher.publish(events);
    const newest = events.at(-1);
    if (newest) delayMs = clock.now().getTime() - newest.recordedAt.getTime();
    return events.length;
  };

  /** Sequences and publishes until neither the outbox nor the log has more. */
  const catchUp = async (client: pg.Client): Promise<void> => {
    let more = true;
    while (more && !stopping.signal.aborted) {
      const { rows } = await client.query<{ moved: string }>('SELECT event_sequence($1) AS moved', [batch]);
      const moved = Number(present(rows[0], 'the answer of event_sequence').moved);
      const published = await publishNext(client).catch((error) => startAnew(client, error));
      more = moved === batch || published === batch;
    }
    upToDateAt = performance.now();
  };

  /** The log was restored to an earlier state, or pruned past us: streams end with that error, and we begin at its end. */
  const startAnew = async (client: pg.Client, error: unknown): Promise<number> => {
    if (!(error instanceof CursorError)) throw error;
    const end = await endOfLog(client);
    log.error(
      { err: error, published: String(publisher.published()), end: String(end) },
      'the event log has moved away',
    );
    publisher.restart(end, error);
    return 0;
  };

  const run = async (first: pg.Client): Promise<void> => {
    let client: pg.Client | null = first;
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        client ??= await connect(db.url, alarm.ring);
        connected = true;
        await catchUp(client);
        failures = 0;
        await alarm.wait(pollMs);
      } catch (error) {
        connected = false;
        reconnects += 1;
        const waitMs = backoff(failures++);
        log.warn({ err: error, waitMs }, 'the event tail lost its connection and connects again');
        if (client) void disconnect(client, log);
        client = null;
        await delay(waitMs, undefined, { signal: stopping.signal }).catch(ignoreAbort);
      }
    }
    connected = false;
    if (client) await disconnect(client, log);
  };

  return {
    async start() {
      assert(running === null, 'a tail is started once');
      stopping = new AbortController();
      const client = await connect(db.url, alarm.ring);
      if (publisher.published() === null) publisher.begin(await endOfLog(client));
      running = run(client);
    },
    async stop() {
      stopping.abort();
      alarm.ring();
      await running;
      running = null;
    },
    lag: () => ({
      position: publisher.published(),
      connected,
      delayMs,
      silentMs: upToDateAt === null ? null : performance.now() - upToDateAt,
      reconnects,
    }),
  };
}

/** Opens the connection and listens; `ring` is called for what others notify and for the end of the connection. */
async function connect(url: string, ring: () => void): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    options: '-c TimeZone=UTC',
    application_name: 'koshel-event-tail',
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    // a peer that vanished without a word is noticed by the query that waits for it
    query_timeout: 10_000,
  });
  // a lost connection makes the next query fail; ringing makes that now
  client.on('error', ring);
  client.on('end', ring);
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    client.on('notification', ({ processId }) => {
      // what this connection sequenced itself it reads anyway
      if (processId !== rows[0]?.pid) ring();
    });
    await client.query(`LISTEN ${OUTBOX_CHANNEL}; LISTEN ${LOG_CHANNEL}`);
    return client;
  } catch (error) {
    void client.end().catch(ring);
    throw error;
  }
}

/** Says goodbye, but does not wait long for a server that may be gone. */
async function disconnect(client: pg.Client, log: Log): Promise<void> {
  const ended = client.end().catch((error) => log.debug({ err: error }, 'the event tail disconnected uncleanly'));
  await Promise.race([ended, delay(1_000, undefined, { ref: false })]);
}

/** Longer after each failure, and never the same for two processes. */
function backoff(failures: number): number {
  const most = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures, 10));
  return Math.round(most * (0.5 + Math.random() / 2));
}

function ignoreAbort(error: Error): void {
  if (error.name !== 'AbortError') throw error;
}

/** `wait` lasts until `ring`, or not at all when it rang since the last wait. */
function createAlarm(): { ring(): void; wait(mostMs: number): Promise<void> } {
  let rung = false;
  let wakeUp: () => void = () => undefined;
  return {
    ring() {
      rung = true;
      wakeUp();
    },
    async wait(mostMs) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, mostMs);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
    },
  };
}
