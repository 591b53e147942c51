import { Decimal } from '../../money/decimal.ts';
import type { Money } from '../../money/money.ts';
import type { Tariff } from '../catalogue.ts';

const HUNDRED = 100;

/**
 * What the payer pays beside the amount (contract 1.5): fixed part and percent, rounded half up to the kopeck, then held
 * between the bounds.
 */
export function tariffFee(amount: Money, { fixed, percent, min, max }: Tariff): Money {
  const share = new Decimal(amount.minor.toString()).times(percent).dividedBy(HUNDRED);
  const rounded = fixed.minor + BigInt(share.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toFixed(0));
  const raised = min && rounded < min.minor ? min.minor : rounded;
  return { minor: max && raised > max.minor ? max.minor : raised, currency: amount.currency };
}
