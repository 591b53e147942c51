import { describe, expect, test } from 'vitest';
import {
  CloseWalletDocument,
  ConfirmDowngradeDocument,
  IdentifyOwnerDocument,
  ProviderBalanceDocument,
  ProviderWalletDocument,
  RequestDowngradeDocument,
  SetLimitsDocument,
  WalletCapsDocument,
  WalletOwnerDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, refusal, rub, unique } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { recordedEvents } from '../support/recorded-events.ts';
import { booksStay, invalid, notFound, walletState } from '../support/refused.ts';
import { openedWallet, startVsePlatezhi } from '../support/vseplatezhi.ts';

const gateway = await startTestApp();
const shop = await openShop(gateway);
const { call } = shop;
const other = run(gateway, (await gateway.partner('Another')).apiKey);
const theirs = await startVsePlatezhi(gateway, shop.id);

const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const owner = async (id: string) => (await call(WalletOwnerDocument, { id })).wallet;
const spoil = (operation: string) =>
  theirs.sandbox.control.fault({ provider: 'vseplatezhi', operation, kind: 'close', when: 'after' });
const events = async (walletId: string) =>
  (await recordedEvents(gateway.deps.db, { walletId })).map(({ type }) => type);
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };

describe('The owner of a wallet at VsePlatezhi is identified', () => {
  const identify = (walletId: string, input: object) => call(IdentifyOwnerDocument, { input: { walletId, ...input } });

  test('The partner vouches for a level; the wallet has it, and the limits follow.', async () => {
    const { id, phone } = await openedWallet(call);
    expect(await owner(id)).toMatchObject({ identification: { level: 'NONE', status: 'NOT_STARTED' } });
    for (const [level, providerLevel] of [
      ['SIMPLIFIED', 'PERSONALIZED'],
      ['FULL', 'IDENTIFIED'],
      ['FULL', 'IDENTIFIED'],
    ] as const) {
      const { customerIdentify } = await identify(id, { level });
      const { identification } = done(customerIdentify, 'CustomerIdentifySuccess');
      expect(identification).toEqual({ level, status: 'VERIFIED', providerLevel });
      expect(theirs.wallets(phone)).toMatchObject([{ status: providerLevel }]);
    }
    const { wallet } = await call(WalletCapsDocument, { id, kinds: ['BALANCE'] });
    expect(wallet?.limits.map(({ max, source }) => [source.code, max?.amount])).toEqual([
      ['LOCAL', '600000.00'],
      ['VSEPLATEZHI', '600000.00'],
    ]);
    expect(await events(id)).toEqual(['WALLET_OPENED', 'WALLET_UPDATED', 'WALLET_UPDATED']);
  });

  test('A lost answer is made good by repeating; data are for providers that check them, a stranger sees nothing.', async () => {
    const { id } = await openedWallet(call);
    spoil('account.identify');
    expect(await refused(() => identify(id, { level: 'FULL' }))).toMatchObject(unavailable);
    done((await identify(id, { level: 'FULL' })).customerIdentify, 'CustomerIdentifySuccess');
    const person = { firstName: 'Anna', lastName: 'Petrova' };
    expect(await refused(() => identify(id, { person }))).toMatchObject({ __typename: 'NotSupportedError' });
    const input = { walletId: id, level: 'FULL' as const };
    expect(await refused(() => other(IdentifyOwnerDocument, { input }))).toMatchObject(notFound);
  });

  test('A level is taken back by request and confirmation, at once; vouching for less is refused.', async () => {
    const { id, phone } = await openedWallet(call, { identification: 'FULL' });
    expect(await refused(() => identify(id, { level: 'SIMPLIFIED' }))).toMatchObject(invalid('input.level'));
    expect(await refused(() => identify(id, { level: 'NONE' }))).toMatchObject(invalid('input.level'));
    expect(theirs.wallets(phone)).toMatchObject([{ status: 'IDENTIFIED' }]);
    const input = { idempotencyKey: unique('down'), walletId: id, to: 'NONE' as const };
    const { customerIdentificationDowngrade } = await call(RequestDowngradeDocument, { input });
    const { downgrade } = done(customerIdentificationDowngrade, 'CustomerIdentificationDowngradeSuccess');
    expect(downgrade).toMatchObject({ from: 'FULL', to: 'NONE', state: 'CREATED' });
    expect(theirs.wallets(phone)).toMatchObject([{ status: 'IDENTIFIED' }]);
    const confirmed = await call(ConfirmDowngradeDocument, { downgradeId: downgrade.id });
    expect(
      done(confirmed.customerIdentificationDowngradeConfirm, 'CustomerIdentificationDowngradeConfirmSuccess').downgrade,
    ).toMatchObject({ state: 'COMPLETED' });
    expect(theirs.wallets(phone)).toMatchObject([{ status: 'ELEMENTARY' }]);
    expect(await owner(id)).toMatchObject({ identification: { level: 'NONE', status: 'NOT_STARTED' } });
  });
});

describe('The limits of a wallet at VsePlatezhi', () => {
  const caps = async (id: string) => {
    const { wallet } = await call(WalletCapsDocument, { id });
    return (wallet?.limits ?? [])
      .filter(({ source }) => source.code === 'VSEPLATEZHI')
      .map(({ kind, window, max, enabled }) => `${kind} ${window} ${max?.amount}${enabled ? '' : ' off'}`);
  };
  const set = (walletId: string, limits: object[], by = call) =>
    by(SetLimitsDocument, { walletId, limits: limits as never });
  const first = [
    'TOP_UP ONE_TIME 15000.00',
    'TOP_UP MONTH 40000.00',
    'PAYMENT ONE_TIME 15000.00',
    'PAYMENT MONTH 40000.00',
    'PAYOUT ONE_TIME 15000.00',
    'PAYOUT MONTH 40000.00',
    'BALANCE STANDING 15000.00',
  ];

  test('They stand beside the rules of the gateway, each with its source.', async () => {
    const { id } = await openedWallet(call);
    expect(await caps(id)).toEqual(first);
    const { wallet } = await call(WalletCapsDocument, { id, kinds: ['TOP_UP'] });
    expect(wallet?.limits.map(({ window, title, source }) => [source.code, window, title])).toEqual([
      ['LOCAL', 'ONE_TIME', null],
      ['VSEPLATEZHI', 'ONE_TIME', 'Top-ups'],
      ['VSEPLATEZHI', 'MONTH', 'Top-ups'],
    ]);
  });

  test('They are lowered, raised again and switched off at the provider; a lost answer is made good by repeating.', async () => {
    const { id } = await openedWallet(call);
    const lower = [
      { kind: 'PAYMENT', window: 'ONE_TIME', max: rub('5000.50') },
      { kind: 'PAYMENT', window: 'MONTH', max: rub('20000') },
      { kind: 'PAYOUT', window: 'ONE_TIME', enabled: false },
    ];
    spoil('limits.set');
    expect(await refused(() => set(id, lower))).toMatchObject(unavailable);
    done((await set(id, lower)).walletSetLimits, 'WalletSetLimitsSuccess');
    expect(await caps(id)).toEqual([
      ...first.slice(0, 2),
      'PAYMENT ONE_TIME 5000.50',
      'PAYMENT MONTH 20000.00',
      'PAYOUT ONE_TIME 15000.00 off',
      'PAYOUT MONTH 40000.00 off',
      'BALANCE STANDING 15000.00',
    ]);
    const raise = [
      { kind: 'PAYMENT', window: 'ONE_TIME', max: rub('15000') },
      { kind: 'PAYMENT', window: 'MONTH', max: rub('40000') },
      { kind: 'PAYOUT', window: 'MONTH', enabled: true },
    ];
    done((await set(id, raise)).walletSetLimits, 'WalletSetLimitsSuccess');
    expect(await caps(id)).toEqual(first);
    expect(await events(id)).toEqual(['WALLET_OPENED', 'WALLET_UPDATED', 'WALLET_UPDATED']);
    expect(await gateway.deps.db.prisma.walletLimit.count({ where: { walletId: id } })).toBe(0);
  });

  test('None goes above the provider’s own; what cannot be set is named, and all stays as it was.', async () => {
    const { id } = await openedWallet(call);
    const fine = { kind: 'TOP_UP', window: 'ONE_TIME', max: rub('1') };
    const above = { kind: 'PAYMENT', window: 'ONE_TIME', max: rub('15000.01') };
    expect(await refused(() => set(id, [fine, above]))).toMatchObject({
      __typename: 'ProviderRejectedError',
      providerCode: 'LIMIT_ABOVE_SYSTEM',
      remedy: 'CHANGE_INPUT',
    });
    const wrong = [
      { kind: 'BALANCE', window: 'STANDING', max: rub('1') },
      { kind: 'TRANSFER', window: 'ONE_TIME', max: rub('1') },
      { kind: 'PAYOUT', window: 'DAY', max: rub('1') },
      { kind: 'PAYOUT', window: 'MONTH', max: { amount: '1.00', currency: 'USD' } },
    ];
    for (const one of wrong) expect(await refused(() => set(id, [fine, one]))).toMatchObject(invalid('input.limits'));
    expect(await refused(() => set(id, []))).toMatchObject(invalid('input.limits'));
    const below = { ...fine, max: rub('-1') };
    expect(await refused(() => set(id, [fine, below]))).toMatchObject(invalid('input.limits.1.max.amount'));
    expect(await refused(() => set(id, [fine], other))).toMatchObject(notFound);
    expect(await caps(id)).toEqual(first);
    expect(await events(id)).toEqual(['WALLET_OPENED']);
  });
});

describe('A wallet at VsePlatezhi is closed', () => {
  const close = (walletId: string, by = call) => by(CloseWalletDocument, { walletId, reason: 'moved abroad' });

  test('It is closed there and here; its phone may have another one.', async () => {
    const { id, phone } = await openedWallet(call);
    expect(await refused(() => close(id, other))).toMatchObject(notFound);
    expect(done((await close(id)).walletClose, 'WalletCloseSuccess').wallet.status).toBe('CLOSED');
    expect(theirs.wallets(phone)).toMatchObject([{ status: 'CLOSED' }]);
    expect(await gateway.deps.db.prisma.wallet.findUnique({ where: { id } })).toMatchObject({
      closeReason: 'moved abroad',
      credentialsSealed: null,
    });
    expect(await events(id)).toEqual(['WALLET_OPENED', 'WALLET_CLOSED']);
    expect(await refused(() => close(id))).toMatchObject(walletState('CLOSED'));
    const again = await openedWallet(call, {}, phone);
    expect(again.id).not.toBe(id);
    expect(theirs.wallets(phone)).toMatchObject([{ status: 'CLOSED' }, { status: 'ELEMENTARY' }]);
  });

  test('Not while there is money in it, whether its book here or only its provider knows of it.', async () => {
    const known = await openedWallet(call, {}, '+79161112233');
    expect(await refused(() => close(known.id))).toMatchObject({ ...walletState('ACTIVE', []) });
    const { id, phone } = await openedWallet(call);
    const wallet = theirs.wallets(phone)[0]?.walletId;
    theirs.act('deposit', { wallet, amount: 1 });
    expect(await refused(() => close(id))).toMatchObject({ ...walletState('ACTIVE', []) });
    expect(theirs.wallets(phone)).toMatchObject([{ status: 'ELEMENTARY', balance: '1.00' }]);
    expect((await call(ProviderWalletDocument, { id })).wallet?.status).toBe('ACTIVE');
  });

  test('A lost answer is made good by repeating, and closing there is heard of here.', async () => {
    const lost = await openedWallet(call);
    spoil('account.deactivate');
    expect(await refused(() => close(lost.id))).toMatchObject(unavailable);
    expect(done((await close(lost.id)).walletClose, 'WalletCloseSuccess').wallet.status).toBe('CLOSED');
    const { id, phone } = await openedWallet(call);
    theirs.act('wallet.close', { wallet: theirs.wallets(phone)[0]?.walletId });
    expect(await owner(id)).toMatchObject({ status: 'ACTIVE' });
    expect((await call(ProviderBalanceDocument, { id })).wallet?.status).toBe('CLOSED');
    expect(await events(id)).toEqual(['WALLET_OPENED', 'WALLET_CLOSED']);
  });
});
