import type { PaymentOrder, Wallet } from './model.ts';
import type { World } from './world.ts';

/** The wallet that `fields.account` names, with or without a plus (trap T70). */
export const recipientOf = (world: World, account: string): Wallet | undefined =>
  world.wallets.get(account.replace(/^\+/, ''));

/** Section 4.2: 4 for a wrong format, 5 for a wallet that is not there, 57 for one that may not receive. */
export function recipientCheck(world: World, order: PaymentOrder): number | undefined {
  if (!/^\+?\d{10,15}$/.test(order.account)) return 4;
  const recipient = recipientOf(world, order.account);
  if (recipient === undefined) return 5;
  return recipient.blocked ? 57 : undefined;
}
