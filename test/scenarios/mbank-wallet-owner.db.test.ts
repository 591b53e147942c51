import { print } from 'graphql';
import { describe, expect, test } from 'vitest';
import {
  ContactsDocument,
  IdentifyOwnerDocument,
  LinkWalletDocument,
  RemovePictureDocument,
  SetPictureDocument,
  SetWalletSettingsDocument,
  WalletCapsDocument,
  WalletOwnerDocument,
} from '../../schema/operations.ts';
import { bearer, startTestApp } from '../support/app.ts';
import { done, fault, newPhone, openShop, type Refused, refusal, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run } from '../support/operations.ts';
import { activeWallet, linkedWallet, linkInput, pendingWallet } from '../support/provider-wallets.ts';
import { booksStay, notFound } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { openWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp();
const shop = await openShop(gateway);
const { call } = shop;
const vouching = { webhookClientId: 'mserver', webhookClientToken: 'token' };
const mbank = await startMbank(gateway, shop.id, vouching);
const other = run(gateway, (await gateway.partner('Another')).apiKey);

const owner = async (id: string, by = call) => (await by(WalletOwnerDocument, { id })).wallet;
const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const ivan = {
  firstName: 'Ivan',
  lastName: 'Sidorov',
  passport: '4510 123456',
  inn: '330500938709',
  snils: '112-233-445 95',
};
let passports = 4_510_200_000;
const person = () => ({ ...ivan, passport: String(++passports) });
const identify = (input: object, by = call) => by(IdentifyOwnerDocument, { input });
const identified = async (input: object) =>
  done((await identify(input)).customerIdentify, 'CustomerIdentifySuccess').identification;

describe('The owner of a wallet at mbank', () => {
  test('The partner vouches for a level, and the wallet has it.', async () => {
    const id = await activeWallet(call);
    expect((await owner(id))?.identification).toEqual({
      level: 'NONE',
      status: 'NOT_STARTED',
      providerLevel: 'anonymous',
      verifiedAt: null,
      provider: { code: 'MBANK' },
    });
    expect(await identified({ walletId: id, level: 'SIMPLIFIED' })).toEqual({
      level: 'SIMPLIFIED',
      status: 'VERIFIED',
      providerLevel: 'identified',
    });
    expect(await identified({ walletId: id, level: 'FULL' })).toMatchObject({
      level: 'FULL',
      providerLevel: 'personified',
    });
    expect(await refused(() => identify({ walletId: id, level: 'NONE' }))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('Data go to the check, are shown whole or masked, and verified ones cannot change.', async () => {
    const phone = newPhone();
    const id = await activeWallet(call, phone);
    const given = person();
    mbank.sandbox.control.fault({ provider: 'mbank', operation: 'wallet.person.set', kind: 'close', when: 'after' });
    const input = { walletId: id, person: given };
    expect(await refusal(identify(input))).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    expect(await identified(input)).toEqual({ level: 'NONE', status: 'DATA_ENTERED', providerLevel: 'anonymous' });
    expect((await owner(id))?.person).toMatchObject({
      firstName: 'Ivan',
      lastName: 'Sidorov',
      passport: given.passport,
      snils: '11223344595',
    });
    const masked = run(gateway, await shop.key(['WALLETS_READ']));
    expect((await owner(id, masked))?.person).toMatchObject({
      lastName: 'S•••',
      passport: `•••${given.passport.slice(-2)}`,
    });
    mbank.act('wallet.verify', { phone, level: 'identified' });
    expect((await owner(id))?.identification).toMatchObject({
      level: 'SIMPLIFIED',
      status: 'VERIFIED',
      verifiedAt: expect.any(String),
    });
    expect((await owner(id, masked))?.profile?.name).toBe('I•••');
    expect(await refused(() => identify(input))).toMatchObject({ __typename: 'StateError', code: 'WALLET_STATE' });
  });

  test('Somebody else’s document is a conflict; what is no document is refused with its remedy.', async () => {
    const [first, second] = [await activeWallet(call), await activeWallet(call)];
    const given = person();
    await identified({ walletId: first, person: given });
    expect(await refused(() => identify({ walletId: second, person: given }))).toMatchObject({
      __typename: 'ConflictError',
    });
    const bad = { walletId: second, person: { ...given, passport: '12' } };
    expect(await refused(() => identify(bad))).toMatchObject({
      __typename: 'ProviderRejectedError',
      providerCode: 'invalid_passport_series_number',
      remedy: 'CHANGE_INPUT',
    });
    const lacking = { walletId: second, person: { firstName: 'Ivan' } };
    expect(await refused(() => identify(lacking))).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('A customer is identified by the wallet that the ledger here keeps; ids that do not go together are refused.', async () => {
    const customer = await shop.customer({ level: 'NONE' });
    const local = await shop.wallet({ owner: customer });
    const nobodys = await openWalletOf(call, newPhone());
    const done = await identify({ walletId: local, level: 'FULL' });
    expect(done.customerIdentify).toMatchObject({ customer: { id: customer.id }, identification: { level: 'FULL' } });
    const id = await activeWallet(call);
    expect(await refused(() => identify({ walletId: id, customerId: customer.id }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(await refused(() => identify({}))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await refused(() => identify({ walletId: nobodys }))).toMatchObject({ code: 'NOT_SUPPORTED' });
    expect(await refused(() => identify({ walletId: id }, other))).toMatchObject(notFound);
    const { id: pending } = await pendingWallet(call);
    expect(await refused(() => identify({ walletId: pending }))).toMatchObject({ code: 'WALLET_STATE' });
  });
});

describe('Profile, settings and restrictions', () => {
  const set = (input: object, by = call) => by(SetWalletSettingsDocument, { input: input as never });

  test('The profile is what the provider tells; settings are changed there, one by one.', async () => {
    const id = await linkedWallet(call, mbank);
    expect((await owner(id))?.profile).toMatchObject({
      pictureUrl: null,
      features: [{ code: 'can_use_autopayments', enabled: false }],
      attributes: [{ name: 'intercom_user_hash', value: expect.any(String) }],
    });
    expect((await owner(id))?.settings).toEqual({ email: null, statementPeriod: null });
    await set({ walletId: id, email: 'ivan@example.com' });
    const daily = done(
      (await set({ walletId: id, statementPeriod: 'DAY' })).walletSetSettings,
      'WalletSetSettingsSuccess',
    );
    expect(daily.wallet.settings).toEqual({ email: 'ivan@example.com', statementPeriod: 'DAY' });
    await set({ walletId: id, statementPeriod: null });
    expect((await owner(id))?.settings).toEqual({ email: 'ivan@example.com', statementPeriod: null });
    expect(await refused(() => set({ walletId: id, statementPeriod: 'WEEK' }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(await refused(() => set({ walletId: id }))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await refused(() => set({ walletId: id, email: 'a@b.ru' }, other))).toMatchObject(notFound);
    const local = await openWalletOf(call, newPhone());
    expect(await refused(() => set({ walletId: local, email: 'a@b.ru' }))).toMatchObject({ code: 'NOT_SUPPORTED' });
  });

  test('A wallet that its provider has locked is BLOCKED here, with the reason; unlocked it works again.', async () => {
    const phone = newPhone();
    const id = await linkedWallet(call, mbank, 5, phone);
    mbank.act('wallet.lock', { phone, message: 'call the bank' });
    expect((await owner(id))?.restrictions).toMatchObject([{ code: 'wallet_disabled', message: expect.any(String) }]);
    expect((await owner(id))?.status).toBe('BLOCKED');
    expect(await refused(() => set({ walletId: id, email: 'a@b.ru' }))).toMatchObject({
      code: 'WALLET_STATE',
      state: 'BLOCKED',
    });
    mbank.act('wallet.unlock', { phone });
    expect((await owner(id))?.restrictions).toEqual([]);
    expect((await owner(id))?.status).toBe('ACTIVE');
  });

  test('While the provider is down, the wallet is shown with what is known here.', async () => {
    const id = await linkedWallet(call, mbank);
    mbank.sandbox.control.fault({ provider: 'mbank', operation: '*', kind: 'status', times: 20 });
    expect(await owner(id)).toMatchObject({
      status: 'ACTIVE',
      identification: { level: 'SIMPLIFIED', status: 'VERIFIED' },
      profile: null,
      person: null,
      restrictions: [],
    });
    const set = { walletId: id, email: 'a@b.ru' };
    expect(await refusal(call(SetWalletSettingsDocument, { input: set }))).toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    mbank.sandbox.control.clearFaults('mbank');
  });
});

describe('The owner’s picture', () => {
  const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(64, 7)]);
  /** A multipart request as graphql-multipart-request-spec has it. */
  async function upload(walletId: string, content: Uint8Array, token = shop.apiKey) {
    const form = new FormData();
    const variables = { input: { walletId, file: null } };
    form.set('operations', JSON.stringify({ query: print(SetPictureDocument), variables }));
    form.set('map', JSON.stringify({ 0: ['variables.input.file'] }));
    form.set('0', new File([Uint8Array.from(content)], 'me.bin', { type: 'application/octet-stream' }));
    const response = await gateway.fetch('/graphql', { method: 'POST', headers: bearer(token), body: form });
    const body = (await response.json()) as {
      data?: { walletSetPicture: Refused & { wallet?: { profile: { pictureUrl: string } } } };
      errors?: { extensions: { code: string } }[];
    };
    return { status: response.status, answer: body.data?.walletSetPicture, errors: body.errors };
  }

  test('It is told by its content, put up and taken down.', async () => {
    const id = await linkedWallet(call, mbank);
    const { answer } = await upload(id, png);
    expect(answer?.__typename).toBe('WalletSetPictureSuccess');
    const url = (await owner(id))?.profile?.pictureUrl ?? '';
    expect(new Uint8Array(await (await fetch(url)).arrayBuffer())).toEqual(new Uint8Array(png));
    const { walletRemovePicture } = await call(RemovePictureDocument, { walletId: id });
    expect(done(walletRemovePicture, 'WalletRemovePictureSuccess').wallet.profile?.pictureUrl).toBeNull();
  });

  test('What is no picture, too large or another’s wallet is refused; a file is never taken from JSON.', async () => {
    const id = await linkedWallet(call, mbank);
    expect((await upload(id, Buffer.from('<svg onload="alert(1)"/>'))).answer).toMatchObject({ code: 'INVALID_INPUT' });
    const large = Buffer.concat([png, Buffer.alloc(10 * 1024 * 1024)]);
    expect((await upload(id, large)).answer).toMatchObject({ code: 'INVALID_INPUT' });
    const huge = await upload(id, Buffer.alloc(33 * 1024 * 1024));
    expect(huge.status).toBe(413);
    expect((await upload(unique('wal'), png)).answer).toMatchObject(notFound);
    const json = await fault(gateway, shop.apiKey, SetPictureDocument, { input: { walletId: id, file: {} as never } });
    expect(json.code).toBe('BAD_USER_INPUT');
    expect((await owner(id))?.profile?.pictureUrl).toBeNull();
  });
});

describe('Limits and contacts', () => {
  test('The provider’s caps stand beside the rules here, for the wallet’s level or those asked for.', async () => {
    const id = await linkedWallet(call, mbank);
    const limits = (await call(WalletCapsDocument, { id })).wallet?.limits ?? [];
    expect(limits.some(({ source }) => source.code === 'LOCAL')).toBe(true);
    const stated = limits.filter(({ source }) => source.code === 'MBANK');
    expect(stated.map(({ identification }) => identification)).toEqual(stated.map(() => 'SIMPLIFIED'));
    expect(stated).toContainEqual(
      expect.objectContaining({
        kind: 'BALANCE',
        window: 'STANDING',
        max: { amount: '60000.00' },
        title: 'Максимальный остаток на счет',
      }),
    );
    const transfers = { id, kinds: ['TRANSFER' as const], levels: ['NONE' as const] };
    const anonymous = (await call(WalletCapsDocument, transfers)).wallet?.limits ?? [];
    expect(anonymous).toContainEqual(expect.objectContaining({ source: { code: 'MBANK' }, enabled: false, max: null }));
  });

  test('All contacts come back; the provider knows who has a wallet, and only one’s own is shown.', async () => {
    const [mine, somebody, nobody] = [newPhone(), newPhone(), newPhone()];
    const id = await linkedWallet(call, mbank);
    const own = await linkedWallet(call, mbank, 1, mine);
    mbank.act('wallet.create', { phone: somebody, password: 'secret-one' });
    const contacts = [{ phone: mine, name: 'Me' }, { phone: somebody }, { phone: nobody, name: 'Nobody' }];
    expect((await call(ContactsDocument, { walletId: id, contacts })).contacts).toEqual([
      { phone: mine, name: 'Me', hasWallet: true, wallet: { id: own } },
      { phone: somebody, name: null, hasWallet: true, wallet: null },
      { phone: nobody, name: 'Nobody', hasWallet: false, wallet: null },
    ]);
    const customer = await shop.customer();
    const theirs = linkInput(mbank, somebody, { credentials: [{ name: 'password', value: 'secret-one' }] });
    const linked = done((await customer.call(LinkWalletDocument, { input: theirs })).walletLink, 'WalletLinkSuccess')
      .wallet.id;
    const seen = (await customer.call(ContactsDocument, { walletId: linked, contacts })).contacts;
    expect(seen).toMatchObject([{ hasWallet: true, wallet: null }, { wallet: { id: linked } }, { hasWallet: false }]);
    const local = await openWalletOf(call, nobody);
    const here = (await call(ContactsDocument, { walletId: local, contacts })).contacts;
    expect(here.map(({ hasWallet }) => hasWallet)).toEqual([false, false, true]);
    const wrong = { walletId: id, contacts: [{ phone: '+7' }] };
    expect(await fault(gateway, shop.apiKey, ContactsDocument, wrong)).toMatchObject({ code: 'BAD_USER_INPUT' });
    const foreign = { walletId: id, contacts: [] };
    const stranger = (await gateway.partner('Third')).apiKey;
    expect(await fault(gateway, stranger, ContactsDocument, foreign)).toMatchObject({ code: 'NOT_FOUND' });
  });
});
