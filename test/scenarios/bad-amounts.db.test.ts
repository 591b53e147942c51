import { expect, test } from 'vitest';
import {
  CreatePayoutDocument,
  CreateTopUpDocument,
  CreateTransferBatchDocument,
  CreateTransferDocument,
  type MoneyInput,
  RefundPaymentDocument,
  SettleTopUpDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, refusal, rub, somebodysAccount, unique } from '../support/builders.ts';
import { booksStay, faults, invalid, type Refusal, refuses } from '../support/refused.ts';

/** Amounts that cannot be, and amounts that are not there. Each is refused with its reason, and the books stay. */

const gateway = await startTestApp();
const shop = await openShop(gateway);
const { call } = shop;
const anna = await shop.wallet({ holds: '1000', also: ['USD'] });
const boris = await shop.wallet();
const paid = await shop.transfer(anna, boris, '100', true);
const awaited = await newTopUp(boris, '50');

async function newTopUp(walletId: string, amount: string): Promise<string> {
  const input = {
    idempotencyKey: unique('wait'),
    walletId,
    amount: rub(amount),
    method: 'CASH' as const,
    confirm: true,
  };
  return done((await call(CreateTopUpDocument, { input })).topUpCreate, 'TopUpCreateSuccess').payment.id;
}

const key = () => ({ idempotencyKey: unique('bad') });
const transfer = (amount: MoneyInput, more = {}) =>
  call(CreateTransferDocument, {
    input: { ...key(), fromWalletId: anna, to: { walletId: boris }, amount, confirm: true, ...more },
  });
const payout = (amount: MoneyInput, fromWalletId = anna) =>
  call(CreatePayoutDocument, {
    input: { ...key(), fromWalletId, amount, destination: { bankAccount: somebodysAccount }, confirm: true },
  });
const topUp = (amount: MoneyInput, walletId = anna) =>
  call(CreateTopUpDocument, { input: { ...key(), walletId, amount, method: 'CASH', confirm: true } });
const settle = (amount: MoneyInput, paymentId = awaited) =>
  call(SettleTopUpDocument, { input: { ...key(), paymentId, amount, reference: unique('desk') } });

/** Every mutation that takes an amount, and where its input has it. */
const takers: { name: string; at: string; send(amount: MoneyInput): Promise<object> }[] = [
  { name: 'transferCreate', at: 'input.amount', send: transfer },
  { name: 'payoutCreate', at: 'input.amount', send: payout },
  { name: 'topUpCreate', at: 'input.amount', send: topUp },
  { name: 'topUpSettle', at: 'input.amount', send: settle },
  {
    name: 'paymentRefund',
    at: 'input.amount',
    send: (amount) => call(RefundPaymentDocument, { input: { ...key(), paymentId: paid, amount } }),
  },
  {
    name: 'transferBatchCreate, in its second leg,',
    at: 'input.transfers.1.amount',
    send: (amount) =>
      call(CreateTransferBatchDocument, {
        input: {
          ...key(),
          transfers: [
            { fromWalletId: anna, toWalletId: boris, amount: rub('1') },
            { fromWalletId: anna, toWalletId: boris, amount },
          ],
        },
      }),
  },
];

const tooLarge = 'The amount is larger than any payment can be.';
/** Amounts that are none, and the field and words that say so. */
const amounts: [what: string, amount: MoneyInput, field: 'amount' | 'currency', message: string][] = [
  ['zero', rub('0.00'), 'amount', 'must be above zero.'],
  ['a negative amount', rub('-5'), 'amount', 'must be above zero.'],
  ['minus zero', rub('-0'), 'amount', 'must be above zero.'],
  ['three decimals of a ruble', rub('1.001'), 'amount', 'RUB amounts have at most 2 decimals.'],
  ['decimals of a yen', { amount: '1.5', currency: 'JPY' }, 'amount', 'JPY amounts have no decimals.'],
  ['an empty text', rub(''), 'amount', '"" is not a decimal amount such as "1237.50".'],
  ['words', rub('ten'), 'amount', '"ten" is not a decimal amount such as "1237.50".'],
  ['a decimal comma', rub('1,50'), 'amount', '"1,50" is not a decimal amount such as "1237.50".'],
  ['an exponent', rub('1e3'), 'amount', '"1e3" is not a decimal amount such as "1237.50".'],
  ['a space before it', rub(' 5'), 'amount', '" 5" is not a decimal amount such as "1237.50".'],
  ['more than any book can hold', rub('1000000000000000.01'), 'amount', tooLarge],
  [
    'a currency that there is not',
    { amount: '5', currency: 'XXX' },
    'currency',
    '"XXX" is not a currency that is handled here.',
  ],
  [
    'a currency in small letters',
    { amount: '5', currency: 'rub' },
    'currency',
    '"rub" is not a currency that is handled here.',
  ],
];

refuses(
  gateway,
  takers.flatMap(({ name, at, send }) =>
    amounts.map(
      ([what, amount, field, message]): Refusal => ({
        title: `${name} refuses ${what}.`,
        send: () => send(amount),
        answer: invalid(`${at}.${field}`, message),
      }),
    ),
  ),
);

faults(
  gateway,
  [5, 5.5, true, null, { value: '5' }, ['5']].map((amount) => ({
    title: `An amount that is ${JSON.stringify(amount)} in JSON is refused: amounts are texts.`,
    token: shop.apiKey,
    document: CreateTransferDocument,
    variables: {
      input: { ...key(), fromWalletId: anna, to: { walletId: boris }, amount: { amount, currency: 'RUB' } },
    },
    code: 'BAD_USER_INPUT',
  })),
);

const lacks = 'the wallet has no EUR account, only RUB, USD; open one with walletAccountOpen.';
const eur = { amount: '5', currency: 'EUR' };
refuses(gateway, [
  {
    title: 'A transfer in a currency that the payer lacks is refused.',
    send: () => transfer(eur),
    answer: invalid('input.amount.currency', lacks),
  },
  {
    title: 'A transfer in a currency that only the payer has is refused.',
    send: () => transfer({ amount: '5', currency: 'USD' }),
    answer: invalid('input.amount.currency', lacks.replace('EUR', 'USD').replace('RUB, USD', 'RUB')),
  },
  {
    title: 'A transfer that would convert is refused.',
    send: () => transfer(rub('5'), { fromCurrency: 'USD' }),
    answer: { __typename: 'NotSupportedError', code: 'NOT_SUPPORTED' },
  },
  {
    title: 'A top-up in a currency that the wallet lacks is refused.',
    send: () => topUp(eur),
    answer: invalid('input.amount.currency', lacks),
  },
  {
    title: 'A payout in another currency than the bank’s is refused.',
    send: () => payout({ amount: '5', currency: 'USD' }),
    answer: invalid('input.amount.currency', 'bank accounts are paid in RUB.'),
  },
  {
    title: 'A top-up cannot be settled in another currency.',
    send: () => settle({ amount: '5', currency: 'USD' }),
    answer: invalid('input.amount.currency', "must be the top-up's own, RUB."),
  },
  {
    title: 'A refund cannot be in another currency.',
    send: () =>
      call(RefundPaymentDocument, { input: { ...key(), paymentId: paid, amount: { amount: '5', currency: 'USD' } } }),
    answer: invalid('input.amount.currency', "must be the payment's own, RUB."),
  },
  {
    title: 'A refund of more than is left is refused.',
    send: () => call(RefundPaymentDocument, { input: { ...key(), paymentId: paid, amount: rub('100.01') } }),
    answer: invalid('input.amount.amount', 'is more than what is left to refund (see refundable).'),
  },
]);

const poor = (available: string, required: string) => ({
  __typename: 'InsufficientFundsError',
  code: 'INSUFFICIENT_FUNDS',
  available: rub(available),
  required: rub(required),
});
const dear = await openShop(gateway, { name: 'Shop with a fee of 1 %', fee: 100 });
const [payer, payee] = [await dear.wallet({ holds: '100' }), await dear.wallet()];
const fromPayer = (amount: string, confirm: boolean) =>
  dear.call(CreateTransferDocument, {
    input: { ...key(), fromWalletId: payer, to: { walletId: payee }, amount: rub(amount), confirm },
  });
refuses(gateway, [
  {
    title: 'A transfer of a kopeck more than there is is refused.',
    send: () => transfer(rub('900.01')),
    answer: poor('900.00', '900.01'),
  },
  {
    title: 'So is one that is only created.',
    send: () => transfer(rub('900.01'), { confirm: false }),
    answer: poor('900.00', '900.01'),
  },
  {
    title: 'A payout of a kopeck more than there is is refused.',
    send: () => payout(rub('900.01')),
    answer: poor('900.00', '900.01'),
  },
  {
    title: 'A transfer whose fee is not covered is refused.',
    send: () => fromPayer('100', true),
    answer: poor('100.00', '101.00'),
  },
  {
    title: 'So is one that is only created and lacks its fee.',
    send: () => fromPayer('99.02', false),
    answer: poor('100.00', '100.01'),
  },
]);

test('A refund is refused when the recipient has spent the money.', async () => {
  const [giver, taker] = [await shop.wallet({ holds: '100' }), await shop.wallet()];
  const paymentId = await shop.transfer(giver, taker, '60', true);
  await shop.transfer(taker, boris, '20', true);
  const refund = () => call(RefundPaymentDocument, { input: { ...key(), paymentId } });
  expect(await booksStay(gateway, () => refusal(refund()))).toMatchObject(poor('40.00', '60.00'));
});
