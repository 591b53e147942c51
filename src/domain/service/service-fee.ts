import type { Service } from '../../db/generated/client.ts';
import { percentOf } from '../../money/decimal.ts';

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
  const fee = feeFixedMinor + percentOf(amount, feePercent);
  const raised = feeMinMinor !== null && fee < feeMinMinor ? feeMinMinor : fee;
  return feeMaxMinor !== null && raised > feeMaxMinor ? feeMaxMinor : raised;
}
