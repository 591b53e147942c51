import type { IncomingMessage } from 'node:http';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../config.ts';
import type { Viewer } from '../domain/access/viewer.ts';
import { edgeError } from './faults.ts';
import type { Limits } from './limits.ts';

/** Who a request is counted for: a key, a customer (whichever session), or an address without a good credential. */
export type RatePolicy = 'key' | 'customer' | 'address';

/** How a caller stands after its last request. */
export interface RateStanding {
  policy: RatePolicy;
  /** Requests in a window, and the window's length. */
  quota: number;
  windowSeconds: number;
  /** What is left of it, and in how many seconds it begins anew. */
  remaining: number;
  resetSeconds: number;
}

/** Who asks, as far as the edge knows. */
export interface RateCaller {
  viewer: Viewer | null;
  address: string;
  /** Filled by the counting, for the headers of the answer. */
  rate: { standing: RateStanding | null };
}

/** Counts requests by caller. */
export interface RateLimiter {
  /**
   * Counts so many requests of a caller.
   * @throws GraphQLError RATE_LIMITED with `retryAfter` in seconds when they are more than are left
   */
  count(caller: RateCaller, requests: number): Promise<void>;
}

/**
 * A limiter in this process. Each gateway counts for itself and allows its part of the rate, as `GATEWAYS` says.
 * @param limited told of each refusal
 */
export function createRateLimiter(
  config: Pick<Config, 'rateLimits' | 'gateways'>,
  limits: Pick<Limits, 'rateWindowSeconds'>,
  limited: (policy: RatePolicy) => void,
): RateLimiter {
  const windowSeconds = limits.rateWindowSeconds;
  const limiterOf = (perMinute: number) =>
    new RateLimiterMemory({ points: Math.ceil(perMinute / config.gateways), duration: windowSeconds });
  const limiters: Record<RatePolicy, RateLimiterMemory> = {
    key: limiterOf(config.rateLimits.key),
    customer: limiterOf(config.rateLimits.customer),
    address: limiterOf(config.rateLimits.address),
  };
  return {
    async count(caller, requests) {
      const { policy, name } = counted(caller);
      const limiter = limiters[policy];
      const { used, allowed } = await consume(limiter, name, requests);
      const resetSeconds = Math.max(1, Math.ceil(used.msBeforeNext / 1000));
      const remaining = used.remainingPoints;
      caller.rate.standing = { policy, quota: limiter.points, windowSeconds, remaining, resetSeconds };
      if (allowed) return;
      limited(policy);
      throw rateLimited(resetSeconds, limiter.points, windowSeconds);
    },
  };
}

/** The headers of draft-ietf-httpapi-ratelimit-headers-10: names and values in turn. */
export function rateHeaders({ policy, quota, windowSeconds, remaining, resetSeconds }: RateStanding): string[] {
  return [
    'RateLimit-Policy',
    `"${policy}";q=${quota};w=${windowSeconds}`,
    'RateLimit',
    `"${policy}";r=${remaining};t=${resetSeconds}`,
  ];
}

/** One name for all connections and requests of a caller. */
export function callerName(caller: Pick<RateCaller, 'viewer' | 'address'>): string {
  const { policy, name } = counted(caller);
  return `${policy}:${name}`;
}

/**
 * The address that a request came from.
 * @param proxies how many proxies stand in front, each of which adds to X-Forwarded-For where it got the request from; what a
 * caller wrote there itself is further left and is not believed
 */
export function addressOf(req: IncomingMessage, proxies: number): string {
  const own = req.socket.remoteAddress ?? 'unknown';
  if (proxies === 0) return own;
  const hops = String(req.headers['x-forwarded-for'] ?? '').split(',');
  return hops.at(-proxies)?.trim() || own;
}

function counted({ viewer, address }: Pick<RateCaller, 'viewer' | 'address'>): { policy: RatePolicy; name: string } {
  if (!viewer) return { policy: 'address', name: address };
  if (viewer.kind === 'CUSTOMER') return { policy: 'customer', name: viewer.customerId };
  return { policy: 'key', name: viewer.kind === 'ADMIN' ? 'administrator' : viewer.apiKeyId };
}

async function consume(limiter: RateLimiterMemory, name: string, requests: number) {
  try {
    return { used: await limiter.consume(name, requests), allowed: true };
  } catch (used) {
    if (used instanceof RateLimiterRes) return { used, allowed: false };
    throw used;
  }
}

function rateLimited(retryAfter: number, quota: number, windowSeconds: number) {
  const message = `Too many requests: ${quota} in ${windowSeconds} seconds are allowed. Try again in ${retryAfter} seconds.`;
  const error = edgeError(message, 'RATE_LIMITED', 429, { 'Retry-After': String(retryAfter) });
  error.extensions['retryAfter'] = retryAfter;
  return error;
}
