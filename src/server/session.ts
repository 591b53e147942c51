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
  if (session.viewer.kind === 'ADMIN') return () => undefined;
  const watch = new CredentialWatch(deps, session, recheckMs, onEnd);
  return () => watch.stop();
}

/** A class, because many are open at a time: its functions are there once. */
class CredentialWatch {
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(
    private readonly deps: Deps,
    private readonly session: Session,
    private readonly recheckMs: number,
    private readonly onEnd: (reason: string) => void,
  ) {
    this.#lookIn(this.#nextLookMs());
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #lookIn(ms: number): void {
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#look(), ms);
  }

  async #look(): Promise<void> {
    try {
      await authenticate(this.deps, this.session.bearer);
      this.#lookIn(this.#nextLookMs());
    } catch (error) {
      if (this.#stopped) return;
      if (error instanceof UnauthenticatedError) {
        this.stop();
        this.onEnd(error.message);
      } else {
        // the database may be away for a moment: that is no reason to send anybody away
        this.deps.log.warn({ err: error }, 'a credential could not be looked up again');
        this.#lookIn(this.recheckMs);
      }
    }
  }

  #nextLookMs(): number {
    const { viewer } = this.session;
    if (viewer.kind !== 'CUSTOMER') return this.recheckMs;
    return Math.min(this.recheckMs, Math.max(0, viewer.expiresAt.getTime() - this.deps.clock.now().getTime()) + 1);
  }
}
