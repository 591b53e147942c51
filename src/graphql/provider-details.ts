import {
  type HealthSnapshot,
  isSandbox,
  type ProviderCapability,
  type ProviderErrorCode,
  providerCapabilities,
  providerErrorCodes,
  providerHealth,
  titleIn,
} from '../domain/provider/describe-provider.ts';
import { builder } from './builder.ts';
import { catalogueOf } from './catalogue.ts';
import { described } from './described.ts';
import { CapabilityCodeEnum, DeclineReasonEnum, RemedyEnum } from './enums.ts';
import { ErrorCodeEnum } from './errors.ts';
import { forwardArgs, listComplexity, pageOfList } from './forward-page.ts';
import { ProviderRef } from './provider.ts';

const HealthStateEnum = described('HealthState', 'How a provider does.', {
  UP: 'It works.',
  DEGRADED: 'Some calls fail, most are slow, or an operation is cut off for a moment.',
  DOWN: 'Hardly anything works.',
});

const ProviderCapabilityRef = builder.objectRef<ProviderCapability>('ProviderCapability').implement({
  description: 'Something that a provider can do.',
  fields: (t) => ({
    code: t.field({
      type: CapabilityCodeEnum,
      description: 'What it can do.',
      resolve: ({ code }) => code as (typeof CapabilityCodeEnum)['$inferType'],
    }),
    operations: t.stringList({
      description: 'The provider’s documented operations behind it; none for the ledger here.',
      resolve: ({ operations }) => [...operations],
    }),
  }),
});

export const ProviderHealthRef = builder.objectRef<HealthSnapshot>('ProviderHealth').implement({
  description: 'How a provider has answered during the last minutes. Figures are null when nobody called it.',
  fields: (t) => ({
    state: t.expose('state', { type: HealthStateEnum, description: 'In one word.' }),
    successRate: t.exposeFloat('successRate', {
      nullable: true,
      description: 'The share of calls that were answered, 0 to 1; a refusal is an answer.',
    }),
    latencyP50Ms: t.exposeFloat('latencyP50Ms', {
      nullable: true,
      description: 'Half of the calls took less, milliseconds.',
    }),
    latencyP99Ms: t.exposeFloat('latencyP99Ms', {
      nullable: true,
      description: 'All but one in a hundred took less, milliseconds.',
    }),
    openCircuits: t.exposeStringList('openCircuits', {
      description: 'Operations that are not called just now, because they kept failing.',
    }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When this was measured.' }),
  }),
});

const ProviderErrorCodeRef = builder.objectRef<ProviderErrorCode>('ProviderErrorCode').implement({
  description: 'A code with which a provider refuses.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'The code, as in `providerCode` of a refusal.' }),
    title: t.string({
      nullable: true,
      description: 'The provider’s text for people in this language, where it publishes one.',
      args: {
        locale: t.arg.string({ required: true, defaultValue: 'ru-RU', description: 'BCP 47 tag, such as en-US.' }),
      },
      resolve: ({ titles }, { locale }) => titleIn(titles, locale),
    }),
    locales: t.stringList({
      description: 'Locales in which there is a text.',
      resolve: ({ titles }) => Object.keys(titles).sort(),
    }),
    remedy: t.expose('remedy', { type: RemedyEnum, description: 'What can be done about it.' }),
    declineReason: t.expose('declineReason', {
      type: DeclineReasonEnum,
      nullable: true,
      description: 'Why a payment that ends with it is declined; null for a code that the documents do not explain.',
    }),
    errorCode: t.expose('errorCode', {
      type: ErrorCodeEnum,
      nullable: true,
      description: 'The code of the refusal that it becomes here; null for a code that the documents do not explain.',
    }),
  }),
});

const ProviderErrorCodeConnection = builder.connectionObject(
  { name: 'ProviderErrorCodeConnection', type: ProviderErrorCodeRef, description: 'A page of refusal codes.' },
  { name: 'ProviderErrorCodeEdge', description: 'A refusal code and its place in the list.' },
);

builder.objectFields(ProviderRef, (t) => ({
  capabilities: t.field({
    type: [ProviderCapabilityRef],
    description: 'All that it can do here; what an account can do depends on its credentials, too.',
    resolve: ({ code }, _args, { deps }) => providerCapabilities(deps, code),
  }),
  health: t.field({
    type: ProviderHealthRef,
    description: 'How it does just now, where the caller’s account points.',
    resolve: async ({ code }, _args, context) =>
      providerHealth(context.deps, code, await catalogueOf(context).account(code)),
  }),
  sandbox: t.boolean({
    description: 'Does the caller’s account point at an emulator on this machine?',
    resolve: async ({ code }, _args, context) =>
      isSandbox(context.deps, code, await catalogueOf(context).account(code)),
  }),
  supportPhone: t.field({
    type: 'PhoneNumber',
    nullable: true,
    description: 'Where its support answers.',
    resolve: async ({ code }, _args, context) => (await catalogueOf(context).options.load(code))?.supportPhone ?? null,
  }),
  errorCodes: t.field({
    type: ProviderErrorCodeConnection,
    description: 'Every refusal code that it documents or publishes, by code, with its texts and what to do about it.',
    args: { ...forwardArgs, search: t.arg.string({ description: 'With this in the code or in a text.' }) },
    complexity: listComplexity,
    resolve: async ({ code }, { search, ...args }, context) => {
      const codes = providerErrorCodes(context.deps, code, await catalogueOf(context).errorTexts.load(code));
      const wanted = search?.trim().toLocaleLowerCase('ru') ?? '';
      const fits = (text: string) => text.toLocaleLowerCase('ru').includes(wanted);
      const found = codes.filter((one) => [one.code, ...Object.values(one.titles)].some(fits));
      return pageOfList(found, args, (one) => one.code);
    },
  }),
}));
