import type { ExecutionResult } from 'graphql';
import { SlowConsumerError } from '../../events/hub.ts';
import { encodeCursor } from '../../events/log.ts';
import type { Subscriber } from '../request.ts';
import type { Delivery } from './delivery.ts';

const DONE = { done: true, value: undefined } as const;
const TEXT = { binary: false } as const;

/** What a member is given by its group. */
export interface Membership {
  subscriber: Subscriber;
  /** Position of the last event before it joined. */
  joinedAt: bigint;
  /** Its own first look; null: it begins with the next event. */
  look: (() => Promise<FirstLook>) | null;
  /** Bytes that may wait unsent on its socket, and deliveries that may wait for its first look. */
  backlogBytes: number;
  maxWaiting: number;
  /** A fault as the transport expects it of a subscription. */
  fault(error: unknown): unknown;
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
 * beside this, while the transport waits for the next result; while it is busy with one, deliveries wait, so that their order holds.
 */
export class Member implements AsyncIterableIterator<ExecutionResult> {
  #look: Membership['look'];
  #shown: bigint;
  #waiting: Delivery[] | null = null;
  #parked: Waiter | null = null;
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

  /** The group's next result. Never waits for this member. */
  offer(delivery: Delivery): void {
    if (this.#isOver || this.#end) return;
    if (this.#parked) {
      this.#take(delivery);
      return;
    }
    this.#waiting ??= [];
    this.#waiting.push(delivery);
    if (this.#waiting.length > this.membership.maxWaiting) this.#shed(this.#waiting[0] ?? delivery);
  }

  /** The group has ended. What waits is still sent. */
  end(error: unknown = null): void {
    if (this.#isOver || this.#end) return;
    this.#end = { error };
    if (this.#parked) this.#finish(this.#parked);
  }

  next(): Promise<IteratorResult<ExecutionResult>> {
    if (this.#isOver) return Promise.resolve(DONE);
    const look = this.#look;
    this.#look = null;
    return look ? this.#first(look) : new Promise((resolve, reject) => this.#park({ resolve, reject }));
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

  /** The transport is ready: what waited goes out, up to a result that is this member's alone. */
  #park(waiter: Waiter): void {
    this.#parked = waiter;
    while (this.#parked) {
      const delivery = this.#waiting?.shift();
      if (!delivery) {
        this.#waiting = null;
        if (this.#end) this.#finish(waiter);
        return;
      }
      this.#take(delivery);
    }
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
    const { subscriber, backlogBytes } = this.membership;
    const { socket, operationId } = subscriber;
    if (socket.bufferedAmount > backlogBytes) this.#shed(delivery);
    else if (socket.readyState === socket.OPEN) socket.send(delivery.frame(operationId), TEXT);
  }

  /** It is too slow. Whoever resumes before what was not sent misses nothing. */
  #shed({ position }: Delivery): void {
    this.#end = { error: new SlowConsumerError(encodeCursor(position - 1n)) };
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
