import { expect, test } from 'vitest';
import type { Notification, Payment } from '../../../src/db/generated/client.ts';
import { compose } from '../../../src/domain/notification/compose.ts';
import { newPayment } from '../../../src/domain/payment/new-payment.ts';

const at = new Date('2026-11-22T10:00:05.123Z');
const payments = new Map<string, Payment>();

/** A payment, and what its payer is told of it. */
function row(id: string, minor: bigint, over: Partial<Notification> = {}, rest: Partial<Payment> = {}): Notification {
  const known = { id, partnerId: 'par_1', amountMinor: minor, currency: 'RUB', createdAt: at };
  const sides = { sourceWalletId: 'wal_payer', sourceCustomerId: 'cus_payer', destinationCustomerId: 'cus_payee' };
  payments.set(id, newPayment('TRANSFER', known, { ...sides, feeMinor: 250n, ...rest }));
  return {
    paymentId: id,
    version: 3,
    customerId: 'cus_payer',
    medium: 'EMAIL',
    partnerId: 'par_1',
    kind: 'COMPLETED',
    period: 'INSTANT',
    occurredAt: at,
    dueAt: at,
    status: 'PENDING',
    skipReason: null,
    messageId: null,
    attempts: 0,
    nextAt: at,
    lastError: null,
    createdAt: at,
    sentAt: null,
    ...over,
  };
}
const letter = (...rows: Notification[]) => compose(rows, payments, 'Shop');

test('The payer reads amount, fee, kind, time and the payment; nothing of the payee.', () => {
  expect(letter(row('pay_1', 25_050n))).toEqual({
    subject: '250.50 RUB sent',
    text: '2026-11-22 10:00:05 UTC  250.50 RUB sent, transfer, fee 2.50 RUB, pay_1\n\n-- \nShop\n',
    short: '250.50 RUB sent. pay_1',
  });
});

test('The payee reads no fee: it was not theirs.', () => {
  const { subject, text } = letter(row('pay_2', 1n, { customerId: 'cus_payee' }));
  expect(subject).toBe('0.01 RUB received');
  expect(text).toContain('0.01 RUB received, transfer, pay_2');
  expect(text).not.toMatch(/fee|payer|wal_/);
});

test('Between two wallets of one owner it is neither sent nor received.', () => {
  const own = row('pay_3', 100n, {}, { destinationCustomerId: 'cus_payer', feeMinor: 0n });
  expect(letter(own).subject).toBe('1.00 RUB moved between your wallets');
});

test.each([
  ['DECLINED', '1.00 JPY: payout declined'],
  ['REVERSED', '1.00 JPY: payout reversed'],
] as const)('%s is said of the payment, in its currency’s own decimals.', (kind, headline) => {
  const { subject, text } = letter(row('pay_4', 1n, { kind }, { kind: 'PAYOUT', currency: 'JPY' }));
  expect(subject).toBe(headline.replace('1.00', '1'));
  expect(text).not.toContain('fee');
});

test('A digest has a line for each, oldest first, and says of which days; a text message names the first five.', () => {
  const digest = { period: 'WEEK' as const, dueAt: new Date('2026-11-23T00:00:00Z') };
  const rows = Array.from({ length: 7 }, (_, index) => row(`pay_d${index}`, BigInt(100 * (index + 1)), digest));
  const { subject, text, short } = letter(...rows);
  expect(subject).toBe('Your payments, 2026-11-16 to 2026-11-22');
  expect(text.match(/pay_d\d/g)).toEqual(rows.map(({ paymentId }) => paymentId));
  expect(text).toContain('7 in all');
  expect(short).toMatch(/: 1\.00 RUB sent; .*5\.00 RUB sent; and 2 more$/);
});

test('Ten million billions and one kopeck stay exact.', () => {
  expect(letter(row('pay_5', 9_007_199_254_740_993n)).subject).toBe('90071992547409.93 RUB sent');
});
