import { describe, expect, test } from 'vitest';
import { isoText } from '../../src/lib/iso-text.ts';

describe('An instant as text', () => {
  test('is what toISOString writes, for every second of a day and across days.', () => {
    for (let second = -86_400; second <= 2 * 86_400; second += 1) {
      const instant = new Date(Date.UTC(2026, 10, 22) + second * 1_000 + ((second * 7) & 511));
      if (isoText(instant) !== instant.toISOString()) expect(isoText(instant)).toBe(instant.toISOString());
    }
  });

  test('is what toISOString writes before 1970, before year 1 and behind year 9999, and at the ends of what can be told.', () => {
    for (const ms of [
      0, -1, -86_400_000, -86_399_999, 951_782_400_000, 253_402_300_800_000, -62_198_755_200_000, 8.64e15, -8.64e15,
    ]) {
      for (const other of [0, 86_400_000]) {
        isoText(new Date(other));
        expect(isoText(new Date(ms))).toBe(new Date(ms).toISOString());
      }
    }
  });

  test('is refused for what is no instant, whatever was written before.', () => {
    isoText(new Date(0));
    expect(() => isoText(new Date(Number.NaN))).toThrow(RangeError);
    expect(isoText(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
  });
});
