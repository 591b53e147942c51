const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits between the tries: the schedule of Standard Webhooks (Operational considerations, deliverability and reliability). */
const WAITS_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** Waits grow by up to this part, so that what failed together is not tried together. */
const JITTER = 0.1;
const SPAN_MS = WAITS_MS.reduce((sum, wait) => sum + wait, 0) * (1 + JITTER);
/** However long a receiver asks to be left alone. */
const LONGEST_REQUEST_MS = 24 * HOUR;

/** Where a delivery stands when one of its tries has failed. */
export interface FailedTry {
  /** Since the schedule began, this one included. */
  tries: number;
  /** Set by the first failed try; null at that. */
  giveUpAt: Date | null;
  /** When the try ended. */
  now: Date;
  /** The receiver’s own wish. */
  retryAfter: Date | null;
}

/**
 * When to try again, or null when it is given up: after the last try of the schedule, or when the schedule's time is over.
 * @param random from 0 to 1
 */
export function nextTry(
  { tries, giveUpAt, now, retryAfter }: FailedTry,
  random = Math.random(),
): { at: Date; giveUpAt: Date } | null {
  const wait = WAITS_MS[tries - 1];
  const end = giveUpAt ?? new Date(now.getTime() + SPAN_MS);
  if (wait === undefined || now.getTime() + wait > end.getTime()) return null;
  const planned = now.getTime() + wait * (1 + JITTER * random);
  return { at: new Date(Math.max(planned, retryAfter?.getTime() ?? 0)), giveUpAt: end };
}

/**
 * What a `retry-after` header says, as an instant within the next day; null when it says nothing that can be understood.
 * @param header seconds, or an HTTP date
 */
export function readRetryAfter(header: string | undefined, now: Date): Date | null {
  const text = header?.trim() ?? '';
  const at = /^\d{1,9}$/.test(text) ? now.getTime() + Number.parseInt(text, 10) * SECOND : httpDate(text);
  if (at === null || at <= now.getTime()) return null;
  return new Date(Math.min(at, now.getTime() + LONGEST_REQUEST_MS));
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`; JavaScript would take much else for a date. */
function httpDate(text: string): number | null {
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}
