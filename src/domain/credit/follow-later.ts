import type { Tx } from '../../db/client.ts';
import { addJob } from '../../db/job-queue.ts';

/** How long a process may wait for the answer to its call. */
export const CALL_IS_DEAD_MS = 30_000;
/** What a provider does not show by then did not arrive: no call is on its way for so long. */
export const ABSENCE_PROVES_MS = 600_000;

const FIRST_LOOK_MS = 2_000;
const LAST_LOOK_MS = 600_000;

/** When the provider is asked about a session next: ever more seldom, every ten minutes in the end. */
export const lookAgainAt = (now: Date, round: number): Date =>
  new Date(now.getTime() + Math.min(FIRST_LOOK_MS * 2 ** Math.min(round, 20), LAST_LOOK_MS));

/** Has the provider asked about a session soon, and then ever more seldom; in the transaction that gives a reason to. */
export const followLater = (
  tx: Tx,
  sessionId: string,
  now: Date,
  { round = 0, runAt = lookAgainAt(now, round) } = {},
): Promise<void> =>
  addJob(tx, 'follow-credit-session', { sessionId, round }, { key: `follow-credit-session:${sessionId}`, runAt });
