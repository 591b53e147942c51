import { type Outcome, type Refusal, rejected } from '../../connectors/outcome.ts';
import type { ProviderPayment } from '../../connectors/values.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { attemptChanges, isCurrent, keepTrace, loadUpstream, type Trace, traced, type Upstream } from './attempt.ts';
import { awaitsTurn, mustWait, wakeNext } from './money-lane.ts';
import { agreedFee } from './next-way.ts';
import { openOrder } from './order.ts';
import { askBeside, otherLines } from './other-lines.ts';
import { NO_SUCH_PAYMENT } from './own-line.ts';
import { type Answered, isLastCall, learnOrMoveOn, lock, lockTold, recordOutcome, refuse } from './record-outcome.ts';
import {
  absenceProvesAt,
  CALL_IS_DEAD_MS,
  isLate,
  isPending,
  nextLook,
  paidAt,
  SOON_MS,
  watchOver,
} from './watch-upstream.ts';

type UpstreamDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/** A payment after its confirming call, and the provider's refusal where that is what ended it. */
export interface Executed {
  payment: Payment;
  refusal: Refusal | null;
}

/**
 * Steps 2 and 3 of a confirmed payment: the call, outside any transaction, and what it proves. Payment, hold and attempt are
 * committed. `unknown` changes nothing: the money stays held and the resolver asks.
 * @param lastCall when the last confirming call went out, as the caller has seen it; null: none has. Of several who have seen the
 *   same only one calls.
 * @returns the payment as far as the provider's answer takes it
 */
export async function executeUpstream(deps: UpstreamDeps, paymentId: string, lastCall: Date | null): Promise<Executed> {
  let tried = await tryWay(deps, paymentId, lastCall);
  while (tried.moved) tried = await tryWay(deps, paymentId, null);
  return tried;
}

/** One way of a payment, to its confirming call and what came of it. */
async function tryWay(
  deps: UpstreamDeps,
  paymentId: string,
  lastCall: Date | null,
): Promise<Executed & { moved: boolean }> {
  const known = await makeKnown(deps, paymentId);
  if (known) return known;
  const upstream = await claimCall(deps, paymentId, lastCall);
  if (!upstream) {
    const payment = await deps.db.prisma.payment.findUniqueOrThrow({ where: { id: paymentId } });
    return { payment, refusal: null, moved: false };
  }
  const trace = traced(upstream);
  const outcome = await upstream.capability.confirm(trace.call, upstream.handle, upstream.order.choice);
  return executed(deps, { upstream, trace, outcome, paying: true });
}

async function executed(deps: UpstreamDeps, answered: Answered): Promise<Executed & { moved: boolean }> {
  const { outcome } = answered;
  const { payment, moved } = await recordOutcome(deps, answered);
  return {
    payment,
    moved,
    refusal: outcome.kind === 'rejected' && payment.status === 'DECLINED' ? outcome.refusal : null,
  };
}

/**
 * The first of two phases, for a way that the payment took after it was confirmed: nothing moves there yet, so an unclear answer is
 * made good by sending the same id again.
 * @returns null when the payment can be confirmed
 */
async function makeKnown(deps: UpstreamDeps, paymentId: string): Promise<(Executed & { moved: boolean }) | null> {
  const { prisma } = deps.db;
  const payment = await prisma.payment.findUniqueOrThrow({ where: { id: paymentId } });
  const upstream = await loadUpstream(deps, prisma, payment);
  const { attempt, capability, handle } = upstream;
  if (payment.status !== 'PROCESSING' || !capability.create || attempt.reference !== null || attempt.confirming)
    return null;
  const trace = traced(upstream);
  const outcome = fitting(upstream, await capability.create(trace.call, handle));
  if (outcome.kind !== 'accepted') return executed(deps, { upstream, trace, outcome, paying: false });
  const now = deps.clock.now();
  await transaction(deps.db, (tx) => keepTrace(tx, attempt, trace, attemptChanges(outcome, now)));
  return null;
}

/** A payment that its new provider charges more for than was agreed to, or of which it wants to know more, is not taken there. */
function fitting({ payment, order, account }: Upstream, outcome: Outcome<ProviderPayment>): Outcome<ProviderPayment> {
  if (outcome.kind !== 'accepted') return outcome;
  const { total, fee, amount, nextAction, providerStatus } = outcome.value;
  const charged = fee?.minor ?? (total ? total.minor - amount.minor : null);
  const dear = charged !== null && charged > agreedFee(payment, order.maxFee);
  if (!dear && charged !== null && nextAction?.kind === 'CONFIRM') return outcome;
  return rejected({
    provider: account.provider,
    operation: order.member,
    httpStatus: null,
    providerCode: providerStatus,
    providerMessage: dear ? 'It charges more than was agreed to.' : 'It wants to know more before it can be confirmed.',
    remedy: 'NONE',
    errorCode: 'PROVIDER_REJECTED',
    declineReason: 'PROVIDER_REFUSED',
    blame: 'PROVIDER',
    limit: null,
  });
}

/**
 * Makes sure, under the row's lock, that there is still something to execute, and writes down that the call goes out: a crash
 * from here on leaves a payment that is asked about, never one that is paid blindly again.
 */
function claimCall(deps: UpstreamDeps, paymentId: string, lastCall: Date | null): Promise<Upstream | null> {
  return transaction(deps.db, async (tx) => {
    const payment = await lock(tx, paymentId);
    if (payment.status !== 'PROCESSING') return null;
    const upstream = await loadUpstream(deps, tx, payment);
    if (upstream.attempt.calledAt?.getTime() !== lastCall?.getTime()) return null;
    if (await mustWait(tx, upstream, new Date(deps.clock.now().getTime() - CALL_IS_DEAD_MS))) {
      await watchOver(tx, paymentId, deps.clock.now(), SOON_MS);
      return null;
    }
    // each call has its own time, also where the clock stands still
    const calledAt = new Date(Math.max(deps.clock.now().getTime(), (lastCall?.getTime() ?? 0) + 1));
    await tx.paymentAttempt.update({ where: { id: upstream.attempt.id }, data: { confirming: true, calledAt } });
    return { ...upstream, attempt: { ...upstream.attempt, confirming: true, calledAt } };
  });
}

/**
 * What the resolver does for one payment: ask the provider, and go on where nothing was sent or the provider proves that it
 * has not begun. Never repeats a confirming call blindly (mbank contract 3.2: a lost answer is read, not paid again).
 * @returns the payment, and when to look again; null when it has ended
 */
export async function resolveUpstream(
  deps: UpstreamDeps,
  paymentId: string,
  round: number,
): Promise<{ payment: Payment; lookAgainAt: Date | null }> {
  const { prisma } = deps.db;
  const payment = await prisma.payment.findUniqueOrThrow({ where: { id: paymentId } });
  const isOpen = (one: Payment) => isPending(one) || isLate(one, deps.clock.now());
  if (!isOpen(payment)) return { payment, lookAgainAt: null };
  const upstream = await loadUpstream(deps, prisma, payment);
  const { calledAt, confirming } = upstream.attempt;
  // there never was a link that somebody might have paid
  if (payment.status === 'EXPIRED' && calledAt === null) return { payment, lookAgainAt: null };
  const askable = (confirming && !awaitsTurn(upstream)) || payment.status === 'CREATED';
  const after = askable ? await ask(deps, upstream) : (await executeUpstream(deps, paymentId, calledAt)).payment;
  return { payment: after, lookAgainAt: isOpen(after) ? nextLook(upstream, deps.clock.now(), round) : null };
}

async function ask(deps: UpstreamDeps, upstream: Upstream): Promise<Payment> {
  const trace = traced(upstream);
  // what is not there now may be there before the answer is
  const asked = deps.clock.now();
  const others = await otherLines(deps, trace.call, upstream);
  // a line may be that of a payment which is proven already, and has none yet
  if (others === null) {
    await transaction(deps.db, (tx) => keepTrace(tx, upstream.attempt, trace, {}));
    return upstream.payment;
  }
  const said = await askBeside(trace.call, upstream, others);
  const now = deps.clock.now();
  const processing = upstream.payment.status === 'PROCESSING';
  const untouched = said?.status === 'CREATED' && said.nextAction?.kind === 'CONFIRM';
  // the provider proves that the confirming call never arrived, and no answer can be on its way any more
  if (processing && untouched && asked.getTime() - paidAt(upstream).getTime() > CALL_IS_DEAD_MS)
    return (await executeUpstream(deps, upstream.payment.id, upstream.attempt.calledAt)).payment;
  if (processing && said === null && asked > absenceProvesAt(upstream)) {
    // our own id may stand for a number that the provider does not give: it proves nothing of what is there
    const { reference, clientId } = upstream.attempt;
    if (reference === null || reference === clientId) return decline(deps, upstream, trace, now);
    deps.log.error(
      { paymentId: upstream.payment.id },
      'a provider does not know a payment that it has numbered; an operator may rule on it',
    );
  }
  return transaction(deps.db, async (tx) => {
    const payment = await lockTold(tx, upstream, said);
    await keepTrace(
      tx,
      upstream.attempt,
      trace,
      said ? { reference: said.reference, providerStatus: said.providerStatus } : {},
    );
    await wakeNext(tx, upstream);
    const { attempt } = upstream;
    if (!said || !(await isCurrent(tx, attempt))) return payment;
    const news = { said, source: 'POLL' as const, askedAt: upstream.payment.version };
    const heard = { payment, attempt, order: openOrder(deps.vault, payment), news };
    return (await learnOrMoveOn(deps, tx, heard, now)).payment;
  });
}

/** The provider proves that it has no such payment: nothing will ever move, so what is held goes back. */
async function decline(deps: UpstreamDeps, upstream: Upstream, trace: Trace, now: Date): Promise<Payment> {
  return transaction(deps.db, async (tx) => {
    const payment = await lock(tx, upstream.payment.id);
    // a call that went out since then is not the one that was asked about
    const asked = (await isLastCall(tx, upstream)) && (await isCurrent(tx, upstream.attempt));
    await keepTrace(tx, upstream.attempt, trace, asked ? { outcome: 'REJECTED', finishedAt: now } : {});
    await wakeNext(tx, upstream);
    return payment.status === 'PROCESSING' && asked
      ? refuse(tx, payment, 'PROVIDER_REFUSED', NO_SUCH_PAYMENT, now)
      : payment;
  });
}
