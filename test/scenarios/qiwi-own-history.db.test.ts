import { expect, test, vi } from 'vitest';
import { HouseWalletDocument, ProviderBalanceDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { newPhone, openShop } from '../support/builders.ts';
import { freePort, linkQiwi, reconciled, startQiwi } from '../support/qiwi.ts';
import { cardNumber, payments } from '../support/qiwi-payments.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { fundedWalletOf } from '../support/wallets.ts';

/** Payments that were made here, as the provider's history has them: fees and all, each side once. */

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const shop = await openShop(gateway);
const { call } = shop;
const qiwi = await startQiwi(gateway, shop.id);
const { payout, transfer, until } = payments(gateway, shop.apiKey, call);
const { prisma } = gateway.deps.db;

const card = { card: { number: cardNumber('427638') } };
const figures = async (id: string) =>
  Object.fromEntries(
    ((await call(ProviderBalanceDocument, { id })).wallet?.balances ?? []).map(({ currency, posted }) => [
      currency,
      posted.amount,
    ]),
  );
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
/** No call has a job that waits, so what the history has is all in the books. */
const quiet = () =>
  vi.waitFor(async () => expect(await prisma.webhookReceipt.count({ where: { handledAt: null } })).toBe(0), {
    timeout: 20_000,
  });

test('What LOCAL wallets pay through the house wallet is in its history, with the provider’s fee.', async () => {
  const { node } = await call(HouseWalletDocument, { id: qiwi.account.id });
  const house = node && 'houseWallet' in node ? node.houseWallet : null;
  const from = await fundedWalletOf(call, newPhone(), '2000');
  for (const destination of [{ phone: '+79161234567' }, card]) {
    const { id } = await payout(from, destination, '200', { confirm: true });
    await until(id, 'COMPLETED');
  }
  const [round] = await reconciled(call, { walletId: house?.id ?? '' });
  expect(round).toMatchObject({ matched: 2, breaks: [] });
  // 200 to the phone, 200 and a fee of 54 to the card
  expect(await figures(house?.id ?? '')).toMatchObject({ RUB: '999546.00' });
  await booksAreRight();
});

test('What a wallet there pays by itself is matched with its attempt, by whatever way the outcome comes first.', async () => {
  const [payer, payee] = [qiwi.wallet(2_000), qiwi.wallet(0)];
  const [from, to] = [await linkQiwi(call, qiwi, payer), await linkQiwi(call, qiwi, payee)];
  const paid = await payout(from, card, '200', { confirm: true });
  qiwi.act('outcome', { status: 'WAITING' });
  const sent = await transfer(from, { walletId: to }, '300', { confirm: true });
  qiwi.act('outcome', { status: 'ERROR', errorCode: 220 });
  const refused = await transfer(from, { walletId: to }, '50', { confirm: true });
  const { reference } = await prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId: sent.id } });
  qiwi.act('payment.settle', { id: reference });
  for (const [id, status] of [
    [paid.id, 'COMPLETED'],
    [sent.id, 'COMPLETED'],
    [refused.id, 'DECLINED'],
  ] as const)
    await until(id, status);
  await quiet();
  const [ofPayer] = await reconciled(call, { walletId: from });
  const [ofPayee] = await reconciled(call, { walletId: to });
  expect(ofPayer).toMatchObject({ matched: 3, breaks: [] });
  expect(ofPayee).toMatchObject({ matched: 1, breaks: [] });
  expect(await figures(from)).toEqual({ RUB: '1446.00' });
  expect(await figures(to)).toEqual({ RUB: '300.00' });
  expect(await prisma.payment.count({ where: { origin: 'PROVIDER' } })).toBe(0);
  await booksAreRight();
});

test('A conversion of ours has two lines in the history, and stays one payment.', async () => {
  const from = await linkQiwi(call, qiwi, qiwi.wallet(10_000));
  const amount = { amount: '10', currency: 'USD' };
  const made = await transfer(from, { walletId: from }, '10', { amount, fromCurrency: 'RUB', confirm: true });
  await until(made.id, 'COMPLETED');
  await quiet();
  const [round] = await reconciled(call, { walletId: from });
  expect(round).toMatchObject({ matched: 2, breaks: [] });
  expect(await figures(from)).toMatchObject({ USD: '10.00' });
  expect(await prisma.payment.count({ where: { sourceWalletId: from } })).toBe(1);
  expect(await prisma.payment.count({ where: { destinationWalletId: from } })).toBe(1);
  await booksAreRight();
});
