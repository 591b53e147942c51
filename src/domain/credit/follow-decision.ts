import { followSession } from './follow-session.ts';
import type { CreditDeps } from './lender.ts';

/**
 * A lender has called: it has decided about a session, it says. Anybody could have called: the state is asked for, and only that counts.
 * @throws what the connector throws when it cannot be asked: the job is tried again
 */
export async function followDecision(
  deps: CreditDeps,
  { providerAccountId, orderId, receivedAt }: { providerAccountId: string; orderId: string; receivedAt: Date },
): Promise<void> {
  const session = await deps.db.prisma.creditSession.findFirst({ where: { providerAccountId, orderId } });
  if (session) await followSession(deps, session.id, { source: 'WEBHOOK', calledAt: receivedAt });
}
