const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const padded = (count: number, width: number): string[] =>
  Array.from({ length: count }, (_, at) => String(at).padStart(width, '0'));
const two = padded(60, 2);
const MINUTES = padded(24, 2).flatMap((hour) => two.map((minute) => `${hour}:${minute}:`));
const SECONDS = two.map((second) => `${second}.`);
const MILLISECONDS = padded(1_000, 3);

/** The day that was written last: instants that are written together lie together. */
let known = { day: Number.NaN, text: '' };

/**
 * The same text as `toISOString`, at a quarter of its time: only the date is worked out, once for a day.
 * @param instant to be written
 * @returns such as 2026-11-22T10:00:00.000Z
 * @throws RangeError when it is none
 */
export function isoText(instant: Date): string {
  const ms = instant.getTime();
  const day = Math.floor(ms / DAY_MS);
  if (day !== known.day) {
    const text = instant.toISOString();
    known = { day, text: text.slice(0, text.indexOf('T') + 1) };
  }
  const rest = ms - day * DAY_MS;
  const inMinute = rest % MINUTE_MS;
  const minute = MINUTES[(rest - inMinute) / MINUTE_MS];
  return `${known.text}${minute}${SECONDS[Math.floor(inMinute / 1_000)]}${MILLISECONDS[inMinute % 1_000]}Z`;
}
