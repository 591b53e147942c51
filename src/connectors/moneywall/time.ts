import type { OffsetTime } from '../credit-sessions.ts';
import { moscowTime } from '../moscow.ts';

const shape = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2})?(?:\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * A time with its offset as the documents recommend to write it, `2017-07-01T15:00:00+03:00` (contract 1.1, trap M5): below a second it
 * is cut off, `Z` becomes `+00:00`.
 * @returns null when it is no such time, or names a day or an hour that does not exist
 */
export function offsetTime(given: OffsetTime): string | null {
  const [, day, minute, second = ':00', zone] = shape.exec(given) ?? [];
  if (!day || !minute || !zone) return null;
  const offset = zone === 'Z' ? '+00:00' : zone.replace(/^(...):?(..)$/, '$1:$2');
  // written back without its offset it has to be the same: JavaScript reads 30 February as 2 March
  const local = `${day}T${minute}${second}`;
  const read = new Date(`${local}Z`);
  const exists = !Number.isNaN(read.getTime()) && read.toISOString().startsWith(local);
  return exists && !Number.isNaN(Date.parse(local + offset)) ? local + offset : null;
}

/** An instant in the same form, in Moscow. */
export const moscowOffsetTime = (at: Date): string => `${moscowTime(at).replace(' ', 'T')}+03:00`;
