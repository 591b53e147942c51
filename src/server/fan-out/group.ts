import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import type { Deps } from '../../deps.ts';
import type { LogEvent } from '../../events/event.ts';
import type { EventStream } from '../../events/hub.ts';
import type { Watch } from '../../graphql/watch.ts';
import { assert } from '../../lib/assert.ts';
import type { Limits } from '../limits.ts';
import type { Subscriber } from '../request.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { type FirstLook, Member, type MemberHost } from './member.ts';

/** Writing to many sockets takes its time; this often the rest of the process has a turn. */
const SLICE_MS = 8;
const LOOK_AT_CLOCK_EVERY = 64;

/** What a group is made of. */
export interface GroupOptions {
  deps: Deps;
  limits: Pick<Limits, 'socketBacklogBytes'>;
  watch: Watch<unknown>;
  /** With a context that is no member's. */
  args: ExecutionArgs;
  onEnd(): void;
}

/** Subscribers who are all shown the same: their source is read, executed and serialised once. Ends with its last member, or its source. */
export class Group implements MemberHost {
  readonly #members = new Set<Member>();
  readonly #stream: EventStream;
  readonly backlogBytes: number;
  #isOver = false;
  /** Called when a member is ready, or gone. */
  #wake: () => void = () => undefined;

  constructor(private readonly options: GroupOptions) {
    this.backlogBytes = options.limits.socketBacklogBytes;
    this.#stream = options.watch.watched.open();
    void this.#run();
  }

  /** Nobody can join any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Adds a subscriber. It sees what is there in a look of its own, then all that happens after it joined.
   * @param args its own, with its own context
   */
  join(args: ExecutionArgs, subscriber: Subscriber): Member {
    const { deps, watch } = this.options;
    const member = new Member(this, subscriber, args, deps.hub.position(), watch.watched.present !== null);
    this.#members.add(member);
    return member;
  }

  async look(args: ExecutionArgs): Promise<FirstLook> {
    const { present, isLast } = this.options.watch.watched;
    assert(present !== null, 'only what can be looked at is looked at');
    const { view, version } = await present();
    const result = await execute({ ...args, rootValue: view });
    return { result, version, isLast: isLast(view) };
  }

  ready(): void {
    this.#wake();
  }

  leave(member: Member): void {
    this.#members.delete(member);
    this.#wake();
    if (this.#members.size === 0) this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.options.onEnd();
    this.#stream.close();
  }

  async #run(): Promise<void> {
    try {
      for await (const event of this.#stream) await this.#happen(event);
      this.#endAll(null);
    } catch (error) {
      this.#endAll(error);
    }
  }

  /** @param error null: all there is to see has been seen */
  #endAll(error: unknown): void {
    this.#end();
    for (const member of [...this.#members]) member.end(error);
  }

  async #happen(event: LogEvent): Promise<void> {
    const { watch, args } = this.options;
    const { versionOf, change, isLast } = watch.watched;
    const version = versionOf(event);
    if (version === null || !this.#isWanted(version)) return;
    const view = await change(event);
    if (view === null) return;
    const result: ExecutionResult = await execute({ ...args, rootValue: view });
    const last = isLast(view);
    // whoever comes now would come too late
    if (last) this.#end();
    await this.#offer(createDelivery(event.position, version, result));
  }

  /** To all. When none of them is ready for more, the next event waits in the stream until one is; no member waits for another. */
  async #offer(delivery: Delivery): Promise<void> {
    let sliceEnd = performance.now() + SLICE_MS;
    let offered = 0;
    for (const member of this.#members) {
      member.offer(delivery);
      offered += 1;
      if (offered % LOOK_AT_CLOCK_EVERY !== 0 || performance.now() < sliceEnd) continue;
      await nextTurn();
      sliceEnd = performance.now() + SLICE_MS;
    }
    if (this.#isOver || this.#isAnyReady()) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  #isAnyReady(): boolean {
    for (const member of this.#members) if (member.isReady()) return true;
    return false;
  }

  #isWanted(version: bigint): boolean {
    for (const member of this.#members) if (member.wants(version)) return true;
    return false;
  }
}
