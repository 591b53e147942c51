import { describe, expect, test } from 'vitest';
import {
  ActivateWalletDocument,
  OpenProviderWalletDocument,
  ProviderWalletDocument,
  RequestPasswordResetDocument,
  ResendActivationCodeDocument,
  ResetPasswordDocument,
  UnlinkWalletDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, refusal } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run } from '../support/operations.ts';
import {
  activeWallet,
  figures,
  linkedWallet,
  openAtMbank,
  password,
  pendingWallet,
} from '../support/provider-wallets.ts';
import { booksStay, notFound } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const other = run(gateway, (await gateway.partner('Another')).apiKey);
const minute = 60_000;

const open = async (input: ReturnType<typeof openAtMbank>) => call(OpenProviderWalletDocument, { input });
const opened = async (input: ReturnType<typeof openAtMbank>) =>
  done((await open(input)).walletOpen, 'WalletOpenSuccess');
const activate = (walletId: string, code: string) => call(ActivateWalletDocument, { walletId, code });
const look = async (id: string) => (await call(ProviderWalletDocument, { id })).wallet;
const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
const walletsHere = () => gateway.deps.db.prisma.wallet.count();
const spoil = (operation: string, kind: 'close' | 'status', when: 'before' | 'after', times = 1) =>
  mbank.sandbox.control.fault({ provider: 'mbank', operation, kind, when, times });

/** A provider's refusal with its own code and what can be done about it. */
const rejected = (providerCode: string | null, remedy = 'CHANGE_INPUT') => ({
  __typename: 'ProviderRejectedError',
  code: 'PROVIDER_REJECTED',
  providerCode,
  remedy,
});
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };

describe('A wallet is opened at mbank', () => {
  test('It waits for its code, is activated with it, and shows the money that it has there.', async () => {
    const phone = newPhone();
    const input = openAtMbank(phone);
    const { wallet, challenge, replayed } = await opened(input);
    expect(replayed).toBe(false);
    expect(wallet).toMatchObject({
      number: phone,
      phone,
      status: 'PENDING_ACTIVATION',
      provider: { code: 'MBANK' },
      providerAccount: { id: mbank.account.id },
      balances: [],
      credentials: [{ name: 'password', state: 'VALID', expiresAt: null }],
    });
    expect(challenge).toMatchObject({
      purpose: 'ACTIVATION',
      sentTo: phone,
      checkDigit: expect.stringMatching(/^\d$/),
      sandboxCode: expect.stringMatching(/^\d{6}$/),
    });
    const again = await opened(input);
    expect(again).toMatchObject({ replayed: true, wallet: { id: wallet.id }, challenge });

    const { walletActivate } = await activate(wallet.id, challenge?.sandboxCode ?? '');
    expect(done(walletActivate, 'WalletActivateSuccess').wallet).toMatchObject({
      status: 'ACTIVE',
      balances: [{ currency: 'RUB', posted: { amount: '10000.00' }, pending: { amount: '0.00' } }],
    });
    const twice = done((await activate(wallet.id, '000000')).walletActivate, 'WalletActivateSuccess');
    expect(twice.wallet.status).toBe('ACTIVE');
    expect(await opened(input)).toMatchObject({ replayed: true, challenge: null, wallet: { status: 'ACTIVE' } });
    await booksAreRight();
  });

  test('A wrong code, an expired one and too many are refused; another code opens it.', async () => {
    const { id, code } = await pendingWallet(call);
    const wrong = code === '111111' ? '222222' : '111111';
    expect(await refused(() => activate(id, wrong))).toMatchObject(rejected('invalid_code'));
    expect(await refused(() => activate(id, 'not a code'))).toMatchObject({ code: 'INVALID_INPUT' });
    mbank.sandbox.control.advance(16 * minute);
    expect(await refused(() => activate(id, code))).toMatchObject(rejected('code_expired'));
    const { walletResendActivationCode } = await call(ResendActivationCodeDocument, { walletId: id });
    const { challenge } = done(walletResendActivationCode, 'WalletResendActivationCodeSuccess');
    expect(challenge).toMatchObject({ purpose: 'ACTIVATION', sandboxCode: expect.stringMatching(/^\d{6}$/) });
    for (let count = 0; count < 4; count++) await refused(() => activate(id, wrong));
    expect(await refused(() => activate(id, wrong))).toMatchObject(rejected('failure_limit_exceeded', 'NONE'));
    expect(await look(id)).toMatchObject({ status: 'PENDING_ACTIVATION', balances: [] });
  });

  test('A code is sent five times and no more.', async () => {
    const { id } = await pendingWallet(call);
    const resend = () => call(ResendActivationCodeDocument, { walletId: id });
    for (let count = 0; count < 4; count++)
      done((await resend()).walletResendActivationCode, 'WalletResendActivationCodeSuccess');
    expect(await refused(resend)).toMatchObject(rejected('resend_limit_exceeded', 'NONE'));
  });

  test('A phone that has a wallet there, or here, is a conflict and leaves nothing behind.', async () => {
    const phone = newPhone();
    mbank.act('wallet.create', { phone, password });
    const before = await walletsHere();
    const input = openAtMbank(phone);
    expect(await refused(() => open(input))).toMatchObject({ __typename: 'ConflictError' });
    expect(await walletsHere()).toBe(before);
    const taken = newPhone();
    await pendingWallet(call, taken);
    expect(await refused(() => open(openAtMbank(taken)))).toMatchObject({ __typename: 'ConflictError' });
  });

  test('A password that the provider does not take frees phone and key for a better one.', async () => {
    const phone = newPhone();
    const input = openAtMbank(phone, { password: 'short' });
    expect(await refused(() => open(input))).toMatchObject(rejected('invalid_password'));
    expect((await opened({ ...input, password })).wallet.status).toBe('PENDING_ACTIVATION');
  });

  test('What is missing, misplaced or not offered is refused before the provider is called.', async () => {
    for (const missing of [{ phone: undefined }, { password: undefined }, { phone: '+7' }])
      expect(await refused(() => open(openAtMbank(newPhone(), missing)))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await refused(() => open({ ...openAtMbank(newPhone()), provider: 'LOCAL' as never }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(await refused(() => open({ ...openAtMbank(newPhone()), provider: 'QIWI' as never }))).toMatchObject({
      code: 'NOT_SUPPORTED',
    });
    const foreign = { input: openAtMbank(newPhone(), { providerAccountId: mbank.account.id }) };
    expect(await refused(() => other(OpenProviderWalletDocument, foreign))).toMatchObject(notFound);
  });

  test('An answer that is lost is made good by repeating with the same key: one wallet, one code that counts.', async () => {
    const phone = newPhone();
    const input = openAtMbank(phone);
    spoil('wallet.create', 'close', 'after');
    expect(await refusal(open(input))).toMatchObject(unavailable);
    expect(await refused(() => open(openAtMbank(phone)))).toMatchObject({ __typename: 'ConflictError' });
    const { wallet, challenge, replayed } = await opened(input);
    expect(replayed).toBe(true);
    spoil('wallet.activate', 'close', 'after');
    expect(await refusal(activate(wallet.id, challenge?.sandboxCode ?? ''))).toMatchObject(unavailable);
    const { walletActivate } = await activate(wallet.id, challenge?.sandboxCode ?? '');
    expect(done(walletActivate, 'WalletActivateSuccess').wallet.balances[0]?.posted.amount).toBe('10000.00');
    expect(await gateway.deps.db.prisma.wallet.count({ where: { number: phone } })).toBe(1);
    await booksAreRight();
  });

  test('Another partner cannot touch it, and nobody is answered or logged its password.', async () => {
    const { id, code } = await pendingWallet(call);
    expect(await refused(() => other(ActivateWalletDocument, { walletId: id, code }))).toMatchObject(notFound);
    expect(await refused(() => other(UnlinkWalletDocument, { walletId: id }))).toMatchObject(notFound);
    expect((await other(ProviderWalletDocument, { id })).wallet).toBeNull();
    expect(gateway.logged.join('')).not.toContain(password);
    const [row] = await gateway.deps.db.prisma.$queryRaw<
      { row: string }[]
    >`SELECT wallet::text AS row FROM wallet WHERE id = ${id}`;
    expect(row?.row).not.toContain(Buffer.from(password).toString('hex'));
    expect(row?.row).toContain(id);
  });

  test('Ten who open the same phone at once get one wallet.', async () => {
    const phone = newPhone();
    const answers = await Promise.all(Array.from({ length: 10 }, () => open(openAtMbank(phone))));
    const names = answers.map(({ walletOpen }) => walletOpen?.__typename);
    expect(names.filter((name) => name === 'WalletOpenSuccess')).toHaveLength(1);
    expect(names.filter((name) => name === 'ConflictError')).toHaveLength(9);
    expect(await activeWallet(call)).toMatch(/^wal_/);
  });
});

describe('A password is forgotten', () => {
  const request = async (walletId: string) => {
    const { walletRequestPasswordReset } = await call(RequestPasswordResetDocument, { walletId });
    return done(walletRequestPasswordReset, 'WalletRequestPasswordResetSuccess').challenge;
  };
  const reset = (walletId: string, code: string, to: string) =>
    call(ResetPasswordDocument, { input: { walletId, code, password: to } });

  test('The provider demands a new one: the credential says so, and the reset puts the new one in its place.', async () => {
    const phone = newPhone();
    const id = await linkedWallet(call, mbank, 500, phone);
    mbank.act('wallet.force_password', { phone });
    expect(await figures(call, id)).toEqual({ posted: '500.00', pending: '0.00', upstream: null });
    expect((await look(id))?.credentials).toMatchObject([{ name: 'password', state: 'RESET_REQUIRED' }]);
    const challenge = await request(id);
    expect(challenge).toMatchObject({ purpose: 'PASSWORD_RESET', sentTo: phone });
    const wrong = challenge.sandboxCode === '111111' ? '222222' : '111111';
    expect(await refused(() => reset(id, wrong, 'another-pass'))).toMatchObject(rejected('invalid_code'));
    expect(await refused(() => reset(id, challenge.sandboxCode ?? '', ''))).toMatchObject({ code: 'INVALID_INPUT' });
    spoil('wallet.reset_password', 'close', 'after');
    const { walletResetPassword } = await reset(id, challenge.sandboxCode ?? '', 'another-pass');
    expect(done(walletResetPassword, 'WalletResetPasswordSuccess').wallet.credentials).toMatchObject([
      { state: 'VALID' },
    ]);
    expect(await figures(call, id)).toEqual({ posted: '500.00', pending: '0.00', upstream: '500.00' });
    await booksAreRight();
  });

  test('A wallet that is not active has no password to reset, and a locked one says so.', async () => {
    const { id } = await pendingWallet(call);
    expect(await refused(() => call(RequestPasswordResetDocument, { walletId: id }))).toMatchObject({
      code: 'WALLET_STATE',
    });
    const phone = newPhone();
    const locked = await linkedWallet(call, mbank, 1, phone);
    mbank.act('wallet.lock', { phone, message: 'call the bank' });
    expect(await refused(() => call(RequestPasswordResetDocument, { walletId: locked }))).toMatchObject({
      __typename: 'StateError',
      code: 'WALLET_STATE',
    });
  });
});
