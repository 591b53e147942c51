import type { Payment } from '../../db/generated/client.ts';
import { readUpstream } from '../provider/errors.ts';
import type { Break } from './breaks.ts';
import { netOf } from './net.ts';
import type { MirrorDeps, Subject } from './subject.ts';

/** A history may show a payment a little later than it made it. */
const LAG_MS = 60_000;

/**
 * Payments that are done here and carried by this wallet, but do not stand in the stretch of history that was read. Each is asked
 * for by its number before it is called missing: the provider may date it outside the stretch.
 */
export async function missingUpstream(
  { db, clock }: MirrorDeps,
  subject: Subject,
  seen: ReadonlySet<string>,
  { from, to }: { from: Date; to: Date },
): Promise<Break[]> {
  const { wallet, connector, call, accountIds } = subject;
  const payments = await db.prisma.payment.findMany({
    where: {
      partnerId: wallet.partnerId,
      status: 'COMPLETED',
      providerAccountId: { in: accountIds },
      ...(wallet.house ? {} : { OR: [{ sourceWalletId: wallet.id }, { destinationWalletId: wallet.id }] }),
      confirmedAt: { gte: from, lt: new Date(to.getTime() - LAG_MS) },
    },
  });
  const breaks: Break[] = [];
  const recent = clock.now().getTime() - LAG_MS;
  const isRecent = ({ confirmedAt }: Payment) => confirmedAt !== null && confirmedAt.getTime() > recent;
  for (const payment of payments) {
    const moved = await netOf(db.prisma, payment.id, wallet, payment.currency);
    const direction = moved < 0n ? ('OUT' as const) : ('IN' as const);
    const reference = (direction === 'IN' && payment.destinationReference) || payment.reference;
    if (moved === 0n || reference === null) continue;
    const line = lineOf(subject, payment, reference);
    if (line === null ? isRecent(payment) : seen.has(line)) continue;
    const found =
      line === null ? null : await readUpstream(async () => connector.history?.get?.(call, line, direction) ?? null);
    if (!found) breaks.push(missing(payment, reference, direction, moved));
  }
  return breaks;
}

/** Under what a payment stands in the history; null where it has no line there yet. */
export const lineOf = (
  { connector }: Pick<Subject, 'connector'>,
  payment: Payment,
  reference: string,
): string | null => (connector.history?.unnumbered ? payment.historyReference : reference);

const missing = ({ id, currency }: Payment, reference: string, direction: 'IN' | 'OUT', moved: bigint): Break => ({
  kind: 'MISSING_UPSTREAM',
  subject: `${direction}:${reference}`,
  paymentId: id,
  providerReference: reference,
  expected: { minor: moved, currency },
});
