import type { Tx } from '../../db/client.ts';
import type { CreditRefund } from '../../db/generated/client.ts';
import { type SessionChange, touchSession } from './change-session.ts';
import { ABSENCE_PROVES_MS, CALL_IS_DEAD_MS } from './follow-later.ts';
import { isFinal } from './states.ts';

/**
 * Settles what the state proves of refunds that were not answered. A session that has ended with everything given back proves
 * each of them. One that is still open proves that nothing came of a refund of all that was left: the call cannot arrive any more,
 * and a second one would find nothing to give back. Of a part it proves nothing: a person rules on it.
 * @param change the locked session, as far as the state has brought it
 * @param askedAt when the state was asked for
 */
export async function proveRefunds(tx: Tx, change: SessionChange, askedAt: Date, now: Date): Promise<SessionChange> {
  const { session } = change;
  if (session.state === null) return change;
  const open = await tx.creditRefund.findMany({
    where: { sessionId: session.id, outcome: { in: ['PENDING', 'UNKNOWN'] } },
  });
  const unclear = open.filter(
    ({ outcome, createdAt }) => outcome === 'UNKNOWN' || now.getTime() - createdAt.getTime() > CALL_IS_DEAD_MS,
  );
  if (isFinal(session.state)) {
    for (const refund of unclear) await prove(tx, refund, 'ACCEPTED', `The session is ${session.state}.`, now);
    return change;
  }
  const [refund, another] = open;
  const whole = refund && !another && refund.amountMinor === session.amountMinor - session.refundedMinor;
  if (!whole || !unclear.includes(refund)) return markUnknown(tx, change, unclear);
  if (askedAt.getTime() - refund.createdAt.getTime() < ABSENCE_PROVES_MS) return markUnknown(tx, change, unclear);
  await prove(tx, refund, 'REJECTED', `The session is still ${session.state}: nothing has come of it.`, now);
  return touchSession(change, { reservedMinor: session.reservedMinor - refund.amountMinor }, now);
}

const prove = (tx: Tx, { id }: CreditRefund, outcome: 'ACCEPTED' | 'REJECTED', message: string, now: Date) =>
  tx.creditRefund.update({ where: { id }, data: { outcome, message, finishedAt: now } });

/** A refund whose process died before the answer is as unclear as one whose answer was lost. */
async function markUnknown(tx: Tx, change: SessionChange, unclear: CreditRefund[]): Promise<SessionChange> {
  const ids = unclear.filter(({ outcome }) => outcome === 'PENDING').map(({ id }) => id);
  if (ids.length > 0)
    await tx.creditRefund.updateMany({
      where: { id: { in: ids } },
      data: { outcome: 'UNKNOWN', message: 'The answer was not waited for.' },
    });
  return change;
}
