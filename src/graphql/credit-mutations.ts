import { refundSession, type SessionRefunded } from '../domain/credit/refund-session.ts';
import { resolveRefund } from '../domain/credit/resolve-refund.ts';
import { startSession } from '../domain/credit/start-session.ts';
import type { KnownSession } from '../domain/credit/store.ts';
import { ProviderRejectedError, ProviderUnavailableError } from '../domain/provider/errors.ts';
import {
  ConflictError,
  IdempotencyError,
  InvalidInputError,
  NotFoundError,
  NotSupportedError,
  StateError,
} from '../errors.ts';
import { server } from './access.ts';
import { builder } from './builder.ts';
import { CreditFrameModeEnum, CreditRefundRef } from './credit.ts';
import {
  AddressInput,
  CreditMetaInput,
  CreditProductInput,
  InternationalPassportInput,
  LocalPassportInput,
  productOf,
  shopperOf,
} from './credit-input.ts';
import { ProviderCodeEnum, RuledOutcomeEnum } from './enums.ts';
import { MoneyInputRef, minorAmount } from './money.ts';
import { mutation } from './mutation.ts';
import { CreditSessionRef } from './refs.ts';

const CreditSessionStartInput = builder.inputType('CreditSessionStartInput', {
  description: 'An order to be paid on credit. Repeating it answers the session that is there (`replayed`).',
  fields: (t) => ({
    orderId: t.string({
      required: true,
      description: 'Your key of the session: 1 to 64 letters of ASCII, digits, - or _; never used for another order.',
    }),
    provider: t.field({
      type: ProviderCodeEnum,
      required: true,
      defaultValue: 'MONEYWALL',
      description: 'The lender.',
    }),
    phone: t.field({ type: 'PhoneNumber', required: true, description: 'The shopper’s phone.' }),
    email: t.field({ type: 'EmailAddress', required: true, description: 'The shopper’s e-mail address.' }),
    amount: t.field({ type: MoneyInputRef, required: true, description: 'The order’s amount.' }),
    returnUrl: t.field({
      type: 'URL',
      required: true,
      description:
        'Where the person goes back to, before the lender has decided: an arrival there proves nothing. The lender’s own calls come to the gateway.',
    }),
    mode: t.field({
      type: CreditFrameModeEnum,
      required: true,
      defaultValue: 'STANDALONE',
      description: 'How you will open the lender’s page.',
    }),
    providerOrderId: t.string({ description: 'The order’s number in the shop.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'Until when the order can be paid.' }),
    product: t.field({ type: CreditProductInput, description: 'What is bought.' }),
    passport: t.field({ type: LocalPassportInput, description: 'The shopper’s passport.' }),
    address: t.field({ type: AddressInput, description: 'Where the shopper is registered.' }),
    internationalPassport: t.field({
      type: InternationalPassportInput,
      description: 'The shopper’s international passport.',
    }),
    meta: t.field({ type: CreditMetaInput, description: 'What the shop knows of the shopper.' }),
  }),
});
const StartSuccess = builder
  .objectRef<{ session: KnownSession; replayed: boolean }>('CreditSessionStartSuccess')
  .implement({
    description: 'The lender waits for the shopper: send them to `frameUrl`.',
    fields: (t) => ({
      session: t.expose('session', { type: CreditSessionRef, description: 'The session.' }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it there before, under the same orderId?' }),
    }),
  });
mutation('creditSessionStart', {
  description:
    'Starts a credit session for an order. When the lender does not answer, repeat the same call: it is asked what became of it before anything is sent again. The partner’s server.',
  auth: { server: 'CREDIT_WRITE' },
  input: CreditSessionStartInput,
  success: StartSuccess,
  errors: [InvalidInputError, ConflictError, ProviderRejectedError, ProviderUnavailableError, NotSupportedError],
  resolve: ({ amount, product, passport, address, internationalPassport, meta, ...input }, context) =>
    startSession(context.deps, server(context), {
      ...input,
      providerOrderId: input.providerOrderId ?? null,
      expiresAt: input.expiresAt ?? null,
      amount: minorAmount(amount, 'input.amount'),
      product: product ? productOf(product) : null,
      ...shopperOf({ passport, address, internationalPassport, meta }),
    }),
});

const CreditSessionRefundInput = builder.inputType('CreditSessionRefundInput', {
  description: 'How much of an order goes back.',
  fields: (t) => ({
    idempotencyKey: t.string({
      required: true,
      description: 'Your own key for this call: repeating it answers the same refund and sends nothing again.',
    }),
    orderId: t.string({ required: true, description: 'The order.' }),
    amount: t.field({ type: MoneyInputRef, required: true, description: 'At most what is `refundable`.' }),
  }),
});
const RefundSuccess = builder.objectRef<SessionRefunded>('CreditSessionRefundSuccess').implement({
  description:
    '`refund.outcome` UNKNOWN: the lender did not answer, and what became of it is not known yet. It is never sent again.',
  fields: (t) => ({
    session: t.expose('session', { type: CreditSessionRef, description: 'The session as it is now.' }),
    refund: t.expose('refund', { type: CreditRefundRef, description: 'The refund.' }),
    replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
  }),
});
mutation('creditSessionRefund', {
  description:
    'Gives an order back in part or whole. Until `voidableUntil` a refund in full cancels the contract; later it repays the loan. The partner’s server.',
  auth: { server: 'CREDIT_WRITE' },
  input: CreditSessionRefundInput,
  success: RefundSuccess,
  errors: [
    NotFoundError,
    InvalidInputError,
    IdempotencyError,
    StateError,
    ProviderRejectedError,
    ProviderUnavailableError,
  ],
  resolve: ({ amount, ...input }, context) =>
    refundSession(context.deps, server(context), { ...input, amount: minorAmount(amount, 'input.amount') }),
});

const CreditRefundResolveInput = builder.inputType('CreditRefundResolveInput', {
  description: 'A person’s ruling on a refund of unclear outcome.',
  fields: (t) => ({
    refundId: t.id({ required: true, description: 'Which refund.' }),
    outcome: t.field({ type: RuledOutcomeEnum, required: true, description: 'What became of it.' }),
    evidence: t.string({ required: true, description: 'How you know: kept with the refund, 1000 characters at most.' }),
  }),
});
const ResolveSuccess = builder.objectRef<{ creditSession: KnownSession }>('CreditRefundResolveSuccess').implement({
  description: 'The refund is ruled on.',
  fields: (t) => ({
    creditSession: t.expose('creditSession', { type: CreditSessionRef, description: 'Its session as it is now.' }),
  }),
});
mutation('creditRefundResolve', {
  description: 'Rules on a refund whose outcome nobody else can tell. The partner’s server.',
  auth: { server: 'PAYMENTS_RESOLVE' },
  input: CreditRefundResolveInput,
  success: ResolveSuccess,
  errors: [NotFoundError, StateError, InvalidInputError],
  resolve: async (input, context) => ({ creditSession: await resolveRefund(context.deps, server(context), input) }),
});
