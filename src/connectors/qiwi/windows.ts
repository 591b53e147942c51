import { assert, present } from '../../lib/assert.ts';
import { moscowDay, moscowTime, readTime, startOfMoscowDay, wholeSecondFrom } from './time.ts';

/** The longest span of one request, in calendar days between its ends (trap T19). */
export const LONGEST_DAYS = 90;

/** One request's part of a span. `open`: what happened at `to` itself belongs to the window after it. */
export interface Window {
  from: Date;
  to: Date;
  open: boolean;
}

/** Where a listing stands: its window, where its whole span begins, and the page within the window (trap T20). */
export interface Position {
  since: Date;
  window: Window;
  page: { id: string; date: string } | null;
}

/** The newest window of a span. Both ends belong to it. */
export function newestWindow(since: Date, until: Date): Window {
  return windowUpTo(since, wholeSecondFrom(until), false);
}

/** The window before this one; null when the span is done. */
export const windowBefore = (since: Date, { from }: Window): Window | null =>
  from.getTime() > since.getTime() ? windowUpTo(since, from, true) : null;

/** All windows of a span, newest first. */
export function windowsOf(since: Date, until: Date): Window[] {
  const windows = [newestWindow(since, until)];
  for (let next = windowBefore(since, windows[0] as Window); next; next = windowBefore(since, next)) windows.push(next);
  return windows;
}

/** A window begins with a Moscow day, so that its calendar dates are as many days apart as the provider allows. */
function windowUpTo(since: Date, to: Date, open: boolean): Window {
  const longest = startOfMoscowDay(moscowDay(to) - LONGEST_DAYS);
  return { from: since.getTime() > longest.getTime() ? since : longest, to, open };
}

/** A position as text, to be handed back. */
export const cursorOf = ({ since, window, page }: Position): string =>
  [moscowTime(since), moscowTime(window.to), window.open ? '1' : '0', ...(page ? [page.id, page.date] : [])].join('|');

/** Reads `cursorOf`. @throws InvariantError for any other text */
export function readCursor(cursor: string): Position {
  const [since = '', to = '', open = '', id, date] = cursor.split('|');
  assert(/^[01]$/.test(open) && (id === undefined) === (date === undefined), 'not a cursor of the QIWI history');
  const start = present(readTime(since), 'the beginning in a cursor of the QIWI history');
  const end = present(readTime(to), 'the end in a cursor of the QIWI history');
  const page = id === undefined || date === undefined ? null : { id, date };
  return { since: start, window: windowUpTo(start, end, open === '1'), page };
}
