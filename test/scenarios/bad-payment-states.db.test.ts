import { expect, test } from 'vitest';
import {
  CancelPaymentDocument,
  ConfirmPaymentDocument,
  CreateTopUpDocument,
  RefundPaymentDocument,
  ResolvePaymentDocument,
  SettleTopUpDocument,
  UpdatePaymentDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, refusal, rub, unique } from '../support/builders.ts';
import { booksStay, invalid, notFound, paymentState, refuses } from '../support/refused.ts';

/** Payments that are in no state for what is asked of them, and payments of somebody else. */

const gateway = await startTestApp();
const shop = await openShop(gateway);
const { call } = shop;
const anna = await shop.wallet({ holds: '1000' });
const boris = await shop.wallet({ holds: '10' });
const key = () => ({ idempotencyKey: unique('state') });

const confirm = (paymentId: string) => call(ConfirmPaymentDocument, { paymentId });
const cancel = (paymentId: string, by = call) => by(CancelPaymentDocument, { paymentId });
const refund = (paymentId: string, by = call) => by(RefundPaymentDocument, { input: { ...key(), paymentId } });
const resolve = (paymentId: string, outcome: 'COMPLETED' | 'DECLINED' = 'COMPLETED') =>
  call(ResolvePaymentDocument, { input: { paymentId, outcome, evidence: 'the bank called' } });
const settle = (paymentId: string, reference = unique('desk')) =>
  call(SettleTopUpDocument, { input: { ...key(), paymentId, reference } });
const update = (paymentId: string) =>
  call(UpdatePaymentDocument, { input: { paymentId, parameters: [{ id: 'code', value: '1' }] } });
const topUp = async (walletId: string, confirmed = true) => {
  const input = { ...key(), walletId, amount: rub('5'), method: 'BANK_TRANSFER' as const, confirm: confirmed };
  return done((await call(CreateTopUpDocument, { input })).topUpCreate, 'TopUpCreateSuccess').payment.id;
};

const kinds = {
  created: await shop.transfer(anna, boris, '1'),
  cancelled: await shop.transfer(anna, boris, '1'),
  completed: await shop.transfer(anna, boris, '1', true),
  refunded: await shop.transfer(anna, boris, '1', true),
  payout: await shop.payout(anna, '1'),
  resolved: await shop.payout(anna, '1'),
  topUpCreated: await topUp(boris, false),
  topUpWaiting: await topUp(boris),
  toppedUp: await shop.topUp(boris, '1'),
};
await cancel(kinds.cancelled);
await refund(kinds.refunded);
await resolve(kinds.resolved);
const usedReference = unique('desk');
await settle(await topUp(boris), usedReference);

refuses(gateway, [
  {
    title: 'A payment that no provider carries is asked for nothing more.',
    send: () => update(kinds.created),
    answer: paymentState('CREATED', ['CREATED']),
  },
  {
    title: 'A completed payment is asked for nothing more.',
    send: () => update(kinds.completed),
    answer: paymentState('COMPLETED', ['CREATED']),
  },
  {
    title: 'A cancelled payment is not confirmed.',
    send: () => confirm(kinds.cancelled),
    answer: paymentState('CANCELLED', ['CREATED']),
  },
  {
    title: 'A cancelled payment is not cancelled again.',
    send: () => cancel(kinds.cancelled),
    answer: paymentState('CANCELLED', ['CREATED']),
  },
  {
    title: 'A completed payment is not cancelled.',
    send: () => cancel(kinds.completed),
    answer: paymentState('COMPLETED', ['CREATED']),
  },
  {
    title: 'A payment in PROCESSING is not cancelled: its money is on its way.',
    send: () => cancel(kinds.payout),
    answer: paymentState('PROCESSING', ['CREATED']),
  },
  {
    title: 'A payment that was only created is not refunded.',
    send: () => refund(kinds.created),
    answer: paymentState('CREATED', ['COMPLETED']),
  },
  {
    title: 'A payment that is refunded in full is not refunded again.',
    send: () => refund(kinds.refunded),
    answer: paymentState('COMPLETED', []),
  },
  {
    title: 'A payout is not refunded here.',
    send: () => refund(kinds.payout),
    answer: { __typename: 'NotSupportedError', code: 'NOT_SUPPORTED' },
  },
  {
    title: 'A top-up is not refunded here.',
    send: () => refund(kinds.toppedUp),
    answer: { __typename: 'NotSupportedError', code: 'NOT_SUPPORTED' },
  },
  {
    title: 'A ruled payout is not ruled again.',
    send: () => resolve(kinds.resolved),
    answer: paymentState('COMPLETED', ['PROCESSING']),
  },
  {
    title: 'Nor is it ruled the other way.',
    send: () => resolve(kinds.resolved, 'DECLINED'),
    answer: paymentState('COMPLETED', ['PROCESSING']),
  },
  {
    title: 'A transfer that is done cannot be ruled on.',
    send: () => resolve(kinds.completed, 'DECLINED'),
    answer: paymentState('COMPLETED', ['PROCESSING']),
  },
  {
    title: 'A top-up is settled, not ruled on.',
    send: () => resolve(kinds.topUpWaiting),
    answer: invalid('input.paymentId', 'is a top-up without a provider: settle it with topUpSettle.'),
  },
  {
    title: 'A top-up is not settled before it is confirmed.',
    send: () => settle(kinds.topUpCreated),
    answer: paymentState('CREATED', ['PROCESSING', 'EXPIRED']),
  },
  {
    title: 'A top-up is not settled twice.',
    send: () => settle(kinds.toppedUp),
    answer: paymentState('COMPLETED', ['PROCESSING', 'EXPIRED']),
  },
  {
    title: 'A transfer is not settled.',
    send: () => settle(kinds.created),
    answer: invalid('input.paymentId', 'is not a top-up by bank transfer or cash.'),
  },
  {
    title: 'A reference settles one top-up only.',
    send: () => settle(kinds.topUpWaiting, usedReference),
    answer: invalid('input.reference'),
  },
  {
    title: 'An empty reference settles nothing.',
    send: () => settle(kinds.topUpWaiting, ' '),
    answer: invalid('input.reference', 'must have 1 to 128 characters.'),
  },
]);

test('Confirming again answers the payment as it is, and moves nothing.', async () => {
  const paymentId = await shop.transfer(anna, boris, '7');
  const first = done((await confirm(paymentId)).paymentConfirm, 'PaymentConfirmSuccess');
  expect(first).toMatchObject({ replayed: false, payment: { status: 'COMPLETED' } });
  const again = await booksStay(gateway, () => confirm(paymentId));
  expect(done(again.paymentConfirm, 'PaymentConfirmSuccess')).toMatchObject({ replayed: true, payment: first.payment });
});

test('A stranger’s payment does not exist for a session: it is neither confirmed nor cancelled, refunded or seen.', async () => {
  const [payer, payee] = [await shop.customer(), await shop.customer()];
  const from = await shop.wallet({ owner: payer, holds: '100' });
  const to = await shop.wallet({ owner: payee });
  const [waits, came] = [await shop.transfer(from, to, '1'), await shop.transfer(from, to, '2', true)];
  const stranger = await shop.customer();
  await booksStay(gateway, async () => {
    for (const { call: by } of [stranger, payee]) {
      expect(await refusal(by(ConfirmPaymentDocument, { paymentId: waits }))).toMatchObject(notFound);
      expect(await refusal(cancel(waits, by))).toMatchObject(notFound);
      expect(await refusal(refund(waits, by))).toMatchObject(notFound);
    }
    expect(await refusal(refund(came, stranger.call))).toMatchObject(notFound);
    expect(await refusal(cancel(came, payee.call))).toMatchObject(notFound);
    expect(await refusal(refund(came, payer.call))).toMatchObject(notFound);
  });
  const given = await refund(came, payee.call);
  expect(done(given.paymentRefund, 'PaymentRefundSuccess').payment.refundable).toEqual(rub('0.00'));
});
