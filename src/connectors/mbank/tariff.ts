import { percentOf } from '../../money/decimal.ts';
import type { Money } from '../../money/money.ts';
import type { Tariff } from '../catalogue.ts';

/**
 * What the payer pays beside the amount (contract 1.5): fixed part and percent, rounded half up to the kopeck, then held
 * between the bounds.
 */
export function tariffFee(amount: Money, { fixed, percent, min, max }: Tariff): Money {
  const rounded = fixed.minor + percentOf(amount.minor, percent);
  const raised = min && rounded < min.minor ? min.minor : rounded;
  return { minor: max && raised > max.minor ? max.minor : raised, currency: amount.currency };
}
