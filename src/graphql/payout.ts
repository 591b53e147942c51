import { LimitExceededError } from '../domain/limit/errors.ts';
import { createPayout } from '../domain/payment/create-payout.ts';
import { createTransit } from '../domain/payment/create-transit.ts';
import {
  IdempotencyError,
  InsufficientFundsError,
  InvalidInputError,
  NotFoundError,
  NotSupportedError,
  PriceChangedError,
  StateError,
} from '../errors.ts';
import { tenant } from './access.ts';
import { builder } from './builder.ts';
import { ProviderCodeEnum } from './enums.ts';
import { providerErrors } from './errors.ts';
import { MoneyInputRef, minorAmount } from './money.ts';
import { mutation } from './mutation.ts';
import { withoutNulls } from './nulls.ts';
import { PayerInput, PaymentDestinationInput, ServicePayeeInput } from './payee-input.ts';
import { paymentSuccess } from './payment-mutations.ts';
import { confirmText, key, maxFeeText } from './payment-texts.ts';

const PayoutCreateInput = builder.inputType('PayoutCreateInput', {
  description: 'Money out of a wallet.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: key }),
    fromWalletId: t.id({ required: true, description: 'The wallet that pays.' }),
    amount: t.field({ type: MoneyInputRef, required: true, description: 'What the recipient gets.' }),
    destination: t.field({ type: PaymentDestinationInput, required: true, description: 'Where it goes.' }),
    payer: t.field({ type: PayerInput, description: 'Who pays, where the destination wants to know.' }),
    provider: t.field({ type: ProviderCodeEnum, description: 'Through this provider; the best one when left out.' }),
    note: t.string({ description: 'A remark of your own, 255 characters at most.' }),
    confirm: t.boolean({ required: true, defaultValue: false, description: confirmText }),
    maxFee: t.field({ type: MoneyInputRef, description: `${maxFeeText} With \`confirm\`, any when left out.` }),
  }),
});
mutation('payoutCreate', {
  description: 'Creates a payout. Confirmed, its money is held until the outcome is known (paymentResolve).',
  auth: { write: 'PAYMENTS_WRITE' },
  input: PayoutCreateInput,
  success: paymentSuccess('PayoutCreateSuccess', 'The payout is created.'),
  errors: [
    NotFoundError,
    InvalidInputError,
    IdempotencyError,
    StateError,
    InsufficientFundsError,
    PriceChangedError,
    LimitExceededError,
    NotSupportedError,
    ...providerErrors,
  ],
  resolve: ({ amount, maxFee, ...rest }, context) => {
    const agreed = maxFee ? { maxFee: minorAmount(maxFee, 'input.maxFee') } : {};
    const input = { ...withoutNulls(rest), amount: minorAmount(amount, 'input.amount'), ...agreed };
    return createPayout(context.deps, tenant(context), input);
  },
});

const TransitCreateInput = builder.inputType('TransitCreateInput', {
  description: 'Card straight to a service. Without `walletId`: an anonymous payment, allowed to partner keys only.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: key }),
    walletId: t.id({ description: 'For whom it is made.' }),
    cardId: t.id({
      description: 'A kept card that pays; without it the person types one on the page of `nextAction`.',
    }),
    saveCard: t.boolean({ required: true, defaultValue: false, description: 'Keep the card that is typed.' }),
    amount: t.field({ type: MoneyInputRef, required: true, description: 'What the service gets.' }),
    service: t.field({ type: ServicePayeeInput, required: true, description: 'Whom to pay.' }),
    returnUrl: t.field({ type: 'URL', description: 'Where the person comes back to.' }),
    failureUrl: t.field({ type: 'URL', description: 'Where the person comes back to when it failed.' }),
    embedded: t.boolean({ required: true, defaultValue: false, description: 'The page will stand in a frame.' }),
    provider: t.field({ type: ProviderCodeEnum, description: 'Through this provider; the best one when left out.' }),
    receiptEmail: t.field({
      type: 'EmailAddress',
      description: 'Anonymous payments: the receipt goes there when it is completed.',
    }),
    confirm: t.boolean({ required: true, defaultValue: false, description: confirmText }),
  }),
});
mutation('transitCreate', {
  description: 'Creates a transit: card straight to a service.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: TransitCreateInput,
  success: paymentSuccess('TransitCreateSuccess', 'The transit is created.'),
  errors: [
    NotFoundError,
    InvalidInputError,
    IdempotencyError,
    StateError,
    LimitExceededError,
    NotSupportedError,
    ...providerErrors,
  ],
  resolve: ({ amount, ...input }, context) =>
    createTransit(context.deps, tenant(context), {
      ...withoutNulls(input),
      amount: minorAmount(amount, 'input.amount'),
    }),
});
