import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import { addJob } from '../../db/job-queue.ts';
import type { Subject } from './subject.ts';

/**
 * Money that comes may be that of a payment of ours whose answer has not come yet: what joins them is the provider's number, which its
 * payer's side tells first. Until then the line waits, so that the money is not booked for both.
 * @returns true when there is such a payment; it is asked about at once
 */
export async function isAwaited(tx: Tx, { wallet, accountIds }: Subject, said: ProviderPayment): Promise<boolean> {
  if (said.direction !== 'IN' || said.kind !== 'TRANSFER') return false;
  const { minor, currency } = said.amount;
  const unclear = await tx.payment.findFirst({
    where: {
      origin: 'API',
      kind: 'TRANSFER',
      status: 'PROCESSING',
      destinationWalletId: wallet.id,
      providerAccountId: { in: accountIds },
      attempts: { some: { reference: null, confirming: true } },
      OR: [
        { destinationMinor: minor, destinationCurrency: currency },
        { destinationMinor: null, amountMinor: minor, currency },
      ],
    },
  });
  if (!unclear) return false;
  const { id: paymentId } = unclear;
  await addJob(tx, 'resolve-payment', { paymentId, round: 0 }, { key: `resolve-payment:${paymentId}` });
  return true;
}
