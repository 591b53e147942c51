import { LosslessNumber } from 'lossless-json';
import type { Kopecks } from './model.ts';

/** Kopecks of `12345.00`: digits, and at most two decimals. @returns null for any other text */
export function kopecksOf(text: string): Kopecks | null {
  const [, whole, fraction = ''] = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  return whole === undefined ? null : BigInt(whole + fraction.padEnd(2, '0'));
}

/** Kopecks of a JSON number or of a decimal text (section 1.1). @returns null for anything else */
export function readAmount(value: unknown): Kopecks | null {
  if (value instanceof LosslessNumber) return kopecksOf(value.value);
  return typeof value === 'string' ? kopecksOf(value) : null;
}

/** `12345.00`. */
export function decimal(amount: Kopecks): string {
  const digits = `${amount}`.padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** How amounts are answered: a JSON number with two decimals, or the same as text (section 1.1). */
export const amountView = (amount: Kopecks, form: 'number' | 'text'): LosslessNumber | string =>
  form === 'number' ? new LosslessNumber(decimal(amount)) : decimal(amount);
