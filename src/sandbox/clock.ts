import { type Clock, systemClock } from '../lib/clock.ts';

/** The sandbox's own time: the machine's, moved forward on request. It moves nothing outside the sandbox. */
export class SandboxClock implements Clock {
  readonly #base: Clock;
  #offsetMs = 0;

  constructor(base: Clock = systemClock) {
    this.#base = base;
  }

  /** The sandbox's present instant. */
  now(): Date {
    return new Date(this.#base.now().getTime() + this.#offsetMs);
  }

  /** Moves the sandbox's time forward. @returns the new present */
  advance(ms: number): Date {
    this.#offsetMs += ms;
    return this.now();
  }

  /** Back to the machine's time. */
  reset(): void {
    this.#offsetMs = 0;
  }
}
