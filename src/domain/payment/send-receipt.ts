import type { Deps } from '../../deps.ts';
import { acceptedValue } from '../provider/errors.ts';
import { connectorOf } from '../provider/store.ts';
import { loadUpstream, traced } from './attempt.ts';

/**
 * Has the provider mail the receipt that was asked for when the payment was made (mbank contract, payments.bill).
 * A second mail is a nuisance, not a loss: an unclear answer is tried again.
 * @throws ProviderRejectedError, ProviderUnavailableError: the job is tried again
 */
export async function sendReceipt(deps: Pick<Deps, 'db' | 'vault' | 'connectors'>, paymentId: string): Promise<void> {
  const payment = await deps.db.prisma.payment.findUniqueOrThrow({ where: { id: paymentId } });
  const upstream = await loadUpstream(deps, deps.db.prisma, payment);
  const { order, attempt, account } = upstream;
  const { receipts } = connectorOf(deps, account);
  if (!order.receiptEmail || !attempt.reference || !receipts?.send) return;
  const outcome = await receipts.send(traced(upstream).call, {
    reference: attempt.reference,
    email: order.receiptEmail,
    locale: 'ru-RU',
  });
  acceptedValue(outcome, account.provider);
}
