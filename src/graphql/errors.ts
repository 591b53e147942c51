import { GraphQLError } from 'graphql';
import { LimitExceededError } from '../domain/limit/errors.ts';
import {
  IdentificationRequiredError,
  ProviderRejectedError,
  ProviderUnavailableError,
} from '../domain/provider/errors.ts';
import {
  ConflictError,
  type DomainError,
  errorCodes,
  IdempotencyError,
  InsufficientFundsError,
  InvalidInputError,
  NotFoundError,
  NotSupportedError,
  PriceChangedError,
  StateError,
} from '../errors.ts';
import { builder } from './builder.ts';
import { CapabilityCodeEnum, IdentificationLevelEnum, RemedyEnum } from './enums.ts';
import { LimitRef } from './limit.ts';
import { MoneyRef } from './money.ts';
import { ProviderRef, providerByCode } from './provider.ts';

const codeTexts: Record<(typeof errorCodes)[number], string> = {
  INVALID_INPUT: 'A field of the input cannot be used; `issues` names it.',
  NOT_FOUND: 'What the input names does not exist for this caller.',
  CONFLICT: 'Something else stands there already.',
  IDEMPOTENCY_CONFLICT: 'The key was used with other input.',
  IDEMPOTENCY_IN_PROGRESS: 'A request with this key is still running.',
  INSUFFICIENT_FUNDS: 'There is not enough available money.',
  PRICE_CHANGED: 'The payment costs more than was agreed to; it has the new price.',
  LIMIT_EXCEEDED: 'A limit would be passed.',
  WALLET_STATE: 'The wallet’s state does not allow it.',
  PAYMENT_STATE: 'The payment’s state does not allow it.',
  INVOICE_STATE: 'The invoice’s state does not allow it.',
  CARD_STATE: 'The card’s state does not allow it.',
  CREDIT_STATE: 'The credit session’s state does not allow it.',
  IDENTIFICATION_REQUIRED: 'The customer must be identified first.',
  PROVIDER_REJECTED: 'The provider refused it.',
  PROVIDER_UNAVAILABLE: 'The provider cannot be reached; nothing was sent.',
  NOT_SUPPORTED: 'The provider cannot do this at all.',
};

export const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description: 'The stable code of a refusal.',
  values: Object.fromEntries(errorCodes.map((code) => [code, { description: codeTexts[code], value: code }])) as Record<
    (typeof errorCodes)[number],
    { description: string; value: (typeof errorCodes)[number] }
  >,
});

const ErrorInterface = builder.interfaceRef<DomainError>('Error').implement({
  description: 'Why a mutation was refused. `code` is stable; `message` is for people. Nothing has moved.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeEnum, description: 'The stable code.' }),
    message: t.exposeString('message', { description: 'What is wrong and what to do, for people.' }),
  }),
});

const InputIssueRef = builder.objectRef<{ path: string[]; message: string }>('InputIssue').implement({
  description: 'One thing that is wrong with the input.',
  fields: (t) => ({
    path: t.exposeStringList('path', { description: 'The way to the field: ["input", "amount", "amount"].' }),
    message: t.exposeString('message', { description: 'What would be right.' }),
  }),
});

const interfaces = [ErrorInterface];

builder.objectType(InvalidInputError, {
  name: 'InvalidInputError',
  description: 'The input cannot be used as it is.',
  interfaces,
  fields: (t) => ({
    issues: t.expose('issues', { type: [InputIssueRef], description: 'Each field that is wrong.' }),
  }),
});
builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'What the input names does not exist for this caller; somebody else’s does not exist either.',
  interfaces,
});
builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'Something else stands there already.',
  interfaces,
});
builder.objectType(IdempotencyError, {
  name: 'IdempotencyError',
  description: 'The key was used before with other input, or is in use right now.',
  interfaces,
});
builder.objectType(InsufficientFundsError, {
  name: 'InsufficientFundsError',
  description: 'The paying side does not have the money.',
  interfaces,
  fields: (t) => ({
    available: t.expose('available', { type: MoneyRef, description: 'What can be spent now.' }),
    required: t.expose('required', { type: MoneyRef, description: 'What the payment and its fee need.' }),
  }),
});
builder.objectType(PriceChangedError, {
  name: 'PriceChangedError',
  description:
    'The payment costs more than was agreed to: its provider has changed the price, or it goes through another one. Nothing has moved; confirming it again agrees to the new price.',
  interfaces,
  fields: (t) => ({
    fee: t.expose('fee', { type: MoneyRef, description: 'What is charged on top now.' }),
    total: t.expose('total', { type: MoneyRef, description: 'What the payer’s side would be charged now.' }),
    previousTotal: t.expose('previousTotal', { type: MoneyRef, description: 'What was told before.' }),
  }),
});
builder.objectType(LimitExceededError, {
  name: 'LimitExceededError',
  description: 'The payment would pass a limit.',
  interfaces,
  fields: (t) => ({
    limit: t.expose('limit', { type: LimitRef, description: 'The limit that is in the way.' }),
    attempted: t.expose('attempted', { type: MoneyRef, description: 'What was asked for.' }),
  }),
});
builder.objectType(StateError, {
  name: 'StateError',
  description: 'The object is in a state that does not allow this.',
  interfaces,
  fields: (t) => ({
    state: t.exposeString('state', { description: 'The state it is in.' }),
    allowed: t.exposeStringList('allowed', { description: 'The states in which it could be done.' }),
  }),
});
builder.objectType(NotSupportedError, {
  name: 'NotSupportedError',
  description: 'The provider cannot do this at all.',
  interfaces,
  fields: (t) => ({
    provider: t.field({
      type: ProviderRef,
      description: 'The provider.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    capability: t.field({
      type: CapabilityCodeEnum,
      description: 'What it lacks.',
      resolve: ({ capability }) => capability as (typeof CapabilityCodeEnum)['$inferType'],
    }),
  }),
});

builder.objectType(IdentificationRequiredError, {
  name: 'IdentificationRequiredError',
  description: 'The customer must be identified first.',
  interfaces,
  fields: (t) => ({
    requiredLevel: t.expose('requiredLevel', {
      type: IdentificationLevelEnum,
      description: 'The level that is needed.',
    }),
  }),
});
builder.objectType(ProviderRejectedError, {
  name: 'ProviderRejectedError',
  description: 'The provider proved that it will not do this; nothing has moved.',
  interfaces,
  fields: (t) => ({
    provider: t.field({
      type: ProviderRef,
      description: 'The provider.',
      resolve: ({ refusal }) => providerByCode(refusal.provider),
    }),
    providerCode: t.string({
      nullable: true,
      description: 'Its own code.',
      resolve: ({ refusal }) => refusal.providerCode,
    }),
    providerMessage: t.string({
      nullable: true,
      description: 'Its own words.',
      resolve: ({ refusal }) => refusal.providerMessage,
    }),
    remedy: t.field({
      type: RemedyEnum,
      description: 'What to do about it.',
      resolve: ({ refusal }) => refusal.remedy,
    }),
  }),
});
builder.objectType(ProviderUnavailableError, {
  name: 'ProviderUnavailableError',
  description: 'The provider cannot be reached; nothing was sent or repeating is safe.',
  interfaces,
  fields: (t) => ({
    provider: t.field({
      type: ProviderRef,
      description: 'The provider.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    retryAt: t.expose('retryAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When to try again, if it is known.',
    }),
  }),
});

/** What every mutation that speaks to a provider can answer. */
export const providerErrors = [ProviderRejectedError, ProviderUnavailableError, IdentificationRequiredError];

/** A wrong argument of a query or subscription: there is no result union there. */
export const badInput = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
