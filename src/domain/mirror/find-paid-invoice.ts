import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { openParties } from '../invoice/parties.ts';
import type { Subject } from './subject.ts';

/** How far the provider's clock may be behind ours, and how late a line may be dated after its payment. */
const BEHIND_MS = 10 * 60_000;
const LATE_MS = 24 * 60 * 60_000;

/**
 * The payment of an invoice that a line of its payer's history belongs to, where paying it has told no number by which they could
 * be joined: the oldest one to that payee, of that amount, at about that time, whose line has not been seen.
 */
export async function findPaidInvoice(
  { vault }: Pick<Deps, 'vault'>,
  tx: Tx,
  { wallet, accountIds, connector }: Subject,
  said: ProviderPayment,
): Promise<Payment | null> {
  const { direction, destination, amount, createdAt } = said;
  if (!connector.invoices?.payments || direction !== 'OUT' || destination.kind !== 'SERVICE') return null;
  const payments = await tx.payment.findMany({
    where: {
      sourceWalletId: wallet.id,
      providerAccountId: { in: accountIds },
      origin: 'API',
      kind: 'PAYOUT',
      status: { in: ['PROCESSING', 'COMPLETED'] },
      serviceId: null,
      amountMinor: amount.minor,
      currency: amount.currency,
      confirmedAt: {
        gte: new Date(createdAt.getTime() - LATE_MS),
        lte: new Date(createdAt.getTime() + BEHIND_MS),
      },
    },
    orderBy: { id: 'asc' },
  });
  const unseen = payments.filter(({ reference }) => reference === null || connector.invoices?.isStandIn?.(reference));
  const invoices = await tx.invoice.findMany({ where: { paymentId: { in: unseen.map(({ id }) => id) } } });
  const pays = ({ id }: Payment) => {
    const invoice = invoices.find(({ paymentId }) => paymentId === id);
    return invoice !== undefined && openParties(vault, invoice).merchant?.reference === destination.reference;
  };
  return unseen.find(pays) ?? null;
}
