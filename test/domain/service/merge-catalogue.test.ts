import { expect, test } from 'vitest';
import type { ProviderService } from '../../../src/connectors/catalogue.ts';
import { mergeCatalogue } from '../../../src/domain/service/merge-catalogue.ts';

const service = (reference: string, categories: ProviderService['categories'] = []): ProviderService => ({
  reference,
  name: `Service ${reference}`,
  keywords: null,
  iconUrl: null,
  online: true,
  limitText: null,
  tariff: null,
  identificationRequired: null,
  minAmount: null,
  maxAmount: null,
  parameters: null,
  categories,
  offeredIn: [],
});
const category = (reference: string, name: string, code: string | null = null) => ({
  reference,
  name,
  code,
  keywords: null,
  serviceCount: null,
});
const nothing = { services: [], suggestions: [], categories: null, groups: null };

test('A category that goes by a number in one list and by hexadecimal digits in another is one category.', () => {
  const merged = mergeCatalogue({
    ...nothing,
    services: [service('1', [{ reference: '53359fb2255c741a749f0c42', name: 'Мобильная связь' }])],
    categories: [category('3', 'Мобильная связь', 'cellular')],
  });
  expect(merged.categories).toEqual([category('3', 'Мобильная связь', 'cellular')]);
  expect(merged.links).toEqual([{ service: '1', category: '3' }]);
});

test('Of two categories with one name the service stands in that whose group holds it.', () => {
  const inBank = service('7', [{ reference: 'ffff', name: 'Банки' }]);
  const merged = mergeCatalogue({
    ...nothing,
    services: [inBank],
    categories: [category('8', 'Банки', 'loans'), category('9', 'Банки', 'cards')],
    groups: { groups: [{ category: category('9', 'Банки', 'cards'), services: [inBank] }], phonePrefixes: [] },
  });
  expect(merged.links).toEqual([{ service: '7', category: '9' }]);
  expect(merged.categories).toHaveLength(2);
});

test('A category that no list knows is kept under the reference that the service gives.', () => {
  const merged = mergeCatalogue({ ...nothing, services: [service('1', [{ reference: 'ab', name: 'Разное' }])] });
  expect(merged.categories).toEqual([category('ab', 'Разное')]);
  expect(merged.links).toEqual([{ service: '1', category: 'ab' }]);
});

test('Services that only a group or a suggestion shows belong to the catalogue, too; each is there once.', () => {
  const merged = mergeCatalogue({
    services: [service('1')],
    suggestions: [service('2'), service('1')],
    categories: null,
    groups: {
      groups: [{ category: category('4', 'Игры'), services: [service('3'), service('1')] }],
      phonePrefixes: [{ prefix: '+7920', serviceReference: '1' }],
    },
  });
  expect(merged.services.map(({ reference }) => reference)).toEqual(['1', '2', '3']);
  expect(merged.suggestions).toEqual(['2', '1']);
  expect(merged.phonePrefixes).toEqual([{ prefix: '+7920', serviceReference: '1' }]);
});

test('Where nobody speaks of categories there are none to keep, instead of none at all.', () => {
  expect(mergeCatalogue({ ...nothing, services: [service('1')] }).categories).toBeNull();
});
