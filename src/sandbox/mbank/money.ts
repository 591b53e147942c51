import { LosslessNumber } from 'lossless-json';
import type { Kopecks, Rate } from './model.ts';

const AMOUNT = /^(\d{1,13})(?:\.(\d{1,2}))?$/;

/** Reads an amount (section 1.5): a JSON number of rubles, not negative, at most two decimals. @returns null for anything else */
export function toKopecks(value: unknown): Kopecks | null {
  const found = typeof value === 'number' ? AMOUNT.exec(String(value)) : null;
  if (found === null) return null;
  const [, whole = '0', fraction = ''] = found;
  return Number.parseInt(whole, 10) * 100 + Number.parseInt(fraction.padEnd(2, '0'), 10);
}

/** Rubles with two decimals, as in IPSP URLs: `100.00`. */
export function padded(amount: Kopecks): string {
  const digits = `${Math.abs(amount)}`.padStart(3, '0');
  return `${amount < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** An amount as it is printed: `100`, `8.03`, `110.5`. */
export function rubles(amount: Kopecks): LosslessNumber {
  return new LosslessNumber(padded(amount).replace(/\.?0{1,2}$/, ''));
}

/** An amount as the answers to `in` and `p2p` creations print it: `100.00`. */
export const paddedRubles = (amount: Kopecks): LosslessNumber => new LosslessNumber(padded(amount));

/** The fee rule of section 1.5: fix + percent, rounded half up to a kopeck, then clamped. */
export function fee(amount: Kopecks, rate: Rate): Kopecks {
  const percent = (BigInt(amount) * BigInt(rate.basisPoints) + 5_000n) / 10_000n;
  const sum = rate.fix + Number.parseInt(percent.toString(), 10);
  return Math.min(Math.max(sum, rate.min ?? sum), Math.max(rate.max ?? sum, rate.min ?? 0));
}
