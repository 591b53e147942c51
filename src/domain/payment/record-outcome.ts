import type { Outcome } from '../../connectors/outcome.ts';
import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InsufficientFundsError } from '../../errors.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { attemptChanges, isCurrent, keepTrace, type Trace, type Upstream } from './attempt.ts';
import { bookDecline } from './book-outcome.ts';
import { learn, type News } from './learn.ts';
import { isLane, wakeNext } from './money-lane.ts';
import { blamesRoute, declineBlamesRoute, takeNextWay } from './next-way.ts';
import type { UpstreamOrder } from './order.ts';
import { claimLine } from './own-line.ts';
import { resume, step } from './progress.ts';
import { save } from './store.ts';
import { asTransit, isFirstLegDone, isLateFirstLeg, landLateFirstLeg, receiveFirstLeg } from './transit-legs.ts';
import { SOON_MS, watchOver } from './watch-upstream.ts';

type RecordDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/** A payment after an answer. `moved`: it has another way now, on which nothing was sent yet. */
export interface Recorded {
  payment: Payment;
  moved: boolean;
}

/** A call of a confirmed payment, and what came of it. */
export interface Answered {
  upstream: Upstream;
  trace: Trace;
  outcome: Outcome<ProviderPayment>;
  /** Was it the call that pays? The other one only makes the payment known to its provider. */
  paying: boolean;
}

/** Stores what a call proved: the payment goes as far as the provider says, or on to another way, or nowhere. */
export async function recordOutcome(deps: RecordDeps, answered: Answered): Promise<Recorded> {
  try {
    return await write(deps, answered);
  } catch (error) {
    // what the next way costs more was spent meanwhile: the second look sees it
    if (!(error instanceof InsufficientFundsError)) throw error;
    return write(deps, answered);
  }
}

function write(deps: RecordDeps, { upstream, trace, outcome, paying }: Answered): Promise<Recorded> {
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    const payment = await lockTold(tx, upstream, outcome.kind === 'accepted' ? outcome.value : null);
    // `confirming` says that a call may have gone out; proven that the last one has not, the resolver may send it
    const confirming = paying && (outcome.kind !== 'notSent' || !(await isLastCall(tx, upstream)));
    await keepTrace(tx, upstream.attempt, trace, { ...attemptChanges(outcome, now), confirming });
    await wakeNext(tx, upstream);
    const stays = { payment, moved: false };
    if (!(await isCurrent(tx, upstream.attempt))) return stays;
    const { attempt } = upstream;
    switch (outcome.kind) {
      case 'accepted': {
        const told = { said: outcome.value, source: 'PROVIDER_ANSWER' as const };
        const after = await learnOrMoveOn(deps, tx, { payment, attempt, order: upstream.order, news: told }, now);
        // a provider with one phase never says more than that it has taken the order: the rest is asked for
        if (!upstream.capability.create && !after.moved && after.payment.status === 'PROCESSING')
          await watchOver(tx, payment.id, now, SOON_MS);
        return after;
      }
      case 'rejected': {
        if (payment.status !== 'PROCESSING') return stays;
        const next = blamesRoute(outcome.refusal) && (await takeNextWay(deps, tx, payment, attempt, now));
        if (next) return { payment: next, moved: true };
        const { declineReason, providerMessage } = outcome.refusal;
        return { payment: await refuse(tx, payment, declineReason, providerMessage, now), moved: false };
      }
      case 'unknown':
      case 'notSent': {
        const unsent = outcome.kind === 'notSent' && !confirming && payment.status === 'PROCESSING';
        const next = unsent && (await takeNextWay(deps, tx, payment, attempt, now));
        if (next) return { payment: next, moved: true };
        deps.log.warn(
          { paymentId: payment.id, why: outcome.why },
          'a provider left a payment unclear; it will be asked',
        );
        if (isLane(upstream)) await watchOver(tx, payment.id, now, SOON_MS);
        return stays;
      }
    }
  });
}

/** What is heard of a payment's present attempt. Its row is locked. */
export interface Heard {
  payment: Payment;
  attempt: Upstream['attempt'];
  order: UpstreamOrder;
  news: News;
}

/**
 * Brings a payment to where its provider proves that it stands (learn.ts); one that the provider declines through no fault of the
 * payment's goes on to another way, where there is one, and the resolver carries it out.
 */
export async function learnOrMoveOn(
  deps: Pick<Deps, 'vault' | 'connectors'>,
  tx: Tx,
  { payment, attempt, order, news }: Heard,
  now: Date,
): Promise<Recorded> {
  const leg = { payment, attempt, order, news };
  if (isFirstLegDone(leg)) return { payment: await receiveFirstLeg(deps, tx, leg, now), moved: true };
  if (await isLateFirstLeg(tx, leg)) {
    await landLateFirstLeg(tx, leg, now);
    return { payment, moved: false };
  }
  const said = asTransit(payment, order, news.said);
  const next =
    payment.status === 'PROCESSING' && declineBlamesRoute(said) && (await takeNextWay(deps, tx, payment, attempt, now));
  if (next) {
    const { reference, providerStatus, providerCode = null, declineMessage: providerMessage } = said;
    const told = { reference, providerStatus, providerCode, providerMessage };
    await tx.paymentAttempt.update({ where: { id: attempt.id }, data: told });
    // who has the answer to a call of his own goes on by himself
    if (news.source !== 'PROVIDER_ANSWER') await watchOver(tx, payment.id, now, 0);
    return { payment: next, moved: true };
  }
  const own = said.historyReference ? await claimLine(tx, payment, said.historyReference) : payment;
  // the line was taken for another payment meanwhile: it is asked about again
  if (!own) return { payment, moved: false };
  return { payment: await learn(tx, own, order, { ...news, said }, now), moved: false };
}

/** Ends a payment that its provider refuses: what is held for it goes back. */
export async function refuse(
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
export async function isLastCall(tx: Tx, { attempt: { id, calledAt } }: Upstream): Promise<boolean> {
  const last = await tx.paymentAttempt.findUniqueOrThrow({ where: { id } });
  return last.calledAt?.getTime() === calledAt?.getTime();
}

/** The payment's row, under the same name as a line of a history that is being booked: one of the two is first, and the other sees it. */
export async function lockTold(
  tx: Tx,
  { payment, account, connector }: Upstream,
  said: Pick<ProviderPayment, 'reference' | 'historyReference'> | null,
): Promise<Payment> {
  if (said && connector.history?.explainsBalance)
    await lockName(tx, 'movement', account.partnerId, account.provider, said.historyReference ?? said.reference);
  return lock(tx, payment.id);
}

/** The payment's row, locked until the transaction ends. */
export async function lock(tx: Tx, paymentId: string): Promise<Payment> {
  await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${paymentId} FOR UPDATE`;
  return tx.payment.findUniqueOrThrow({ where: { id: paymentId } });
}
