import type { CreditQuote } from '../connectors/credit-sessions.ts';
import { precheckCredit } from '../domain/credit/precheck-credit.ts';
import { quoteCredit } from '../domain/credit/quote-credit.ts';
import { server, tenant } from './access.ts';
import { builder } from './builder.ts';
import { CreditProductInput, productOf } from './credit-input.ts';
import { ProviderCodeEnum } from './enums.ts';
import { MoneyInputRef, MoneyRef, minorAmount } from './money.ts';
import { ProviderRef, providerByCode } from './provider.ts';

const CreditQuoteRef = builder.objectRef<CreditQuote>('CreditQuote').implement({
  description:
    'What credit for an order costs. `total` counts: `payments` times `payment` may differ from it by kopecks.',
  fields: (t) => ({
    amount: t.expose('amount', { type: MoneyRef, description: 'The order’s amount.' }),
    coefficient: t.expose('coefficient', { type: 'Decimal', description: 'K: what the amount is multiplied by.' }),
    total: t.expose('total', { type: MoneyRef, description: 'What the shopper pays in all.' }),
    payment: t.expose('payment', { type: MoneyRef, description: 'One of the payments, which are equal.' }),
    payments: t.exposeInt('payments', { description: 'How many payments there are.' }),
  }),
});

const CreditPrecheckRef = builder.objectRef<{ provider: string; approved: boolean }>('CreditPrecheck').implement({
  description: 'Whether a lender would take an application.',
  fields: (t) => ({
    provider: t.field({
      type: ProviderRef,
      description: 'The lender.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    approved: t.exposeBoolean('approved', { description: 'Would it?' }),
  }),
});

const CreditPrecheckInput = builder.inputType('CreditPrecheckInput', {
  description: 'An application that is not made yet. It is sent on, and nothing of it is kept.',
  fields: (t) => ({
    provider: t.field({
      type: ProviderCodeEnum,
      required: true,
      defaultValue: 'MONEYWALL',
      description: 'The lender.',
    }),
    phone: t.field({ type: 'PhoneNumber', required: true, description: 'The shopper’s phone.' }),
    email: t.field({ type: 'EmailAddress', required: true, description: 'The shopper’s e-mail address.' }),
    amount: t.field({ type: MoneyInputRef, required: true, description: 'The order’s amount.' }),
    registeredOn: t.field({
      type: 'Date',
      required: true,
      description: 'Since when the shopper has been known to the shop.',
    }),
    ordersCompleted: t.int({ required: true, description: 'How many orders of the shopper were completed.' }),
    product: t.field({ type: CreditProductInput, required: true, description: 'What is bought.' }),
  }),
});

builder.queryFields((t) => ({
  creditQuote: t.field({
    type: CreditQuoteRef,
    description: 'Moneywall’s published price formula: (order amount × K) / 3. It binds nobody.',
    authScopes: { scope: 'CREDIT_READ' },
    args: {
      amount: t.arg({ type: MoneyInputRef, required: true, description: 'The order’s amount.' }),
      departsAt: t.arg({
        type: 'OffsetDateTime',
        description: 'The earliest departure: K is smaller when it is more than 64 days after the contract is opened.',
      }),
      contractOpensAt: t.arg({ type: 'DateTime', description: 'When the contract is opened; now when left out.' }),
    },
    resolve: (_root, { amount, departsAt, contractOpensAt }, context) =>
      quoteCredit(context.deps, tenant(context), {
        provider: 'MONEYWALL',
        amount: minorAmount(amount, 'amount'),
        departsAt: departsAt ?? null,
        contractOpensAt: contractOpensAt ?? null,
      }),
  }),
  creditPrecheck: t.field({
    type: CreditPrecheckRef,
    nullable: true,
    description: 'Would the lender take this application? Nothing is created.',
    authScopes: { server: 'CREDIT_WRITE' },
    args: { input: t.arg({ type: CreditPrecheckInput, required: true, description: 'The application.' }) },
    resolve: (_root, { input }, context) =>
      precheckCredit(context.deps, server(context), {
        ...input,
        amount: minorAmount(input.amount, 'input.amount'),
        product: productOf(input.product),
      }),
  }),
}));
