import { expect, test } from 'vitest';
import { CreateTransferDocument, ExchangeRatesDocument, ProviderBalanceDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { newPhone, refusal, rub, unique } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { freePort, linkQiwi, type QiwiWallet, reconciled, startQiwi } from '../support/qiwi.ts';
import { payments } from '../support/qiwi-payments.ts';
import { breaksInTheBooks, snapshotOfBooks } from '../support/snapshot.ts';
import { fundedWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const qiwi = await startQiwi(gateway, partnerId);
const { details, transfer, confirm, until } = payments(gateway, apiKey, call);

const usd = (amount: string) => ({ amount, currency: 'USD' });
const own = (wallet: QiwiWallet) => ({ phone: `+${wallet.number}` });

/** Posted and reserved money by currency. */
async function money(id: string): Promise<Record<string, [posted?: string, pending?: string]>> {
  const balances = (await call(ProviderBalanceDocument, { id })).wallet?.balances ?? [];
  return Object.fromEntries(
    balances.map(({ currency, posted, pending }) => [currency, [posted.amount, pending.amount]]),
  );
}

/** A wallet with 10,000 roubles and a balance in dollars. */
async function wallet(): Promise<{ id: string; at: QiwiWallet }> {
  const at = qiwi.wallet(10_000);
  qiwi.act('wallet.balance', { wallet: at.number, currency: 840, amount: 0 });
  return { id: await linkQiwi(call, qiwi, at), at };
}

test('Roubles buy dollars of the same wallet: priced at the rate, reserved, and each currency moves once.', async () => {
  const { id, at } = await wallet();
  qiwi.act('outcome', { status: 'WAITING' });
  const created = await transfer(id, own(at), '10', { amount: usd('10'), fromCurrency: 'RUB' });
  expect(created).toMatchObject({
    kind: 'EXCHANGE',
    amount: { amount: '755.10', currency: 'RUB' },
    fee: { amount: '0.00' },
  });
  expect(await details(created.id)).toMatchObject({
    destinationAmount: { amount: '10.00', currency: 'USD' },
    exchangeRate: '75.5102',
  });
  await confirm(created.id);
  expect((await money(id))['RUB']).toEqual(['10000.00', '755.10']);
  qiwi.act('payment.complete', { id: (await details(created.id)).reference });
  // the provider rounds its price up: what it charged is what is booked
  expect((await until(created.id, 'COMPLETED')).amount).toEqual({ amount: '755.11', currency: 'RUB' });
  expect(await money(id)).toMatchObject({ RUB: ['9244.89', '0.00'], USD: ['10.00', '0.00'] });
  // both lines of the history are this one payment
  const [round] = await reconciled(call, { walletId: id });
  expect(round).toMatchObject({ breaks: [] });
  expect(await money(id)).toMatchObject({ RUB: ['9244.89', '0.00'], USD: ['10.00', '0.00'] });
  expect(await gateway.deps.db.prisma.payment.count({ where: { sourceWalletId: id } })).toBe(1);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('Into another wallet it is a transfer, and that wallet’s book gets the dollars.', async () => {
  const [from, to] = [await wallet(), await wallet()];
  const created = await transfer(from.id, { walletId: to.id }, '5', {
    amount: usd('5'),
    fromCurrency: 'RUB',
    note: 'на сувениры',
  });
  expect(created).toMatchObject({ kind: 'TRANSFER', amount: { amount: '377.55', currency: 'RUB' } });
  await confirm(created.id);
  await until(created.id, 'COMPLETED');
  expect(await money(from.id)).toMatchObject({ RUB: ['9622.44', '0.00'], USD: ['0.00', '0.00'] });
  expect(await money(to.id)).toMatchObject({ RUB: ['10000.00', '0.00'], USD: ['5.00', '0.00'] });
  const rounds = [...(await reconciled(call, { walletId: from.id })), ...(await reconciled(call, { walletId: to.id }))];
  for (const round of rounds) expect(round).toMatchObject({ breaks: [] });
  expect((await money(to.id))['USD']).toEqual(['5.00', '0.00']);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('One that the provider refuses in the end gives the roubles back.', async () => {
  const { id, at } = await wallet();
  qiwi.act('outcome', { status: 'ERROR', errorCode: 704 });
  const created = await transfer(id, own(at), '10', { amount: usd('10'), fromCurrency: 'RUB' });
  await confirm(created.id);
  expect(await until(created.id, 'DECLINED')).toMatchObject({ declineReason: 'LIMIT_EXCEEDED' });
  expect(await money(id)).toMatchObject({ RUB: ['10000.00', '0.00'], USD: ['0.00', '0.00'] });
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('What cannot be converted is refused, and nothing moves.', async () => {
  const { id, at } = await wallet();
  const local = await fundedWalletOf(call, newPhone(), '1000');
  const before = await snapshotOfBooks(gateway.deps.db);
  const asked = (fromWalletId: string, extra: object) => ({
    input: {
      idempotencyKey: unique('exchange'),
      fromWalletId,
      to: own(at),
      amount: usd('10'),
      fromCurrency: 'RUB',
      confirm: true,
      ...extra,
    },
  });
  const refused: [name: string, given: ReturnType<typeof asked>][] = [
    ['NotSupportedError', asked(local, { to: { walletId: id } })],
    ['InvalidInputError', asked(id, { fromCurrency: 'EUR' })],
    ['ProviderRejectedError', asked(id, { amount: { amount: '10', currency: 'JPY' } })],
    ['InvalidInputError', asked(id, { amount: rub('10'), fromCurrency: 'RUB' })],
  ];
  for (const [name, given] of refused)
    expect(await refusal(call(CreateTransferDocument, given))).toMatchObject({ __typename: name });
  expect(await snapshotOfBooks(gateway.deps.db)).toEqual(before);
});

test('Rates are the provider’s own: units of what is paid for one of what is bought.', async () => {
  const { exchangeRates } = await call(ExchangeRatesDocument, { from: 'RUB', to: 'USD' });
  expect(exchangeRates).toMatchObject([{ from: 'RUB', to: 'USD', rate: '75.5102', provider: { code: 'QIWI' } }]);
  expect((await call(ExchangeRatesDocument, { provider: 'QIWI' })).exchangeRates.length).toBeGreaterThan(3);
});
