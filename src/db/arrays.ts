import { isoText } from '../lib/iso-text.ts';

const SPECIAL = /["\\]/;
const EACH_SPECIAL = /["\\]/g;

/** Texts as PostgreSQL writes an array of them: cheaper than what a client makes of a list, because nothing else can be in it. */
export function textArray(values: readonly (string | null)[]): string {
  let text = '';
  for (const value of values) {
    if (value === null) text += ',NULL';
    else text += `,"${SPECIAL.test(value) ? value.replace(EACH_SPECIAL, '\\$&') : value}"`;
  }
  return `{${text.slice(1)}}`;
}

/** Instants in the same form. */
export const timeArray = (values: readonly (Date | null)[]): string =>
  `{${values.map((value) => (value ? isoText(value) : 'NULL')).join()}}`;

/** Numbers and booleans in the same form. */
export const plainArray = (values: readonly (number | bigint | boolean)[]): string => `{${values.join()}}`;
