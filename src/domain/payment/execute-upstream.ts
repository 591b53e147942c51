import type { Outcome, Refusal } from '../../connectors/outcome.ts';
import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { addJob } from '../../db/job-queue.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { attemptChanges, keepTrace, loadUpstream, type Trace, traced, type Upstream } from './attempt.ts';
import { bookDecline } from './book-outcome.ts';
import { learn } from './learn.ts';
import { openOrder } from './order.ts';
import { resume, step } from './progress.ts';
import { save } from './store.ts';

type UpstreamDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/** How long the resolver leaves the answer of a confirming call to arrive by itself. */
const FIRST_LOOK_MS = 15_000;
/** How soon an order that was taken is looked for in the history. */
const SOON_MS = 1_000;
/** A call that was answered by nobody for this long is not on its way any more. */
export const CALL_IS_DEAD_MS = 30_000;
const LONGEST_WAIT_MS = 10 * 60_000;
const FIRST_WAIT_MS = 2_000;

/** Step 1's part: the resolver is on its way before the provider is called, so a crash in between is made good. */
export const watchOver = (tx: Tx, paymentId: string, now: Date, inMs = FIRST_LOOK_MS): Promise<void> =>
  addJob(
    tx,
    'resolve-payment',
    { paymentId, round: 1 },
    { key: `resolve-payment:${paymentId}`, runAt: new Date(now.getTime() + inMs) },
  );

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
  const upstream = await claimCall(deps, paymentId, lastCall);
  if (!upstream)
    return { payment: await deps.db.prisma.payment.findUniqueOrThrow({ where: { id: paymentId } }), refusal: null };
  const trace = traced(upstream);
  const outcome = await upstream.capability.confirm(trace.call, upstream.handle, upstream.order.choice);
  const after = await record(deps, upstream, trace, outcome);
  return {
    payment: after,
    refusal: outcome.kind === 'rejected' && after.status === 'DECLINED' ? outcome.refusal : null,
  };
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
  if (!isPending(payment)) return { payment, lookAgainAt: null };
  const upstream = await loadUpstream(deps, prisma, payment);
  const askable = upstream.attempt.confirming || payment.status === 'CREATED';
  const { calledAt } = upstream.attempt;
  const after = askable ? await ask(deps, upstream) : (await executeUpstream(deps, paymentId, calledAt)).payment;
  return { payment: after, lookAgainAt: isPending(after) ? nextLook(upstream, deps.clock.now(), round) : null };
}

/** Ever more seldom, but at once when the provider's silence begins to prove something. */
function nextLook(upstream: Upstream, now: Date, round: number): Date {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(round, 20), LONGEST_WAIT_MS);
  const proof = upstream.payment.status === 'PROCESSING' ? absenceProvesAt(upstream).getTime() + 1 : 0;
  const next = now.getTime() + wait;
  return new Date(proof > now.getTime() ? Math.min(next, proof) : next);
}

/** From when on the provider's not knowing the payment proves that its confirming call came to nothing. */
const absenceProvesAt = (upstream: Upstream): Date =>
  new Date(paidAt(upstream).getTime() + (upstream.capability.absenceProvesAfterMs ?? CALL_IS_DEAD_MS));

/** When the call that pays went out, or may have. A call before the confirmation only created the payment. */
function paidAt({ payment: { confirmedAt, createdAt }, attempt: { calledAt } }: Upstream): Date {
  const confirmed = confirmedAt ?? createdAt;
  return calledAt !== null && calledAt > confirmed ? calledAt : confirmed;
}

/** Does the payment wait for its provider: for its outcome, or, before it is confirmed, for its price or the next question? */
export function isPending({ status, providerAccountId, upstreamAction }: Payment): boolean {
  if (providerAccountId === null) return false;
  if (status !== 'CREATED') return status === 'PROCESSING';
  const action = upstreamAction ? (JSON.parse(upstreamAction) as { kind: string; prompts?: unknown[] }) : null;
  return action?.kind === 'WAIT' || (action?.kind === 'UPDATE' && action.prompts?.length === 0);
}

/** Looks at once, and again until the provider has priced the payment or says what it wants (mbank lists that on load only). */
export const watchPricing = (tx: Tx, paymentId: string): Promise<void> =>
  addJob(tx, 'resolve-payment', { paymentId, round: 0 }, { key: `resolve-payment:${paymentId}` });

async function ask(deps: UpstreamDeps, upstream: Upstream): Promise<Payment> {
  const trace = traced(upstream);
  // what is not there now may be there before the answer is
  const asked = deps.clock.now();
  const said = await upstream.capability.ask(trace.call, upstream.handle);
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
    const payment = await lockTold(tx, upstream, said?.reference ?? null);
    await keepTrace(
      tx,
      upstream.attempt,
      trace,
      said ? { reference: said.reference, providerStatus: said.providerStatus } : {},
    );
    return said
      ? learn(
          tx,
          payment,
          openOrder(deps.vault, payment),
          { said, source: 'POLL', askedAt: upstream.payment.version },
          now,
        )
      : payment;
  });
}

/** The provider proves that it has no such payment: nothing will ever move, so what is held goes back. */
async function decline(deps: UpstreamDeps, upstream: Upstream, trace: Trace, now: Date): Promise<Payment> {
  return transaction(deps.db, async (tx) => {
    const payment = await lock(tx, upstream.payment.id);
    // a call that went out since then is not the one that was asked about
    const asked = await isLastCall(tx, upstream);
    await keepTrace(tx, upstream.attempt, trace, asked ? { outcome: 'REJECTED', finishedAt: now } : {});
    return payment.status === 'PROCESSING' && asked
      ? refuse(tx, payment, 'PROVIDER_REFUSED', 'The provider has no such payment.', now)
      : payment;
  });
}

async function record(
  deps: UpstreamDeps,
  upstream: Upstream,
  trace: Trace,
  outcome: Outcome<ProviderPayment>,
): Promise<Payment> {
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    const reference = outcome.kind === 'accepted' ? outcome.value.reference : null;
    const payment = await lockTold(tx, upstream, reference);
    // `confirming` says that a call may have gone out; proven that the last one has not, the resolver may send it
    const confirming = outcome.kind !== 'notSent' || !(await isLastCall(tx, upstream));
    await keepTrace(tx, upstream.attempt, trace, { ...attemptChanges(outcome, now), confirming });
    switch (outcome.kind) {
      case 'accepted': {
        const told = { said: outcome.value, source: 'PROVIDER_ANSWER' as const };
        const learned = await learn(tx, payment, upstream.order, told, now);
        // a provider with one phase never says more than that it has taken the order: the rest is asked for
        if (!upstream.capability.create && learned.status === 'PROCESSING')
          await watchOver(tx, payment.id, now, SOON_MS);
        return learned;
      }
      case 'rejected': {
        if (payment.status !== 'PROCESSING') return payment;
        const { declineReason, providerMessage } = outcome.refusal;
        return refuse(tx, payment, declineReason, providerMessage, now);
      }
      case 'unknown':
      case 'notSent':
        deps.log.warn(
          { paymentId: payment.id, why: outcome.why },
          'a provider left a payment unclear; it will be asked',
        );
        return payment;
    }
  });
}

async function refuse(
  tx: Tx,
  payment: Payment,
  declineReason: NonNullable<Payment['declineReason']>,
  message: string | null,
  now: Date,
): Promise<Payment> {
  const events = await bookDecline(tx, payment, now);
  const changes = { declineReason, declineMessage: message, upstreamAction: null };
  const declined = step(
    resume(payment),
    { to: 'DECLINED', reason: 'DECLINE', source: 'PROVIDER_ANSWER', message, changes },
    now,
  );
  const [saved = payment] = await save(tx, [declined], events, now);
  return saved;
}

/** Has no other confirming call gone out since? The payment's row is locked. */
async function isLastCall(tx: Tx, { attempt: { id, calledAt } }: Upstream): Promise<boolean> {
  const last = await tx.paymentAttempt.findUniqueOrThrow({ where: { id } });
  return last.calledAt?.getTime() === calledAt?.getTime();
}

/** The payment's row, under the same name as a line of a history that is being booked: one of the two is first, and the other sees it. */
async function lockTold(tx: Tx, { payment, account, connector }: Upstream, reference: string | null): Promise<Payment> {
  if (reference !== null && connector.history?.explainsBalance)
    await lockName(tx, 'movement', account.partnerId, account.provider, reference);
  return lock(tx, payment.id);
}

async function lock(tx: Tx, paymentId: string): Promise<Payment> {
  await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${paymentId} FOR UPDATE`;
  return tx.payment.findUniqueOrThrow({ where: { id: paymentId } });
}
