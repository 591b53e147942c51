import { Decimal as DecimalJs } from 'decimal.js';
import { currencyByCode } from './currency.ts';
import { AmountError, type Money } from './money.ts';

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

/** Where exactly half a minor unit goes: to the even neighbour (our own fees), or away from zero (tariffs and rates of others). */
export type Rounding = 'HALF_EVEN' | 'HALF_UP';

/**
 * An amount times a factor, rounded once to a whole minor unit. Every fee, share and conversion is computed by it.
 * @param minor minor units
 * @param factor decimal text, or an exact decimal
 * @returns minor units
 */
export function product(minor: bigint, factor: Decimal | string, rounding: Rounding): bigint {
  const exact = new Decimal(minor.toString()).times(factor);
  return BigInt(exact.toDecimalPlaces(0, DecimalJs[`ROUND_${rounding}`]).toFixed(0));
}

const BASIS = 10_000;
const HUNDRED = 100;

/**
 * A share of an amount, rounded half to even to a whole minor unit.
 * @param minor the amount, minor units
 * @param basisPoints hundredths of a percent
 * @returns the share, minor units
 */
export const shareOf = (minor: bigint, basisPoints: number): bigint =>
  product(minor, new Decimal(basisPoints).dividedBy(BASIS), 'HALF_EVEN');

/**
 * So many percent of an amount, rounded half up to a whole minor unit.
 * @param minor the amount, minor units
 * @param percent decimal text
 * @returns minor units
 */
export const percentOf = (minor: bigint, percent: string): bigint =>
  product(minor, new Decimal(percent).dividedBy(HUNDRED), 'HALF_UP');

/**
 * What an amount costs in another currency, rounded half up to a minor unit of that one; the two may have different decimals.
 * @param rate units of `currency` that one unit of the amount's currency costs
 * @throws AmountError when a currency is unknown
 */
export function priceIn(currency: string, amount: Money, rate: Decimal | string): Money {
  const shift = scaleOf(currency) - scaleOf(amount.currency);
  const factor = new Decimal(10).pow(shift).times(rate);
  return { minor: product(amount.minor, factor, 'HALF_UP'), currency };
}

function scaleOf(code: string): number {
  const known = currencyByCode(code);
  if (!known) throw new AmountError(`"${code.slice(0, 10)}" is not a currency that is handled here.`);
  return known.scale;
}
