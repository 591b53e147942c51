import { describe, expect, test } from 'vitest';
import {
  LinkWalletDocument,
  ProviderWalletDocument,
  SetCredentialsDocument,
  UnlinkWalletDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, refusal, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run } from '../support/operations.ts';
import { figures, linkedWallet, linkInput, password } from '../support/provider-wallets.ts';
import { booksStay, notFound } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const other = run(gateway, (await gateway.partner('Another')).apiKey);

const look = async (id: string) => (await call(ProviderWalletDocument, { id })).wallet;
const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
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

describe('A wallet that is there is linked', () => {
  test('Its password proves it, its money is the opening balance; once only, and again after it was unlinked.', async () => {
    const phone = newPhone();
    mbank.act('wallet.create', { phone, password, amount: 123.45, level: 'personified' });
    const input = linkInput(mbank, phone);
    const link = async (given: typeof input) => call(LinkWalletDocument, { input: given });
    const first = done((await link(input)).walletLink, 'WalletLinkSuccess');
    expect(first.wallet).toMatchObject({
      number: phone,
      status: 'ACTIVE',
      balances: [{ posted: { amount: '123.45' } }],
    });
    spoil('wallet.get', 'status', 'before', 3);
    expect(done((await link(input)).walletLink, 'WalletLinkSuccess')).toMatchObject({
      replayed: true,
      wallet: { id: first.wallet.id },
    });
    mbank.sandbox.control.clearFaults('mbank');
    expect(await refused(() => link(linkInput(mbank, phone)))).toMatchObject({ __typename: 'ConflictError' });

    const { walletUnlink } = await call(UnlinkWalletDocument, { walletId: first.wallet.id });
    expect(done(walletUnlink, 'WalletUnlinkSuccess').wallet).toMatchObject({
      status: 'CLOSED',
      credentials: [],
      balances: [{ posted: { amount: '0.00' } }],
    });
    expect(await refused(() => call(UnlinkWalletDocument, { walletId: first.wallet.id }))).toMatchObject({
      code: 'WALLET_STATE',
    });
    const second = done((await link(linkInput(mbank, phone))).walletLink, 'WalletLinkSuccess').wallet;
    expect(second.id).not.toBe(first.wallet.id);
    expect(second.balances[0]?.posted.amount).toBe('123.45');
    await booksAreRight();
  });

  test('Wrong or missing credentials, a foreign account and a provider that is down link nothing.', async () => {
    const phone = newPhone();
    mbank.act('wallet.create', { phone, password });
    const link = (extra: object, by = call) => by(LinkWalletDocument, { input: linkInput(mbank, phone, extra) });
    const wrong = { credentials: [{ name: 'password', value: 'wrong-one' }] };
    expect(await refused(() => link(wrong))).toMatchObject(rejected(null));
    expect(await refused(() => link({ credentials: [] }))).toMatchObject({ code: 'INVALID_INPUT' });
    const twice = [
      { name: 'password', value: 'a' },
      { name: 'password', value: 'b' },
    ];
    expect(await refused(() => link({ credentials: twice }))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await refused(() => link({}, other))).toMatchObject(notFound);
    expect(await refused(() => link({ providerAccountId: unique('pac') }))).toMatchObject(notFound);
    spoil('wallet.get', 'close', 'before', 5);
    expect(await refused(() => link({}))).toMatchObject(unavailable);
    mbank.sandbox.control.clearFaults('mbank');
    expect(await gateway.deps.db.prisma.wallet.count({ where: { number: phone } })).toBe(0);
  });

  test('Where the account prefers tokens, one is bought with the password, used, and shown by name and dates.', async () => {
    const shop = await gateway.partner('Bearer');
    const bearer = { clientId: 'mbank', clientSecret: 'secret', preferBearer: 'true' };
    const preferring = await startMbank(gateway, shop.partnerId, bearer);
    const phone = newPhone();
    preferring.act('wallet.create', { phone, password });
    const by = run(gateway, shop.apiKey);
    const { walletLink } = await by(LinkWalletDocument, { input: linkInput(preferring, phone) });
    const { id } = done(walletLink, 'WalletLinkSuccess').wallet;
    const credentials = (await by(ProviderWalletDocument, { id })).wallet?.credentials;
    expect(credentials).toMatchObject([
      { name: 'password', state: 'VALID', expiresAt: null },
      { name: 'accessToken', state: 'VALID', expiresAt: expect.any(String) },
    ]);
    expect(JSON.stringify(credentials)).not.toContain(password);
  });

  test('A password that was changed elsewhere is noticed, and another is taken once it opens the wallet.', async () => {
    const phone = newPhone();
    const id = await linkedWallet(call, mbank, 77, phone);
    mbank.act('wallet.password', { phone, password: 'changed-elsewhere' });
    mbank.act('wallet.balance', { phone, amount: 70 });
    expect(await figures(call, id)).toMatchObject({ posted: '77.00', upstream: null });
    expect((await look(id))?.credentials).toMatchObject([{ state: 'REJECTED' }]);
    const set = (value: string) =>
      call(SetCredentialsDocument, { input: { walletId: id, credentials: [{ name: 'password', value }] } });
    expect(await refused(() => set('wrong-one'))).toMatchObject(rejected(null));
    const { walletSetCredentials } = await set('changed-elsewhere');
    expect(done(walletSetCredentials, 'WalletSetCredentialsSuccess').wallet).toMatchObject({
      credentials: [{ state: 'VALID' }],
      balances: [{ posted: { amount: '70.00' } }],
    });
    await booksAreRight();
  });
});
