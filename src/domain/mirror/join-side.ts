import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { changeSides } from '../payment/keep-learned.ts';
import { netOf } from './net.ts';
import { chargeOf, effectOf, type Subject } from './subject.ts';

/**
 * A line of the other side of a payment that is known: its wallet becomes that side, and what the line proves to have moved
 * there is booked, once.
 */
export async function joinSide(
  tx: Tx,
  { wallet }: Subject,
  payment: Payment,
  said: ProviderPayment,
  now: Date,
): Promise<{ payment: Payment; booked: boolean }> {
  const out = said.direction === 'OUT';
  const own = { walletId: wallet.id, customerId: wallet.customerId };
  const effect = effectOf(said);
  const moved = await netOf(tx, payment.id, wallet, said.amount.currency);
  if (effect === 0n || moved !== 0n) return { payment, booked: false };
  const changes = out
    ? {
        sourceWalletId: own.walletId,
        sourceCustomerId: own.customerId,
        feeMinor: chargeOf(said) - said.amount.minor,
        fundingSource: said.fundingSource ?? ('BALANCE' as const),
      }
    : { destinationWalletId: own.walletId, destinationCustomerId: own.customerId };
  const side = {
    wallet,
    direction: out ? ('OUT' as const) : ('IN' as const),
    currency: said.amount.currency,
    amount: out ? -effect : effect,
  };
  return { payment: await changeSides(tx, payment, changes, side, now), booked: true };
}
