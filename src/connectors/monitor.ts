import { bulkhead, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen, type IPolicy, wrap } from 'cockatiel';
import type { Clock } from '../lib/clock.ts';
import type { ProviderDefinition } from './connector.ts';
import { ProtocolError, ProviderUnavailable } from './outcome.ts';
import { createPace, type Pace } from './pace.ts';

/** How patient and how greedy we are with one provider. */
export interface Limits {
  /** Repetitions of a safe read after the first try. */
  retries: number;
  retryDelayMs: number;
  /** Failures in a row that open an operation's circuit, and how long it stays open. */
  breakAfter: number;
  breakMs: number;
  /** Requests at once, and how many more may wait. */
  concurrency: number;
  queue: number;
  /** How many gateways share what a provider allows a wallet in a minute. */
  processes: number;
  /** How many calls of a wallet may wait for their turn when that is used up, and how long at most. */
  rateQueue: number;
  rateWaitMs: number;
  /** How long a wallet keeps off an operation that answers 423 or 429, where neither the answer nor the documents tell. */
  backOffMs: number;
  /** Health looks back so far, over so many calls at most. */
  windowMs: number;
  windowSize: number;
  /** A provider that takes longer than this for half of its answers is not well. */
  slowMs: number;
}

export const defaultLimits: Limits = {
  retries: 2,
  retryDelayMs: 100,
  breakAfter: 5,
  breakMs: 10_000,
  concurrency: 48,
  queue: 500,
  processes: 1,
  rateQueue: 200,
  rateWaitMs: 5_000,
  backOffMs: 5_000,
  windowMs: 5 * 60_000,
  windowSize: 2_000,
  slowMs: 5_000,
};

export type HealthState = 'UP' | 'DEGRADED' | 'DOWN';

/** How a provider does, over the window that just passed. Null figures: nobody called. */
export interface HealthSnapshot {
  state: HealthState;
  successRate: number | null;
  latencyP50Ms: number | null;
  latencyP99Ms: number | null;
  openCircuits: string[];
  checkedAt: Date;
}

interface Sample {
  at: number;
  ok: boolean;
  ms: number;
}

/** The rates, the circuits, the concurrency limit and the recent past of one provider at one base URL. */
export interface Monitor {
  readonly pace: Pace;
  /** The policy under which one try of an operation runs. */
  policyOf(operation: string): IPolicy;
  /** Until when the operation's circuit lets nothing through; null when it does, be it only to try again. */
  closedUntil(operation: string): Date | null;
  record(ok: boolean, ms: number): void;
  samples(): readonly Sample[];
  openCircuits(): string[];
}

const FEW = 5;
const HEALTHY_RATE = 0.95;
const DOWN_RATE = 0.2;

/** A monitor. A provider account shares it with every other account at the same base URL. */
export function createMonitor(
  { code, rates = [] }: Pick<ProviderDefinition, 'code' | 'rates'>,
  clock: Clock,
  limits: Limits,
): Monitor {
  const breakers = new Map<string, ReturnType<typeof circuitBreaker>>();
  const brokenAt = new Map<string, number>();
  const gate = bulkhead(limits.concurrency, limits.queue);
  const window: Sample[] = [];
  const breakerOf = (operation: string) => {
    const known = breakers.get(operation);
    if (known) return known;
    const breaker = circuitBreaker(handleWhen(speaksAgainstProvider), {
      halfOpenAfter: limits.breakMs,
      breaker: new ConsecutiveBreaker(limits.breakAfter),
    });
    breaker.onBreak(() => brokenAt.set(operation, clock.now().getTime()));
    breakers.set(operation, breaker);
    return breaker;
  };
  // the breaker itself stays "open" until somebody calls, and a route that counts as broken is never called
  const closedUntil = (operation: string) => {
    const until = (brokenAt.get(operation) ?? 0) + limits.breakMs;
    const broken = breakers.get(operation)?.state === CircuitState.Open;
    return broken && clock.now().getTime() < until ? new Date(until) : null;
  };
  return {
    pace: createPace(code, rates, clock, limits),
    // the gate stands outside, for a full queue says nothing about the circuit
    policyOf: (operation) => wrap(gate, breakerOf(operation)),
    closedUntil,
    record(ok, ms) {
      window.push({ at: clock.now().getTime(), ok, ms });
      if (window.length > limits.windowSize) window.shift();
    },
    samples() {
      const since = clock.now().getTime() - limits.windowMs;
      return window.filter((sample) => sample.at >= since);
    },
    openCircuits: () => [...breakers.keys()].filter((operation) => closedUntil(operation) !== null).sort(),
  };
}

/** A refusal or a strange field is an answer; silence and 5xx are what circuits are for. */
const speaksAgainstProvider = (error: Error): boolean =>
  error instanceof ProviderUnavailable && !(error instanceof ProtocolError);

/**
 * Health over the monitors of one provider.
 * DOWN: hardly anything works. DEGRADED: a circuit is open, a wallet is shut out, one call in twenty fails, or half of them are slow.
 */
export function healthOf(monitors: readonly Monitor[], checkedAt: Date, slowMs = defaultLimits.slowMs): HealthSnapshot {
  const samples = monitors.flatMap((monitor) => monitor.samples());
  const openCircuits = [...new Set(monitors.flatMap((monitor) => monitor.openCircuits()))].sort();
  const successRate = samples.length === 0 ? null : samples.filter((sample) => sample.ok).length / samples.length;
  const times = samples.map((sample) => sample.ms).sort((a, b) => a - b);
  const rate = successRate ?? 1;
  const down = samples.length >= FEW && rate <= DOWN_RATE;
  const shut = monitors.some(({ pace }) => pace.shut());
  const latencyP50Ms = percentile(times, 0.5);
  const slow = samples.length >= FEW && (latencyP50Ms ?? 0) > slowMs;
  const well = openCircuits.length === 0 && !shut && !slow && rate >= HEALTHY_RATE;
  return {
    state: down ? 'DOWN' : well ? 'UP' : 'DEGRADED',
    successRate,
    latencyP50Ms,
    latencyP99Ms: percentile(times, 0.99),
    openCircuits,
    checkedAt,
  };
}

/** Nearest rank. */
const percentile = (sorted: number[], share: number): number | null =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
