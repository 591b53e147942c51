import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError, StateError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { CALL_IS_DEAD_MS } from './follow-later.ts';
import { settleRefund } from './settle-refund.ts';
import { findCreditSession, type KnownSession, lockCreditSession, visibleCreditSessions } from './store.ts';

export interface ResolveRefundInput {
  refundId: string;
  outcome: 'COMPLETED' | 'DECLINED';
  /** Why the person knows. */
  evidence: string;
}

/**
 * An operator's ruling on a refund whose outcome nobody else can tell: COMPLETED books it as done, DECLINED frees its amount.
 * @throws NotFoundError, InvalidInputError, StateError
 */
export async function resolveRefund(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  viewer: PartnerViewer,
  { refundId, outcome, evidence }: ResolveRefundInput,
): Promise<KnownSession> {
  if (evidence.trim() === '' || evidence.length > 1000)
    throw InvalidInputError.at('input.evidence', 'must have 1 to 1000 characters.');
  const now = clock.now();
  return transaction(db, async (tx) => {
    const where = { id: refundId, session: visibleCreditSessions(viewer) };
    const found = await tx.creditRefund.findFirst({ where });
    if (!found) throw new NotFoundError('The refund');
    await lockCreditSession(tx, found.sessionId);
    const refund = await tx.creditRefund.findUniqueOrThrow({ where: { id: refundId } });
    const dead = now.getTime() - refund.createdAt.getTime() > CALL_IS_DEAD_MS;
    if (refund.outcome !== 'UNKNOWN' && !(refund.outcome === 'PENDING' && dead))
      throw new StateError(
        'CREDIT_STATE',
        refund.outcome,
        ['UNKNOWN'],
        `The refund is ${refund.outcome}; only one of unclear outcome can be ruled on.`,
      );
    const ruled = outcome === 'COMPLETED' ? ('ACCEPTED' as const) : ('REJECTED' as const);
    await settleRefund(tx, refund, { outcome: ruled, message: refund.message, evidence }, now);
    return present(await findCreditSession(tx, viewer, { id: refund.sessionId }), 'the session of a refund');
  });
}
