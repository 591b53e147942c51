import { expect, test } from 'vitest';
import {
  BrowseServiceCategoriesDocument,
  CreateProviderAccountDocument,
  FindLocationsDocument,
  FindPlacesDocument,
  GetProviderDocument,
  GetServiceDocument,
  ListProviderAccountsDocument,
  ServiceForPhoneDocument,
  UpdateProviderAccountDocument,
} from '../../schema/operations.ts';
import { syncServices } from '../../src/jobs/sync-services.ts';
import { startTestApp } from '../support/app.ts';
import { fault, refusal } from '../support/builders.ts';
import { emulator, find, house, names, shopAt, statements, statusesOf, waitingSyncs } from '../support/catalogue.ts';
import { run } from '../support/operations.ts';

const gateway = await startTestApp();

test('Accounts are managed without their secrets ever being answered or logged.', async () => {
  const own = await emulator();
  const shop = await shopAt(gateway, own.baseUrl);
  const viewed = await shop.call(ListProviderAccountsDocument, {});
  expect(viewed.viewer.partner?.providerAccounts).toMatchObject([
    {
      provider: { code: 'MBANK' },
      baseUrl: own.baseUrl,
      isDefault: true,
      webhookUrl: expect.stringMatching(new RegExp(`/webhooks/mbank/${shop.account.id}$`)),
      credentials: [{ name: 'password' }, { name: 'phone' }],
    },
  ]);
  const providerAccountId = shop.account.id;
  const wrong = { providerAccountId, credentials: [{ name: 'phone', value: '8-800' }] };
  expect(await refusal(shop.call(UpdateProviderAccountDocument, { input: wrong }))).toMatchObject({
    __typename: 'InvalidInputError',
    issues: [{ path: ['input', 'credentials', 'phone'] }],
  });
  const odd = { providerAccountId, credentials: [{ name: 'baseUrl', value: 'http://127.0.0.1' }] };
  expect((await refusal(shop.call(UpdateProviderAccountDocument, { input: odd }))).__typename).toBe(
    'InvalidInputError',
  );
  const foreign = run(gateway, (await gateway.partner()).apiKey);
  const input = { providerAccountId, name: 'mine now' };
  expect((await refusal(foreign(UpdateProviderAccountDocument, { input }))).__typename).toBe('NotFoundError');
  const reader = await gateway.partner('reader', ['PAYMENTS_READ']);
  expect((await fault(gateway, reader.apiKey, UpdateProviderAccountDocument, { input })).code).toBe('FORBIDDEN');
  const none = { provider: 'LOCAL' as const, name: 'q', baseUrl: own.baseUrl, credentials: [] };
  expect((await refusal(shop.call(CreateProviderAccountDocument, { input: none }))).__typename).toBe(
    'NotSupportedError',
  );
  const unnamed = { provider: 'MBANK' as const, name: 'other', credentials: house };
  expect(await refusal(shop.call(CreateProviderAccountDocument, { input: unnamed }))).toMatchObject({
    issues: [{ path: ['input', 'baseUrl'] }],
  });
  expect(gateway.logged.join('\n')).not.toContain('house-p@ss');
  await own.close();
});

test('An account without a house wallet reads the catalogue as an application.', async () => {
  const own = await emulator();
  const credentials = [
    { name: 'clientId', value: 'mbank_storefront' },
    { name: 'clientSecret', value: 'oklol' },
    { name: 'mserverUrl', value: own.mserverUrl },
  ];
  const { call } = await shopAt(gateway, own.baseUrl, credentials);
  expect(await names(call, { search: 'steam' })).toEqual(['Steam']);
  expect(statusesOf(gateway, 'mserver.application.services')).toContain(200);
  await own.close();
});

test('A provider that is down leaves the catalogue as it was; what must be asked live says so.', async () => {
  const own = await emulator();
  const { call, apiKey, account } = await shopAt(gateway, own.baseUrl);
  const before = await names(call, {});
  await call(FindLocationsDocument, {});
  const [read] = (await find(call, { search: 'steam' })).edges;
  await call(GetServiceDocument, { id: read?.node.id ?? '' });
  await own.close();

  await syncServices(gateway.deps, { providerAccountId: account.id });
  expect(await names(call, {})).toEqual(before);
  expect(await waitingSyncs(gateway, account.id)).toEqual(['later']);
  expect((await call(GetServiceDocument, { id: read?.node.id ?? '' })).service?.parameters).toHaveLength(1);
  const [unread] = (await find(call, { search: 'одноклассники' })).edges;
  const form = 'query ($id: ID!) { service(id: $id) { parameters { id } } }';
  const id = unread?.node.id ?? '';
  expect((await fault(gateway, apiKey, form, { id })).code).toBe('PROVIDER_UNAVAILABLE');
  const operator = (await call(ServiceForPhoneDocument, { phone: '+79261111111' })).serviceForPhone;
  expect(operator?.name).toBe('МегаФон');
  expect((await fault(gateway, apiKey, FindPlacesDocument, {})).code).toBe('PROVIDER_UNAVAILABLE');
  expect((await call(FindLocationsDocument, {})).locations.edges).toHaveLength(4);
  expect((await call(GetProviderDocument, { code: 'MBANK' })).provider?.health.state).not.toBe('UP');
});

test('Ten thousand services: read in seconds, searched in the same few statements as ten.', async () => {
  const own = await emulator();
  const { call, account } = await shopAt(gateway, own.baseUrl);
  const few = await statements(() => find(call, { first: 20, search: 'теле' }));
  own.control.act('mbank', 'services.generate', { count: 10_000 });
  own.control.advance(5_000);
  const started = performance.now();
  await syncServices(gateway.deps, { providerAccountId: account.id });
  const seconds = (performance.now() - started) / 1_000;
  expect(seconds).toBeLessThan(30);

  const first = await statements(() => find(call, { first: 100 }));
  const search = await statements(() => find(call, { first: 100, search: 'телеком 12' }));
  expect(first.answer.edges).toHaveLength(100);
  expect(search.answer.edges.length).toBeGreaterThan(10);
  const texts = search.answer.edges.map(({ node }) => `${node.name} ${node.keywords}`);
  expect(texts.filter((text) => !(text.includes('Телеком') && text.includes('12')))).toEqual([]);
  expect([few.count, first.count, search.count]).toEqual([few.count, few.count, few.count]);
  expect(few.count).toBeGreaterThan(1);
  expect(few.count).toBeLessThanOrEqual(4);

  const again = await names(call, { search: 'услуга 109999' });
  expect(again).toHaveLength(1);
  const browsed = await statements(() => call(BrowseServiceCategoriesDocument, { first: 20 }));
  expect(browsed.answer.serviceCategories.every(({ services }) => services.edges.length > 0)).toBe(true);
  expect(browsed.count).toBeLessThanOrEqual(4);
  await own.close();
});

test('What vanishes from a catalogue is no longer found; what comes back has its old id.', async () => {
  const own = await emulator();
  const { call, apiKey, account } = await shopAt(gateway, own.baseUrl);
  const sync = async () => {
    own.control.advance(5_000);
    await syncServices(gateway.deps, { providerAccountId: account.id });
  };
  own.control.act('mbank', 'services.generate', { count: 8 });
  await sync();
  const [made] = (await find(call, { search: 'такси' })).edges;
  const id = made?.node.id ?? '';
  own.control.advance(5_000);
  own.control.reset('mbank');
  own.control.act('mbank', 'services.status', { id: 1, online: true });
  await sync();
  expect(await names(call, { search: 'такси' })).toEqual([]);
  expect((await call(GetServiceDocument, { id })).service).toBeNull();
  const kept = await gateway.query(apiKey, 'query ($id: ID!) { node(id: $id) { id } }', { id });
  expect(kept.data).toEqual({ node: { id } });
  own.control.act('mbank', 'services.generate', { count: 8 });
  await sync();
  expect((await find(call, { search: 'такси' })).edges[0]?.node.id).toBe(id);
  await own.close();
});
