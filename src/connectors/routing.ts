import type { Money } from '../money/money.ts';
import type { HealthState } from './monitor.ts';

/** One provider account that could carry a payment. */
export interface RouteCandidate {
  accountId: string;
  provider: string;
  isDefault: boolean;
  /** Does its connector have the capability (and can it reach this destination)? */
  capable: boolean;
  health: HealthState;
  /** Is the circuit of an operation that the payment needs open? */
  circuitOpen: boolean;
  /** What the provider would charge; null where nobody can say beforehand. */
  fee: Money | null;
}

/** Which of them are wanted. Without a name any will do. */
export interface RouteWish {
  provider?: string;
  accountId?: string;
}

/** The route to take and the ones to fall back on, or why there is none. */
export type RouteChoice =
  | { kind: 'route'; route: RouteCandidate; fallbacks: RouteCandidate[] }
  | { kind: 'none'; why: 'NO_ACCOUNT' | 'NOT_SUPPORTED' | 'UNAVAILABLE' };

/**
 * Chooses the route of a payment. A named provider is taken whatever its health, since the caller asked for it and its
 * refusal will be an honest one; there is nothing to fall back on. Otherwise the cheapest healthy account with the
 * capability is taken, an unknown fee counting as dearest, and the rest of the healthy ones are the fallbacks.
 */
export function chooseRoute(candidates: readonly RouteCandidate[], wish: RouteWish = {}): RouteChoice {
  const named = wish.provider !== undefined || wish.accountId !== undefined;
  const eligible = candidates.filter(
    (candidate) =>
      (wish.provider === undefined || candidate.provider === wish.provider) &&
      (wish.accountId === undefined || candidate.accountId === wish.accountId),
  );
  if (eligible.length === 0) return { kind: 'none', why: 'NO_ACCOUNT' };
  const capable = eligible.filter((candidate) => candidate.capable).sort(named ? byAccount : byCost);
  if (capable.length === 0) return { kind: 'none', why: 'NOT_SUPPORTED' };
  const usable = named ? capable : capable.filter(isHealthy);
  const [route, ...rest] = usable;
  if (!route) return { kind: 'none', why: 'UNAVAILABLE' };
  return { kind: 'route', route, fallbacks: named ? [] : rest };
}

/** May a payment that names no provider be sent this way now? */
export const isHealthy = (candidate: Pick<RouteCandidate, 'health' | 'circuitOpen'>): boolean =>
  candidate.health !== 'DOWN' && !candidate.circuitOpen;

const rank: Record<HealthState, number> = { UP: 0, DEGRADED: 1, DOWN: 2 };

function byAccount(a: RouteCandidate, b: RouteCandidate): number {
  return (a.isDefault ? 0 : 1) - (b.isDefault ? 0 : 1) || compareText(a.accountId, b.accountId);
}

function byCost(a: RouteCandidate, b: RouteCandidate): number {
  return (
    compareFees(a.fee, b.fee) ||
    rank[a.health] - rank[b.health] ||
    compareText(a.provider, b.provider) ||
    byAccount(a, b)
  );
}

/** Fees of one payment are in one currency; should they not be, they are kept apart by currency, not compared. */
function compareFees(a: Money | null, b: Money | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  if (a.currency !== b.currency) return compareText(a.currency, b.currency);
  return a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
