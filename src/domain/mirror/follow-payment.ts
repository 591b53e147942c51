import type { Payment } from '../../db/generated/client.ts';
import { present } from '../../lib/assert.ts';
import { detailOf } from './follow-news.ts';
import { recordMovement } from './record-movement.ts';
import { type MirrorDeps, subjectOf } from './subject.ts';

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 10 * 60_000;

/**
 * What the resolver does for a payment that was not made here: its provider is asked by the number until it knows the outcome.
 * @returns when to look again; null when it has ended, or its wallet is not followed any more
 * @throws ProviderRejectedError, ProviderUnavailableError
 */
export async function followPayment(
  deps: MirrorDeps,
  payment: Payment,
  round: number,
): Promise<{ lookAgainAt: Date | null }> {
  const { prisma } = deps.db;
  const id = present(payment.sourceWalletId ?? payment.destinationWalletId, 'the wallet of a learned payment');
  const wallet = await prisma.wallet.findUniqueOrThrow({ where: { id }, include: { accounts: true } });
  const subject = payment.status === 'PROCESSING' ? await subjectOf(deps, prisma, wallet) : null;
  if (!subject) return { lookAgainAt: null };
  const reference = present(payment.reference, 'the number of a learned payment');
  const said = await detailOf(subject, reference, payment.sourceWalletId ? 'OUT' : 'IN');
  const recorded = said && (await recordMovement(deps, subject, said, 'POLL'));
  if (recorded?.kind === 'payment' && recorded.payment.status !== 'PROCESSING') return { lookAgainAt: null };
  const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(round, 20), LONGEST_WAIT_MS);
  return { lookAgainAt: new Date(deps.clock.now().getTime() + wait) };
}
