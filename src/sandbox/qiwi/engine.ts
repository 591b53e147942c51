import { accountIn } from './accounts.ts';
import { rateOf } from './conversion.ts';
import { rules } from './effects.ts';
import { errorText } from './error-texts.ts';
import { businessRefusal } from './errors.ts';
import { append, finish, sourceOf } from './history.ts';
import { limitRefusal } from './limits.ts';
import type { Minor, Outcome, Payment, PaymentOrder, Transaction } from './model.ts';
import { commission, converted } from './money.ts';
import { ids } from './seed-services.ts';
import type { World } from './world.ts';

/** Section 3.1: the moves of an outgoing payment, whatever call ordered it, and what they do to the payer's balance. */

const URGENT: Minor = 2_500n;

/** The commission of a service; an urgent payment by requisites costs 25 roubles more (PAY-17). */
export function commissionOf({ service, fields }: Pick<PaymentOrder, 'service' | 'fields'>, amount: Minor): Minor {
  const urgent = (service.kind === 'requisites' || service.kind === 'bank') && fields['urgent'] === '1';
  return commission(amount, service.rate) + (urgent ? URGENT : 0n);
}

/** What the recipient's sum costs in the paying currency, without the commission. */
const costOf = (order: PaymentOrder, rate: string): Minor =>
  order.funding === order.sum.currency ? order.sum.amount : converted(order.sum.amount, rate);

/**
 * Accepts an order: a line in the history, money taken, and the end that is decided for it.
 * @returns the line; SUCCESS, ERROR or WAITING
 * @throws Refusal 400 `QWPRC-<n>` for a business refusal when the settings say so; then nothing is kept
 */
export function pay(world: World, order: PaymentOrder): Transaction {
  const rate = rateOf(world, order.funding, order.sum.currency) ?? '1';
  const cost = costOf(order, rate);
  const fee = commissionOf(order, cost);
  const errorCode = refusalOf(world, order, cost + fee);
  if (errorCode !== undefined && world.settings.refusals === 'http')
    businessRefusal(errorCode, errorText(errorCode) ?? '');
  order.wallet.paymentIds.add(order.clientId);
  const payment = accept(world, order, { cost, fee, rate });
  if (errorCode === undefined) {
    charge(payment, cost + fee);
    settle(world, payment, decision(world));
  } else fail(world, payment, errorCode);
  return payment.transaction;
}

function accept(world: World, order: PaymentOrder, price: { cost: Minor; fee: Minor; rate: string }): Payment {
  const { wallet, service, account, comment, funding } = order;
  const transaction = append(world, {
    wallet,
    type: order.type ?? 'OUT',
    account,
    sum: { amount: price.cost, currency: funding },
    commission: price.fee,
    service,
    source: world.service(ids.wallet),
    sourceKind: sourceOf(funding),
    trmTxnId: order.clientId,
    comment,
    currencyRate: price.rate,
  });
  const payment: Payment = { ...order, transaction, charged: 0n };
  transaction.payment = payment;
  return payment;
}

/** Why an order is not executed: a code of section 4.2. The order of the checks is ours. */
function refusalOf(world: World, order: PaymentOrder, total: Minor): number | undefined {
  const { wallet, service, sum, funding, clientId } = order;
  if (wallet.paymentIds.has(clientId)) return 408;
  if (service.suspended !== undefined) return service.suspended;
  if (wallet.blocked || wallet.outgoingBlocked) return 319;
  if (sum.amount < service.min) return 241;
  if (sum.amount > service.max) return 242;
  const refused = rules[service.kind].check?.(world, order) ?? limitRefusal(world, order);
  if (refused !== undefined) return refused;
  const account = accountIn(wallet, funding);
  return account === undefined || account.balance < total ? 220 : undefined;
}

function charge(payment: Payment, total: Minor): void {
  const account = accountIn(payment.wallet, payment.funding);
  if (account === undefined) throw new Error(`wallet ${payment.wallet.personId} has no ${payment.funding} account`);
  account.balance -= total;
  payment.charged = total;
}

const decision = (world: World): Outcome =>
  world.nextOutcomes.shift() ?? { status: world.settings.execution === 'complete' ? 'SUCCESS' : 'WAITING' };

/** Ends a waiting payment as decided. */
export function settle(world: World, payment: Payment, outcome: Outcome): void {
  if (outcome.status === 'SUCCESS') succeed(world, payment);
  if (outcome.status === 'ERROR') fail(world, payment, outcome.errorCode);
}

function succeed(world: World, payment: Payment): void {
  finish(world, payment.transaction, 0);
  rules[payment.service.kind].succeed?.(world, payment);
}

/** The money comes back to the account that it was taken from (section 3.10). */
function fail(world: World, payment: Payment, errorCode: number): void {
  const account = accountIn(payment.wallet, payment.funding);
  if (account !== undefined) account.balance += payment.charged;
  payment.charged = 0n;
  finish(world, payment.transaction, errorCode);
}
