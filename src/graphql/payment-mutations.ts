import type { Payment } from '../db/generated/client.ts';
import { LimitExceededError } from '../domain/limit/errors.ts';
import { cancelPayment } from '../domain/payment/cancel-payment.ts';
import { confirmPayment } from '../domain/payment/confirm-payment.ts';
import { refundPayment } from '../domain/payment/refund-payment.ts';
import { resolvePayment } from '../domain/payment/resolve-payment.ts';
import { requestReceipt } from '../domain/payment/send-receipt.ts';
import { updatePayment } from '../domain/payment/update-payment.ts';
import {
  IdempotencyError,
  InsufficientFundsError,
  InvalidInputError,
  NotFoundError,
  NotSupportedError,
  PriceChangedError,
  StateError,
} from '../errors.ts';
import { server, tenant } from './access.ts';
import { builder } from './builder.ts';
import { RuledOutcomeEnum } from './enums.ts';
import { providerErrors } from './errors.ts';
import { MoneyInputRef, minorAmount } from './money.ts';
import { mutation } from './mutation.ts';
import { withoutNulls } from './nulls.ts';
import { maxFeeText } from './payment-texts.ts';
import { PaymentRef, paymentView } from './refs.ts';
import { ServiceParameterInput } from './service-parameter-input.ts';

/** The success of a mutation that makes or moves a payment. */
export function paymentSuccess(name: string, description: string) {
  return builder.objectRef<{ payment: Payment; replayed: boolean }>(name).implement({
    description,
    fields: (t) => ({
      payment: t.field({
        type: PaymentRef,
        description: 'The payment.',
        resolve: ({ payment }) => paymentView(payment),
      }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
    }),
  });
}

/** The success of a mutation that only answers the payment as it is then. */
function changedPayment(name: string, description: string) {
  return builder.objectRef<{ payment: Payment }>(name).implement({
    description,
    fields: (t) => ({
      payment: t.field({
        type: PaymentRef,
        description: 'The payment as it is now.',
        resolve: ({ payment }) => paymentView(payment),
      }),
    }),
  });
}

const PaymentConfirmInput = builder.inputType('PaymentConfirmInput', {
  description: 'Which payment to confirm.',
  fields: (t) => ({
    paymentId: t.id({ required: true, description: 'The payment; it is its own idempotency key.' }),
    payWithCardId: t.id({ description: 'Pay a created payout with this card instead of the wallet.' }),
    payWithNewCard: t.boolean({
      required: true,
      defaultValue: false,
      description: 'The same with a card typed on the provider’s page.',
    }),
    saveCard: t.boolean({ required: true, defaultValue: false, description: 'Keep the card that is typed.' }),
    returnUrl: t.field({ type: 'URL', description: 'Where the person comes back to from the provider’s page.' }),
    failureUrl: t.field({ type: 'URL', description: 'Where the person comes back to when it failed.' }),
    embedded: t.boolean({ required: true, defaultValue: false, description: 'The page will stand in a frame.' }),
    maxFee: t.field({ type: MoneyInputRef, description: `${maxFeeText} The fee of the payment when left out.` }),
  }),
});
mutation('paymentConfirm', {
  description:
    'Confirms a created payment: from here on money moves. Confirming it again answers it as it is and moves nothing.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: PaymentConfirmInput,
  success: paymentSuccess('PaymentConfirmSuccess', 'The payment is confirmed.'),
  errors: [
    NotFoundError,
    InvalidInputError,
    StateError,
    InsufficientFundsError,
    PriceChangedError,
    LimitExceededError,
    NotSupportedError,
    ...providerErrors,
  ],
  resolve: ({ maxFee, ...input }, context) => {
    const agreed = maxFee ? { maxFee: minorAmount(maxFee, 'input.maxFee') } : {};
    return confirmPayment(context.deps, tenant(context), { ...withoutNulls(input), ...agreed });
  },
});

const PaymentCancelInput = builder.inputType('PaymentCancelInput', {
  description: 'Which payment to drop.',
  fields: (t) => ({
    paymentId: t.id({ required: true, description: 'The payment.' }),
    reason: t.string({ description: 'Why, for the record.' }),
  }),
});
mutation('paymentCancel', {
  description: 'Drops a payment that was not confirmed.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: PaymentCancelInput,
  success: changedPayment('PaymentCancelSuccess', 'The payment is cancelled.'),
  errors: [NotFoundError, InvalidInputError, StateError],
  resolve: async (input, context) => ({
    payment: await cancelPayment(context.deps, tenant(context), withoutNulls(input)),
  }),
});

const PaymentRefundInput = builder.inputType('PaymentRefundInput', {
  description: 'What to give back.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: 'Your own key for this refund.' }),
    paymentId: t.id({ required: true, description: 'The payment that is given back from.' }),
    amount: t.field({ type: MoneyInputRef, description: 'How much; all that is left when left out.' }),
    reason: t.string({ description: 'Why; the payer sees it as the note.' }),
  }),
});
const PaymentRefundSuccess = builder
  .objectRef<{ refund: Payment; payment: Payment; replayed: boolean }>('PaymentRefundSuccess')
  .implement({
    description: 'The money is back.',
    fields: (t) => ({
      refund: t.field({
        type: PaymentRef,
        description: 'The new payment.',
        resolve: ({ refund }) => paymentView(refund),
      }),
      payment: t.field({
        type: PaymentRef,
        description: 'The one that it gives back from.',
        resolve: ({ payment }) => paymentView(payment),
      }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
    }),
  });
mutation('paymentRefund', {
  description:
    'Gives a completed transfer back, in part or whole. The partner may do it, and the customer who received the money.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: PaymentRefundInput,
  success: PaymentRefundSuccess,
  errors: [NotFoundError, InvalidInputError, IdempotencyError, StateError, InsufficientFundsError, NotSupportedError],
  resolve: ({ amount, ...input }, context) => {
    const part = amount ? { amount: minorAmount(amount, 'input.amount') } : {};
    return refundPayment(context.deps, tenant(context), { ...withoutNulls(input), ...part });
  },
});

const PaymentResolveInput = builder.inputType('PaymentResolveInput', {
  description: 'An operator’s ruling.',
  fields: (t) => ({
    paymentId: t.id({ required: true, description: 'The payment.' }),
    outcome: t.field({ type: RuledOutcomeEnum, required: true, description: 'What became of it.' }),
    evidence: t.string({ required: true, description: 'How the operator knows; kept in the timeline.' }),
  }),
});
mutation('paymentResolve', {
  description: 'An operator’s ruling where nobody else can tell the outcome: with evidence, on the record.',
  auth: { server: 'PAYMENTS_RESOLVE' },
  input: PaymentResolveInput,
  success: changedPayment('PaymentResolveSuccess', 'The ruling is on the record.'),
  errors: [NotFoundError, StateError, InvalidInputError],
  resolve: async (input, context) => ({ payment: await resolvePayment(context.deps, server(context), input) }),
});

const PaymentUpdateInput = builder.inputType('PaymentUpdateInput', {
  description: 'What the provider asks for in an UpdateAction.',
  fields: (t) => ({
    paymentId: t.id({ required: true, description: 'The payment.' }),
    parameters: t.field({
      type: [ServiceParameterInput],
      required: true,
      description: 'The values; earlier ones go along by themselves.',
    }),
  }),
});
mutation('paymentUpdate', {
  description: 'Answers an UpdateAction.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: PaymentUpdateInput,
  success: changedPayment('PaymentUpdateSuccess', 'The provider has what it asked for.'),
  errors: [NotFoundError, InvalidInputError, StateError, NotSupportedError, ...providerErrors],
  resolve: async (input, context) => ({ payment: await updatePayment(context.deps, tenant(context), input) }),
});

const ReceiptSendInput = builder.inputType('ReceiptSendInput', {
  description: 'Where to mail a receipt.',
  fields: (t) => ({
    paymentId: t.id({ required: true, description: 'The payment; it must be completed.' }),
    email: t.field({ type: 'EmailAddress', required: true, description: 'Where to.' }),
    locale: t.string({ required: true, defaultValue: 'ru-RU', description: 'The language of the mail, a BCP 47 tag.' }),
  }),
});
mutation('receiptSend', {
  description:
    'Has the provider mail the receipt of a completed payment. It is mailed once for a call: where the answer is lost it may have been mailed all the same, and repeating may mail it again.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: ReceiptSendInput,
  success: changedPayment('ReceiptSendSuccess', 'The provider mails it.'),
  errors: [NotFoundError, InvalidInputError, StateError, NotSupportedError, ...providerErrors],
  resolve: async (input, context) => ({ payment: await requestReceipt(context.deps, tenant(context), input) }),
});
