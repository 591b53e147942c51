import { expect } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreatePayoutDocument,
  CreateTransferDocument,
  type PaymentDestinationInput,
  PayoutDetailsDocument,
  type TransferTargetInput,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { addJob } from '../../src/db/job-queue.ts';
import type { TestApp } from './app.ts';
import { type Call, done, rub, unique } from './builders.ts';
import { subscribe } from './operations.ts';

/** A card number of sixteen digits whose last digit fits the others, with this beginning. */
export function cardNumber(prefix: string): string {
  const body = prefix.padEnd(15, '7');
  const sum = [...body].reverse().reduce((total, digit, index) => {
    const value = Number.parseInt(digit, 10) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}

/** A person's account and a company's, as the contract's examples have them. */
export const bankAccount = {
  bic: '044525225',
  account: '40817810099910004312',
  bankId: '870',
  holderFirstName: 'Иван',
  holderMiddleName: 'Иванович',
  holderLastName: 'Иванов',
};
export const organisation = {
  bic: '044525201',
  account: '40711100000012321000',
  bankName: 'Банк "Возрождение"',
  city: 'Москва',
  name: 'ООО "Ромашка"',
  inn: '7726111111',
  kpp: '772111001',
  vatIncluded: true,
  purpose: 'Оплата по счету 1',
};
export const payer = { firstName: 'Пётр', middleName: 'Петрович', lastName: 'Петров' };

/** What the tests of payments at QIWI do with one caller. */
export function payments(gateway: TestApp, apiKey: string, call: Call) {
  const details = async (id: string) => {
    const { payment } = await call(PayoutDetailsDocument, { id });
    if (!payment) throw new Error(`there is no payment ${id}`);
    return payment;
  };
  return {
    details,
    /** A payment out of a wallet, created and, unless `confirm` says otherwise, left so. */
    async payout(fromWalletId: string, destination: PaymentDestinationInput, amount: string, extra: object = {}) {
      const input = { idempotencyKey: unique('payout'), fromWalletId, amount: rub(amount), destination, ...extra };
      return done(
        (await call(CreatePayoutDocument, { input: { confirm: false, ...input } })).payoutCreate,
        'PayoutCreateSuccess',
      ).payment;
    },
    async transfer(fromWalletId: string, to: TransferTargetInput, amount: string, extra: object = {}) {
      const input = { idempotencyKey: unique('transfer'), fromWalletId, amount: rub(amount), to, ...extra };
      const { transferCreate } = await call(CreateTransferDocument, { input: { confirm: false, ...input } });
      return done(transferCreate, 'TransferCreateSuccess').payment;
    },
    async confirm(paymentId: string) {
      const { paymentConfirm } = await call(ConfirmPaymentDocument, { paymentId });
      return done(paymentConfirm, 'PaymentConfirmSuccess').payment;
    },
    /** Follows a payment as it is pushed until it stands so; answers its details then. */
    async until(paymentId: string, last: string) {
      const watched = subscribe(gateway.ws(apiKey), WatchPaymentDocument, { id: paymentId, follow: true });
      for await (const { paymentUpdated } of watched.rest()) if (paymentUpdated.status === last) break;
      const payment = await details(paymentId);
      expect(payment.status).toBe(last);
      return payment;
    },
  };
}

/** Has a payment looked at as if so many minutes had passed since it was called, as far as its rows tell. */
export async function lookAfter({ deps }: TestApp, paymentId: string, minutes: number): Promise<void> {
  const { pool, prisma } = deps.db;
  const earlier = `- interval '${minutes} minutes'`;
  await pool.query(`UPDATE payment SET confirmed_at = confirmed_at ${earlier} WHERE id = $1`, [paymentId]);
  await pool.query(`UPDATE payment_attempt SET called_at = called_at ${earlier} WHERE payment_id = $1`, [paymentId]);
  await addJob(prisma, 'resolve-payment', { paymentId, round: 0 }, {});
}

/**
 * Has QIWI asked about a payment in PROCESSING so many minutes later, and waits for the answer.
 * @param question the operation that it is asked by
 */
export async function askAfter(
  gateway: TestApp,
  paymentId: string,
  minutes: number,
  question = 'HIS-1',
): Promise<void> {
  const { prisma } = gateway.deps.db;
  const attempt = () => prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId } });
  const asked = async () => (await attempt()).operations.filter((operation) => operation === question).length;
  const before = await asked();
  await lookAfter(gateway, paymentId, minutes);
  await expect.poll(asked, { timeout: 20_000 }).toBeGreaterThan(before);
}
