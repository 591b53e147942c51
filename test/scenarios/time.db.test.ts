import { expect, test } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreateTopUpDocument,
  CreateTransferDocument,
  PaymentPageDocument,
  SetLimitsDocument,
  SettleTopUpDocument,
  WalletBalanceDocument,
  WalletLimitsDocument,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, refusal, rub, unique } from '../support/builders.ts';
import { subscribe } from '../support/operations.ts';
import { invalid, paymentState } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** What time does to payments and caps, with a clock that the test moves. It only goes forward. */

let ahead = 0;
const gateway = await startTestApp({ clock: { now: () => new Date(Date.now() + ahead) } });
const shop = await openShop(gateway);
const { call } = shop;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const key = () => ({ idempotencyKey: unique('time') });

/** Follows the payment until the gateway, in its own time, has ended it. */
async function statusesOf(id: string): Promise<string[]> {
  const statuses: string[] = [];
  const seen = subscribe(gateway.ws(shop.apiKey), WatchPaymentDocument, { id });
  for await (const { paymentUpdated } of seen.rest()) statuses.push(paymentUpdated.status);
  return statuses;
}

test('A payment that nobody confirms expires after a quarter of an hour, and moves nothing.', async () => {
  const [from, to] = [await shop.wallet({ holds: '100' }), await shop.wallet()];
  const [paymentId, late] = [await shop.transfer(from, to, '10'), await shop.transfer(from, to, '10')];
  const { payment } = await call(PaymentPageDocument, { id: paymentId });
  expect(Date.parse(payment?.expiresAt ?? '') - gateway.app.deps.clock.now().getTime()).toBeGreaterThan(14 * MINUTE);
  ahead += 15 * MINUTE;
  // the sweeper may or may not have been there: it cannot be confirmed either way
  const tooLate = await refusal(call(ConfirmPaymentDocument, { paymentId: late }));
  expect(tooLate).toMatchObject({ code: 'PAYMENT_STATE', allowed: ['CREATED'] });
  expect((await statusesOf(paymentId)).at(-1)).toBe('EXPIRED');
  expect(await refusal(call(ConfirmPaymentDocument, { paymentId }))).toMatchObject(
    paymentState('EXPIRED', ['CREATED']),
  );
  const ended = await call(PaymentPageDocument, { id: paymentId });
  expect(ended.payment?.timeline).toMatchObject([
    { from: null, to: 'CREATED', source: 'API' },
    { from: 'CREATED', to: 'EXPIRED', reason: 'EXPIRE', source: 'SYSTEM' },
  ]);
  const { wallet } = await call(WalletBalanceDocument, { id: from });
  expect(wallet?.balance).toMatchObject({ available: { amount: '100.00' }, pending: { amount: '0.00' } });
});

test('A top-up whose money comes after a week has expired; proof completes it all the same.', async () => {
  const walletId = await shop.wallet();
  const input = { ...key(), walletId, amount: rub('50'), method: 'BANK_TRANSFER' as const, confirm: true };
  const { id } = done((await call(CreateTopUpDocument, { input })).topUpCreate, 'TopUpCreateSuccess').payment;
  const { payment } = await call(PaymentPageDocument, { id });
  expect(payment?.nextAction).toMatchObject({ __typename: 'RequisitesAction', reference: id });
  ahead += 7 * DAY;
  expect(await statusesOf(id)).toEqual(expect.arrayContaining(['EXPIRED']));

  const settle = (more: object) =>
    call(SettleTopUpDocument, { input: { ...key(), paymentId: id, reference: 'slip 77', ...more } });
  const tomorrow = new Date(gateway.app.deps.clock.now().getTime() + DAY).toISOString();
  expect(await refusal(settle({ occurredAt: tomorrow }))).toMatchObject(invalid('input.occurredAt'));
  const occurredAt = new Date(gateway.app.deps.clock.now().getTime() - DAY).toISOString();
  const { topUpSettle } = await settle({ occurredAt, amount: rub('49.90') });
  expect(done(topUpSettle, 'TopUpSettleSuccess').payment).toMatchObject({ status: 'COMPLETED', amount: rub('49.90') });
  const late = await call(PaymentPageDocument, { id });
  expect(late.payment?.timeline.map(({ to }) => to)).toEqual(['CREATED', 'PROCESSING', 'EXPIRED', 'COMPLETED']);
  expect(late.payment).toMatchObject({ reference: 'slip 77', expiresAt: null });
  const { wallet } = await call(WalletBalanceDocument, { id: walletId });
  expect(wallet?.balance?.available.amount).toBe('49.90');
});

test('The cap of a day is whole again at midnight in Moscow; that of the month on the first.', async () => {
  const [from, to] = [await shop.wallet({ holds: '1000' }), await shop.wallet()];
  const limits = (['DAY', 'MONTH'] as const).map((window) => ({
    kind: window === 'DAY' ? ('TRANSFER' as const) : ('TURNOVER' as const),
    window,
    max: rub('100'),
  }));
  await call(SetLimitsDocument, { walletId: from, limits });
  const cap = async (window: string) => {
    const { wallet } = await call(WalletLimitsDocument, { id: from });
    const found = wallet?.limits.find((limit) => limit.window === window && limit.max?.amount === '100.00');
    return { spent: found?.spent?.amount, to: Date.parse(found?.interval?.to ?? '') };
  };
  const send = () =>
    call(CreateTransferDocument, {
      input: { ...key(), fromWalletId: from, to: { walletId: to }, amount: rub('60'), confirm: true },
    });
  const now = () => gateway.app.deps.clock.now().getTime();
  // to the first day of a month, so that the next midnight is not also the next month
  ahead += (await cap('MONTH')).to - now() + MINUTE;
  expect((await send()).transferCreate?.__typename).toBe('TransferCreateSuccess');
  expect(await refusal(send())).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: { window: 'DAY' } });
  const midnight = (await cap('DAY')).to;
  expect(new Date(midnight).toISOString()).toMatch(/T21:00:00.000Z$/);
  ahead += midnight - now() + MINUTE;
  expect((await cap('DAY')).spent).toBe('0.00');
  expect(await refusal(send())).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: { kind: 'TURNOVER', window: 'MONTH' } });
  ahead += (await cap('MONTH')).to - now() + MINUTE;
  expect((await send()).transferCreate?.__typename).toBe('TransferCreateSuccess');
  expect(await cap('MONTH')).toMatchObject({ spent: '60.00' });
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('A session ends when its time is over, and not before.', async () => {
  const person = await shop.customer();
  const token = await shop.session(person.id, { ttlSeconds: 60 });
  const ask = () => gateway.query(token, '{ viewer { kind } }');
  expect((await ask()).data).toEqual({ viewer: { kind: 'CUSTOMER' } });
  ahead += 61_000;
  expect((await ask()).errors?.[0]).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
});
