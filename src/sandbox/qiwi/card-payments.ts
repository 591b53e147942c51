import { issueCard } from './card-issue.ts';
import type { CardOrder, Minor, Payment, PaymentOrder } from './model.ts';
import { recipientCheck, recipientOf } from './recipients.ts';
import type { World } from './world.ts';

/** The payments of QIWI Master (MST-1, MST-4): what is refused, and what the wallet gets. Codes are those of section 4.2. */

/** The package; the documents name its price by a sample only. */
const PACKAGE_PRICE: Minor = 299_900n;

/** 241 below the price, 242 above it. */
function priceCheck(paid: Minor, price: Minor): number | undefined {
  if (paid === price) return undefined;
  return paid < price ? 241 : 242;
}

/** MST-1 names a wallet, and pays the price. */
export const packageCheck = (world: World, order: PaymentOrder): number | undefined =>
  recipientCheck(world, order) ?? priceCheck(order.sum.amount, PACKAGE_PRICE);

/** The named wallet has the package from now on. */
export function packageEffect(world: World, { account }: Payment): void {
  const wallet = recipientOf(world, account);
  if (wallet === undefined) throw new Error(`no wallet ${account} to get the package`);
  wallet.master = true;
}

const orderOf = (world: World, { fields }: PaymentOrder): CardOrder | undefined =>
  world.cardOrders.get(fields['order_id'] ?? '');

const isBeingPaid = (world: World, { id }: CardOrder): boolean =>
  world.transactions.some(
    ({ status, payment, service }) =>
      status === 'WAITING' && service.kind === 'masterCard' && payment?.fields['order_id'] === id,
  );

/** MST-4: 5 when the wallet has no such order, 408 when it is paid or being paid, 202 when it asks for no payment (trap T50). */
export function cardOrderCheck(world: World, order: PaymentOrder): number | undefined {
  const wanted = orderOf(world, order);
  if (wanted === undefined || wanted.wallet !== recipientOf(world, order.account)) return 5;
  if (wanted.status === 'PAID' || isBeingPaid(world, wanted)) return 408;
  if (wanted.status !== 'PAYMENT_REQUIRED' || wanted.price === null) return 202;
  return priceCheck(order.sum.amount, wanted.price.amount);
}

/** The card is issued; MST-5 shows it. */
export function cardOrderEffect(world: World, payment: Payment): void {
  const order = orderOf(world, payment);
  if (order === undefined) throw new Error(`no card order ${payment.fields['order_id']}`);
  order.status = 'PAID';
  order.card = issueCard(world, order.wallet, order.cardAlias, { txnId: String(payment.transaction.id) });
}
