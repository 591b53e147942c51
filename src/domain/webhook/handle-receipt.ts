import { z } from 'zod';
import type { Payment, PaymentAttempt } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { refreshCard } from '../card/refresh-card.ts';
import { followDecision } from '../credit/follow-decision.ts';
import { followInvoiceNews } from '../invoice/follow-news.ts';
import { followNews, NotShownYetError } from '../mirror/follow-news.ts';
import { isCurrent, keepTrace, loadUpstream, traced } from '../payment/attempt.ts';
import { learnOrMoveOn } from '../payment/record-outcome.ts';
import { followFirstLeg } from '../payment/transit-legs.ts';
import { connectorOf } from '../provider/store.ts';
import { isMirrored } from '../wallet/at-provider.ts';

const stored = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('payment'),
    reference: z.string(),
    clientId: z.string().nullable(),
    status: z.string(),
    reason: z.string().nullable(),
    occurredAt: z.iso.datetime(),
    walletId: z.string().optional(),
    direction: z.enum(['IN', 'OUT']).optional(),
  }),
  z.object({ kind: z.literal('card'), reference: z.string(), state: z.string() }),
  z.object({ kind: z.literal('creditSession'), orderId: z.string(), decision: z.string() }),
  z.object({ kind: z.literal('invoice'), number: z.string(), state: z.string(), walletId: z.string().nullable() }),
]);

type HandlerDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>;

/**
 * Acts on a provider's call that was taken in. The call is a hint: the provider is asked, and only its answer moves anything.
 * Of a wallet whose history is followed every movement counts; elsewhere a payment that is not ours is passed over.
 * @throws what the connector throws when it cannot be asked: the job is tried again
 */
export async function handleReceipt(
  deps: HandlerDeps,
  { providerAccountId, dedupeKey }: { providerAccountId: string; dedupeKey: string },
): Promise<void> {
  const where = { providerAccountId_dedupeKey: { providerAccountId, dedupeKey } };
  const receipt = await deps.db.prisma.webhookReceipt.findUniqueOrThrow({ where });
  if (receipt.handledAt) return;
  const news = stored.parse(receipt.news);
  if (news.kind === 'card') await refreshCard(deps, providerAccountId, news.reference);
  else if (news.kind === 'invoice') await followInvoiceNews(deps, news);
  else if (news.kind === 'creditSession')
    await followDecision(deps, { providerAccountId, orderId: news.orderId, receivedAt: receipt.receivedAt });
  else if (!(await isFollowed(deps, news, receipt.receivedAt))) await askAbout(deps, providerAccountId, news);
  await deps.db.prisma.webhookReceipt.update({ where, data: { handledAt: deps.clock.now() } });
}

/** What a provider calls about it shows by then, or the reading of the history finds it. */
const SHOWN_WITHIN_MS = 60 * 60_000;

/** Was the call about a wallet whose history is followed? Then its movement is in the books now, or will be found by reading. */
async function isFollowed(
  deps: HandlerDeps,
  news: { walletId?: string | undefined; direction?: 'IN' | 'OUT' | undefined; reference: string },
  receivedAt: Date,
): Promise<boolean> {
  const { walletId, direction, reference } = news;
  if (walletId === undefined || direction === undefined) return false;
  try {
    return await followNews(deps, { walletId, reference, direction });
  } catch (error) {
    const waited = deps.clock.now().getTime() - receivedAt.getTime();
    if (!(error instanceof NotShownYetError) || waited < SHOWN_WITHIN_MS) throw error;
    deps.log.warn({ walletId, reference }, 'a provider called about a movement that it has not shown for an hour');
    return true;
  }
}

async function askAbout(
  deps: HandlerDeps,
  providerAccountId: string,
  news: { reference: string; clientId: string | null; occurredAt: string },
): Promise<void> {
  const { prisma } = deps.db;
  const known = [{ reference: news.reference }, ...(news.clientId ? [{ clientId: news.clientId.toLowerCase() }] : [])];
  const attempt = await prisma.paymentAttempt.findFirst({
    where: { providerAccountId, OR: known },
    include: { payment: true },
  });
  if (!attempt) {
    deps.log.info({ providerAccountId }, 'a provider spoke of a payment that was not made here');
    return;
  }
  if (await isUnlinked(deps, attempt.payment)) {
    deps.log.info({ providerAccountId }, 'a provider spoke of a payment of a wallet that is not linked any more');
    return;
  }
  if (!(await isCurrent(prisma, attempt))) return heedFormer(deps, attempt, news.reference);
  const upstream = await loadUpstream(deps, prisma, attempt.payment);
  const trace = traced(upstream);
  const said = await upstream.capability.ask(trace.call, { ...upstream.handle, reference: news.reference });
  if (!said) return;
  const now = deps.clock.now();
  await transaction(deps.db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${attempt.paymentId} FOR UPDATE`;
    const payment = await tx.payment.findUniqueOrThrow({ where: { id: attempt.paymentId } });
    await keepTrace(tx, upstream.attempt, trace, { reference: said.reference, providerStatus: said.providerStatus });
    if (!(await isCurrent(tx, upstream.attempt))) return;
    const askedAt = attempt.payment.version;
    const heard = { said, source: 'WEBHOOK' as const, occurredAt: new Date(news.occurredAt), askedAt };
    await learnOrMoveOn(deps, tx, { payment, attempt: upstream.attempt, order: upstream.order, news: heard }, now);
  });
}

/** News of a try that the payment has left behind: of a first leg it may be that the card got its money back. */
async function heedFormer(deps: HandlerDeps, attempt: PaymentAttempt, reference: string): Promise<void> {
  const { prisma } = deps.db;
  const { paymentId, outcome, providerAccountId } = attempt;
  if (outcome !== 'ACCEPTED') {
    deps.log.warn({ paymentId }, 'a provider spoke of a payment that went another way after its refusal');
    return;
  }
  const account = await prisma.providerAccount.findUniqueOrThrow({ where: { id: providerAccountId } });
  const said = await connectorOf(deps, account).history?.get?.({ wallet: null }, reference);
  if (!said) return;
  const now = deps.clock.now();
  await transaction(deps.db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${paymentId} FOR UPDATE`;
    await followFirstLeg(tx, await tx.payment.findUniqueOrThrow({ where: { id: paymentId } }), attempt, said, now);
  });
}

/** Was the wallet that this is about unlinked? Then its book is closed, and nobody can ask as that wallet. */
async function isUnlinked({ db }: HandlerDeps, { sourceWalletId, destinationWalletId }: Payment): Promise<boolean> {
  const id = sourceWalletId ?? destinationWalletId;
  const wallet = id ? await db.prisma.wallet.findUnique({ where: { id } }) : null;
  return wallet !== null && isMirrored(wallet) && wallet.status === 'CLOSED';
}
