import { append, receive } from './history.ts';
import type { Currency, Payment, PaymentOrder } from './model.ts';
import { recipientCheck, recipientOf } from './recipients.ts';
import { ids } from './seed-services.ts';
import type { World } from './world.ts';

/** Units of `from` that one unit of `to` costs (PAY-6), 1 within a currency. @returns undefined when the pair is not traded */
export function rateOf(world: World, from: Currency, to: Currency): string | undefined {
  if (from === to) return '1';
  return world.rates.find((pair) => pair.from === String(from) && pair.to === String(to))?.rate;
}

/** PAY-5 names a wallet that can receive, and a pair with a rate; 3 is the general technical error. */
export function conversionCheck(world: World, order: PaymentOrder): number | undefined {
  return (
    recipientCheck(world, order) ?? (rateOf(world, order.funding, order.sum.currency) === undefined ? 3 : undefined)
  );
}

/**
 * The second of the two lines of PAY-5. The first one, written at acceptance, is the conversion: what left the rouble account.
 * To the own wallet the bought money just arrives; for another one it passes through as a transfer.
 */
export function conversionEffect(world: World, { wallet, account, sum, comment }: Payment): void {
  const recipient = recipientOf(world, account);
  if (recipient === undefined) throw new Error(`no wallet ${account} to receive a conversion`);
  const sender = `+${wallet.personId}`;
  if (recipient === wallet) {
    receive(world, wallet, { sum, account: sender, comment, service: world.service(ids.conversion) });
    return;
  }
  const service = world.service(ids.transfer);
  const transfer = append(world, { wallet, type: 'OUT', status: 'SUCCESS', account, sum, service, comment });
  receive(world, recipient, { sum, account: sender, id: transfer.id, comment });
}
