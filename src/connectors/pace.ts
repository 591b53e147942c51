import type { Clock } from '../lib/clock.ts';
import type { UpstreamCall } from './connector.ts';
import { Lane, MINUTE_MS, type Pass } from './lane.ts';
import type { Limits } from './monitor.ts';
import { ProviderUnavailable } from './outcome.ts';

/** A rate that a provider's documents state. */
export interface Rate {
  /** Counted together. */
  operations: readonly string[];
  perMinute: number;
  /** For what it holds: each wallet's number by itself. */
  per: 'WALLET';
  /** How long the provider lets nobody in who asked for more. */
  shutMs: number;
}

/** The rates of one provider at one base URL. */
export interface Pace {
  /**
   * Asks for leave to send a call. A promise means that the call stands in the queue.
   * @throws ProviderUnavailable (RATE_LIMITED, nothing was sent), at once or in the promise, with the time at which it may go
   */
  enter(call: Pick<UpstreamCall<unknown>, 'operation' | 'wallet' | 'request'>): Pass | Promise<Pass>;
  /** How many calls of this operation go out in a minute for one wallet; null when no rate is stated. */
  perMinute(operation: string): number | null;
  /** Is a door shut, of whichever wallet? */
  shut(): boolean;
}

/** What is left to other programs that use the wallet, and to clocks that do not run alike. */
const SHARE_OF_RATE = 0.9;

/**
 * Keeps to the stated rates, wallet by wallet: over any minute at most nine tenths of what is allowed. A call counts from the
 * moment it goes out until a minute after its answer, because nobody knows when in between the provider counts it. A call over
 * the rate waits its turn, first come first served, unless the queue is full or the turn comes too late for it. A 423 or 429
 * shuts the door for the wallet and the operations counted together (the one operation where no rate is stated): for as long
 * as the documents and Retry-After say, or briefly. Calls without a wallet's number are let through.
 *
 * All this is known to this process only. Several gateways on one database do not see each other's calls, so each takes its
 * equal share (`processes`), used or not; a door that was shut on one of them is found shut by the others with a 423 of their own.
 */
export function createPace(provider: string, rates: readonly Rate[], clock: Clock, limits: Limits): Pace {
  const { processes, rateQueue: queue, rateWaitMs, backOffMs } = limits;
  const lanes = new Map<string, Lane>();
  let sweptAt = 0;
  const sweep = () => {
    const now = clock.now().getTime();
    if (now - sweptAt < MINUTE_MS) return;
    sweptAt = now;
    for (const [key, lane] of lanes) if (lane.idle) lanes.delete(key);
  };
  const rateOf = (operation: string) => rates.find(({ operations }) => operations.includes(operation));
  const allowedBy = ({ perMinute }: Rate) => Math.max(1, Math.trunc((perMinute * SHARE_OF_RATE) / processes));
  const laneOf = (operation: string, wallet: string): Lane => {
    sweep();
    const rate = rateOf(operation);
    const key = `${rate?.operations.join() ?? operation} ${wallet}`;
    const allowed = rate ? allowedBy(rate) : Number.POSITIVE_INFINITY;
    const lane = lanes.get(key) ?? new Lane(clock, { allowed, queue, shutMs: rate?.shutMs ?? 0, backOffMs });
    lanes.set(key, lane);
    return lane;
  };
  return {
    enter({ operation, wallet, request }) {
      if (wallet === undefined) return free;
      const waitMs = Math.min(rateWaitMs, request.deadlineMs ?? rateWaitMs);
      return laneOf(operation, wallet).enter(waitMs, (why, retryAt) => {
        const about = { provider, operation, why: 'RATE_LIMITED', mayHaveActed: false, retryAt } as const;
        return new ProviderUnavailable(`${provider} ${operation}: ${why}; nothing was sent.`, about);
      });
    },
    perMinute(operation) {
      const rate = rateOf(operation);
      return rate ? allowedBy(rate) : null;
    },
    shut: () => [...lanes.values()].some((lane) => lane.shut),
  };
}

const free: Pass = { answered: () => null, leave: () => undefined };
