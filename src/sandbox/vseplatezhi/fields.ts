import { LosslessNumber } from 'lossless-json';
import { wrong } from './errors.ts';
import { type Kopecks, type Level, levels } from './model.ts';
import { readAmount } from './money.ts';

/** Reading the fields of requests. What does not fit is 400. */

type Fields = Record<string, unknown>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A text that is not empty. @throws Refusal 400 */
export function text(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : wrong(name, 'must be a text that is not empty');
}

/** A UUID, in small letters. @throws Refusal 400 */
export function uuid(fields: Fields, name: string): string {
  const value = text(fields, name).toLowerCase();
  return UUID.test(value) ? value : wrong(name, 'must be a UUID');
}

/** A positive sum of rubles, as a number or as text (section 1.1). @throws Refusal 400 */
export function amount(fields: Fields, name: string): Kopecks {
  const value = readAmount(fields[name]);
  return value === null || value === 0n ? wrong(name, 'must be a positive sum with at most two decimals') : value;
}

/** 0, 1 or 2, as text, or as a JSON number (section 3.1). @throws Refusal 400 */
export function level(value: unknown, name: string): Level {
  const digit = value instanceof LosslessNumber ? value.value : value;
  const found = typeof digit === 'string' && /^[012]$/.test(digit) ? levels[Number.parseInt(digit, 10)] : undefined;
  return found ?? wrong(name, 'must be 0, 1 or 2');
}
