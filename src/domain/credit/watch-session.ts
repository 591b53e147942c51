import { followLater, lookAgainAt } from './follow-later.ts';
import { followSession } from './follow-session.ts';
import type { CreditDeps } from './lender.ts';
import { isFinal } from './states.ts';

/** What has been lent and paid changes only by what is done here, as far as anybody knows. */
const SELDOM_MS = 86_400_000;

/**
 * The job's part: asks about a session, whatever calls have come or not, and comes back ever more seldom until it has ended. One
 * that lasts for ever (CHARGED) is asked about once a day.
 * @param round how often it was asked about since it last changed
 */
export async function watchSession(deps: CreditDeps, sessionId: string, round: number): Promise<void> {
  const { prisma } = deps.db;
  const before = await prisma.creditSession.findUnique({ where: { id: sessionId } });
  const open = await prisma.creditRefund.count({ where: { sessionId, outcome: { in: ['PENDING', 'UNKNOWN'] } } });
  if (!before || (before.state !== null && isFinal(before.state) && open === 0)) return;
  const now = deps.clock.now();
  try {
    const after = await followSession(deps, sessionId, { source: 'POLL' });
    // whatever has moved it has it asked about again
    if (!after || after.state !== before.state) return;
    const seldom = after.state === 'CHARGED' && open === 0;
    const runAt = seldom ? new Date(now.getTime() + SELDOM_MS) : lookAgainAt(now, round);
    await followLater(prisma, sessionId, now, { round: round + 1, runAt });
  } catch (error) {
    deps.log.warn({ err: error, creditSessionId: sessionId, round }, 'a lender could not be asked; it will be');
    await followLater(prisma, sessionId, now, { round: round + 1, runAt: lookAgainAt(now, round) });
  }
}
