import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from '../db/client.ts';
import { createAlarm } from '../lib/alarm.ts';
import { assert, present } from '../lib/assert.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { LogEvent } from './event.ts';
import type { HubPublisher } from './hub.ts';
import { CursorError, endOfLog, LOG_CHANNEL, newestOfLog, readRuns } from './log.ts';
import { eventsOf } from './run.ts';

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
  db: Pick<Database, 'url' | 'committed'>;
  publisher: HubPublisher;
  log: Log;
  clock?: Clock;
  /** Look without having been woken this often: a net beneath NOTIFY. */
  pollMs?: number;
  /** Events that are moved, and rows of the log that are read and published, in one go. */
  batch?: number;
}

const EVERYTHING = { partnerId: null, customerId: null };
const FIRST_BACKOFF_MS = 50;
const LAST_BACKOFF_MS = 2_000;
/** What is committed within this time of a round is sequenced together while nobody watches here: a round costs as much as several transfers. */
const UNWATCHED_MS = 50;
/** Publishing to many streams takes its time; this often the rest of the process has a turn. */
const SLICE_MS = 8;

/** The one tail of this process, on a connection of its own that listens, sequences and reads. */
export function createTail(options: TailOptions): Tail {
  return new EventTail(options);
}

class EventTail implements Tail {
  readonly #options: Required<TailOptions>;
  readonly #alarm = createAlarm();
  #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #connected = false;
  #reconnects = 0;
  /** Losses of the connection since the last progress. */
  #failures = 0;
  #delayMs: number | null = null;
  #upToDateAt: number | null = null;

  constructor(options: TailOptions) {
    this.#options = { clock: systemClock, pollMs: 1_000, batch: 500, ...options };
  }

  async start(): Promise<void> {
    assert(this.#running === null, 'a tail is started once');
    this.#stopping = new AbortController();
    const { db, publisher, log } = this.#options;
    const client = await connect(db.url, this.#alarm.ring);
    try {
      if (publisher.published() === null) publisher.begin(await endOfLog(client));
    } catch (error) {
      await disconnect(client, log);
      throw error;
    }
    db.committed.on('committed', this.#alarm.ring);
    this.#running = this.#run(client);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#options.db.committed.off('committed', this.#alarm.ring);
    this.#alarm.ring();
    await this.#running;
    this.#running = null;
  }

  lag(): TailLag {
    return {
      position: this.#options.publisher.published(),
      connected: this.#connected,
      delayMs: this.#delayMs,
      silentMs: this.#upToDateAt === null ? null : performance.now() - this.#upToDateAt,
      reconnects: this.#reconnects,
    };
  }

  async #run(first: pg.Client): Promise<void> {
    const { db, log, pollMs, publisher } = this.#options;
    const { signal } = this.#stopping;
    let client: pg.Client | null = first;
    while (!signal.aborted) {
      try {
        client ??= await connect(db.url, this.#alarm.ring);
        this.#connected = true;
        await this.#catchUp(client);
        this.#failures = 0;
        if (!publisher.isWatched()) await delay(UNWATCHED_MS, undefined, { signal }).catch(ignoreAbort);
        await this.#alarm.wait(pollMs);
      } catch (error) {
        this.#connected = false;
        this.#reconnects += 1;
        const waitMs = backoff(this.#failures++);
        log.warn({ err: error, waitMs }, 'the event tail lost its connection and connects again');
        if (client) void disconnect(client, log);
        client = null;
        await delay(waitMs, undefined, { signal }).catch(ignoreAbort);
      }
    }
    this.#connected = false;
    if (client) await disconnect(client, log);
  }

  /** Sequences and publishes until neither the outbox nor the log has more. */
  async #catchUp(client: pg.Client): Promise<void> {
    const { batch } = this.#options;
    let more = true;
    while (more && !this.#stopping.signal.aborted) {
      const { rows } = await client.query<{ moved: string }>('SELECT event_sequence($1) AS moved', [batch]);
      const moved = Number(present(rows[0], 'the answer of event_sequence').moved);
      const published = await this.#publishNext(client).catch((error) => this.#beginAnew(client, error));
      more = moved >= batch || published === batch;
    }
    this.#upToDateAt = performance.now();
  }

  /** @returns how many were read */
  async #publishNext(client: pg.Client): Promise<number> {
    const { publisher, batch } = this.#options;
    const after = present(publisher.published(), 'the position of the hub');
    if (await this.#passBy(client, after)) return 0;
    const { runs } = await readRuns(client, EVERYTHING, {}, after, batch);
    let sliceEnd = performance.now() + SLICE_MS;
    let newest: LogEvent | undefined;
    for (const event of runs.flatMap(eventsOf)) {
      publisher.publish(event);
      newest = event;
      if (performance.now() < sliceEnd) continue;
      await nextTurn();
      sliceEnd = performance.now() + SLICE_MS;
    }
    this.#isAt(newest);
    return runs.length;
  }

  /**
   * What nobody watches is not read. Whoever comes while the end of the log is asked for began before it, and is given what lies between.
   * @returns was there nobody, and a log that goes on from where we are?
   */
  async #passBy(client: pg.Client, after: bigint): Promise<boolean> {
    const { publisher } = this.#options;
    if (publisher.isWatched()) return false;
    const newest = await newestOfLog(client);
    if (publisher.isWatched() || (newest?.position ?? 0n) < after) return false;
    if (newest && newest.position > after) {
      publisher.passBy(newest.position);
      this.#isAt(newest);
    }
    return true;
  }

  #isAt(newest: { recordedAt: Date } | undefined): void {
    if (!newest) return;
    this.#delayMs = this.#options.clock.now().getTime() - newest.recordedAt.getTime();
    this.#failures = 0;
  }

  /** The log was restored to an earlier state, or pruned past us: streams end with that error, and we begin at its end. */
  async #beginAnew(client: pg.Client, error: unknown): Promise<number> {
    if (!(error instanceof CursorError)) throw error;
    const { publisher, log } = this.#options;
    const end = await endOfLog(client);
    const where = { published: String(publisher.published()), end: String(end) };
    log.error({ err: error, ...where }, 'the event log no longer continues where this process stood');
    publisher.restart(end, error);
    return 0;
  }
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
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    client.on('notification', ({ processId }) => {
      // what this connection sequenced itself it reads anyway
      if (processId !== rows[0]?.pid) ring();
    });
    await client.query(`LISTEN ${LOG_CHANNEL}`);
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
