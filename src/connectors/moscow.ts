import { z } from 'zod';

/** Times of providers that name no zone and mean Moscow's, which is three hours ahead of UTC the whole year. */

const MOSCOW_MS = 3 * 3_600_000;

/** `YYYY-MM-DD HH:MM:SS` in Moscow; what is below a second is cut off. */
export const moscowTime = (at: Date): string =>
  new Date(at.getTime() + MOSCOW_MS).toISOString().slice(0, 19).replace('T', ' ');

/**
 * Reads `YYYY-MM-DD HH:MM:SS` as a time in Moscow.
 * @returns null when the text is no such time, or names a day or an hour that does not exist
 */
export function readMoscowTime(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text)) return null;
  const date = new Date(`${text.replace(' ', 'T')}+03:00`);
  return !Number.isNaN(date.getTime()) && moscowTime(date) === text ? date : null;
}

/** zod: such a time. */
export const moscowTimestamp = z.string().transform((text, ctx) => {
  const date = readMoscowTime(text);
  if (date) return date;
  ctx.addIssue({ code: 'custom', message: 'expected YYYY-MM-DD HH:MM:SS' });
  return z.NEVER;
});
