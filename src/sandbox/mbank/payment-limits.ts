import { type ErrorCode, refuse } from './errors.ts';
import type { Kopecks, Payment, PaymentType, Wallet } from './model.ts';
import { rubles } from './money.ts';
import type { World } from './world.ts';

/** The limits of section 2.11 as refusals of section 4.4. @throws Refusal with `details: { limit, actual }` */
export function checkLimits(
  world: World,
  wallet: Wallet,
  type: PaymentType,
  amount: Kopecks,
  destination?: Wallet,
): void {
  const { limits } = wallet;
  if (type === 'in') {
    within(limits.in, amount, 'in_amount_limit_exceeded');
    within(limits.monthlyIn, turnover(world, wallet, 'in') + amount, 'monthly_in_turnover_limit_exceeded');
    within(limits.balance, wallet.balance + amount, 'amount_limit_exceeded');
    return;
  }
  within(type === 'p2p' ? limits.p2p : limits.out, amount, 'out_amount_limit_exceeded');
  if (type === 'inout') return;
  const monthly = type === 'p2p' ? limits.monthlyP2p : limits.monthlyOut;
  within(monthly, turnover(world, wallet, type) + amount, 'monthly_out_turnover_limit_exceeded');
  if (destination) within(destination.limits.balance, destination.balance + amount, 'amount_limit_exceeded');
}

function within(limit: Kopecks, actual: Kopecks, code: ErrorCode): void {
  if (actual > limit) refuse(code, { details: { limit: rubles(limit), actual: rubles(actual) } });
}

/** What the wallet has paid or received this calendar month (UTC) in payments of this type, created ones left out. */
function turnover(world: World, wallet: Wallet, type: PaymentType): Kopecks {
  const { limits } = wallet;
  if (Math.min(limits.monthlyIn, limits.monthlyOut, limits.monthlyP2p) === Number.MAX_SAFE_INTEGER) return 0;
  const month = world.clock.now().toISOString().slice(0, 7);
  const counts = (payment: Payment) =>
    payment.type === type &&
    payment.owner === wallet.phone &&
    (payment.status === 'processing' || payment.status === 'completed') &&
    payment.createdAt.toISOString().startsWith(month);
  return (world.history.get(wallet.phone) ?? []).filter(counts).reduce((sum, { amount }) => sum + amount, 0);
}
