import type { Deps } from '../deps.ts';
import { authenticate } from '../domain/access/authenticate.ts';
import { UnauthenticatedError, type Viewer } from '../domain/access/viewer.ts';

/** A connection that outlives the moment in which its credential was checked. */
export interface Session {
  viewer: Viewer;
  bearer: string;
}

/**
 * Watches the credential of a long connection: a session token ends at its own hour or when its customer is erased, a key when it is
 * revoked.
 * @param recheckMs how often a credential is looked up again
 * @param onEnd called once, with the reason for the caller
 * @returns stops the watch
 */
export function watchSession(
  deps: Deps,
  session: Session,
  recheckMs: number,
  onEnd: (reason: string) => void,
): () => void {
  const { viewer, bearer } = session;
  if (viewer.kind === 'ADMIN') return () => undefined;
  let stopped = false;
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
  };
  const look = async (): Promise<void> => {
    try {
      await authenticate(deps, bearer);
      if (!stopped) timer = setTimeout(look, nextLookMs());
    } catch (error) {
      if (stopped) return;
      if (error instanceof UnauthenticatedError) {
        stop();
        onEnd(error.message);
      } else {
        // the database may be away for a moment: that is no reason to send anybody away
        deps.log.warn({ err: error }, 'a credential could not be looked up again');
        timer = setTimeout(look, recheckMs);
      }
    }
  };
  const nextLookMs = () => {
    if (viewer.kind !== 'CUSTOMER') return recheckMs;
    return Math.min(recheckMs, Math.max(0, viewer.expiresAt.getTime() - deps.clock.now().getTime()) + 1);
  };
  let timer = setTimeout(look, nextLookMs());
  return stop;
}
