import { expect, test } from 'vitest';
import type { ProviderService } from '../../../src/connectors/catalogue.ts';
import { keepServices } from '../../../src/domain/service/keep-services.ts';
import { listServices } from '../../../src/domain/service/store.ts';
import { testDatabase } from '../../support/db.ts';

const { prisma } = await testDatabase();
const here = { provider: 'MBANK', origin: 'http://one.test' };
const elsewhere = { provider: 'MBANK', origin: 'http://other.test' };
const now = new Date('2026-11-22T10:00:00Z');
const rub = (minor: bigint) => ({ minor, currency: 'RUB' });

const service = (reference: string, name: string, rest: Partial<ProviderService> = {}): ProviderService => ({
  reference,
  name,
  keywords: null,
  iconUrl: null,
  online: null,
  limitText: null,
  tariff: null,
  identificationRequired: null,
  minAmount: null,
  maxAmount: null,
  parameters: null,
  categories: [],
  offeredIn: [],
  ...rest,
});

const found = async (search: string, catalogues = [here]) =>
  (await listServices(prisma, catalogues, { search, take: 10 })).map(({ name }) => name);

test('What means something to LIKE is searched for as it stands.', async () => {
  const names = ['Скидка 100%', 'Скидка 1000', 'a_b', 'axb', 'c\\d'];
  await keepServices(
    prisma,
    here,
    names.map((name, index) => service(String(index), name)),
    'LIST',
    now,
  );
  expect(await found('100%')).toEqual(['Скидка 100%']);
  expect(await found('a_b')).toEqual(['a_b']);
  expect(await found('c\\d')).toEqual(['c\\d']);
  expect(await found('скидка')).toEqual(['Скидка 100%', 'Скидка 1000']);
  expect(await found('_')).toEqual(['a_b']);
});

test('Catalogues are apart, and of none nothing is found.', async () => {
  await keepServices(prisma, elsewhere, [service('0', 'Далеко')], 'LIST', now);
  expect(await found('далеко')).toEqual([]);
  expect(await found('далеко', [here, elsewhere])).toEqual(['Далеко']);
  expect(await found('', [])).toEqual([]);
});

test('What an answer does not tell stays as it was; texts that no database holds are made storable.', async () => {
  const key = { provider: 'MBANK', origin: 'http://third.test' };
  const tariff = { fixed: rub(1_000n), percent: '0.5', min: rub(100n), max: null };
  const told = { keywords: 'слово', online: false, tariff, minAmount: rub(100n), offeredIn: [['Москва']] };
  await keepServices(prisma, key, [service('1', 'Имя', told), service('1', 'Имя', told)], 'LIST', now);
  const before = await prisma.service.findFirstOrThrow({ where: key });
  await keepServices(
    prisma,
    key,
    [service('1', 'Имя\0\ud800', { maxAmount: rub(9_007_199_254_740_993n) })],
    'GLIMPSE',
    now,
  );
  const after = await prisma.service.findFirstOrThrow({ where: key });
  expect(after).toEqual({
    ...before,
    name: 'Имя\uFFFD\uFFFD',
    sortName: after.sortName,
    maxMinor: 9_007_199_254_740_993n,
  });
  await keepServices(prisma, key, [service('1', 'Имя', { parameters: [] })], 'DETAIL', now);
  expect(await prisma.service.findFirst({ where: key })).toMatchObject({ detailedAt: now, offeredIn: [['Москва']] });
});
