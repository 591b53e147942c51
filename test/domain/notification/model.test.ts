import { describe, expect, test } from 'vitest';
import { digestDays, dueAt, newsOf } from '../../../src/domain/notification/model.ts';
import { newPayment } from '../../../src/domain/payment/new-payment.ts';
import { begin, type Progress, resume, step } from '../../../src/domain/payment/progress.ts';

const now = new Date('2026-11-22T10:00:00Z');
const known = { id: 'pay_1', partnerId: 'par_1', amountMinor: 100n, currency: 'RUB', createdAt: now };
const sides = {
  sourceWalletId: 'wal_1',
  sourceCustomerId: 'cus_payer',
  destinationWalletId: 'wal_2',
  destinationCustomerId: 'cus_payee',
};

describe('Who is told of what', () => {
  const created = begin(newPayment('TRANSFER', known, sides), 'API', now);
  const processing = step(created, { to: 'PROCESSING', reason: 'CONFIRM', source: 'API' }, now);
  const completed = step(processing, { to: 'COMPLETED', reason: 'COMPLETE', source: 'SYSTEM' }, now);
  const brief = (progress: Progress, at = now) =>
    newsOf([progress], at).map(({ kind, version, customerId }) => [kind, version, customerId]);

  test('Nobody is told of a payment that has only begun.', () => {
    expect(brief(created)).toEqual([]);
    expect(brief(processing)).toEqual([]);
  });

  test('Both sides are told that it is done, once, under the version that did it.', () => {
    expect(brief(completed)).toEqual([
      ['COMPLETED', 3, 'cus_payer'],
      ['COMPLETED', 3, 'cus_payee'],
    ]);
  });

  test('A refusal is for who made it: the other side never knew.', () => {
    const declined = step(processing, { to: 'DECLINED', reason: 'DECLINE', source: 'POLL' }, now);
    expect(brief(declined)).toEqual([['DECLINED', 3, 'cus_payer']]);
  });

  test('What is undone and redone is told each time.', () => {
    const undone = step(resume(completed.payment), { to: 'REVERSED', reason: 'UNDO', source: 'WEBHOOK' }, now);
    expect(brief(undone)).toEqual([
      ['REVERSED', 4, 'cus_payer'],
      ['REVERSED', 4, 'cus_payee'],
    ]);
    const redone = step(resume(undone.payment), { to: 'COMPLETED', reason: 'REDO', source: 'WEBHOOK' }, now);
    expect(brief(redone).map(([kind, version]) => [kind, version])).toEqual([
      ['COMPLETED', 5],
      ['COMPLETED', 5],
    ]);
  });

  test('What a provider tells of days later is history; what was made here is news whenever it is known.', () => {
    const learned = { ...completed, payment: { ...completed.payment, origin: 'PROVIDER' as const } };
    const hours = (count: number) => new Date(now.getTime() + count * 3_600_000);
    expect(brief(learned, hours(23))).toHaveLength(2);
    expect(brief(learned, hours(25))).toEqual([]);
    expect(brief(completed, hours(25))).toHaveLength(2);
  });
});

test.each([
  ['INSTANT', '2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z'],
  ['DAY', '2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z'],
  ['DAY', '2026-12-31T23:59:59Z', '2027-01-01T00:00:00Z'],
  // a Sunday, a Monday, a Saturday
  ['WEEK', '2026-11-22T23:59:59Z', '2026-11-23T00:00:00Z'],
  ['WEEK', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
  ['WEEK', '2026-11-28T12:00:00Z', '2026-11-30T00:00:00Z'],
  ['MONTH', '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z'],
  ['MONTH', '2028-02-29T10:00:00Z', '2028-03-01T00:00:00Z'],
] as const)('%s: what is recorded at %s is due at %s.', (period, at, due) => {
  expect(dueAt(period, new Date(at))).toEqual(new Date(due));
});

test.each([
  ['DAY', '2026-11-23', '2026-11-22', '2026-11-22'],
  ['WEEK', '2026-11-23', '2026-11-16', '2026-11-22'],
  ['MONTH', '2027-03-01', '2027-02-01', '2027-02-28'],
] as const)('A digest (%s) that is due on %s is of %s to %s.', (period, due, first, last) => {
  expect(digestDays(period, new Date(`${due}T00:00:00Z`))).toEqual({ first, last });
});
