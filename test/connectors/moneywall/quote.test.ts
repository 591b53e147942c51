import { expect, test } from 'vitest';
import { earliestDeparture } from '../../../src/connectors/credit-sessions.ts';
import { moneywallConfig } from '../../../src/connectors/moneywall/config.ts';
import { quoteCredit } from '../../../src/connectors/moneywall/quote.ts';
import { AmountError } from '../../../src/money/money.ts';
import { flying, required, rub, wholeOrder } from './golden.ts';

const config = (settings: Record<string, string> = {}) =>
  moneywallConfig.parse({ baseUrl: 'https://moneywall.invalid', token: 'token', ...settings });
/** Noon in Moscow on 2026-01-01; the sixty-fourth day after it is 2026-03-06. */
const opensAt = new Date('2026-01-01T09:00:00Z');
const quote = (departsAt: string | null, at = opensAt, settings = {}) =>
  quoteCredit(config(settings), { amount: rub(1_000_000n), departsAt, opensAt: at });

test('The worked values: 10000 at 1.20 and at 1.10, in three payments', () => {
  const three = { amount: rub(1_000_000n), payments: 3 };
  expect(quote('2026-01-02T08:00:00+03:00')).toEqual({
    ...three,
    coefficient: '1.20',
    total: rub(1_200_000n),
    payment: rub(400_000n),
  });
  expect(quote('2026-12-10T08:00:00+03:00')).toEqual({
    ...three,
    coefficient: '1.10',
    total: rub(1_100_000n),
    payment: rub(366_667n),
  });
});

test.each([
  ['the same day', '2026-01-01T23:00:00+03:00', '1.20'],
  ['63 days', '2026-03-05T00:00:00+03:00', '1.20'],
  ['64 days, at their end', '2026-03-06T23:59:59+03:00', '1.20'],
  ['65 days, at their beginning', '2026-03-07T00:00:00+03:00', '1.10'],
  ['66 days', '2026-03-08T00:00:00+03:00', '1.10'],
  ['65 days where the departure is, while Moscow still has the sixty-fourth', '2026-03-07T00:30:00+10:00', '1.10'],
  ['64 days where the departure is, while Moscow has the sixty-fifth', '2026-03-06T22:00:00-08:00', '1.20'],
  ['a departure that is past', '2025-12-01T08:00:00+03:00', '1.20'],
  ['no flight', null, '1.20'],
])('Departure after %s', (_days, departsAt, coefficient) => {
  expect(quote(departsAt).coefficient).toBe(coefficient);
});

test('The agreement is opened on Moscow’s day, whatever the day is in UTC', () => {
  const departsAt = '2026-03-07T08:00:00+03:00';
  expect(quote(departsAt, new Date('2026-01-01T20:59:59Z')).coefficient).toBe('1.10');
  expect(quote(departsAt, new Date('2026-01-01T21:00:00Z')).coefficient).toBe('1.20');
});

test.each([
  [1n, 1n, 0n],
  [2n, 2n, 1n],
  [3n, 4n, 1n],
  [5n, 6n, 2n],
  // 12.5 × 1.2 is whole, 0.1 × 1.25 is not: half a kopeck goes up
  [1_000_001n, 1_200_001n, 400_000n],
  [99_999_999_999_999_999n, 119_999_999_999_999_999n, 40_000_000_000_000_000n],
])('%s kopecks cost %s in payments of %s', (minor, total, payment) => {
  expect(quoteCredit(config(), { amount: rub(minor), departsAt: null, opensAt })).toMatchObject({
    total: rub(total),
    payment: rub(payment),
  });
});

test('Half a kopeck goes up', () => {
  const settings = { coefficientWithinTerm: '1.25' };
  expect(quoteCredit(config(settings), { amount: rub(2n), departsAt: null, opensAt }).total).toEqual(rub(3n));
  expect(quoteCredit(config(settings), { amount: rub(6n), departsAt: null, opensAt }).total).toEqual(rub(8n));
});

test('Coefficients and days are settings: later editions change all three', () => {
  const later = { coefficientWithinTerm: '1.21', termDays: '60' };
  expect(quote('2026-03-02T08:00:00+03:00', opensAt, later)).toMatchObject({
    coefficient: '1.21',
    total: rub(1_210_000n),
  });
  expect(quote('2026-03-03T08:00:00+03:00', opensAt, later).coefficient).toBe('1.10');
});

test.each([rub(0n), rub(-1n), { minor: 100n, currency: 'USD' }])('An amount of %o has no price', (amount) => {
  expect(() => quoteCredit(config(), { amount, departsAt: null, opensAt })).toThrow(AmountError);
});

test('The first departure of an order is that of the earliest instant', () => {
  const [first] = required(flying({ departsAt: '2026-12-10T08:00:00+03:00' }).product).segments;
  const [second] = required(flying({ departsAt: '2026-12-10T10:00:00+07:00' }).product).segments;
  const segments = [required(first), required(second)];
  expect(earliestDeparture({ ...required(wholeOrder.product), segments })).toBe('2026-12-10T10:00:00+07:00');
  expect(earliestDeparture(null)).toBeNull();
});
