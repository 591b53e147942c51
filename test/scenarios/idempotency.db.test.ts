import { expect, test } from 'vitest';
import { CancelPaymentDocument, CreateTransferDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, refusal, rub, unique } from '../support/builders.ts';
import { booksStay } from '../support/refused.ts';

/** What an idempotency key promises: its owner’s first successful request, once, and its answer ever after. */

const gateway = await startTestApp();
const shop = await openShop(gateway);
const { call } = shop;
const anna = await shop.wallet({ holds: '1000' });
const boris = await shop.wallet();
const key = () => ({ idempotencyKey: unique('key') });

const transfer = (idempotencyKey: string, amount: string) =>
  call(CreateTransferDocument, {
    input: { idempotencyKey, fromWalletId: anna, to: { walletId: boris }, amount: rub(amount), confirm: true },
  });

test('One key may be used by the server and by two customers: it is each one’s own.', async () => {
  const people = [await shop.customer(), await shop.customer()];
  const same = { idempotencyKey: 'one-key', to: { walletId: boris }, amount: rub('1'), confirm: true };
  const made = new Set<string>();
  for (const owner of people) {
    const fromWalletId = await shop.wallet({ owner, holds: '10' });
    const { transferCreate } = await owner.call(CreateTransferDocument, { input: { ...same, fromWalletId } });
    made.add(done(transferCreate, 'TransferCreateSuccess').payment.id);
  }
  const byServer = await call(CreateTransferDocument, { input: { ...same, fromWalletId: anna } });
  made.add(done(byServer.transferCreate, 'TransferCreateSuccess').payment.id);
  expect(made.size).toBe(3);
});

test('A repeated key answers the first payment, as it is by now, and moves nothing.', async () => {
  const input = { ...key(), fromWalletId: anna, to: { walletId: boris }, amount: { amount: '1.5', currency: 'RUB' } };
  const first = done((await call(CreateTransferDocument, { input })).transferCreate, 'TransferCreateSuccess');
  await call(CancelPaymentDocument, { paymentId: first.payment.id });
  const again = await booksStay(gateway, () =>
    call(CreateTransferDocument, { input: { ...input, amount: { currency: 'RUB', amount: '1.50' } } }),
  );
  expect(done(again.transferCreate, 'TransferCreateSuccess')).toMatchObject({
    replayed: true,
    payment: { id: first.payment.id, status: 'CANCELLED' },
  });
});

test('A key whose first request was refused is free again.', async () => {
  const idempotencyKey = unique('freed');
  await booksStay(gateway, () => refusal(transfer(idempotencyKey, '100000')));
  const { transferCreate } = await transfer(idempotencyKey, '1');
  expect(done(transferCreate, 'TransferCreateSuccess').replayed).toBe(false);
});
