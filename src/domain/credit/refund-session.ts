import type { Outcome } from '../../connectors/outcome.ts';
import type { Tx } from '../../db/client.ts';
import type { CreditRefund, CreditSession } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import { DomainError, InvalidInputError, type MinorAmount, NotFoundError, StateError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import { formatAmount } from '../../money/money.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { actorOf, once } from '../idempotency/once.ts';
import { acceptedValue } from '../provider/errors.ts';
import { withAccountCredentials } from '../provider/note-credentials.ts';
import { CALL_IS_DEAD_MS, followLater } from './follow-later.ts';
import { followSession } from './follow-session.ts';
import { asAccount, type CreditDeps, lenderOfSession } from './lender.ts';
import { settleRefund } from './settle-refund.ts';
import { refundableStates } from './states.ts';
import { findCreditSession, type KnownSession, lockCreditSession } from './store.ts';

const OPERATION = 'creditSessionRefund';

export interface RefundSessionInput {
  idempotencyKey: string;
  orderId: string;
  amount: MinorAmount;
}

export interface SessionRefunded {
  session: KnownSession;
  refund: CreditRefund;
  replayed: boolean;
}

/**
 * Gives back a part of what was lent, or all that is left. It is sent once: the provider gives a refund no number, so that a lost answer
 * is resolved by the state of the session, or by a person, and never by sending it again. A refusal frees the key.
 * @returns the refund, ACCEPTED or UNKNOWN; PENDING while another request with the key is at it
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, ProviderRejectedError; ProviderUnavailableError when nothing
 *   was sent
 */
export async function refundSession(
  deps: CreditDeps,
  viewer: PartnerViewer,
  { idempotencyKey, ...input }: RefundSessionInput,
): Promise<SessionRefunded> {
  const { prisma } = deps.db;
  const begun = await transaction(deps.db, (tx) => begin(deps, tx, viewer, { idempotencyKey, ...input }));
  const { session, refund, replayed } = begun;
  if (replayed) return begun;
  const { account, credit } = await lenderOfSession(deps, prisma, session);
  const outcome = await credit.refund(asAccount, { orderId: session.orderId, amount: input.amount });
  await conclude(deps, refund, outcome, async (tx) => {
    const { partnerId } = viewer;
    const where = { partnerId, actor: actorOf(viewer), operation: OPERATION, key: idempotencyKey };
    await tx.idempotencyKey.deleteMany({ where });
  });
  if (outcome.kind === 'rejected' || outcome.kind === 'notSent')
    return withAccountCredentials(deps, account, async () => acceptedValue(outcome, session.provider) as never);
  if (outcome.kind === 'accepted') await lookAtEnd(deps, session.id);
  return {
    session: present(await findCreditSession(prisma, viewer, { id: session.id }), 'the session of a refund'),
    refund: await prisma.creditRefund.findUniqueOrThrow({ where: { id: refund.id } }),
    replayed,
  };
}

/** Step 1: the refund is on the record, and its amount can be given back by nobody else. */
async function begin(
  deps: CreditDeps,
  tx: Tx,
  viewer: PartnerViewer,
  { idempotencyKey, ...input }: RefundSessionInput,
): Promise<SessionRefunded> {
  const now = deps.clock.now();
  const found = await findCreditSession(tx, viewer, { orderId: input.orderId });
  if (!found) throw new NotFoundError('The credit session');
  const claim = { operation: OPERATION, key: idempotencyKey, input, resultId: newId('CreditRefund') };
  const { resultId: id, replayed } = await once(tx, deps, viewer, claim);
  const session = present(await lockCreditSession(tx, found.id), 'the session of a refund') as KnownSession;
  if (replayed) {
    const refund = await tx.creditRefund.findUniqueOrThrow({ where: { id } });
    return { session, refund, replayed };
  }
  checkRefund(session, input.amount);
  const reservedMinor = session.reservedMinor + input.amount.minor;
  await tx.creditSession.update({ where: { id: session.id }, data: { reservedMinor } });
  const refund = await tx.creditRefund.create({
    data: { id, sessionId: session.id, amountMinor: input.amount.minor, createdAt: now },
  });
  await followLater(tx, session.id, now, { runAt: new Date(now.getTime() + CALL_IS_DEAD_MS + 1_000) });
  return { session: { ...session, reservedMinor }, refund, replayed };
}

function checkRefund(session: KnownSession, { minor, currency }: MinorAmount): void {
  const { state } = session;
  if (!refundableStates.includes(state))
    throw new StateError(
      'CREDIT_STATE',
      state,
      [...refundableStates],
      `The credit session is ${state}; something can be given back of one that is ${refundableStates.join(' or ')}.`,
    );
  if (currency !== session.currency)
    throw InvalidInputError.at('input.amount.currency', `must be ${session.currency}, as the order’s.`);
  if (minor <= 0n) throw InvalidInputError.at('input.amount.amount', 'must be above zero.');
  const left = refundableOf(session);
  if (minor > left)
    throw InvalidInputError.at(
      'input.amount.amount',
      `must be at most ${formatAmount({ minor: left, currency })}: what is left to give back.`,
    );
}

/** What can still be given back; refunds of unclear outcome count as done. */
export const refundableOf = (
  session: Pick<CreditSession, 'state' | 'amountMinor' | 'refundedMinor' | 'reservedMinor'>,
): bigint =>
  session.state !== null && refundableStates.includes(session.state)
    ? session.amountMinor - session.refundedMinor - session.reservedMinor
    : 0n;

/** Step 3: what has come of the call. What was never sent leaves no trace; what was refused stays as a record of that. */
function conclude(
  deps: CreditDeps,
  refund: CreditRefund,
  outcome: Outcome<null>,
  freeKey: (tx: Tx) => Promise<void>,
): Promise<void> {
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    if (outcome.kind === 'accepted') await settleRefund(tx, refund, { outcome: 'ACCEPTED', message: null }, now);
    if (outcome.kind === 'unknown')
      await settleRefund(tx, refund, { outcome: 'UNKNOWN', message: outcome.message }, now);
    if (outcome.kind === 'accepted' || outcome.kind === 'unknown') return followLater(tx, refund.sessionId, now);
    const message = outcome.kind === 'rejected' ? outcome.refusal.providerMessage : outcome.message;
    await settleRefund(tx, refund, { outcome: 'REJECTED', message }, now);
    if (outcome.kind === 'notSent') await tx.creditRefund.deleteMany({ where: { id: refund.id } });
    await freeKey(tx);
  });
}

/** When all is given back the session has ended, and its provider tells how. If it cannot just now, the job asks. */
async function lookAtEnd(deps: CreditDeps, sessionId: string): Promise<void> {
  const session = await deps.db.prisma.creditSession.findUniqueOrThrow({ where: { id: sessionId } });
  if (session.refundedMinor !== session.amountMinor) return;
  try {
    await followSession(deps, sessionId, { source: 'PROVIDER_ANSWER' });
  } catch (error) {
    // the refund itself is done and booked
    if (!(error instanceof DomainError)) throw error;
    deps.log.warn({ err: error, creditSessionId: sessionId }, 'a lender did not tell how a session has ended');
  }
}
