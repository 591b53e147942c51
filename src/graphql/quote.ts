import type { WithdrawalBank } from '../connectors/payees.ts';
import { paymentLink } from '../domain/payment/payment-link.ts';
import { type FeeLine, type QuotedRoute, quotePayment } from '../domain/payment/quote-payment.ts';
import { exchangeRates, type KnownRate } from '../domain/provider/exchange-rates.ts';
import { withdrawalBanks } from '../domain/provider/withdrawal-banks.ts';
import type { MinorAmount } from '../errors.ts';
import { tenant } from './access.ts';
import { builder } from './builder.ts';
import { described } from './described.ts';
import { ProviderCodeEnum } from './enums.ts';
import { MoneyInputRef, MoneyRef, minorAmount } from './money.ts';
import { withoutNulls } from './nulls.ts';
import { PaymentDestinationInput } from './payee-input.ts';
import { ProviderRef, providerByCode } from './provider.ts';

const FeeKindEnum = described('FeeKind', 'Who takes a part of a fee.', {
  PROVIDER: 'The provider, for the payment.',
  FUNDING_SOURCE: 'Whoever holds what pays: a card, a phone account.',
  OURS: 'The partner, by its own tariff.',
});
const WithdrawalTargetEnum = described('WithdrawalTarget', 'What a bank’s service pays to.', {
  OWN_ACCOUNT: 'The owner’s own account there.',
  CARD: 'A card, by its number.',
  ACCOUNT: 'An account, by its number.',
  CONTRACT: 'A contract, by its number.',
});
const PaymentLinkFieldEnum = described('PaymentLinkField', 'A field of a page that the payer cannot change.', {
  AMOUNT: 'The amount.',
  ACCOUNT: 'Who is paid.',
  NOTE: 'The note.',
});

const FeeLineRef = builder.objectRef<FeeLine>('FeeLine').implement({
  description: 'One part of a fee.',
  fields: (t) => ({
    kind: t.expose('kind', { type: FeeKindEnum, description: 'Who takes it.' }),
    amount: t.expose('amount', { type: MoneyRef, description: 'How much.' }),
  }),
});

const PaymentRouteRef = builder.objectRef<QuotedRoute>('PaymentRoute').implement({
  description: 'One way for a payment.',
  fields: (t) => ({
    provider: t.field({
      type: ProviderRef,
      description: 'Who would carry it.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    fee: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'What the payer’s side pays on top. Null where the way cannot be taken.',
      resolve: ({ price }) => price?.fee ?? null,
    }),
    fees: t.field({
      type: [FeeLineRef],
      description: 'What the fee is made of.',
      resolve: ({ price }) => price?.fees ?? [],
    }),
    total: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'What the payer’s side is charged. Null where the way cannot be taken.',
      resolve: ({ price }) => price?.total ?? null,
    }),
    destinationAmount: t.expose('destinationAmount', {
      type: MoneyRef,
      nullable: true,
      description: 'What arrives.',
    }),
    exchangeRate: t.expose('exchangeRate', {
      type: 'Decimal',
      nullable: true,
      description: 'Units of the payer’s currency for one of the destination’s, where it converts.',
    }),
    available: t.boolean({ description: 'Can it be taken now?', resolve: ({ reason }) => reason === null }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it cannot.' }),
  }),
});

const PaymentQuoteRef = builder.objectRef<{ amount: MinorAmount; routes: QuotedRoute[] }>('PaymentQuote').implement({
  description: 'What a payment would cost.',
  fields: (t) => ({
    amount: t.expose('amount', { type: MoneyRef, description: 'What was asked for.' }),
    routes: t.expose('routes', { type: [PaymentRouteRef], description: 'Each way, cheapest first.' }),
  }),
});

const PaymentQuoteInput = builder.inputType('PaymentQuoteInput', {
  description: 'A payment to be priced.',
  fields: (t) => ({
    walletId: t.id({ description: 'The wallet that would pay; nobody’s in particular when left out.' }),
    cardId: t.id({ description: 'A kept card of that wallet, which would pay in its place.' }),
    amount: t.field({ type: MoneyInputRef, required: true, description: 'What the recipient gets.' }),
    destination: t.field({ type: PaymentDestinationInput, required: true, description: 'Where it would go.' }),
    fromCurrency: t.field({
      type: 'Currency',
      description: 'Which balance pays, where it is not the one of `amount`.',
    }),
    provider: t.field({ type: ProviderCodeEnum, description: 'Through this provider only.' }),
  }),
});

const PaymentLinkInput = builder.inputType('PaymentLinkInput', {
  description: 'A page to be filled in beforehand.',
  fields: (t) => ({
    provider: t.field({ type: ProviderCodeEnum, required: true, description: 'Whose page.' }),
    destination: t.field({ type: PaymentDestinationInput, required: true, description: 'Whom it pays.' }),
    amount: t.field({ type: MoneyInputRef, description: 'How much; typed on the page when left out.' }),
    note: t.string({ description: 'What the recipient reads, where the page has room for it.' }),
    locked: t.field({ type: [PaymentLinkFieldEnum], description: 'What the payer cannot change.' }),
  }),
});

export const PaymentLinkRef = builder
  .objectRef<{ url: string; provider: string; expiresAt?: Date | null }>('PaymentLink')
  .implement({
    description: 'A page of a provider.',
    fields: (t) => ({
      url: t.expose('url', { type: 'URL', description: 'Its address.' }),
      provider: t.field({
        type: ProviderRef,
        description: 'Whose page it is.',
        resolve: ({ provider }) => providerByCode(provider),
      }),
      expiresAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Until when it works; null when it does not run out.',
        resolve: ({ expiresAt }) => expiresAt ?? null,
      }),
    }),
  });

const WithdrawalBankRef = builder.objectRef<WithdrawalBank>('WithdrawalBank').implement({
  description: 'A bank that a provider pays out to.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'To be given as `bankId`.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    legalName: t.exposeString('legalName', { nullable: true, description: 'Its name in the register.' }),
    bic: t.exposeString('bic', { nullable: true, description: 'Its BIC.' }),
    logoUrl: t.expose('logoUrl', { type: 'URL', nullable: true, description: 'Its picture.' }),
    accepts: t.field({
      type: [WithdrawalTargetEnum],
      description: 'What it pays to.',
      resolve: ({ accepts }) => [...accepts],
    }),
    requires: t.stringList({
      description: 'Names of input fields that it wants beyond the usual ones.',
      resolve: ({ requires }) => [...requires],
    }),
  }),
});

const ExchangeRateRef = builder.objectRef<KnownRate>('ExchangeRate').implement({
  description: 'A provider’s rate.',
  fields: (t) => ({
    from: t.expose('from', { type: 'Currency', description: 'What is paid.' }),
    to: t.expose('to', { type: 'Currency', description: 'What is bought.' }),
    rate: t.expose('rate', { type: 'Decimal', description: 'How many units of `from` one unit of `to` costs.' }),
    provider: t.field({
      type: ProviderRef,
      description: 'Whose rate it is.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    asOf: t.expose('asOf', { type: 'DateTime', description: 'When it was told.' }),
  }),
});

builder.queryFields((t) => ({
  paymentQuote: t.field({
    type: PaymentQuoteRef,
    nullable: true,
    description: 'What a payment would cost by each route that can carry it, cheapest first. Nothing is created.',
    authScopes: { scope: 'PAYMENTS_READ' },
    args: { input: t.arg({ type: PaymentQuoteInput, required: true, description: 'The payment.' }) },
    resolve: async (_root, { input: { amount: asked, ...rest } }, context) => {
      const amount = minorAmount(asked, 'input.amount');
      return { amount, routes: await quotePayment(context.deps, tenant(context), { ...withoutNulls(rest), amount }) };
    },
  }),
  paymentLink: t.field({
    type: PaymentLinkRef,
    nullable: true,
    description: 'A page of the provider where a person pays, filled in beforehand. Nothing is created.',
    authScopes: { scope: 'PAYMENTS_READ' },
    args: { input: t.arg({ type: PaymentLinkInput, required: true, description: 'What stands on it.' }) },
    resolve: (_root, { input: { amount, ...rest } }, context) =>
      paymentLink(context.deps, tenant(context), {
        ...withoutNulls(rest),
        ...(amount ? { amount: minorAmount(amount, 'input.amount') } : {}),
      }),
  }),
  withdrawalBanks: t.field({
    type: [WithdrawalBankRef],
    description: 'Banks that this provider pays out to, and what each wants to know.',
    authScopes: { signedIn: true },
    args: {
      provider: t.arg({ type: ProviderCodeEnum, required: true, description: 'Whose banks.' }),
      search: t.arg.string({ description: 'A part of the name or the BIC.' }),
    },
    resolve: (_root, { provider, search }, context) =>
      withdrawalBanks(context.deps, tenant(context), provider, search ?? undefined),
  }),
  exchangeRates: t.field({
    type: [ExchangeRateRef],
    description: 'Rates at which providers convert, not older than a minute; a conversion is priced anew.',
    authScopes: { signedIn: true },
    args: {
      from: t.arg({ type: 'Currency', description: 'What is paid.' }),
      to: t.arg({ type: 'Currency', description: 'What is bought.' }),
      provider: t.arg({ type: ProviderCodeEnum, description: 'Of this provider only.' }),
    },
    resolve: (_root, args, context) => exchangeRates(context.deps, tenant(context), withoutNulls(args)),
  }),
}));
