import type { LogEvent } from './event.ts';
import type { EventFilter, EventScope } from './filter.ts';
import { type EventPage, encodeCursor } from './log.ts';

/** Events for one consumer, in log order, each once. */
export interface EventStream extends AsyncIterable<LogEvent> {
  /** Ends the stream: a waiting consumer gets `done`, its buffer is freed. */
  close(): void;
}

/** The stream ended, not the events: whoever reconnects with `cursor` misses nothing. */
export class ResumableError extends Error {
  /** @param cursor continue after this */
  constructor(
    readonly cursor: string,
    message: string,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** The consumer let too many events wait and was cut off, so that others do not pay for it. */
export class SlowConsumerError extends ResumableError {
  constructor(cursor: string) {
    super(cursor, 'Too many events were waiting for this subscriber. Resume from the cursor.');
  }
}

/** This process is going down; another one continues from the cursor. */
export class ShutdownError extends ResumableError {
  constructor(cursor: string) {
    super(cursor, 'The gateway is restarting. Resume from the cursor.');
  }
}

/** What a stream needs of its hub. */
export interface StreamSource {
  /** Position of the last event that the hub has published. */
  published(): bigint;
  /** One page of the log for this stream. */
  read(stream: Stream, after: bigint): Promise<EventPage>;
  /** From now on, in this very step, `offer` the stream each event that is published. */
  join(stream: Stream): void;
  /** The stream has ended: forget it. */
  leave(stream: Stream): void;
}

interface Waiter {
  resolve(result: IteratorResult<LogEvent, undefined>): void;
  reject(error: unknown): void;
}

const DONE = { done: true, value: undefined } as const;

/**
 * A stream begins either live or replaying. While it replays it holds one page of the log at most, reads the next when
 * the consumer asks for it, and no live event is kept for it. When a page reaches what the hub has published, it joins
 * the live events in the same synchronous step, so there is nothing between.
 */
export class Stream implements EventStream {
  #live = false;
  #reading = false;
  #ended = false;
  #error: Error | null = null;
  #queue: LogEvent[] = [];
  #waiting: Waiter[] = [];
  /** Events up to here were queued, or are not for this consumer; live ones count from the one after. */
  #seen: bigint;

  /**
   * @param maxWaiting events that may wait for the consumer
   * @param after replay what follows this position; null begins live
   */
  constructor(
    readonly scope: EventScope,
    readonly filter: EventFilter,
    private readonly source: StreamSource,
    private readonly maxWaiting: number,
    after: bigint | null,
  ) {
    this.#seen = after ?? source.published();
    if (after === null) this.#goLive();
  }

  /** A live event that matches: called by the hub, in log order. */
  offer(event: LogEvent): void {
    // a page of the replay may have been ahead of what the hub had published
    if (event.position <= this.#seen) return;
    this.#push(event);
    if (this.#queue.length > this.maxWaiting) this.fail(new SlowConsumerError(this.cursor()));
  }

  /** Where a consumer continues that has handled all that it was handed. */
  cursor(): string {
    const next = this.#queue[0];
    if (next !== undefined) return encodeCursor(next.position - 1n);
    const published = this.source.published();
    return encodeCursor(this.#live && published > this.#seen ? published : this.#seen);
  }

  /** Ends the stream with an error, which `next` throws once; what waits is dropped, for the consumer resumes before it. */
  fail(error: Error): void {
    if (this.#ended) return;
    const first = this.#waiting.shift();
    this.close();
    if (first) first.reject(error);
    else this.#error = error;
  }

  close(): void {
    this.#error = null;
    this.#queue = [];
    if (this.#ended) return;
    this.#ended = true;
    for (const waiter of this.#waiting.splice(0)) waiter.resolve(DONE);
    this.source.leave(this);
  }

  [Symbol.asyncIterator](): AsyncIterator<LogEvent, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        this.close();
        return DONE;
      },
    };
  }

  #next(): Promise<IteratorResult<LogEvent, undefined>> {
    const event = this.#queue.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    if (this.#error !== null) {
      const error = this.#error;
      this.#error = null;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#readOn();
    });
  }

  #push(event: LogEvent): void {
    this.#seen = event.position;
    const waiter = this.#waiting.shift();
    if (waiter) waiter.resolve({ done: false, value: event });
    else this.#queue.push(event);
  }

  #goLive(): void {
    this.#live = true;
    this.source.join(this);
  }

  #readOn(): void {
    if (this.#live || this.#reading || this.#ended) return;
    this.#reading = true;
    this.source.read(this, this.#seen).then(
      (page) => this.#arrived(page),
      (error: Error) => this.fail(error),
    );
  }

  #arrived(page: EventPage): void {
    this.#reading = false;
    if (this.#ended) return;
    for (const event of page.events) this.#push(event);
    this.#seen = page.scannedTo;
    if (this.#seen >= this.source.published()) this.#goLive();
    else if (this.#waiting.length > 0) this.#readOn();
  }
}
