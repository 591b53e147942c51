import { describe, expect, test, vi } from 'vitest';
import {
  LinkWalletDocument,
  ProviderWalletDocument,
  SetCredentialsDocument,
  StartReconciliationDocument,
  UnlinkWalletDocument,
  WalletMoneyDocument,
  WalletProfileDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal, unique } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { linkQiwi, linkQiwiInput, type QiwiWallet, startQiwi } from '../support/qiwi.ts';
import { recordedEvents } from '../support/recorded-events.ts';
import { booksStay, invalid, notFound } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** The gateway's clock, which the last test moves. */
let ahead = 0;
const gateway = await startTestApp({ clock: { now: () => new Date(Date.now() + ahead) } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const other = run(gateway, (await gateway.partner('Another')).apiKey);
const qiwi = await startQiwi(gateway, partnerId);

const DAY_MS = 86_400_000;
const link = (wallet: QiwiWallet, extra: object = {}, by = call) =>
  by(LinkWalletDocument, { input: linkQiwiInput(qiwi, wallet, { registerWebhook: false, ...extra }) });
const linked = (wallet: QiwiWallet) => linkQiwi(call, qiwi, wallet, { registerWebhook: false });
const look = async (id: string) => (await call(ProviderWalletDocument, { id })).wallet;
const money = async (id: string) => (await call(WalletMoneyDocument, { id })).wallet;
const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
const spoil = (operation: string, kind: 'close' | 'status', times = 1) =>
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation, kind, when: 'before', times });
const countOf = (number: string) => gateway.deps.db.prisma.wallet.count({ where: { number } });
const updatesOf = async (walletId: string) =>
  (await recordedEvents(gateway.deps.db, { types: ['WALLET_UPDATED'], walletId })).length;

const rejected = { __typename: 'ProviderRejectedError', code: 'PROVIDER_REJECTED', remedy: 'CHANGE_INPUT' };
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };

describe('A wallet at QIWI is linked by its number and a token', () => {
  test('What it has in each currency is the opening balance; the token ends 180 days after it was given.', async () => {
    const wallet = qiwi.wallet(1234.56);
    qiwi.act('wallet.balance', { wallet: wallet.number, currency: 840, amount: 10.5 });
    const { walletLink } = await link({ ...wallet, number: `+${wallet.number}` });
    const { wallet: shown } = done(walletLink, 'WalletLinkSuccess');
    expect(shown).toMatchObject({ number: wallet.number, phone: `+${wallet.number}`, status: 'ACTIVE' });
    const [credential] = (await look(shown.id))?.credentials ?? [];
    expect(credential).toMatchObject({ name: 'token', state: 'VALID' });
    const lifetime = Date.parse(credential?.expiresAt ?? '') - Date.parse(credential?.issuedAt ?? '');
    expect(lifetime).toBe(180 * DAY_MS);
    expect(await money(shown.id)).toMatchObject({
      defaultCurrency: 'RUB',
      balances: [
        {
          currency: 'RUB',
          reference: 'qw_wallet_rub',
          isDefault: true,
          posted: { amount: '1234.56' },
          upstream: { amount: '1234.56' },
        },
        {
          currency: 'USD',
          reference: 'qw_wallet_usd',
          isDefault: false,
          posted: { amount: '10.50' },
          upstream: { amount: '10.50' },
        },
      ],
    });
    await booksAreRight();
  });

  test('The same key links once; another key meets a conflict; after it was unlinked it is linked anew.', async () => {
    const wallet = qiwi.wallet(50);
    const idempotencyKey = unique('link');
    const first = done((await link(wallet, { idempotencyKey })).walletLink, 'WalletLinkSuccess');
    spoil('PRF-1', 'status', 3);
    const again = done((await link(wallet, { idempotencyKey })).walletLink, 'WalletLinkSuccess');
    expect(again).toMatchObject({ replayed: true, wallet: { id: first.wallet.id } });
    qiwi.sandbox.control.clearFaults('qiwi');
    expect(await refused(() => link(wallet))).toMatchObject({ __typename: 'ConflictError' });
    const { walletUnlink } = await call(UnlinkWalletDocument, { walletId: first.wallet.id });
    expect(done(walletUnlink, 'WalletUnlinkSuccess').wallet).toMatchObject({
      status: 'CLOSED',
      credentials: [],
      balances: [{ posted: { amount: '0.00' } }],
    });
    const second = done((await link(wallet)).walletLink, 'WalletLinkSuccess').wallet;
    expect(second.id).not.toBe(first.wallet.id);
    expect(second.balances[0]?.posted.amount).toBe('50.00');
    await booksAreRight();
  });

  test('A token of another wallet, an unknown one, and one that may not read link nothing.', async () => {
    const [wallet, stranger] = [qiwi.wallet(), qiwi.wallet()];
    expect(await refused(() => link({ ...wallet, token: stranger.token }))).toMatchObject(invalid('input.number'));
    expect(await refused(() => link({ ...wallet, number: '79990009999' }))).toMatchObject(invalid('input.number'));
    expect(await refused(() => link({ ...wallet, token: 'nobody-was-given-this' }))).toMatchObject(rejected);
    qiwi.act('token.issue', { wallet: wallet.number, token: 'profile-only', scopes: ['profile'] });
    expect(await refused(() => link({ ...wallet, token: 'profile-only' }))).toMatchObject(rejected);
    expect(await refused(() => link(wallet, { credentials: [] }))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await refused(() => link(wallet, { credentials: [{ name: 'password', value: 'x' }] }))).toMatchObject({
      __typename: 'ProviderRejectedError',
    });
    expect(await refused(() => link(wallet, {}, other))).toMatchObject(notFound);
    expect(await countOf(wallet.number)).toBe(0);
  });

  test('A provider that is down, or cannot say what a balance is even when it is asked again, links nothing.', async () => {
    const wallet = qiwi.wallet(70);
    spoil('PRF-1', 'close', 5);
    expect(await refused(() => link(wallet))).toMatchObject(unavailable);
    qiwi.sandbox.control.clearFaults('qiwi');
    qiwi.act('wallet.hide', { wallet: wallet.number, times: 2 });
    expect(await refused(() => link(wallet))).toMatchObject(unavailable);
    expect(await countOf(wallet.number)).toBe(0);
    // left out once, and told when it is asked for by name
    qiwi.act('wallet.hide', { wallet: wallet.number, times: 1 });
    expect(await money(await linked(wallet))).toMatchObject({ balances: [{ posted: { amount: '70.00' } }] });
    await booksAreRight();
  });
});

describe('A wallet that is blocked at QIWI', () => {
  test('It is linked as it is, with what is in it, and works when it is unblocked.', async () => {
    const wallet = qiwi.wallet(15);
    qiwi.act('wallet.block', { wallet: wallet.number });
    const id = await linked(wallet);
    expect(await money(id)).toMatchObject({ status: 'BLOCKED', balances: [{ posted: { amount: '15.00' } }] });
    qiwi.act('wallet.unblock', { wallet: wallet.number });
    await money(id);
    expect((await look(id))?.status).toBe('ACTIVE');
    await booksAreRight();
  });
});

describe('A token that does not open any more', () => {
  test('It is REJECTED, which is told once; the books stay, and the provider’s own figures are not shown.', async () => {
    const wallet = qiwi.wallet(77);
    const id = await linked(wallet);
    const updates = await updatesOf(id);
    qiwi.act('token.expire', { wallet: wallet.number });
    const blind = {
      balances: [{ posted: { amount: '77.00' }, upstream: null, reference: null }],
      offeredCurrencies: [],
    };
    expect(await booksStay(gateway, () => money(id))).toMatchObject(blind);
    expect((await look(id))?.credentials).toMatchObject([{ name: 'token', state: 'REJECTED' }]);
    expect((await call(WalletProfileDocument, { id })).wallet).toMatchObject({ profile: null, nickname: null });
    expect(await updatesOf(id)).toBe(updates + 1);
    await booksAreRight();
  });

  test('Another one takes its place when it opens this wallet, and no other.', async () => {
    const [wallet, stranger] = [qiwi.wallet(40), qiwi.wallet()];
    const id = await linked(wallet);
    const { token } = qiwi.act('token.issue', { wallet: wallet.number }) as { token: string };
    await money(id);
    expect((await look(id))?.credentials).toMatchObject([{ state: 'REJECTED' }]);
    const set = (value: string, by = call) =>
      by(SetCredentialsDocument, { input: { walletId: id, credentials: [{ name: 'token', value }] } });
    expect(await refused(() => set(wallet.token))).toMatchObject(rejected);
    expect(await refused(() => set(stranger.token))).toMatchObject(invalid('input.credentials'));
    expect(await refused(() => set(token, other))).toMatchObject(notFound);
    const { walletSetCredentials } = await set(token);
    expect(done(walletSetCredentials, 'WalletSetCredentialsSuccess').wallet).toMatchObject({
      credentials: [{ name: 'token', state: 'VALID', expiresAt: expect.any(String) }],
    });
    expect(await money(id)).toMatchObject({ balances: [{ upstream: { amount: '40.00' } }] });
    for (const line of gateway.logged) expect(line).not.toContain(token);
    await booksAreRight();
  });

  test('A refusal that says nothing of the token leaves it VALID.', async () => {
    const id = await linked(qiwi.wallet(5));
    qiwi.sandbox.control.fault({
      provider: 'qiwi',
      operation: 'PRF-1',
      kind: 'status',
      status: 429,
      when: 'before',
      times: 5,
    });
    expect(await money(id)).toMatchObject({ balances: [{ posted: { amount: '5.00' }, upstream: null }] });
    qiwi.sandbox.control.clearFaults('qiwi');
    expect((await look(id))?.credentials).toMatchObject([{ state: 'VALID' }]);
  });

  test('Who compares histories in the background meets the refusal, too.', async () => {
    const wallet = qiwi.wallet(9);
    const id = await linked(wallet);
    qiwi.act('token.expire', { wallet: wallet.number });
    await call(StartReconciliationDocument, { input: { walletId: id } });
    const rejectedNow = async () => expect((await look(id))?.credentials).toMatchObject([{ state: 'REJECTED' }]);
    await vi.waitFor(rejectedNow, { timeout: 30_000, interval: 200 });
    await booksAreRight();
  });

  test('Its time runs out after 180 days, whoever looks.', async () => {
    const id = await linked(qiwi.wallet(9));
    ahead = 180 * DAY_MS - 60_000;
    expect((await look(id))?.credentials).toMatchObject([{ state: 'VALID' }]);
    ahead = 180 * DAY_MS + 60_000;
    expect((await look(id))?.credentials).toMatchObject([{ state: 'EXPIRED' }]);
  });
});
