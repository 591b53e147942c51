import { describe, expect, test, vi } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreateTransferDocument,
  FundingSourcesDocument,
  OpenAccountDocument,
  ProviderWalletDocument,
  SetCredentialsDocument,
  SetDefaultCurrencyDocument,
  StatedLimitsDocument,
  WalletMoneyDocument,
  WalletProfileDocument,
} from '../../schema/operations.ts';
import { createApiKey } from '../../src/domain/access/create-api-key.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal, rub, unique } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { linkQiwi, startQiwi } from '../support/qiwi.ts';
import { booksStay, invalid, notFound, walletState } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const qiwi = await startQiwi(gateway, partnerId);

const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
const money = async (id: string) => (await call(WalletMoneyDocument, { id })).wallet;
const profile = async (id: string) => (await call(WalletProfileDocument, { id })).wallet;
const spoil = (operation: string, kind: 'close' | 'status', when: 'before' | 'after', times = 1) =>
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation, kind, when, times });
const clear = () => qiwi.sandbox.control.clearFaults('qiwi');
const open = (walletId: string, currency: string, idempotencyKey = unique('open')) =>
  call(OpenAccountDocument, { input: { idempotencyKey, walletId, currency } });
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };

async function newWallet(amount = 100): Promise<{ id: string; number: string; token: string }> {
  const wallet = qiwi.wallet(amount);
  return { id: await linkQiwi(call, qiwi, wallet, { registerWebhook: false }), ...wallet };
}

describe('A wallet at QIWI has several currencies', () => {
  test('What can pay is listed: balances with their figures, and the phone account without one.', async () => {
    const { id, number } = await newWallet(12.3);
    qiwi.act('wallet.balance', { wallet: number, currency: 978, amount: 7 });
    const { wallet } = await call(FundingSourcesDocument, { id });
    expect(wallet?.fundingSources).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          kind: 'BALANCE',
          reference: 'qw_wallet_rub',
          balance: { currency: 'RUB', upstream: { amount: '12.30' } },
        }),
        expect.objectContaining({
          kind: 'BALANCE',
          reference: 'qw_wallet_eur',
          balance: { currency: 'EUR', upstream: { amount: '7.00' } },
        }),
        expect.objectContaining({ kind: 'MOBILE_ACCOUNT', balance: null }),
      ]),
    );
    // the currency was opened elsewhere: its book is here now, and its money is the history's to explain
    expect(await money(id)).toMatchObject({
      balances: [{ currency: 'EUR', posted: { amount: '0.00' } }, { currency: 'RUB' }],
    });
    await booksAreRight();
  });

  test('Another currency is opened there and here, once for a key.', async () => {
    const { id } = await newWallet();
    expect((await money(id))?.offeredCurrencies).toContain('USD');
    const key = unique('open');
    const first = done((await open(id, 'USD', key)).walletAccountOpen, 'WalletAccountOpenSuccess');
    expect(first).toMatchObject({ replayed: false, balance: { currency: 'USD', isDefault: false } });
    expect((await open(id, 'USD', key)).walletAccountOpen).toMatchObject({ replayed: true });
    const now = await money(id);
    expect(now?.offeredCurrencies).not.toContain('USD');
    expect(now?.balances[1]).toMatchObject({
      currency: 'USD',
      reference: 'qw_wallet_usd',
      upstream: { amount: '0.00' },
    });
    expect(await refused(() => open(id, 'USD'))).toMatchObject({ __typename: 'ConflictError' });
    expect(await refused(() => open(id, 'CNY'))).toMatchObject(invalid('input.currency'));
    await booksAreRight();
  });

  test('One that was opened elsewhere meanwhile is a conflict; a refused key can be used again.', async () => {
    const { id, number } = await newWallet();
    const key = unique('open');
    expect(await refused(() => open(id, 'CNY', key))).toMatchObject(invalid('input.currency'));
    qiwi.act('wallet.balance', { wallet: number, currency: 398, amount: 0 });
    expect(await refused(() => open(id, 'KZT'))).toMatchObject({ __typename: 'ConflictError' });
    expect((await open(id, 'EUR', key)).walletAccountOpen).toMatchObject({ replayed: false });
  });

  test('A lost answer is found out by reading; where that is lost as well, by repeating with the key.', async () => {
    const { id } = await newWallet();
    spoil('BAL-2', 'close', 'after');
    expect((await open(id, 'USD')).walletAccountOpen).toMatchObject({ replayed: false });
    const key = unique('open');
    spoil('BAL-2', 'close', 'after');
    spoil('PRF-1', 'status', 'before', 5);
    expect(await refusal(open(id, 'EUR', key))).toMatchObject(unavailable);
    clear();
    const again = done((await open(id, 'EUR', key)).walletAccountOpen, 'WalletAccountOpenSuccess');
    expect(again).toMatchObject({ replayed: true, balance: { currency: 'EUR' } });
    const rows = await gateway.deps.db.prisma.walletAccount.findMany({ where: { walletId: id } });
    expect(rows.map(({ currency }) => currency).sort()).toEqual(['EUR', 'RUB', 'USD']);
    await booksAreRight();
  });

  test('The default currency is chosen there, and the profile proves it.', async () => {
    const { id } = await newWallet();
    done((await open(id, 'USD')).walletAccountOpen, 'WalletAccountOpenSuccess');
    const choose = (currency: string) => call(SetDefaultCurrencyDocument, { walletId: id, currency });
    expect(await refused(() => choose('EUR'))).toMatchObject(invalid('input.currency'));
    spoil('BAL-4', 'close', 'after');
    done((await choose('USD')).walletSetDefaultCurrency, 'WalletSetDefaultCurrencySuccess');
    expect(await money(id)).toMatchObject({
      defaultCurrency: 'USD',
      balances: [{ isDefault: false }, { currency: 'USD', isDefault: true }],
    });
    spoil('BAL-4', 'close', 'before', 5);
    expect(await refused(() => choose('RUB'))).toMatchObject(unavailable);
    clear();
    expect((await money(id))?.defaultCurrency).toBe('USD');
  });

  test('A balance that is left out is asked for again by name; when it is left out still, nobody knows it.', async () => {
    const { id, number } = await newWallet(55);
    qiwi.act('wallet.hide', { wallet: number, times: 1 });
    expect(await money(id)).toMatchObject({
      balances: [{ posted: { amount: '55.00' }, upstream: { amount: '55.00' } }],
    });
    qiwi.act('wallet.hide', { wallet: number, times: 2 });
    expect(await booksStay(gateway, () => money(id))).toMatchObject({
      balances: [{ posted: { amount: '55.00' }, upstream: null, reference: 'qw_wallet_rub' }],
    });
    await booksAreRight();
  });
});

describe('What QIWI tells of a wallet is shown', () => {
  test('Profile, secrets, nickname and settings are the provider’s; the address of the last visit is personal.', async () => {
    const { id, number } = await newWallet();
    qiwi.act('nickname', { wallet: number, nickname: 'KOSHEL77', canChange: false });
    const shown = await profile(id);
    expect(shown).toMatchObject({
      status: 'ACTIVE',
      nickname: { name: 'KOSHEL77', canChange: false, canUse: true },
      profile: {
        registeredAt: expect.any(String),
        lastLoginAt: expect.any(String),
        lastLoginIp: expect.any(String),
        mobileOperator: 'Beeline',
        secrets: expect.arrayContaining([
          expect.objectContaining({ kind: 'PASSWORD', inUse: expect.any(Boolean) }),
          expect.objectContaining({ kind: 'MOBILE_PIN' }),
          expect.objectContaining({ kind: 'KIOSK_PIN' }),
        ]),
        attributes: expect.arrayContaining([{ name: 'firstTxnId', value: expect.any(String) }]),
      },
      settings: { email: null },
      restrictions: [],
    });
    const key = await createApiKey(gateway.deps, { partnerId, name: 'reader', scopes: ['WALLETS_READ'] });
    const blind = run(gateway, key.secret);
    expect((await blind(WalletProfileDocument, { id })).wallet?.profile).toMatchObject({
      lastLoginIp: null,
      attributes: expect.arrayContaining([{ name: 'phoneHash', value: expect.stringMatching(/^.•••$/) }]),
    });
  });

  test('Limits come with what is spent, what is left, how often it was paid and over which month; only those of a kind are asked for.', async () => {
    const { id, number } = await newWallet();
    qiwi.act('wallet.limits', { wallet: number, max: { PAYMENTS_P2P: 40_000 }, spent: { PAYMENTS_P2P: 39_800 } });
    const { wallet } = await call(StatedLimitsDocument, { id });
    const stated = wallet?.limits.filter(({ source }) => source.code === 'QIWI') ?? [];
    expect(stated.map(({ kind }) => kind).sort()).toEqual([
      'BALANCE',
      'CASH_WITHDRAWAL',
      'FOREIGN_PAYMENT',
      'PAYOUT',
      'TRANSFER',
      'TURNOVER',
    ]);
    expect(stated.find(({ kind }) => kind === 'TRANSFER')).toMatchObject({
      window: 'MONTH',
      country: 'RU',
      max: { amount: '40000.00' },
      spent: { amount: '39800.00' },
      remaining: { amount: '200.00' },
      count: 0,
      maxCount: null,
      interval: { from: expect.any(String), to: expect.any(String) },
    });
    const only = (await call(StatedLimitsDocument, { id, kinds: ['BALANCE'] })).wallet?.limits ?? [];
    expect(only.filter(({ source }) => source.code === 'QIWI')).toMatchObject([
      { kind: 'BALANCE', window: 'STANDING' },
    ]);
  });
});

describe('A wallet that its provider has stopped', () => {
  test('Blocked there it is BLOCKED here as soon as it is read, and nothing can be done with it; and active again.', async () => {
    const { id, number } = await newWallet(30);
    qiwi.act('wallet.block', { wallet: number });
    await profile(id);
    expect((await call(ProviderWalletDocument, { id })).wallet?.status).toBe('BLOCKED');
    expect(await refused(() => open(id, 'USD'))).toMatchObject(walletState('BLOCKED'));
    expect(await refused(() => call(SetDefaultCurrencyDocument, { walletId: id, currency: 'RUB' }))).toMatchObject(
      walletState('BLOCKED'),
    );
    expect(await money(id)).toMatchObject({
      balances: [{ posted: { amount: '30.00' }, upstream: { amount: '30.00' } }],
    });
    qiwi.act('wallet.unblock', { wallet: number });
    await profile(id);
    expect((await call(ProviderWalletDocument, { id })).wallet?.status).toBe('ACTIVE');
    await booksAreRight();
  });

  test('Outgoing payments that are forbidden are shown, and a payment that was created is not begun.', async () => {
    const [from, to] = [await newWallet(100), await newWallet(0)];
    const input = {
      idempotencyKey: unique('transfer'),
      fromWalletId: from.id,
      to: { walletId: to.id },
      amount: rub('10.00'),
    };
    const { payment } = done((await call(CreateTransferDocument, { input })).transferCreate, 'TransferCreateSuccess');
    qiwi.act('wallet.restrict', { wallet: from.number });
    expect((await profile(from.id))?.restrictions).toEqual([
      { code: 'OUTGOING_PAYMENTS', message: 'Исходящие платежи заблокированы' },
    ]);
    const confirm = () => call(ConfirmPaymentDocument, { paymentId: payment.id });
    expect(await refused(confirm)).toMatchObject({
      ...walletState('OUTGOING_PAYMENTS', []),
      message: 'Исходящие платежи заблокированы',
    });
    qiwi.act('wallet.restrict', { wallet: from.number, outgoing: false });
    expect((await confirm()).paymentConfirm).toMatchObject({ __typename: 'PaymentConfirmSuccess' });
    await vi.waitFor(async () => expect((await money(to.id))?.balances[0]?.posted.amount).toBe('10.00'), 15_000);
    await booksAreRight();
  });

  test('A payment of a wallet whose token is dead is not begun; with another token it is.', async () => {
    const [from, to] = [await newWallet(100), await newWallet(0)];
    const input = {
      idempotencyKey: unique('transfer'),
      fromWalletId: from.id,
      to: { walletId: to.id },
      amount: rub('10.00'),
    };
    const { payment } = done((await call(CreateTransferDocument, { input })).transferCreate, 'TransferCreateSuccess');
    qiwi.act('token.expire', { wallet: from.number });
    const confirm = () => call(ConfirmPaymentDocument, { paymentId: payment.id });
    expect(await refused(confirm)).toMatchObject({ __typename: 'ProviderRejectedError' });
    expect((await call(ProviderWalletDocument, { id: from.id })).wallet?.credentials).toMatchObject([
      { state: 'REJECTED' },
    ]);
    const { token } = qiwi.act('token.issue', { wallet: from.number }) as { token: string };
    const credentials = [{ name: 'token', value: token }];
    await call(SetCredentialsDocument, { input: { walletId: from.id, credentials } });
    expect((await confirm()).paymentConfirm).toMatchObject({ __typename: 'PaymentConfirmSuccess' });
    const arrived = async () => expect((await money(to.id))?.balances[0]?.posted.amount).toBe('10.00');
    await vi.waitFor(arrived, { timeout: 30_000, interval: 200 });
    await booksAreRight();
  });

  test('What is not the caller’s does not exist.', async () => {
    const { id } = await newWallet();
    const other = run(gateway, (await gateway.partner('Another')).apiKey);
    const input = { idempotencyKey: unique('open'), walletId: id, currency: 'USD' };
    expect(await refused(() => other(OpenAccountDocument, { input }))).toMatchObject(notFound);
    expect(await refused(() => other(SetDefaultCurrencyDocument, { walletId: id, currency: 'RUB' }))).toMatchObject(
      notFound,
    );
    expect((await other(WalletProfileDocument, { id })).wallet).toBeNull();
  });
});
