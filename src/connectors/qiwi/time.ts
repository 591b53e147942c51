import { z } from 'zod';

/** Times as QIWI writes them (contract 1.4): to the second, with an offset; ours always carry Moscow's. */

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
const MOSCOW_MS = 3 * 3_600_000;

/** `YYYY-MM-DDThh:mm:ss+03:00`; what is below a second is cut off. */
export const moscowTime = (at: Date): string =>
  `${new Date(at.getTime() + MOSCOW_MS).toISOString().slice(0, 19)}+03:00`;

/** The same moment when it is a whole second, else the next one: the end of a span that must leave nothing out. */
export const wholeSecondFrom = (at: Date): Date => new Date(Math.ceil(at.getTime() / SECOND_MS) * SECOND_MS);

/** The calendar date in Moscow, as a number of days. */
export const moscowDay = (at: Date): number => Math.floor((at.getTime() + MOSCOW_MS) / DAY_MS);

/** When this day begins in Moscow. */
export const startOfMoscowDay = (day: number): Date => new Date(day * DAY_MS - MOSCOW_MS);

/**
 * Reads a time with an offset: `+03:00`, `Z` (trap T64) or `+03`, as notifications of invoices have it (appendix A.4).
 * @returns null when the text is no such time
 */
export function readTime(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}(:?\d{2})?)$/.test(text)) return null;
  const date = new Date(text.replace(/([+-]\d{2})$/, '$1:00').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(date.getTime()) ? null : date;
}

/** zod: a time with an offset. */
export const timestamp = z.string().transform((text, ctx) => {
  const date = readTime(text);
  if (date) return date;
  ctx.addIssue({ code: 'custom', message: 'expected an ISO 8601 time with an offset' });
  return z.NEVER;
});
