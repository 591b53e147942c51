import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import { addJob } from '../../db/job-queue.ts';
import type { Subject } from './subject.ts';

/** How far the provider's clock may be behind ours, and how late a line may be dated after its payment. */
const BEHIND_MS = 10 * 60_000;
const LATE_MS = 24 * 60 * 60_000;

/**
 * Money that comes may be that of a payment of ours whose answer has not come yet, also where an operator has ruled on it or its receiver
 * was not known here when it was created: what joins them is the provider's number, which its payer's side tells first. Until then
 * the line waits, so that the money is not booked for both.
 * @returns true when there is such a payment; it is asked about at once
 */
export async function isAwaited(tx: Tx, { wallet, accountIds }: Subject, said: ProviderPayment): Promise<boolean> {
  if (said.direction !== 'IN' || said.kind !== 'TRANSFER') return false;
  const { minor, currency } = said.amount;
  const near = {
    gte: new Date(said.createdAt.getTime() - LATE_MS),
    lte: new Date(said.createdAt.getTime() + BEHIND_MS),
  };
  const unclear = await tx.payment.findFirst({
    where: {
      origin: 'API',
      kind: 'TRANSFER',
      providerAccountId: { in: accountIds },
      attempts: { some: { reference: null, confirming: true } },
      AND: [
        { OR: [{ status: 'PROCESSING' }, { status: 'COMPLETED', confirmedAt: near }] },
        { OR: [{ destinationWalletId: wallet.id }, { destinationWalletId: null }] },
        {
          OR: [
            { destinationMinor: minor, destinationCurrency: currency },
            { destinationMinor: null, amountMinor: minor, currency },
          ],
        },
      ],
    },
  });
  if (!unclear) return false;
  const { id: paymentId } = unclear;
  await addJob(tx, 'resolve-payment', { paymentId, round: 0 }, { key: `resolve-payment:${paymentId}` });
  return true;
}
