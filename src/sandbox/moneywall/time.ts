/** The date forms of section 1.1. */

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?$/;
const MOSCOW_MS = 3 * 3_600_000;

/** A DateTime: its instant, and the calendar day in its own offset. */
export interface Moment {
  at: Date;
  day: string;
  /** Whether a zone was given (trap M5). */
  zoned: boolean;
}

/** Whether the text is a day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const at = DATE.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  return at !== null && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** Reads ISO 8601 with `±hh:mm`, `±hhmm` or `Z`; without a zone it is Moscow time (trap M5). @returns null for any other form */
export function parseMoment(text: string): Moment | null {
  const [, day, time, zone] = DATE_TIME.exec(text) ?? [];
  if (day === undefined || time === undefined || !isDay(day)) return null;
  const offset = (zone ?? '+03:00').replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const at = new Date(`${day}T${time.length === 5 ? `${time}:00` : time}${offset}`);
  return Number.isNaN(at.getTime()) ? null : { at, day, zoned: zone !== undefined };
}

/** The calendar day in Moscow. */
export const moscowDay = (at: Date): string => new Date(at.getTime() + MOSCOW_MS).toISOString().slice(0, 10);

/** `2017-07-01T15:00:00+03:00`. */
export const stamp = (at: Date): string => `${new Date(at.getTime() + MOSCOW_MS).toISOString().slice(0, 19)}+03:00`;

/** Days between two calendar days. */
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;
