import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import { SlowConsumerError } from '../../events/hub.ts';
import { encodeCursor } from '../../events/log.ts';
import type { Subscriber } from '../request.ts';
import type { Delivery } from './delivery.ts';

const DONE = { done: true, value: undefined } as const;

/** Deliveries that may wait for one member. */
const MAX_WAITING = 1000;
/** With more than this unsent on its socket a member waits with the next, which is shared as long as it waits here. */
const OWN_BYTES = 64 * 1024;

/** What a member asks of its group. */
export interface MemberHost {
  /** What may wait for one member, in bytes. */
  readonly backlogBytes: number;
  /** What is there now, as this member sees it. */
  look(args: ExecutionArgs): Promise<FirstLook>;
  /** A member is ready for more, after it was not. */
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
  #shown: bigint;
  #waiting: Delivery[] | null = null;
  #waitingBytes = 0;
  #parked: Waiter | null = null;
  #isSending = false;
  #isOver = false;
  /** It ends when what waits is sent. */
  #end: { error: unknown } | null = null;

  /**
   * @param args its own, with its own context
   * @param joinedAt position of the last event before it joined
   * @param looks does it begin with a look of its own, and not with the next event?
   */
  constructor(
    private readonly host: MemberHost,
    private readonly subscriber: Subscriber,
    private readonly args: ExecutionArgs,
    joinedAt: bigint,
    private looks: boolean,
  ) {
    this.#shown = joinedAt;
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
      if (this.#waiting.length > MAX_WAITING || this.#waitingBytes > this.host.backlogBytes) this.#shed();
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
    if (this.looks) return this.#first();
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

  async #first(): Promise<IteratorResult<ExecutionResult>> {
    this.looks = false;
    try {
      const { result, version, isLast } = await this.host.look(this.args);
      if (this.#isOver) return DONE;
      if (version !== null) this.#shown = version;
      if (isLast) this.#leave();
      return { done: false, value: result };
    } catch (error) {
      this.#leave();
      throw faultOf(error, this.args);
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
    else if (this.isReady()) this.host.ready();
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
    const { socket, stream, operationId } = this.subscriber;
    // what is closing is told so by its transport
    if (socket.readyState !== socket.OPEN) return;
    if (stream.writableLength <= OWN_BYTES) {
      delivery.write(stream, operationId);
    } else {
      this.#isSending = true;
      delivery.write(stream, operationId, () => {
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
    this.host.leave(this);
    if (this.#parked) this.#finish(this.#parked);
  }

  #finish({ resolve, reject }: Waiter): void {
    const error = this.#end?.error ?? null;
    this.#parked = null;
    this.#leave();
    if (error === null) resolve(DONE);
    else reject(faultOf(error, this.args));
  }

  #leave(): void {
    this.#isOver = true;
    this.#waiting = null;
    this.host.leave(this);
  }
}

/** As executors wrap what the source of a subscription throws. */
function faultOf(error: unknown, { document, operationName }: ExecutionArgs): unknown {
  const operation = getOperationAST(document, operationName);
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError, nodes: operation ? [operation] : [] });
}
