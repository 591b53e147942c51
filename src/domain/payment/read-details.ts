import type { ProviderPayment } from '../../connectors/values.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { DomainError } from '../../errors.ts';
import { readUpstream } from '../provider/errors.ts';
import { type PaymentSide, reachPayment } from './reach-payment.ts';

/** What a provider tells of a payment beside what is kept here. */
export type PaymentDetails = Pick<ProviderPayment, 'actions' | 'attributes'>;

/**
 * Asks the provider about one payment. What it says is shown and not booked: its calls and its history are what moves a payment.
 * @returns null when the ledger here carried it, and when the provider cannot say (it is logged)
 */
export async function readDetails(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'log'>,
  payment: Payment,
  side: PaymentSide,
): Promise<PaymentDetails | null> {
  const reached = await reachPayment(deps, deps.db.prisma, payment, side);
  const history = reached?.connector.history;
  if (!reached || !history?.get) return null;
  const { call, reference, direction } = reached;
  try {
    return await readUpstream(async () => (await history.get?.(call, reference, direction)) ?? null);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    deps.log.info({ paymentId: payment.id, code: error.code }, 'a payment could not be read from its provider');
    return null;
  }
}
