import type { Service } from '../../db/generated/client.ts';
import { Decimal } from '../../money/decimal.ts';

const HUNDRED = 100;

/** The part of a service that its fee rule is. */
export type ServiceTariff = Pick<Service, 'feePercent' | 'feeFixedMinor' | 'feeMinMinor' | 'feeMaxMinor'>;

/**
 * What the payer pays beside the amount by the service's tariff: fixed part and percent, rounded half up to the minor unit,
 * then held between the bounds.
 * @param amount minor units of the service's currency
 */
export function serviceFee(
  { feePercent, feeFixedMinor, feeMinMinor, feeMaxMinor }: ServiceTariff,
  amount: bigint,
): bigint {
  const share = new Decimal(amount.toString()).times(feePercent).dividedBy(HUNDRED);
  const fee = feeFixedMinor + BigInt(share.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toFixed(0));
  const raised = feeMinMinor !== null && fee < feeMinMinor ? feeMinMinor : fee;
  return feeMaxMinor !== null && raised > feeMaxMinor ? feeMaxMinor : raised;
}
