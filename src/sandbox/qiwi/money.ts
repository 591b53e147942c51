import { LosslessNumber } from 'lossless-json';
import type { Currency, Minor } from './model.ts';

const DECIMAL = /^(\d{1,18})(?:\.(\d{1,18}))?(?:[eE]([+-]?\d{1,2}))?$/;

/** A non-negative decimal as digits and the number of them after the point. */
interface Decimal {
  digits: bigint;
  scale: number;
}

function decimal(text: string): Decimal | null {
  const found = DECIMAL.exec(text);
  if (found === null) return null;
  const [, whole = '0', fraction = '', exponent = '0'] = found;
  return { digits: BigInt(whole + fraction), scale: fraction.length - Number.parseInt(exponent, 10) };
}

/** Hundredths of a decimal, rounded down: `100.509` is 10050 (section 1.3). @returns null when the text is none, or negative */
export function minorOf(text: string): Minor | null {
  const read = decimal(text);
  if (read === null) return null;
  const shift = 2 - read.scale;
  return shift >= 0 ? read.digits * 10n ** BigInt(shift) : read.digits / 10n ** BigInt(-shift);
}

/** The positive amount of a JSON number, in minor units. @returns null for anything else */
export function toMinor(value: unknown): Minor | null {
  const amount = value instanceof LosslessNumber ? minorOf(value.value) : null;
  return amount === null || amount <= 0n ? null : amount;
}

/** Two decimals: `100.50`. */
export function padded(amount: Minor): string {
  const digits = `${amount < 0n ? -amount : amount}`.padStart(3, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** The shortest decimal form: `8.74`, `10`, `1.5` (section 6.1). */
export const shortest = (amount: Minor): string => padded(amount).replace(/\.?0{1,2}$/, '');

/** An amount as a JSON number in its shortest form. */
export const amountNumber = (amount: Minor): LosslessNumber => new LosslessNumber(shortest(amount));

/** `{amount, currency}` with both as JSON numbers. */
export const moneyView = (amount: Minor, currency: Currency) => ({ amount: amountNumber(amount), currency });

/** `{amount, currency}` with the currency as a string: payments and commissions (section 1.3). */
export const moneyText = (amount: Minor, currency: Currency) => ({
  amount: amountNumber(amount),
  currency: String(currency),
});

/** What a payment costs beside its amount. */
export interface Rate {
  fix: Minor;
  /** Hundredths of a percent: 2 % is 200. */
  basisPoints: number;
  min?: Minor;
}

/** The commission of a tariff, rounded half up to a kopeck. */
export function commission(amount: Minor, { fix, basisPoints, min = 0n }: Rate): Minor {
  const sum = fix + (amount * BigInt(basisPoints) + 5_000n) / 10_000n;
  return sum < min ? min : sum;
}

/** The cost of an amount at a rate (units paid per unit bought), rounded up to a minor unit. */
export function converted(amount: Minor, rate: string): Minor {
  const read = decimal(rate);
  if (read === null) throw new Error(`not a rate: ${rate}`);
  const unit = 10n ** BigInt(read.scale);
  return (amount * read.digits + unit - 1n) / unit;
}
