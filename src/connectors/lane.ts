import type { Clock } from '../lib/clock.ts';
import type { HttpAnswer } from './http.ts';

/** A call's leave to go out. */
export interface Pass {
  /** To be told each answer. @returns until when the door is shut by it; null when it is not */
  answered(answer: HttpAnswer): Date | null;
  /** To be told that the call is over. What was certainly not sent does not count. */
  leave(sent: boolean): void;
}

/** What a lane holds to. */
export interface LaneRules {
  /** Calls in any minute; infinite where no rate is stated. */
  allowed: number;
  /** How many may wait. */
  queue: number;
  /** For how long a 423 or 429 shuts it: at least so long, whatever the answer says; and where the answer says nothing. */
  shutMs: number;
  backOffMs: number;
}

/** Makes the error with which a call is turned away. */
export type Refuse = (why: string, retryAt: Date) => Error;

interface Waiting {
  go(): void;
  turnAway(why: string, retryAt: number): void;
}

export const MINUTE_MS = 60_000;
const LONGEST_SHUT_MS = 60 * MINUTE_MS;
const SHUT = 'the provider lets nobody in for a while';
const USED_UP = 'the rate that it allows is used up';

/** The calls of one wallet that are counted together: how many went out in the last minute, who waits, and a shut door. */
export class Lane {
  readonly #clock: Clock;
  readonly #rules: LaneRules;
  /** When the calls of the last minute were over, oldest first. */
  readonly #ended: number[] = [];
  readonly #queue: Waiting[] = [];
  #underWay = 0;
  #shutUntil = 0;

  constructor(clock: Clock, rules: LaneRules) {
    this.#clock = clock;
    this.#rules = rules;
  }

  /**
   * Asks for leave to send a call; a promise means that it stands in the queue.
   * @param waitMs how long it may stand there
   * @throws what `refuse` makes, at once or in the promise
   */
  enter(waitMs: number, refuse: Refuse): Pass | Promise<Pass> {
    this.#letIn();
    const now = this.#now();
    if (this.shut) throw refuse(SHUT, new Date(this.#shutUntil));
    const turn = this.#turnAfter(this.#queue.length, now);
    if (turn <= now) return this.#pass();
    if (turn > now + waitMs || this.#queue.length >= this.#rules.queue) throw refuse(USED_UP, new Date(turn));
    return this.#wait(waitMs, refuse);
  }

  /** Has the provider shut the door? */
  get shut(): boolean {
    return this.#shutUntil > this.#now();
  }

  /** Is there nothing to remember? */
  get idle(): boolean {
    this.#forget(this.#now());
    return this.#underWay + this.#queue.length + this.#ended.length === 0 && !this.shut;
  }

  #now(): number {
    return this.#clock.now().getTime();
  }

  #forget(now: number): void {
    while (this.#ended[0] !== undefined && this.#ended[0] + MINUTE_MS <= now) this.#ended.shift();
  }

  /** When a call may go that has so many others before it; never earlier, but later when others are slow to answer. */
  #turnAfter(others: number, now: number): number {
    this.#forget(now);
    const missing = others + 1 - (this.#rules.allowed - this.#underWay - this.#ended.length);
    const freeAt = missing <= 0 ? now : (this.#ended[missing - 1] ?? now) + MINUTE_MS;
    return Math.max(freeAt, this.#shutUntil);
  }

  #letIn(): void {
    const now = this.#now();
    while (this.#queue.length > 0 && this.#turnAfter(0, now) <= now) this.#queue.shift()?.go();
  }

  #pass(): Pass {
    this.#underWay += 1;
    return {
      answered: (answer) => (answer.status === 423 || answer.status === 429 ? this.#shut(answer) : null),
      leave: (sent) => {
        this.#underWay -= 1;
        if (sent && Number.isFinite(this.#rules.allowed)) this.#ended.push(this.#now());
        this.#letIn();
      },
    };
  }

  #shut(answer: HttpAnswer): Date {
    const { shutMs, backOffMs } = this.#rules;
    const now = this.#now();
    const forMs = Math.max(shutMs, retryAfterMs(answer, now) ?? (shutMs || backOffMs));
    this.#shutUntil = Math.max(this.#shutUntil, now + Math.min(forMs, LONGEST_SHUT_MS));
    for (const waiting of this.#queue.splice(0)) waiting.turnAway(SHUT, this.#shutUntil);
    return new Date(this.#shutUntil);
  }

  #wait(waitMs: number, refuse: Refuse): Promise<Pass> {
    return new Promise((resolve, reject) => {
      // the wait itself is of real time, like every deadline: a clock that stands still must not keep a caller
      const until = performance.now() + waitMs;
      let timer: NodeJS.Timeout;
      const place: Waiting = {
        go: () => {
          clearTimeout(timer);
          resolve(this.#pass());
        },
        turnAway(why, retryAt) {
          clearTimeout(timer);
          reject(refuse(why, new Date(retryAt)));
        },
      };
      const look = () => {
        this.#letIn();
        const before = this.#queue.indexOf(place);
        if (before < 0) return;
        const now = this.#now();
        const turn = this.#turnAfter(before, now);
        const left = until - performance.now();
        if (left > 0) {
          timer = setTimeout(look, Math.max(1, Math.min(turn - now, left)));
        } else {
          this.#queue.splice(before, 1);
          place.turnAway(USED_UP, turn);
        }
      };
      this.#queue.push(place);
      look();
    });
  }
}

/** Retry-After in either of its forms (RFC 9110, 10.2.3); null when there is none that can be read. */
function retryAfterMs({ headers }: HttpAnswer, now: number): number | null {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number.parseInt(text, 10) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
