import { describe, expect, test } from 'vitest';
import { AuthorizeWalletDocument, IdentifyOwnerDocument, ProviderWalletDocument } from '../../schema/operations.ts';
import { updateProviderAccount } from '../../src/domain/provider/create-provider-account.ts';
import { startTestApp } from '../support/app.ts';
import { type Call, done, newPhone, openShop, refusal, unique } from '../support/builders.ts';
import { callFaults, PATIENCE } from '../support/call-faults.ts';
import { startMbank } from '../support/mbank.ts';
import { spoil } from '../support/mbank-faults.ts';
import { run } from '../support/operations.ts';
import { figures, linkedWallet, password } from '../support/provider-wallets.ts';
import { booksStay, notFound } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp({ patience: PATIENCE });
const shop = await openShop(gateway);
const { call } = shop;
const mbank = await startMbank(gateway, shop.id, { clientId: 'mbank_web', clientSecret: 'topsecret' });
const back = `${gateway.url}/oauth/mbank/${mbank.account.id}`;
await updateProviderAccount(gateway.deps, shop.id, {
  providerAccountId: mbank.account.id,
  credentials: { redirectUri: back },
});
// an application's address is registered with the provider
mbank.act('client.redirect', { uri: back });
const returnUrl = 'https://shop.example/wallets?from=consent';

const asked = (extra: object = {}) => ({
  input: { idempotencyKey: unique('consent'), providerAccountId: mbank.account.id, returnUrl, ...extra },
});
async function consent(by: Call = call, extra: object = {}) {
  const { walletAuthorize } = await by(AuthorizeWalletDocument, asked(extra));
  const { action, expiresAt } = done(walletAuthorize, 'WalletAuthorizeSuccess');
  const redirectUri = new URL(action.url).searchParams.get('redirect_uri') ?? '';
  return { url: action.url, redirectUri, expiresAt, state: new URL(redirectUri).searchParams.get('state') ?? '' };
}
/** The owner signs in on the provider's page and says yes. Answers where the page sends the browser. */
async function agree(url: string, phone: string, secret = password, scopes = ['wallet.read']): Promise<string> {
  const page = await fetch(url, { redirect: 'manual' });
  const login = page.headers.get('location') ?? '';
  const body = new URLSearchParams([
    ['username', phone],
    ['password', secret],
    ...scopes.map((scope) => ['scope', scope]),
  ]);
  const answer = await fetch(login, { method: 'POST', body, redirect: 'manual' });
  return answer.headers.get('location') ?? '';
}
/** Where the gateway sends a browser that comes from there. */
async function comeBack(url: string): Promise<{ status: number; to: URL | null; headers: Headers }> {
  const answer = await fetch(url, { redirect: 'manual' });
  const location = answer.headers.get('location');
  return { status: answer.status, to: location === null ? null : new URL(location), headers: answer.headers };
}
const walletsHere = () => gateway.deps.db.prisma.wallet.count();

describe('A wallet is linked by its owner’s consent', () => {
  test('The page is the provider’s, the token is bought and kept, and the browser ends where it was to.', async () => {
    const phone = newPhone();
    mbank.act('wallet.create', { phone, password, amount: 321 });
    const customer = await shop.customer();
    const { url, state } = await consent(customer.call);
    expect(url).toMatch(`${mbank.sandbox.url}/mbank/mserver2-dev/oauth/authorize?`);
    const { status, to, headers } = await comeBack(await agree(url, phone));
    expect(status).toBe(303);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(`${to?.origin}${to?.pathname}`).toBe('https://shop.example/wallets');
    expect(to?.searchParams.get('from')).toBe('consent');
    const id = to?.searchParams.get('walletId') ?? '';
    expect((await customer.call(ProviderWalletDocument, { id })).wallet).toMatchObject({
      number: phone,
      status: 'ACTIVE',
      credentials: [{ name: 'accessToken', state: 'VALID', expiresAt: expect.any(String) }],
    });
    expect(await figures(customer.call, id)).toEqual({ posted: '321.00', pending: '0.00', upstream: '321.00' });
    const rows = await gateway.deps.db.prisma.walletAuthorization.findMany();
    expect(JSON.stringify(rows)).not.toContain(state);
    expect(gateway.logged.join('')).not.toContain(state);
    const person = { firstName: 'Ivan', lastName: 'Sidorov', passport: '4510999999' };
    const beyond = await refusal(call(IdentifyOwnerDocument, { input: { walletId: id, person } }));
    expect(beyond).toMatchObject({ providerCode: 'insufficient_scope', remedy: 'NONE' });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('Consent given again puts the new token in the place of the old credentials.', async () => {
    const phone = newPhone();
    const id = await linkedWallet(call, mbank, 10, phone);
    const { to } = await comeBack(await agree((await consent()).url, phone));
    expect(to?.searchParams.get('walletId')).toBe(id);
    expect((await call(ProviderWalletDocument, { id })).wallet?.credentials).toMatchObject([{ name: 'accessToken' }]);
    const customer = await shop.customer();
    const taken = await comeBack(await agree((await consent(customer.call)).url, phone));
    expect(taken.to?.searchParams.get('error')).toBe('CONFLICT');
    expect((await customer.call(ProviderWalletDocument, { id })).wallet).toBeNull();
  });

  test('The same key answers the same page; a state is good once, for its own account, and not for ever.', async () => {
    const phone = newPhone();
    mbank.act('wallet.create', { phone, password });
    const key = asked();
    const first = done((await call(AuthorizeWalletDocument, key)).walletAuthorize, 'WalletAuthorizeSuccess');
    const again = done((await call(AuthorizeWalletDocument, key)).walletAuthorize, 'WalletAuthorizeSuccess');
    expect(again).toEqual({ ...first, replayed: true });
    const location = await agree((await consent()).url, phone);
    const both = await Promise.all([comeBack(location), comeBack(location)]);
    expect(both.map(({ status }) => status).sort()).toEqual([303, 400]);
    expect((await comeBack(location)).status).toBe(400);
    const before = await walletsHere();
    const { redirectUri } = await consent();
    const elsewhere = redirectUri.replace(mbank.account.id, `pac_${'0'.repeat(26)}`);
    expect((await comeBack(`${elsewhere}&code=ABCDEF`)).status).toBe(400);
    await gateway.deps.db.prisma.walletAuthorization.updateMany({ data: { expiresAt: new Date(0) } });
    expect((await comeBack(`${redirectUri}&code=ABCDEF`)).status).toBe(400);
    expect(await walletsHere()).toBe(before);
  });

  test('A refusal and a wrong code come back as an error and link nothing.', async () => {
    const phone = newPhone();
    mbank.act('wallet.create', { phone, password });
    const before = await walletsHere();
    expect((await comeBack((await consent()).redirectUri)).to?.searchParams.get('error')).toBe('ACCESS_DENIED');
    const wrong = await comeBack(`${(await consent()).redirectUri}&code=ABCDEF`);
    expect(wrong.to?.searchParams.get('error')).toBe('PROVIDER_REJECTED');
    expect(await walletsHere()).toBe(before);
  });

  test.each(callFaults)(
    'The purchase of the token %s: nothing is linked, and consent given anew links it.',
    async (_title, fault) => {
      const phone = newPhone();
      mbank.act('wallet.create', { phone, password, amount: 321 });
      const before = await walletsHere();
      const location = await agree((await consent()).url, phone);
      spoil(mbank, 'oauth.token.code', fault);
      expect((await comeBack(location)).to?.searchParams.get('error')).toBe('PROVIDER_UNAVAILABLE');
      mbank.sandbox.control.releaseAnswers();
      expect(mbank.sandbox.control.faults()).toEqual([]);
      expect((await comeBack(location)).status).toBe(400);
      expect(await walletsHere()).toBe(before);
      const { to } = await comeBack(await agree((await consent()).url, phone));
      const id = to?.searchParams.get('walletId') ?? '';
      expect(await figures(call, id)).toEqual({ posted: '321.00', pending: '0.00', upstream: '321.00' });
      expect(await walletsHere()).toBe(before + 1);
      expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
    },
  );

  test('The browser is never sent where the request says, and only to addresses that were asked for in order.', async () => {
    const { redirectUri } = await consent();
    const lured = await comeBack(`${redirectUri}&returnUrl=https://evil.example&redirect_uri=https://evil.example`);
    expect(lured.to?.origin).toBe('https://shop.example');
    expect((await comeBack(`${back}?state=guess&returnUrl=https://evil.example`)).to).toBeNull();
    expect((await comeBack(`${gateway.url}/oauth/mbank/nothing`)).status).toBe(404);
    expect((await gateway.fetch(new URL(redirectUri).pathname, { method: 'POST' })).status).toBe(405);
    const ask = (extra: object, by = call) =>
      booksStay(gateway, () => refusal(by(AuthorizeWalletDocument, asked(extra))));
    expect(await ask({ returnUrl: 'http://shop.example/' })).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await ask({ returnUrl: 'https://user:pass@shop.example/' })).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await ask({ scopes: [] })).toMatchObject({ code: 'INVALID_INPUT' });
    const stranger = run(gateway, (await gateway.partner('Another')).apiKey);
    expect(await ask({}, stranger)).toMatchObject(notFound);
    const second = await openShop(gateway);
    const plain = await startMbank(gateway, second.id);
    const without = asked({ providerAccountId: plain.account.id });
    expect(await refusal(second.call(AuthorizeWalletDocument, without))).toMatchObject({ code: 'NOT_SUPPORTED' });
  });
});
