/** The date forms of section 1.1, in Moscow time. */

const MOSCOW_MS = 3 * 3_600_000;

/** `YYYY-MM-DD HH-MM-SS` of requests; colons are taken as well (trap T-02). @returns null for any other form */
export function parseMoment(text: string): Date | null {
  const found = /^(\d{4}-\d{2}-\d{2}) (\d{2})([-:])(\d{2})\3(\d{2})$/.exec(text);
  if (found === null) return null;
  const [, day, hours, , minutes, seconds] = found;
  const local = `${day}T${hours}:${minutes}:${seconds}`;
  const wall = new Date(`${local}Z`);
  if (Number.isNaN(wall.getTime()) || wall.toISOString().slice(0, 19) !== local) return null;
  return new Date(wall.getTime() - MOSCOW_MS);
}

/** `YYYY-MM-DD HH:MM:SS` of answers. */
export const stamp = (at: Date): string =>
  new Date(at.getTime() + MOSCOW_MS).toISOString().slice(0, 19).replace('T', ' ');

/** The first moment of an instant's Moscow month. */
export const monthStart = (at: Date): Date => new Date(`${stamp(at).slice(0, 7)}-01T00:00:00+03:00`);
