import { expect, test } from 'vitest';
import {
  CreatePayoutDocument,
  CreateTopUpDocument,
  CreateTransferBatchDocument,
  CreateTransferDocument,
  type LimitKind,
  type LimitWindow,
  SetLimitsDocument,
  SettleTopUpDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, refusal, rub, somebodysAccount, unique } from '../support/builders.ts';
import { booksStay, refuses } from '../support/refused.ts';

/** Each cap that a wallet can have, passed by a kopeck. */

const gateway = await startTestApp();
const shop = await openShop(gateway);
const { call } = shop;
const boris = await shop.wallet();

const key = () => ({ idempotencyKey: unique('over') });
const transfer = (fromWalletId: string, amount: string, toWalletId = boris) =>
  call(CreateTransferDocument, {
    input: { ...key(), fromWalletId, to: { walletId: toWalletId }, amount: rub(amount), confirm: true },
  });
const payout = (fromWalletId: string, amount: string) =>
  call(CreatePayoutDocument, {
    input: {
      ...key(),
      fromWalletId,
      amount: rub(amount),
      destination: { bankAccount: somebodysAccount },
      confirm: true,
    },
  });
const topUp = (walletId: string, amount: string) =>
  call(CreateTopUpDocument, {
    input: { ...key(), walletId, amount: rub(amount), method: 'CASH', confirm: true },
  });
const settle = (paymentId: string, amount: string) =>
  call(SettleTopUpDocument, { input: { ...key(), paymentId, amount: rub(amount), reference: unique('desk') } });
async function awaited(walletId: string, amount: string): Promise<string> {
  return done((await topUp(walletId, amount)).topUpCreate, 'TopUpCreateSuccess').payment.id;
}

const exceeded = (kind: LimitKind, window: LimitWindow, remaining: string | null) => ({
  __typename: 'LimitExceededError',
  code: 'LIMIT_EXCEEDED',
  limit: { kind, window, remaining: remaining === null ? null : rub(remaining) },
});
/** A wallet with 1000 RUB and one cap of its own. */
async function capped(kind: LimitKind, window: LimitWindow, max: string, holds = '1000'): Promise<string> {
  const walletId = await shop.wallet({ holds });
  const limits = [{ kind, window, max: rub(max), enabled: true }];
  done((await call(SetLimitsDocument, { walletId, limits })).walletSetLimits, 'WalletSetLimitsSuccess');
  return walletId;
}
const once = await capped('TRANSFER', 'ONE_TIME', '100');
const daily = await capped('TRANSFER', 'DAY', '100');
await shop.transfer(daily, boris, '70', true);
const monthly = await capped('TURNOVER', 'MONTH', '100');
await shop.payout(monthly, '50');
await shop.transfer(monthly, boris, '20', true);
const [payoutOnce, payoutDaily] = [await capped('PAYOUT', 'ONE_TIME', '100'), await capped('PAYOUT', 'DAY', '100')];
await shop.payout(payoutDaily, '99.99');
const full = await capped('BALANCE', 'STANDING', '100', '80');
const topUpCapped = await capped('TOP_UP', 'ONE_TIME', '100', '80');
const [toFull, toTopUpCapped] = [await awaited(full, '20.01'), await awaited(topUpCapped, '100')];
const rich = await shop.wallet({ holds: '1000' });
const stranger = await shop.wallet({ level: 'NONE' });

refuses(gateway, [
  {
    title: 'A transfer above the cap of one is refused.',
    send: () => transfer(once, '100.01'),
    answer: exceeded('TRANSFER', 'ONE_TIME', null),
  },
  {
    title: 'A transfer past the cap of the day is refused.',
    send: () => transfer(daily, '30.01'),
    answer: exceeded('TRANSFER', 'DAY', '30.00'),
  },
  {
    title: 'A transfer past the cap of the month is refused.',
    send: () => transfer(monthly, '30.01'),
    answer: exceeded('TURNOVER', 'MONTH', '30.00'),
  },
  {
    title: 'A payout past the cap of the month is refused.',
    send: () => payout(monthly, '30.01'),
    answer: exceeded('TURNOVER', 'MONTH', '30.00'),
  },
  {
    title: 'A payout above the cap of one is refused.',
    send: () => payout(payoutOnce, '100.01'),
    answer: exceeded('PAYOUT', 'ONE_TIME', null),
  },
  {
    title: 'A payout past the cap of the day is refused.',
    send: () => payout(payoutDaily, '0.02'),
    answer: exceeded('PAYOUT', 'DAY', '0.01'),
  },
  {
    title: 'A transfer above what the recipient may hold is refused.',
    send: () => transfer(rich, '20.01', full),
    answer: exceeded('BALANCE', 'STANDING', '20.00'),
  },
  {
    title: 'A top-up is not settled above what the wallet may hold.',
    send: () => settle(toFull, '20.01'),
    answer: exceeded('BALANCE', 'STANDING', '20.00'),
  },
  {
    title: 'A top-up above the cap of one is refused.',
    send: () => topUp(topUpCapped, '100.01'),
    answer: exceeded('TOP_UP', 'ONE_TIME', null),
  },
  {
    title: 'A top-up is not settled above the cap of one.',
    send: () => settle(toTopUpCapped, '100.01'),
    answer: exceeded('TOP_UP', 'ONE_TIME', null),
  },
  {
    title: 'A top-up of somebody unknown above 15 000 RUB is refused.',
    send: () => topUp(stranger, '15000.01'),
    answer: exceeded('TOP_UP', 'ONE_TIME', null),
  },
]);

test('A batch counts as one sum towards the caps of its payer.', async () => {
  const leg = { fromWalletId: daily, toWalletId: boris, amount: rub('10.01') };
  const batch = () => call(CreateTransferBatchDocument, { input: { ...key(), transfers: [leg, leg, leg] } });
  expect(await booksStay(gateway, () => refusal(batch()))).toMatchObject(exceeded('TRANSFER', 'DAY', '30.00'));
});
