import { addJob, type JobPayloads } from '../db/job-queue.ts';
import type { Deps } from '../deps.ts';
import { followPayment } from '../domain/mirror/follow-payment.ts';
import { resolveUpstream } from '../domain/payment/execute-upstream.ts';

/**
 * Asks the provider what became of a payment and comes back later, ever more seldom (ten minutes at most), until it knows.
 * It never gives up: a question that fails is a reason to ask again, and the job's own tries are not counted against it.
 */
export async function resolvePaymentJob(
  deps: Deps,
  { paymentId, round }: JobPayloads['resolve-payment'],
): Promise<void> {
  const again = (runAt: Date) =>
    addJob(
      deps.db.prisma,
      'resolve-payment',
      { paymentId, round: round + 1 },
      { key: `resolve-payment:${paymentId}`, runAt },
    );
  try {
    const payment = await deps.db.prisma.payment.findUniqueOrThrow({ where: { id: paymentId } });
    const learned = payment.origin === 'PROVIDER';
    const { lookAgainAt } = learned
      ? await followPayment(deps, payment, round)
      : await resolveUpstream(deps, paymentId, round);
    if (lookAgainAt) await again(lookAgainAt);
  } catch (error) {
    deps.log.warn(
      { err: error, paymentId, round },
      'a provider could not say what became of a payment; it will be asked again',
    );
    await again(new Date(deps.clock.now().getTime() + Math.min(2_000 * 2 ** Math.min(round, 20), 600_000)));
  }
}
