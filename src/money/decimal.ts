import { Decimal as DecimalJs } from 'decimal.js';

/**
 * Exact decimals for fees and rates. 60 significant digits: the default of 20 loses kopecks of a 20-digit sum.
 * This is the only importer of decimal.js.
 */
export const Decimal = DecimalJs.clone({
  precision: 60,
  rounding: DecimalJs.ROUND_HALF_EVEN,
  toExpNeg: -60,
  toExpPos: 60,
});
export type Decimal = DecimalJs;

/**
 * An amount at a rate, rounded half to even to a whole minor unit; both currencies have the same decimals.
 * @param rate decimal text
 */
export const productOf = (minor: bigint, rate: string): bigint =>
  BigInt(new Decimal(minor.toString()).times(rate).toDecimalPlaces(0, DecimalJs.ROUND_HALF_EVEN).toFixed(0));

const BASIS = 10_000;

/**
 * A share of an amount, rounded half to even to a whole minor unit.
 * @param minor the amount, minor units
 * @param basisPoints hundredths of a percent
 * @returns the share, minor units
 */
export function shareOf(minor: bigint, basisPoints: number): bigint {
  const share = new Decimal(minor.toString()).times(basisPoints).dividedBy(BASIS);
  return BigInt(share.toDecimalPlaces(0, DecimalJs.ROUND_HALF_EVEN).toFixed(0));
}
