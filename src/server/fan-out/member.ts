import type { ExecutionResult } from 'graphql';
import { SlowConsumerError } from '../../events/hub.ts';
import { encodeCursor } from '../../events/log.ts';
import type { Subscriber } from '../request.ts';
import type { Delivery } from './delivery.ts';

const DONE = { done: true, value: undefined } as const;

/** With more than this unsent on its socket a member waits with the next, which is shared as long as it waits here. */
const OWN_BYTES = 64 * 1024;

/** What a member is given by its group. */
export interface Membership {
  subscriber: Subscriber;
  /** Position of the last event before it joined. */
  joinedAt: bigint;
  /** Its own first look; null: it begins with the next event. */
  look: (() => Promise<FirstLook>) | null;
  /** What may wait for it: bytes, and deliveries. */
  backlogBytes: number;
  maxWaiting: number;
  /** A fault as the transport expects it of a subscription. */
  fault(error: unknown): unknown;
  /** It is ready for more, after it was not. */
  ready(): void;
  leave(member: Member): void;
}

/** A subscriber's first result. */
export interface FirstLook {
  result: ExecutionResult;
  /** Null where what is watched has no versions: then what happened since it joined is new. */
  version: bigint | null;
  isLast: boolean;
}

interface Waiter {
  resolve(item: IteratorResult<ExecutionResult>): void;
  reject(error: unknown): void;
}

/**
 * A subscriber in a group, as the transport sees it: results that are its own alone, and the end. What all have in common is written to its socket
 * beside this, while the transport waits for the next result. While the transport is busy with one, or the socket is, deliveries wait, so that
 * their order holds.
 */
export class Member implements AsyncIterableIterator<ExecutionResult> {
  #look: Membership['look'];
  #shown: bigint;
  #waiting: Delivery[] | null = null;
  #waitingBytes = 0;
  #parked: Waiter | null = null;
  #isSending = false;
  #isOver = false;
  /** It ends when what waits is sent. */
  #end: { error: unknown } | null = null;

  constructor(private readonly membership: Membership) {
    this.#look = membership.look;
    this.#shown = membership.joinedAt;
  }

  /** Has it not seen this version, as far as is known? */
  wants(version: bigint): boolean {
    return this.#parked === null || version > this.#shown;
  }

  /** Can it take a delivery without keeping it? */
  isReady(): boolean {
    return this.#parked !== null && !this.#isSending;
  }

  /** The group's next result. Never waits for this member. */
  offer(delivery: Delivery): void {
    if (this.#isOver || this.#end) return;
    if (this.isReady()) {
      this.#take(delivery);
    } else {
      this.#waiting ??= [];
      this.#waiting.push(delivery);
      this.#waitingBytes += delivery.size();
      const { maxWaiting, backlogBytes } = this.membership;
      if (this.#waiting.length > maxWaiting || this.#waitingBytes > backlogBytes) this.#shed();
    }
  }

  /** The group has ended. What waits is still sent. */
  end(error: unknown = null): void {
    if (this.#isOver || this.#end) return;
    this.#end = { error };
    this.#flush();
  }

  next(): Promise<IteratorResult<ExecutionResult>> {
    if (this.#isOver) return Promise.resolve(DONE);
    const look = this.#look;
    this.#look = null;
    if (look) return this.#first(look);
    return new Promise((resolve, reject) => {
      this.#parked = { resolve, reject };
      this.#flush();
    });
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.#leave();
    this.#parked?.resolve(DONE);
    this.#parked = null;
    return DONE;
  }

  async throw(error: unknown): Promise<IteratorResult<ExecutionResult>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #first(look: () => Promise<FirstLook>): Promise<IteratorResult<ExecutionResult>> {
    try {
      const { result, version, isLast } = await look();
      if (this.#isOver) return DONE;
      if (version !== null) this.#shown = version;
      if (isLast) this.#leave();
      return { done: false, value: result };
    } catch (error) {
      this.#leave();
      throw this.membership.fault(error);
    }
  }

  /** What waits goes out, up to a result that is this member's alone, or as far as the socket takes it. Then the end. */
  #flush(): void {
    while (this.isReady() && this.#waiting) {
      const delivery = this.#waiting.shift();
      if (delivery) {
        this.#waitingBytes -= delivery.size();
        this.#take(delivery);
      } else {
        this.#waiting = null;
      }
    }
    if (this.#end && this.#parked && !this.#waiting) this.#finish(this.#parked);
    else if (this.isReady()) this.membership.ready();
  }

  #take(delivery: Delivery): void {
    if (delivery.version <= this.#shown) return;
    this.#shown = delivery.version;
    if (delivery.isShared) {
      this.#write(delivery);
    } else {
      this.#parked?.resolve({ done: false, value: delivery.result });
      this.#parked = null;
    }
  }

  #write(delivery: Delivery): void {
    const { socket, stream, operationId } = this.membership.subscriber;
    // what is closing is told so by its transport
    if (socket.readyState !== socket.OPEN) return;
    const frame = delivery.frame(operationId);
    if (socket.bufferedAmount <= OWN_BYTES) {
      stream.write(frame);
    } else {
      this.#isSending = true;
      stream.write(frame, () => {
        this.#isSending = false;
        this.#flush();
      });
    }
  }

  /** It is too slow. Whoever resumes before what was not sent misses nothing. */
  #shed(): void {
    const first = this.#waiting?.[0];
    if (!first) return;
    this.#end = { error: new SlowConsumerError(encodeCursor(first.position - 1n)) };
    this.#waiting = null;
    this.membership.leave(this);
    if (this.#parked) this.#finish(this.#parked);
  }

  #finish({ resolve, reject }: Waiter): void {
    const error = this.#end?.error ?? null;
    this.#parked = null;
    this.#leave();
    if (error === null) resolve(DONE);
    else reject(this.membership.fault(error));
  }

  #leave(): void {
    this.#isOver = true;
    this.#waiting = null;
    this.membership.leave(this);
  }
}
