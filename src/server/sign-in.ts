import type { Deps } from '../deps.ts';
import { authenticate } from '../domain/access/authenticate.ts';
import { UnauthenticatedError } from '../domain/access/viewer.ts';
import type { RateCaller, RateLimiter } from './rate.ts';
import type { RequestState } from './request.ts';

/**
 * Says who is asking, in `caller.viewer`, and counts the request: for the caller, or, when the credential is missing or wrong, for
 * the address that it came from. Good credentials are not counted there, so that neighbours behind one address cannot lock them out.
 * @throws UnauthenticatedError when the credential is wrong; GraphQLError RATE_LIMITED
 */
export async function signIn(
  deps: Deps,
  limiter: RateLimiter,
  caller: RateCaller,
  bearer: string | null,
): Promise<void> {
  try {
    caller.viewer = await authenticate(deps, bearer);
  } catch (error) {
    if (error instanceof UnauthenticatedError) await limiter.count(caller, 1);
    throw error;
  }
  await limiter.count(caller, 1);
}

/** Signs in the caller of a request when it is first asked to; whoever asks again waits for the same. */
export function oncePerRequest(deps: Deps, limiter: RateLimiter): (state: RequestState) => Promise<void> {
  return (state) => {
    state.signedIn ??= signIn(deps, limiter, state, state.bearer);
    return state.signedIn;
  };
}
