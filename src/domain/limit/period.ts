import type { LimitWindow } from '../../db/generated/enums.ts';

const ZONE = 'Europe/Moscow';
const localDate = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});
/** Moscow has kept UTC+3 the whole year round since 2014. */
const OFFSET = '+03:00';

const HOUR_MS = 3_600_000;
let latest = { hour: Number.NaN, day: '' };

/** The day in Moscow, whose days have begun with an hour of UTC since 1930; looked up once an hour. */
function dayOf(at: Date): string {
  const hour = Math.floor(at.getTime() / HOUR_MS);
  if (hour !== latest.hour) latest = { hour, day: localDate.format(at) };
  return latest.day;
}

/**
 * The first day of the period that an instant falls into, as PostgreSQL keeps a date (midnight UTC).
 * @param window DAY or MONTH; days and months are those of Moscow
 */
export function periodStart(window: LimitWindow, at: Date): Date {
  const day = dayOf(at);
  return new Date(`${window === 'MONTH' ? `${day.slice(0, 7)}-01` : day}T00:00:00Z`);
}

/** The period as instants: from its first moment to the first moment of the next. */
export function periodInterval(window: LimitWindow, at: Date): { from: Date; to: Date } {
  const first = periodStart(window, at);
  const next = new Date(first);
  if (window === 'MONTH') next.setUTCMonth(next.getUTCMonth() + 1);
  else next.setUTCDate(next.getUTCDate() + 1);
  const inZone = (date: Date) => new Date(`${date.toISOString().slice(0, 10)}T00:00:00${OFFSET}`);
  return { from: inZone(first), to: inZone(next) };
}
