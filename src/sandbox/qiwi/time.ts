/** The date forms of section 1.4. An offset is minutes east of Greenwich. */

export const MOSCOW = 180;
const MINUTE = 60_000;
const FORM = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** An instant as it was written: the offset is kept. */
export interface Stamp {
  at: Date;
  offset: number;
}

/** Reads `YYYY-MM-DD'T'hh:mm:ss±hh:mm`; `Z` counts as `+00:00` (trap T64). @returns null for any other form */
export function parseStamp(text: string): Stamp | null {
  const found = FORM.exec(text);
  if (found === null) return null;
  const [, local = '', sign = '+', hours = '0', minutes = '0'] = found;
  const east = Number.parseInt(hours, 10) * 60 + Number.parseInt(minutes, 10);
  const offset = sign === '-' ? -east : east;
  const wall = new Date(`${local}Z`);
  if (Number.isNaN(wall.getTime()) || wall.toISOString().slice(0, 19) !== local || east > 14 * 60) return null;
  return { at: new Date(wall.getTime() - offset * MINUTE), offset };
}

const wallClock = (at: Date, offset: number): string => new Date(at.getTime() + offset * MINUTE).toISOString();

function zone(offset: number): string {
  const east = Math.abs(offset);
  const two = (value: number) => `${value}`.padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(east / 60))}:${two(east % 60)}`;
}

/** `2017-08-30T14:38:09+03:00`. */
export const stamp = (at: Date, offset = MOSCOW): string => `${wallClock(at, offset).slice(0, 19)}${zone(offset)}`;

/** `2021-01-18T14:22:56.672+03:00`. */
export const stampMs = (at: Date, offset = MOSCOW): string => `${wallClock(at, offset).slice(0, 23)}${zone(offset)}`;

/** The calendar days from one instant to another, as counted in an offset (trap T19). */
export function calendarDays(from: Date, till: Date, offset: number): number {
  const day = (at: Date) => Date.parse(`${wallClock(at, offset).slice(0, 10)}T00:00:00Z`);
  return Math.round((day(till) - day(from)) / 86_400_000);
}

/** The Moscow month of an instant: its first moment, and the first of the next one. */
export function month(at: Date): { from: Date; till: Date } {
  const wall = new Date(at.getTime() + MOSCOW * MINUTE);
  const start = (shift: number) =>
    new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + shift, 1) - MOSCOW * MINUTE);
  return { from: start(0), till: start(1) };
}
