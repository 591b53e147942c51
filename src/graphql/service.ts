import type { Service, ServiceCategory } from '../db/generated/client.ts';
import { offeredIn, parametersOf, type ServiceParameter } from '../domain/service/parameters.ts';
import { builder } from './builder.ts';
import { catalogueOf } from './catalogue.ts';
import type { Context } from './context.ts';
import { described } from './described.ts';
import { forwardArgs, forwardPage, fromCursor, listComplexity, toCursor, wantedSize } from './forward-page.ts';
import { MoneyRef, money } from './money.ts';
import { ProviderRef, providerByCode } from './provider.ts';

const ServiceParameterTypeEnum = described(
  'ServiceParameterType',
  'What is filled in. A kind unknown here is a STRING.',
  {
    STRING: 'A text.',
    PHONE: 'A phone number.',
    EMAIL: 'An e-mail address.',
    NUMBER: 'A number.',
    DATE: 'A date.',
    SELECT: 'One of the options.',
  },
);

const ParameterPatternRef = builder.objectRef<ServiceParameter['patterns'][number]>('ParameterPattern').implement({
  description: 'A form that a value may have.',
  fields: (t) => ({
    pattern: t.exposeString('pattern', { description: 'A regular expression.' }),
    description: t.exposeString('description', { nullable: true, description: 'The same in words for people.' }),
  }),
});

const ParameterOptionRef = builder.objectRef<ServiceParameter['options'][number]>('ParameterOption').implement({
  description: 'One of the values to choose from.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'What is sent.' }),
    value: t.exposeString('value', { description: 'What is shown.' }),
  }),
});

export const ServiceParameterRef = builder.objectRef<ServiceParameter>('ServiceParameter').implement({
  description: 'One thing that a service asks of the payer.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'Send the value under this id.' }),
    title: t.exposeString('title', { description: 'What to show beside it.' }),
    type: t.expose('type', { type: ServiceParameterTypeEnum, description: 'What is filled in.' }),
    required: t.exposeBoolean('required', { description: 'Must it be given?' }),
    hidden: t.exposeBoolean('hidden', { description: 'Not to be shown; the default value is sent.' }),
    disabled: t.exposeBoolean('disabled', { description: 'Not to be changed; the default value is sent.' }),
    minLength: t.exposeInt('minLength', { nullable: true, description: 'The least number of characters.' }),
    maxLength: t.exposeInt('maxLength', { nullable: true, description: 'The greatest number of characters.' }),
    rangeStart: t.exposeInt('rangeStart', { nullable: true, description: 'The first character that counts.' }),
    rangeEnd: t.exposeInt('rangeEnd', { nullable: true, description: 'The last character that counts.' }),
    patterns: t.expose('patterns', { type: [ParameterPatternRef], description: 'Forms of which it must have one.' }),
    options: t.expose('options', { type: [ParameterOptionRef], description: 'Values to choose from.' }),
    defaultValue: t.exposeString('defaultValue', { nullable: true, description: 'What is there beforehand.' }),
    suggestedValues: t.exposeStringList('suggestedValues', { description: 'Values that people often give.' }),
  }),
});

export const ServiceRef = builder.objectRef<Service>('Service');
export const ServiceCategoryRef = builder.objectRef<ServiceCategory>('ServiceCategory');

export const ServiceConnection = builder.connectionObject(
  { name: 'ServiceConnection', type: ServiceRef, description: 'A page of services.' },
  { name: 'ServiceEdge', description: 'A service and its place in the list.' },
);

/** Lists tell less: parameters and bounds are in the service itself. */
const detailed = (service: Service, context: Context): Promise<Service> => catalogueOf(context).detailed.load(service);
const amountOrNull = (minor: bigint | null, { currency }: Service) => (minor === null ? null : money(minor, currency));

ServiceRef.implement({
  description: 'Somebody who is paid through a provider: an operator, a utility, a bank, a game.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id; the same as long as the provider has it.' }),
    provider: t.field({
      type: ProviderRef,
      description: 'Through whom it is paid.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    providerReference: t.exposeString('providerReference', { description: 'Its number at the provider.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it is.' }),
    keywords: t.exposeString('keywords', { nullable: true, description: 'Words by which people look for it.' }),
    iconUrl: t.expose('iconUrl', { type: 'URL', nullable: true, description: 'Its picture.' }),
    siteUrl: t.expose('siteUrl', { type: 'URL', nullable: true, description: 'Its site.' }),
    online: t.exposeBoolean('online', { description: 'Can it be paid now?' }),
    limitText: t.exposeString('limitText', { nullable: true, description: 'Its limits in the provider’s words.' }),
    identificationRequired: t.exposeBoolean('identificationRequired', { description: 'Must the payer be identified?' }),
    categories: t.field({
      type: [ServiceCategoryRef],
      description: 'Where it stands in the catalogue.',
      resolve: ({ id }, _args, context) => catalogueOf(context).categories.load(id),
    }),
    parameters: t.field({
      type: [ServiceParameterRef],
      description: 'What the payer has to fill in, in this order.',
      resolve: async (service, _args, context) => parametersOf(await detailed(service, context)),
    }),
    offeredIn: t.field({
      type: t.listRef(t.listRef('String')),
      description: 'Paths of place names, narrowest first; empty when it is offered everywhere.',
      resolve: offeredIn,
    }),
  }),
});

builder.objectFields(ServiceRef, (t) => ({
  minAmount: t.field({
    type: MoneyRef,
    nullable: true,
    description: 'The least amount; null where the provider names none.',
    resolve: async (row, _args, context) => {
      const service = await detailed(row, context);
      return amountOrNull(service.minMinor, service);
    },
  }),
  maxAmount: t.field({
    type: MoneyRef,
    nullable: true,
    description: 'The greatest amount; null where the provider names none.',
    resolve: async (row, _args, context) => {
      const service = await detailed(row, context);
      return amountOrNull(service.maxMinor, service);
    },
  }),
  feePercent: t.field({
    type: 'Decimal',
    description: 'The fee’s share of the amount, percent: "0.5" is half a percent.',
    resolve: ({ feePercent }) => feePercent,
  }),
  feeFixed: t.field({
    type: MoneyRef,
    description: 'The fee’s fixed part.',
    resolve: ({ feeFixedMinor, currency }) => money(feeFixedMinor, currency),
  }),
  feeMin: t.field({
    type: MoneyRef,
    nullable: true,
    description: 'The fee is never less.',
    resolve: (service) => amountOrNull(service.feeMinMinor, service),
  }),
  feeMax: t.field({
    type: MoneyRef,
    nullable: true,
    description: 'The fee is never more.',
    resolve: (service) => amountOrNull(service.feeMaxMinor, service),
  }),
}));

/** The cursor of a service in a list by name. */
export const serviceCursor = ({ sortName, id }: Service): string => toCursor(['s', sortName, id]);

/** Where a list by name goes on. */
export const afterService = (cursor: string | null | undefined) =>
  fromCursor(cursor, ([kind, sortName, id]) =>
    kind === 's' && typeof sortName === 'string' && typeof id === 'string' ? { sortName, id } : null,
  );

ServiceCategoryRef.implement({
  description: 'A shelf of a provider’s catalogue.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    provider: t.field({
      type: ProviderRef,
      description: 'Whose catalogue it is.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    name: t.exposeString('name', { description: 'Its name.' }),
    code: t.exposeString('code', { nullable: true, description: 'The provider’s word for the kind of it.' }),
    keywords: t.exposeString('keywords', { nullable: true, description: 'Words by which people look for it.' }),
    serviceCount: t.exposeInt('serviceCount', { description: 'How many services it holds, as the provider counts.' }),
    mobileOperatorsOf: t.exposeStringList('mobileOperatorsOf', {
      description: 'Countries (ISO 3166-1 alpha-2) whose mobile operators it holds.',
    }),
    services: t.field({
      type: ServiceConnection,
      description: 'Its services, by name.',
      args: forwardArgs,
      complexity: listComplexity,
      resolve: async ({ id }, args, context) => {
        const size = wantedSize(args);
        const page = { categoryId: id, after: afterService(args.after), take: size + 1 };
        const rows = await catalogueOf(context).categoryPage.load(page);
        const edges = rows.slice(0, size).map((node) => ({ node, cursor: serviceCursor(node) }));
        return forwardPage(edges, rows.length > size, args);
      },
    }),
  }),
});
