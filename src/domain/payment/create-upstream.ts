import type { Outcome } from '../../connectors/outcome.ts';
import type { ProviderPayment } from '../../connectors/values.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { present } from '../../lib/assert.ts';
import { ProviderUnavailableError, refusalError } from '../provider/errors.ts';
import { attemptChanges, keepTrace, loadUpstream, traced } from './attempt.ts';
import { isPending, watchPricing } from './execute-upstream.ts';
import { learn } from './learn.ts';
import { resume, step } from './progress.ts';
import { save } from './store.ts';

type UpstreamDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock'>;

/**
 * Makes a payment known to its provider (first of two phases: nothing moves there). The payment and its attempt are stored
 * already; a lost answer is made good by sending the same id again, so the caller may simply repeat its mutation.
 * @throws ProviderRejectedError, IdentificationRequiredError: the payment is DECLINED, its idempotency key is free again;
 *   ProviderUnavailableError: the payment waits in CREATED for a repetition
 */
export async function createUpstream(deps: UpstreamDeps, paymentId: string): Promise<Payment> {
  const { prisma } = deps.db;
  const payment = await prisma.payment.findUniqueOrThrow({ where: { id: paymentId } });
  const upstream = await loadUpstream(deps, prisma, payment);
  if (payment.status !== 'CREATED' || upstream.attempt.reference !== null || !upstream.capability.create)
    return payment;

  const trace = traced(upstream);
  const outcome = await upstream.capability.create(trace.call, upstream.handle);

  const now = deps.clock.now();
  const after = await transaction(deps.db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${paymentId} FOR UPDATE`;
    const locked = await tx.payment.findUniqueOrThrow({ where: { id: paymentId } });
    await keepTrace(tx, upstream.attempt, trace, attemptChanges(outcome, now));
    if (outcome.kind === 'accepted') {
      const told = { said: outcome.value, source: 'PROVIDER_ANSWER' as const };
      const learned = await learn(tx, locked, upstream.order, told, now);
      if (isPending(learned)) await watchPricing(tx, paymentId);
      return learned;
    }
    if (outcome.kind !== 'rejected' || locked.status !== 'CREATED') return locked;
    const { declineReason, providerMessage } = outcome.refusal;
    // one row per mutation that succeeded: what was refused may be tried again under the same key
    await tx.idempotencyKey.deleteMany({ where: { partnerId: locked.partnerId, resultId: paymentId } });
    const changes = { declineReason, declineMessage: providerMessage, expiresAt: null };
    const declined = step(
      resume(locked),
      { to: 'DECLINED', reason: 'DECLINE', source: 'PROVIDER_ANSWER', message: providerMessage, changes },
      now,
    );
    return present((await save(tx, [declined], [], now))[0], 'the payment');
  });
  refuse(outcome, upstream.account.provider);
  return after;
}

function refuse(outcome: Outcome<ProviderPayment>, provider: string): void {
  if (outcome.kind === 'rejected') throw refusalError(outcome.refusal);
  if (outcome.kind === 'unknown') throw new ProviderUnavailableError(provider, null);
  if (outcome.kind === 'notSent') throw new ProviderUnavailableError(provider, outcome.retryAt);
}
