import { describe, expect, test } from 'vitest';
import {
  IdentifyOwnerDocument,
  LinkWalletDocument,
  OpenProviderWalletDocument,
  ProviderWalletDocument,
  UnlinkWalletDocument,
  WalletOwnerDocument,
  WithdrawalBanksDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, openShop, refusal, unique } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { figures } from '../support/provider-wallets.ts';
import { recordedEvents } from '../support/recorded-events.ts';
import { booksStay, invalid, notFound } from '../support/refused.ts';
import { house, openAtVsePlatezhi, openedWallet, startVsePlatezhi } from '../support/vseplatezhi.ts';

const gateway = await startTestApp();
const shop = await openShop(gateway);
const { call } = shop;
const other = run(gateway, (await gateway.partner('Another')).apiKey);
const theirs = await startVsePlatezhi(gateway, shop.id);

const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const open = (input: ReturnType<typeof openAtVsePlatezhi>, by = call) => by(OpenProviderWalletDocument, { input });
const walletsHere = () => gateway.deps.db.prisma.wallet.count({ where: { house: false } });
const owner = async (id: string) => (await call(WalletOwnerDocument, { id })).wallet;
const spoil = (operation: string, times = 1) =>
  theirs.sandbox.control.fault({ provider: 'vseplatezhi', operation, kind: 'close', when: 'after', times });
const clear = () => theirs.sandbox.control.clearFaults('vseplatezhi');
const events = async (walletId: string) =>
  (await recordedEvents(gateway.deps.db, { walletId })).map(({ type }) => type);
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };

/** Refused, with no wallet made here or there and no money moved. */
async function notOpened(input: ReturnType<typeof openAtVsePlatezhi>, by = call) {
  const before = { here: await walletsHere(), there: theirs.wallets() };
  const answer = await refused(() => open(input, by));
  expect({ here: await walletsHere(), there: theirs.wallets() }).toEqual(before);
  return answer;
}

describe('A wallet opened at VsePlatezhi', () => {
  test('It is active at once, with the number, the level and the money that its provider tells.', async () => {
    const phone = newPhone();
    const input = openAtVsePlatezhi(phone, { identification: 'SIMPLIFIED' });
    const { wallet, challenge, replayed } = done((await open(input)).walletOpen, 'WalletOpenSuccess');
    const [there, ...more] = theirs.wallets(phone);
    expect(more).toEqual([]);
    expect({ wallet, challenge, replayed }).toMatchObject({
      replayed: false,
      challenge: null,
      wallet: {
        number: there?.number,
        phone,
        status: 'ACTIVE',
        provider: { code: 'VSEPLATEZHI' },
        providerAccount: { id: theirs.account.id },
        balances: [{ currency: 'RUB', posted: { amount: '0.00' }, pending: { amount: '0.00' } }],
        credentials: [{ name: 'walletId', state: 'VALID', expiresAt: null }],
      },
    });
    expect((await owner(wallet.id))?.identification).toMatchObject({
      level: 'SIMPLIFIED',
      status: 'VERIFIED',
      providerLevel: 'PERSONALIZED',
      provider: { code: 'VSEPLATEZHI' },
    });
    expect(await events(wallet.id)).toEqual(['WALLET_OPENED']);
    theirs.act('deposit', { wallet: there?.walletId, amount: 12.34 });
    // looked at, the wallet tells its provider's figure at once; the history that explains it is read right after
    expect(await figures(call, wallet.id)).toMatchObject({ upstream: '12.34' });
    const posted = async () => (await figures(call, wallet.id)).posted;
    await expect.poll(posted, { timeout: 30_000, interval: 200 }).toBe('12.34');
  });

  test('Its key answers the same wallet, and a second one for its phone is refused.', async () => {
    const phone = newPhone();
    const input = openAtVsePlatezhi(phone);
    const { wallet } = done((await open(input)).walletOpen, 'WalletOpenSuccess');
    const again = done((await open(input)).walletOpen, 'WalletOpenSuccess');
    expect(again).toMatchObject({ replayed: true, wallet: { id: wallet.id, status: 'ACTIVE' } });
    expect(await notOpened(openAtVsePlatezhi(phone))).toMatchObject({ __typename: 'ConflictError' });
    expect(await notOpened({ ...input, phone: newPhone() })).toMatchObject({ __typename: 'IdempotencyError' });
    const keys = [openAtVsePlatezhi(newPhone())];
    const race = await Promise.all([...keys, ...keys, ...keys].map((one) => open(one)));
    expect(race.some(({ walletOpen }) => walletOpen?.__typename === 'WalletOpenSuccess')).toBe(true);
    expect(theirs.wallets(keys[0]?.phone)).toHaveLength(1);
  });

  test('A lost answer is made good by the same key: one wallet there and one here.', async () => {
    const input = openAtVsePlatezhi(newPhone());
    spoil('account.register');
    expect(await refusal(open(input))).toMatchObject(unavailable);
    const [made] = theirs.wallets(input.phone);
    const { id } = await gateway.deps.db.prisma.wallet.findFirstOrThrow({ where: { status: 'PENDING_ACTIVATION' } });
    expect((await call(ProviderWalletDocument, { id })).wallet).toMatchObject({ number: null, credentials: [] });
    expect(await owner(id)).toMatchObject({ status: 'PENDING_ACTIVATION' });
    const { wallet, replayed } = done((await open(input)).walletOpen, 'WalletOpenSuccess');
    expect({ wallet, replayed }).toMatchObject({ replayed: true, wallet: { id, number: made?.number } });
    expect(theirs.wallets(input.phone)).toEqual([made]);
  });

  test('A wallet that could not be read yet is registered once, and opens when it can be read.', async () => {
    const input = openAtVsePlatezhi(newPhone());
    // more than the tries of one read: other wallets' mirrors read, too
    spoil('account.info', 30);
    expect(await refusal(open(input))).toMatchObject(unavailable);
    clear();
    const registered = theirs.asked('account.register');
    expect(done((await open(input)).walletOpen, 'WalletOpenSuccess').wallet.status).toBe('ACTIVE');
    expect(theirs.asked('account.register')).toBe(registered);
  });

  test('A phone that has a wallet there gets that wallet, with its level and its money as the opening balance.', async () => {
    const { id } = await openedWallet(call, { identification: 'FULL' }, '+79261112233');
    expect(await figures(call, id)).toEqual({ posted: '10000.00', pending: '0.00', upstream: '10000.00' });
    expect(await owner(id)).toMatchObject({ identification: { level: 'SIMPLIFIED', providerLevel: 'PERSONALIZED' } });
    expect(await events(id)).toEqual(['WALLET_OPENED', 'BALANCE_CHANGED']);
    expect(await gateway.deps.db.prisma.walletMirror.count({ where: { walletId: id } })).toBe(1);
    expect(await notOpened(openAtVsePlatezhi(house.phone))).toMatchObject({ __typename: 'ConflictError' });
  });

  test('What cannot be opened is refused by the field that is wrong, and nothing is made.', async () => {
    const phone = newPhone();
    const { phone: _, ...without } = openAtVsePlatezhi(phone);
    expect(await notOpened(without as never)).toMatchObject(invalid('input.phone'));
    expect(await notOpened(openAtVsePlatezhi('+380441234567'))).toMatchObject(invalid('input.phone'));
    expect(await notOpened(openAtVsePlatezhi(phone, { password: 'p@ss' }))).toMatchObject(invalid('input.password'));
    expect(await notOpened(openAtVsePlatezhi(phone, { customerId: 'cus_00000000000000000000000000' }))).toMatchObject(
      notFound,
    );
    expect(await notOpened(openAtVsePlatezhi(phone, { providerAccountId: theirs.account.id }), other)).toMatchObject(
      notFound,
    );
    expect(await notOpened(openAtVsePlatezhi(phone), other)).toMatchObject({ __typename: 'NotSupportedError' });
  });

  test('A session opens it for the phone on record only, at the level of its customer.', async () => {
    const phone = newPhone();
    const person = await shop.customer({ level: 'SIMPLIFIED', person: { phone } });
    expect(await notOpened(openAtVsePlatezhi('+79161112233'), person.call)).toMatchObject(invalid('input.phone'));
    const unknown = await shop.customer();
    expect(await notOpened(openAtVsePlatezhi(phone), unknown.call)).toMatchObject(invalid('input.phone'));
    const { id } = await openedWallet(person.call, { identification: 'FULL' }, phone);
    expect(await owner(id)).toMatchObject({ identification: { level: 'SIMPLIFIED' } });
    expect(theirs.wallets(phone)).toMatchObject([{ status: 'PERSONALIZED' }]);
  });

  test('To know the id of one proves nothing: the server links it, a session cannot.', async () => {
    const { id } = await openedWallet(call);
    const { prisma } = gateway.deps.db;
    await call(UnlinkWalletDocument, { walletId: id });
    const { number } = await prisma.wallet.findUniqueOrThrow({ where: { id } });
    const [found] = theirs.wallets().filter((wallet) => wallet.number === number);
    const input = {
      idempotencyKey: unique('link'),
      providerAccountId: theirs.account.id,
      number: found?.number ?? '',
      credentials: [{ name: 'walletId', value: found?.walletId ?? '' }],
    };
    const before = await walletsHere();
    const session = await shop.customer();
    const answer = await refused(() => session.call(LinkWalletDocument, { input }));
    expect(answer).toMatchObject(invalid('input.number'));
    expect(await walletsHere()).toBe(before);
    expect((await call(LinkWalletDocument, { input })).walletLink).toMatchObject({ __typename: 'WalletLinkSuccess' });
  });
});

test('The banks that VsePlatezhi withdraws to are listed with what they take, and found by name.', async () => {
  const { withdrawalBanks } = await call(WithdrawalBanksDocument, { provider: 'VSEPLATEZHI' });
  expect(withdrawalBanks).toHaveLength(4);
  expect((await call(WithdrawalBanksDocument, { provider: 'VSEPLATEZHI', search: 'joint' })).withdrawalBanks).toEqual([
    {
      id: '100000000999',
      name: 'Test Bank',
      legalName: 'Test Bank Joint Stock Company',
      bic: '044000999',
      logoUrl: expect.stringContaining('100000000999'),
      accepts: ['OWN_ACCOUNT'],
      requires: [],
    },
  ]);
});

describe('The tokens of an account at VsePlatezhi', () => {
  const bought = () => ({ token: theirs.asked('auth.token'), refresh: theirs.asked('auth.refresh') });
  const shown = async (id: string) => (await call(ProviderWalletDocument, { id })).wallet?.providerAccount?.credentials;

  test('One that expired costs one refresh, however many need it, and nobody sees an error.', async () => {
    const { id } = await openedWallet(call);
    const before = bought();
    theirs.act('token.expire');
    const read = Array.from({ length: 5 }, () => figures(call, id));
    for (const { upstream } of await Promise.all(read)) expect(upstream).toBe('0.00');
    expect(bought()).toEqual({ token: before.token, refresh: before.refresh + 1 });
    expect(await shown(id)).toContainEqual({ name: 'accessToken', state: 'VALID', expiresAt: expect.any(String) });
  });

  test('Those that were revoked are bought anew, in the middle of a change that is made once.', async () => {
    const { id, phone } = await openedWallet(call);
    const before = bought();
    theirs.act('token.revoke');
    const input = { walletId: id, level: 'FULL' as const };
    done((await call(IdentifyOwnerDocument, { input })).customerIdentify, 'CustomerIdentifySuccess');
    expect(theirs.wallets(phone)).toMatchObject([{ status: 'IDENTIFIED' }]);
    // the refresh token is refused, and the credentials buy the next pair
    expect(bought()).toEqual({ token: before.token + 1, refresh: before.refresh + 1 });
    for (const line of gateway.logged) expect(line).not.toMatch(/secret-1|[0-9a-f]{32}-(access|refresh)/);
  });
});
