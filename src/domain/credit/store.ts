import type { Tx } from '../../db/client.ts';
import type { CreditSession, Prisma } from '../../db/generated/client.ts';
import type { CreditSessionState } from '../../db/generated/enums.ts';
import type { Viewer } from '../access/viewer.ts';

/** A session that its provider is known to have. */
export type KnownSession = CreditSession & { state: CreditSessionState };

/** The rows of `credit_session` that this viewer may know of: the partner's own, once the provider has them. */
export function visibleCreditSessions(viewer: Viewer): Prisma.CreditSessionWhereInput {
  if (viewer.kind === 'CUSTOMER') return { id: { in: [] } };
  return { state: { not: null }, ...(viewer.kind === 'PARTNER' ? { partnerId: viewer.partnerId } : {}) };
}

/** The session with this id or of this order, or null: absent and foreign are the same. */
export async function findCreditSession(
  tx: Tx,
  viewer: Viewer,
  by: { id: string } | { orderId: string },
): Promise<KnownSession | null> {
  const session = await tx.creditSession.findFirst({ where: { AND: [by, visibleCreditSessions(viewer)] } });
  return session && isKnown(session) ? session : null;
}

/** Is it proven that the provider has the session? */
export const isKnown = (session: CreditSession): session is KnownSession => session.state !== null;

/** Locks the session's row until the transaction ends, then reads it; null when it is gone. */
export async function lockCreditSession(tx: Tx, id: string): Promise<CreditSession | null> {
  await tx.$executeRaw`SELECT 1 FROM credit_session WHERE id = ${id} FOR UPDATE`;
  return tx.creditSession.findUnique({ where: { id } });
}
