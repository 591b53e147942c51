import { expect, test } from 'vitest';
import { nextTry, readRetryAfter } from '../../../src/domain/webhook-endpoint/schedule.ts';

/** When a delivery is tried again. */

const start = new Date('2026-11-22T10:00:00Z');
const later = (ms: number) => new Date(start.getTime() + ms);
const SECOND = 1_000;
const HOUR = 3_600_000;

/** When each try is made that fails, in seconds from the first; `random` is the jitter of all of them. */
function tries(random: number): number[] {
  let now = start;
  let giveUpAt: Date | null = null;
  const made = [0];
  for (let count = 1; count < 100; count += 1) {
    const next = nextTry({ tries: count, giveUpAt, now, retryAfter: null }, random);
    if (!next) return made;
    now = next.at;
    giveUpAt = next.giveUpAt;
    made.push((now.getTime() - start.getTime()) / SECOND);
  }
  throw new Error('it never ends');
}

test('Without jitter the tries are those of Standard Webhooks: ten in three days and four hours.', () => {
  const clock = (text: string) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  expect(tries(0)).toEqual(
    ['0', '5', '5:05', '35:05', '2:35:05', '7:35:05', '17:35:05', '31:35:05', '51:35:05', '75:35:05'].map(clock),
  );
});

test('With the greatest jitter there are as many, each wait a tenth longer.', () => {
  expect(tries(1)).toHaveLength(10);
  expect(tries(1)[1]).toBe(5.5);
  expect(tries(1)[9]).toBeCloseTo(272_105 * 1.1, 3);
});

test('What has inherited an end that is over is given up after one try; one that is not over yet is kept to.', () => {
  const failed = { tries: 1, now: start, retryAfter: null };
  expect(nextTry({ ...failed, giveUpAt: later(-1) })).toBeNull();
  expect(nextTry({ ...failed, giveUpAt: later(4 * SECOND) })).toBeNull();
  expect(nextTry({ ...failed, giveUpAt: later(6 * SECOND) }, 0)).toEqual({
    at: later(5 * SECOND),
    giveUpAt: later(6 * SECOND),
  });
});

test('A receiver that asks for more time than planned gets it; one that asks for less does not.', () => {
  const failed = { tries: 2, giveUpAt: null, now: start };
  expect(nextTry({ ...failed, retryAfter: later(HOUR) }, 0)?.at).toEqual(later(HOUR));
  expect(nextTry({ ...failed, retryAfter: later(SECOND) }, 0)?.at).toEqual(later(300 * SECOND));
});

test.each<[string | undefined, Date | null]>([
  ['120', later(120 * SECOND)],
  [' 5 ', later(5 * SECOND)],
  ['Sun, 22 Nov 2026 10:01:30 GMT', later(90 * SECOND)],
  ['999999999', later(24 * HOUR)],
  ['Sun, 22 Nov 2099 10:01:30 GMT', later(24 * HOUR)],
  ['Sun, 22 Nov 2026 09:00:00 GMT', null],
  ['0', null],
  ['-5', null],
  ['1.5', null],
  ['soon', null],
  ['2026-11-22', null],
  ['99999999999999', null],
  ['', null],
  [undefined, null],
])('retry-after: %s', (header, expected) => {
  expect(readRetryAfter(header, start)).toEqual(expected);
});
