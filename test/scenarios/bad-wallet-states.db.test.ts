import { expect, test } from 'vitest';
import {
  BlockWalletDocument,
  CancelPaymentDocument,
  CloseWalletDocument,
  ConfirmPaymentDocument,
  CreatePayoutDocument,
  CreateTopUpDocument,
  CreateTransferBatchDocument,
  CreateTransferDocument,
  OpenAccountDocument,
  RefundPaymentDocument,
  SetDefaultCurrencyDocument,
  SetLimitsDocument,
  UnblockWalletDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, rub, somebodysAccount, unique } from '../support/builders.ts';
import { refuses, walletState } from '../support/refused.ts';

/** Wallets that are closed, blocked or not empty, and what they refuse for it. */

const gateway = await startTestApp();
const shop = await openShop(gateway);
const { call } = shop;
const anna = await shop.wallet({ holds: '1000' });
const boris = await shop.wallet({ holds: '10' });
const key = () => ({ idempotencyKey: unique('state') });

const confirm = (paymentId: string) => call(ConfirmPaymentDocument, { paymentId });
const cancel = (paymentId: string, by = call) => by(CancelPaymentDocument, { paymentId });
const close = (walletId: string) => call(CloseWalletDocument, { walletId });
const block = async (walletId: string) =>
  done((await call(BlockWalletDocument, { walletId })).walletBlock, 'WalletBlockSuccess');
const refund = (paymentId: string, by = call) => by(RefundPaymentDocument, { input: { ...key(), paymentId } });
const topUp = async (walletId: string, confirmed = true) => {
  const input = { ...key(), walletId, amount: rub('5'), method: 'BANK_TRANSFER' as const, confirm: confirmed };
  return done((await call(CreateTopUpDocument, { input })).topUpCreate, 'TopUpCreateSuccess').payment.id;
};
const transfer = (fromWalletId: string, toWalletId: string) =>
  call(CreateTransferDocument, {
    input: { ...key(), fromWalletId, to: { walletId: toWalletId }, amount: rub('1'), confirm: true },
  });

const closed = await shop.wallet();
done((await close(closed)).walletClose, 'WalletCloseSuccess');
const blocked = await shop.wallet({ holds: '100' });
const before = {
  out: await shop.transfer(blocked, boris, '1'),
  in: await shop.transfer(anna, blocked, '1'),
  topUp: await topUp(blocked, false),
  done: await shop.transfer(anna, blocked, '1', true),
  sent: await shop.transfer(blocked, boris, '1', true),
};
await block(blocked);

refuses(
  gateway,
  (
    [
      ['closed', closed, 'CLOSED'],
      ['blocked', blocked, 'BLOCKED'],
    ] as const
  ).flatMap(([word, walletId, state]) => [
    { title: `A ${word} wallet cannot pay.`, send: () => transfer(walletId, boris), answer: walletState(state) },
    { title: `A ${word} wallet cannot be paid.`, send: () => transfer(anna, walletId), answer: walletState(state) },
    {
      title: `A ${word} wallet cannot pay in a batch, and then nobody does.`,
      send: () => batch([anna, boris], [walletId, boris]),
      answer: walletState(state),
    },
    {
      title: `A ${word} wallet cannot be paid in a batch, and then nobody is.`,
      send: () => batch([anna, boris], [anna, walletId]),
      answer: walletState(state),
    },
    {
      title: `A ${word} wallet cannot be topped up.`,
      send: () => call(CreateTopUpDocument, { input: { ...key(), walletId, amount: rub('1'), method: 'CASH' } }),
      answer: walletState(state),
    },
    {
      title: `A ${word} wallet cannot pay out.`,
      send: () =>
        call(CreatePayoutDocument, {
          input: { ...key(), fromWalletId: walletId, amount: rub('1'), destination: { bankAccount: somebodysAccount } },
        }),
      answer: walletState(state),
    },
    {
      title: `A ${word} wallet opens no further currency.`,
      send: () => call(OpenAccountDocument, { input: { ...key(), walletId, currency: 'USD' } }),
      answer: walletState(state),
    },
    {
      title: `A ${word} wallet keeps its default currency.`,
      send: () => call(SetDefaultCurrencyDocument, { walletId, currency: 'RUB' }),
      answer: walletState(state),
    },
  ]),
);

function batch(...legs: [string, string][]) {
  const transfers = legs.map(([fromWalletId, toWalletId]) => ({ fromWalletId, toWalletId, amount: rub('1') }));
  return call(CreateTransferBatchDocument, { input: { ...key(), transfers } });
}

const notClosed = ['ACTIVE', 'BLOCKED'];
refuses(gateway, [
  {
    title: 'A closed wallet cannot be closed again.',
    send: () => close(closed),
    answer: walletState('CLOSED', notClosed),
  },
  {
    title: 'A closed wallet cannot be blocked.',
    send: () => call(BlockWalletDocument, { walletId: closed }),
    answer: walletState('CLOSED', notClosed),
  },
  {
    title: 'A closed wallet cannot be unblocked.',
    send: () => call(UnblockWalletDocument, { walletId: closed }),
    answer: walletState('CLOSED', notClosed),
  },
  {
    title: 'A closed wallet takes no caps.',
    send: () =>
      call(SetLimitsDocument, { walletId: closed, limits: [{ kind: 'TRANSFER', window: 'DAY', max: rub('1') }] }),
    answer: walletState('CLOSED', notClosed),
  },
  {
    title: 'A transfer out of a wallet that was blocked since cannot be confirmed.',
    send: () => confirm(before.out),
    answer: walletState('BLOCKED'),
  },
  {
    title: 'A transfer into a wallet that was blocked since cannot be confirmed.',
    send: () => confirm(before.in),
    answer: walletState('BLOCKED'),
  },
  {
    title: 'A top-up of a wallet that was blocked since cannot be confirmed.',
    send: () => confirm(before.topUp),
    answer: walletState('BLOCKED'),
  },
  {
    title: 'What a blocked wallet received is not refunded: nothing new goes out of it.',
    send: () => refund(before.done),
    answer: walletState('BLOCKED'),
  },
  {
    title: 'What a blocked wallet sent is not refunded: nothing new goes into it.',
    send: () => refund(before.sent),
    answer: walletState('BLOCKED'),
  },
]);

const twoCurrencies = await shop.wallet({ currency: 'USD', also: ['RUB'] });
await shop.topUp(twoCurrencies, '3', 'USD');
const holding = await shop.wallet({ holds: '5' });
await shop.payout(holding, '5');
const waiting = await shop.wallet();
await topUp(waiting);
const promising = await shop.wallet({ holds: '5' });
const promised = await shop.transfer(promising, boris, '1');
await shop.transfer(promising, boris, '5', true);

refuses(gateway, [
  {
    title: 'A wallet with money in any currency is not closed.',
    send: () => close(twoCurrencies),
    answer: { ...walletState('ACTIVE', []), message: 'There is money or a hold in USD. Empty the wallet first.' },
  },
  {
    title: 'A wallet whose money is held is not closed.',
    send: () => close(holding),
    answer: { ...walletState('ACTIVE', []), message: 'There is money or a hold in RUB. Empty the wallet first.' },
  },
  {
    title: 'A wallet that waits for a top-up is not closed.',
    send: () => close(waiting),
    answer: {
      ...walletState('ACTIVE', []),
      message: '1 payment(s) of the wallet are still open. Cancel them or wait for their end.',
    },
  },
  {
    title: 'A wallet with a payment that could still be confirmed is not closed.',
    send: () => close(promising),
    answer: {
      ...walletState('ACTIVE', []),
      message: '1 payment(s) of the wallet are still open. Cancel them or wait for their end.',
    },
  },
]);

test('A wallet is closed once its last payment is cancelled, and a phone is free with it.', async () => {
  await cancel(promised);
  expect(done((await close(promising)).walletClose, 'WalletCloseSuccess').wallet.status).toBe('CLOSED');
});
