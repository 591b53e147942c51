import { LosslessNumber } from 'lossless-json';
import type { Kopecks } from './model.ts';

/** Kopecks of `10000` or `100.50`: at most two decimals (section 1.1). @returns null for any other text */
export function kopecksOf(text: string): Kopecks | null {
  const [, whole, fraction = ''] = /^(\d{1,13})(?:\.(\d{1,2})0*)?$/.exec(text) ?? [];
  return whole === undefined ? null : BigInt(whole + fraction.padEnd(2, '0'));
}

/** Kopecks of a Decimal as JSON has it. @returns null for anything but a number with at most two decimals */
export const readDecimal = (value: unknown): Kopecks | null =>
  value instanceof LosslessNumber ? kopecksOf(value.value) : null;

/** `10000.00`. */
export function decimal(amount: Kopecks): string {
  const digits = `${amount}`.padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** A Decimal as it is answered: `10000`, `100.5`. */
export const decimalView = (amount: Kopecks): LosslessNumber =>
  new LosslessNumber(decimal(amount).replace(/\.?0+$/, ''));

/** `10 000,00 ₽`, for people. */
export const rubles = (amount: Kopecks): string =>
  `${decimal(amount)
    .replace('.', ',')
    .replace(/\B(?=(\d{3})+,)/g, ' ')} ₽`;
