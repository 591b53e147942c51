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
