import type { Tx } from '../../db/client.ts';
import type { CreditRefund } from '../../db/generated/client.ts';
import { present } from '../../lib/assert.ts';
import { givenBack, resumeSession, saveSession, touchSession } from './change-session.ts';
import { refundableStates } from './states.ts';
import { isKnown, lockCreditSession } from './store.ts';

/** What is known of a refund now. */
export interface Settlement {
  outcome: 'ACCEPTED' | 'REJECTED' | 'UNKNOWN';
  message: string | null;
  /** Why a person knew. */
  evidence?: string;
}

/**
 * Writes what has become of a refund, with its books. One that was settled before stays as it is; where the session has ended
 * meanwhile all of it is booked already.
 */
export async function settleRefund(
  tx: Tx,
  { id, sessionId }: CreditRefund,
  said: Settlement,
  now: Date,
): Promise<void> {
  const session = present(await lockCreditSession(tx, sessionId), 'the session of a refund');
  const refund = await tx.creditRefund.findUniqueOrThrow({ where: { id } });
  if (refund.finishedAt) return;
  const finishedAt = said.outcome === 'UNKNOWN' ? null : now;
  await tx.creditRefund.update({ where: { id }, data: { ...said, finishedAt } });
  const open = isKnown(session) && refundableStates.includes(session.state);
  if (!open) return;
  const { refundedMinor, reservedMinor } = session;
  const free = { reservedMinor: reservedMinor - refund.amountMinor };
  const change = resumeSession(session);
  // one that was refused at once was never heard of: nothing has changed
  if (said.outcome === 'REJECTED' && refund.outcome === 'PENDING')
    await tx.creditSession.update({ where: { id: sessionId }, data: free });
  else if (said.outcome === 'UNKNOWN') await saveSession(tx, touchSession(change, {}, now), now);
  else if (said.outcome === 'REJECTED') await saveSession(tx, touchSession(change, free, now), now);
  else {
    const done = { ...free, refundedMinor: refundedMinor + refund.amountMinor };
    await saveSession(tx, touchSession(change, done, now, [givenBack(session, refund, now)]), now);
  }
}
