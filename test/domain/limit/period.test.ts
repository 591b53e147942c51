import fc from 'fast-check';
import { expect, test } from 'vitest';
import { periodInterval, periodStart } from '../../../src/domain/limit/period.ts';

const day = (at: string) => periodStart('DAY', new Date(at)).toISOString().slice(0, 10);
const month = (at: string) => periodStart('MONTH', new Date(at)).toISOString().slice(0, 10);

test('A day begins at midnight in Moscow, which is nine in the evening in London.', () => {
  expect([day('2026-11-22T20:59:59.999Z'), day('2026-11-22T21:00:00.000Z')]).toEqual(['2026-11-22', '2026-11-23']);
  expect([day('2026-12-31T20:59:59.999Z'), day('2026-12-31T21:00:00.000Z')]).toEqual(['2026-12-31', '2027-01-01']);
  expect([day('2028-02-28T21:00:00Z'), day('2028-02-29T21:00:00Z')]).toEqual(['2028-02-29', '2028-03-01']);
});

test('A month begins with its first day in Moscow.', () => {
  expect([month('2026-11-30T20:59:59.999Z'), month('2026-11-30T21:00:00.000Z')]).toEqual(['2026-11-01', '2026-12-01']);
});

test('An interval goes from its first moment to the first of the next.', () => {
  expect(periodInterval('DAY', new Date('2026-11-22T10:00:00Z'))).toEqual({
    from: new Date('2026-11-21T21:00:00Z'),
    to: new Date('2026-11-22T21:00:00Z'),
  });
  expect(periodInterval('MONTH', new Date('2026-12-15T10:00:00Z'))).toEqual({
    from: new Date('2026-11-30T21:00:00Z'),
    to: new Date('2026-12-31T21:00:00Z'),
  });
});

test('Every instant lies in its own interval, and both ends of it name the same period or the next.', () => {
  const anyInstant = fc.date({ min: new Date('2015-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(anyInstant, fc.constantFrom('DAY' as const, 'MONTH' as const), (at, window) => {
      const { from, to } = periodInterval(window, at);
      expect(from <= at && at < to).toBe(true);
      expect(periodStart(window, from)).toEqual(periodStart(window, at));
      expect(periodStart(window, new Date(to.getTime() - 1))).toEqual(periodStart(window, at));
      expect(periodInterval(window, to).from).toEqual(to);
    }),
  );
});
