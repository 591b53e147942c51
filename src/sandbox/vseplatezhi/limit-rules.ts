import { refuse } from './errors.ts';
import type { Kopecks, LimitedType, SystemLimits, Wallet } from './model.ts';
import { monthStart } from './time.ts';
import type { World } from './world.ts';

/** Section 3.6: the system's limits, what the partner has lowered, and what is used of them. */

const least = (own: Kopecks | undefined, system: Kopecks): Kopecks =>
  own === undefined || own > system ? system : own;

/** The limits that the system gives to a wallet: its own terms, or those of its level. */
export function systemLimits(world: World, { level, system }: Wallet): SystemLimits {
  const limits = system ?? world.systemLimits.get(level);
  if (limits === undefined) throw new Error(`no limits of ${level}`);
  return limits;
}

/** The limits of one type that hold: the partner's, and never more than the system's. */
export function limitsOf(world: World, wallet: Wallet, type: LimitedType) {
  const system = systemLimits(world, wallet);
  const own = wallet.own[type] ?? {};
  return {
    oneTime: least(own.oneTime, system.oneTime),
    month: least(own.month, system.month),
    enabled: own.enabled ?? true,
  };
}

/** The sum of a type in the present Moscow month, without what came back. */
function usedThisMonth(world: World, { operations }: Wallet, limited: LimitedType): Kopecks {
  const start = monthStart(world.clock.now());
  const before = operations.findLastIndex(({ at }) => at < start);
  return operations
    .slice(before + 1)
    .filter(({ type }) => type === limited)
    .reduce((sum, { amount, refunded }) => sum + amount - refunded, 0n);
}

/** Whether an operation is within the limits. @throws Refusal 500 with the code of the limit that it is not */
export function checkLimits(world: World, wallet: Wallet, type: LimitedType, amount: Kopecks): void {
  const { oneTime, month, enabled } = limitsOf(world, wallet, type);
  if (!enabled) refuse('OPERATION_DISABLED');
  if (amount > oneTime) refuse('ONE_TIME_LIMIT_EXCEEDED');
  if (usedThisMonth(world, wallet, type) + amount > month) refuse('MONTH_LIMIT_EXCEEDED');
  if (type === 'CREDIT' && wallet.balance + amount > systemLimits(world, wallet).balance)
    refuse('BALANCE_LIMIT_EXCEEDED');
}
