import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  BrowseServiceCategoriesDocument,
  FindLocationsDocument,
  FindPlacesDocument,
  FindServicesDocument,
  GetProviderDocument,
  GetServiceDocument,
  ListServiceCategoriesDocument,
  ServiceForOperatorDocument,
  ServiceForPhoneDocument,
  ServicesForCardDocument,
  SuggestServicesDocument,
} from '../../schema/operations.ts';
import { syncServices } from '../../src/jobs/sync-services.ts';
import { startTestApp } from '../support/app.ts';
import { fault } from '../support/builders.ts';
import { emulator, find, house, names, shopAt, statusesOf } from '../support/catalogue.ts';
import { run } from '../support/operations.ts';

const gateway = await startTestApp();

const main = await emulator();
let shop: Awaited<ReturnType<typeof shopAt>>;
beforeAll(async () => {
  shop = await shopAt(gateway, main.baseUrl, [...house, { name: 'mserverUrl', value: main.mserverUrl }]);
});
afterAll(() => main.close());

test('A new account has its catalogue read at once, and again in an hour.', async () => {
  const all = await find(shop.call, {});
  expect(all.edges).toHaveLength(14);
  expect(all.pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: false, endCursor: all.edges.at(-1)?.cursor });
  const listed = all.edges.map(({ node }) => node.name.toLocaleLowerCase('ru'));
  expect(listed).toEqual([...listed].sort());
});

test('Services are found by words of their names and keywords, in any case, in pages.', async () => {
  expect(await names(shop.call, { search: 'мегафон' })).toHaveLength(2);
  expect(await names(shop.call, { search: 'BELINE' })).toEqual([]);
  expect(await names(shop.call, { search: 'пчёлайн' })).toEqual(['Билайн']);
  expect(await names(shop.call, { search: 'москва жку' })).toEqual(['ЖКУ Москва']);
  expect(await names(shop.call, { search: '%' })).toEqual([]);
  const seen: string[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const { edges, pageInfo } = await find(shop.call, { first: 4, after });
    seen.push(...edges.map(({ node }) => node.id));
    after = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  }
  expect(new Set(seen).size).toBe(14);
  expect(seen).toHaveLength(14);
});

test('Categories come with what the provider counts, whose operators they hold, and their services.', async () => {
  const { serviceCategories } = await shop.call(ListServiceCategoriesDocument, { provider: 'MBANK' });
  expect(serviceCategories).toHaveLength(8);
  const cellular = serviceCategories.find(({ code }) => code === 'cellular');
  expect(cellular).toMatchObject({ name: 'Мобильная связь', serviceCount: 4, mobileOperatorsOf: ['RU'] });
  const operators = ['Билайн', 'МегаФон', 'МТС', 'Теле2'];
  expect(await names(shop.call, { categoryId: cellular?.id })).toEqual(operators);
  const [megafon] = (await find(shop.call, { search: 'megafon' })).edges;
  expect(megafon?.node.categories).toEqual([{ id: cellular?.id, name: 'Мобильная связь' }]);
  const browsed = await shop.call(BrowseServiceCategoriesDocument, { first: 2 });
  const shelf = browsed.serviceCategories.find(({ id }) => id === cellular?.id)?.services;
  expect(shelf?.edges.map(({ node }) => node.name)).toEqual(operators.slice(0, 2));
  expect(shelf?.pageInfo.hasNextPage).toBe(true);
  expect((await shop.call(ListServiceCategoriesDocument, { provider: 'MONEYWALL' })).serviceCategories).toEqual([]);
});

test('A service is read in detail when it is looked at, once a day.', async () => {
  const [edge] = (await find(shop.call, { search: 'триколор' })).edges;
  const id = edge?.node.id ?? '';
  const before = gateway.logged.length;
  const { service } = await shop.call(GetServiceDocument, { id });
  expect(service).toMatchObject({ feePercent: '0.5', feeFixed: { amount: '10.00' }, online: true });
  expect(service?.minAmount).not.toBeNull();
  expect(service?.parameters).toMatchObject([
    { id: '578', type: 'SELECT', options: [{ code: '1' }, { code: '2' }] },
    { id: 'phoneNumber', patterns: [{ pattern: '^\\d{1,14}$', description: '1-14 цифр' }] },
  ]);
  await shop.call(GetServiceDocument, { id });
  expect(statusesOf(gateway, 'services.get', before)).toEqual([200]);
});

test('The operator of a phone is asked live; a table of prefixes answers when the provider does not.', async () => {
  const phone = '+79261111111';
  const live = (await shop.call(ServiceForPhoneDocument, { phone })).serviceForPhone;
  expect(live).toMatchObject({ providerReference: '834', name: 'МегаФон' });
  main.control.fault({ provider: 'mbank', operation: 'services.mobile', kind: 'garbage', times: 1 });
  expect((await shop.call(ServiceForPhoneDocument, { phone })).serviceForPhone?.id).toBe(live?.id);
  expect((await shop.call(ServiceForPhoneDocument, { phone: '+12015550123' })).serviceForPhone).toBeNull();
  expect((await fault(gateway, shop.apiKey, ServiceForPhoneDocument, { phone: '12' })).code).toBe('BAD_USER_INPUT');
});

test('Services are found by portability data, by a card’s number, and by what is paid most.', async () => {
  const asked = { operator: 'mts', region: 'ru' };
  expect((await shop.call(ServiceForOperatorDocument, asked)).serviceForOperator?.name).toBe('МТС');
  const unknown = { operator: 'nobody', region: 'ru' };
  expect((await shop.call(ServiceForOperatorDocument, unknown)).serviceForOperator).toBeNull();
  const number = '4652060573334999';
  const { servicesForCard } = await shop.call(ServicesForCardDocument, { number });
  expect(servicesForCard.length).toBeGreaterThan(0);
  expect(gateway.logged.join('\n')).not.toContain(number);
  expect((await fault(gateway, shop.apiKey, ServicesForCardDocument, { number: '1' })).code).toBe('BAD_USER_INPUT');
  const { serviceSuggestions } = await shop.call(SuggestServicesDocument, { first: 3 });
  expect(serviceSuggestions.map(({ providerReference }) => providerReference)).toEqual(['1000', '1161', '834']);
});

test('A service that goes offline is shown as such after the next reading; unchanged, nothing is read.', async () => {
  const payload = { providerAccountId: shop.account.id };
  const [before] = (await find(shop.call, { search: 'steam' })).edges;
  const quiet = gateway.logged.length;
  await syncServices(gateway.deps, payload);
  for (const list of ['services.list', 'groups.list', 'services.groups', 'errors.list']) {
    expect(statusesOf(gateway, list, quiet), list).toEqual([304]);
  }
  main.control.act('mbank', 'services.status', { id: 1161, online: false });
  main.control.advance(5_000);
  await syncServices(gateway.deps, payload);
  const [after] = (await find(shop.call, { search: 'steam' })).edges;
  expect(before?.node.online).toBe(true);
  expect(after?.node).toMatchObject({ id: before?.node.id, online: false });
});

test('Places have ids by which services are asked live; locations are nearest first.', async () => {
  const cities = (await shop.call(FindPlacesDocument, {})).places;
  expect(cities.map(({ title }) => title)).toEqual(['Москва', 'Санкт-Петербург', 'Нижний Новгород']);
  const found = (await shop.call(FindPlacesDocument, { search: 'москвитино' })).places;
  const path = ['Свободненский район', 'Амурская область', 'Дальневосточный округ', 'Российская Федерация'];
  expect(found[0]?.inside.map(({ title }) => title)).toEqual(path);
  const [moscow, petersburg] = cities;
  const here = await names(shop.call, { placeId: moscow?.id, search: 'мегафон' });
  const there = await names(shop.call, { placeId: petersburg?.id, search: 'мегафон' });
  expect([here.length, there.length]).toEqual([2, 1]);
  const offered = (await find(shop.call, { placeId: moscow?.id, search: 'мегафон' })).edges.map(({ node }) => node);
  expect(offered.find(({ providerReference }) => providerReference === '1')?.offeredIn[0]?.[0]).toBe('Москва');
  const pages: string[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const { edges, pageInfo } = await find(shop.call, { placeId: petersburg?.id, first: 5, after });
    pages.push(...edges.map(({ node }) => node.id));
    after = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  }
  expect([pages.length, new Set(pages).size]).toEqual([13, 13]);

  const near = { latitude: 55.7558, longitude: 37.6173 };
  const { locations } = await shop.call(FindLocationsDocument, { near, radiusMeters: 50_000 });
  const distances = locations.edges.map(({ node }) => node.distanceMeters ?? -1);
  expect(locations.edges[0]?.node).toMatchObject({ name: 'Терминал на Тверской', group: 'REPLENISHMENT' });
  expect(distances).toEqual([...distances].sort((a, b) => a - b));
  const within = {
    southWest: { latitude: 57, longitude: 55 },
    northEast: { latitude: 59, longitude: 57 },
  };
  const perm = (await shop.call(FindLocationsDocument, { within })).locations.edges;
  expect(perm.map(({ node }) => node.name)).toEqual(['Офис переводов']);
  const nowhere = { near: { latitude: 91, longitude: 0 } };
  expect((await fault(gateway, shop.apiKey, FindLocationsDocument, nowhere)).code).toBe('BAD_USER_INPUT');
});

test('A provider shows what it can do, how it does, where its support answers, and all its refusal codes.', async () => {
  const { provider } = await shop.call(GetProviderDocument, { code: 'MBANK', first: 100, search: 'wallet_not_' });
  expect(provider).toMatchObject({ name: 'mbank', sandbox: true, supportPhone: '+380991032585' });
  expect(provider?.health.successRate).toBeGreaterThan(0);
  const services = provider?.capabilities.find(({ code }) => code === 'SERVICES');
  expect(services?.operations).toContain('services.list');
  const codes = provider?.errorCodes.edges.map(({ node }) => node) ?? [];
  expect(codes.length).toBeGreaterThan(1);
  const active = codes.find(({ code }) => code === 'wallet_not_active');
  expect(active).toMatchObject({ locales: ['en-US', 'ru-RU'], title: expect.any(String), english: expect.any(String) });
  const { provider: local } = await shop.call(GetProviderDocument, { code: 'LOCAL' });
  expect(local).toMatchObject({
    sandbox: false,
    supportPhone: null,
    health: { state: 'UP' },
    errorCodes: { edges: [] },
  });
  const { provider: lender } = await shop.call(GetProviderDocument, { code: 'MONEYWALL' });
  expect(lender).toMatchObject({ name: 'Moneywall', sandbox: false, supportPhone: null, errorCodes: { edges: [] } });
  expect(lender?.capabilities.map(({ code }) => code)).toEqual(['CREDIT', 'WEBHOOKS']);
});

test('Another partner sees nothing of a catalogue, by no way.', async () => {
  const { apiKey } = await gateway.partner();
  const stranger = run(gateway, apiKey);
  const [edge] = (await find(shop.call, { first: 1 })).edges;
  const [category] = (await shop.call(ListServiceCategoriesDocument, {})).serviceCategories;
  const [place] = (await shop.call(FindPlacesDocument, {})).places;
  expect((await find(stranger, {})).edges).toEqual([]);
  expect((await find(stranger, { categoryId: category?.id })).edges).toEqual([]);
  expect((await find(stranger, { placeId: place?.id })).edges).toEqual([]);
  expect((await stranger(ListServiceCategoriesDocument, {})).serviceCategories).toEqual([]);
  expect((await stranger(GetServiceDocument, { id: edge?.node.id ?? '' })).service).toBeNull();
  expect((await stranger(FindPlacesDocument, {})).places).toEqual([]);
  expect((await stranger(FindLocationsDocument, {})).locations.edges).toEqual([]);
  expect((await stranger(ServiceForPhoneDocument, { phone: '+79261111111' })).serviceForPhone).toBeNull();
  const ids = [edge?.node.id, category?.id, place?.id, shop.account.id];
  const { data } = await gateway.query(apiKey, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
  expect(data).toEqual({ nodes: [null, null, null, null] });
  const own = await gateway.query(shop.apiKey, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
  expect(own.data).toEqual({ nodes: ids.map((id) => ({ id })) });
});

test('A cursor of another list, or of none, is refused.', async () => {
  const after = (await find(shop.call, {})).edges[0]?.cursor;
  const [place] = (await shop.call(FindPlacesDocument, {})).places;
  for (const wrong of [{ after: 'x' }, { after: 'W10' }, { after, placeId: place?.id }, { first: 101 }, { first: 0 }]) {
    expect((await fault(gateway, shop.apiKey, FindServicesDocument, wrong)).code).toBe('BAD_USER_INPUT');
  }
});
