import type { JobPayloads } from '../db/job-queue.ts';
import type { Deps } from '../deps.ts';
import { watchSession } from '../domain/credit/watch-session.ts';

/** Asks a lender how a session stands, again and again until it has ended. */
export const followCreditSession = (
  deps: Deps,
  { sessionId, round }: JobPayloads['follow-credit-session'],
): Promise<void> => watchSession(deps, sessionId, round);
