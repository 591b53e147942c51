import type { Payment } from '../db/generated/client.ts';
import { LimitExceededError } from '../domain/limit/errors.ts';
import { createProviderTopUp } from '../domain/payment/create-provider-top-up.ts';
import { createTopUp } from '../domain/payment/create-top-up.ts';
import { createTransfer } from '../domain/payment/create-transfer.ts';
import { createTransferBatch } from '../domain/payment/create-transfer-batch.ts';
import { settleTopUp } from '../domain/payment/settle-top-up.ts';
import {
  IdempotencyError,
  InsufficientFundsError,
  InvalidInputError,
  NotFoundError,
  NotSupportedError,
  StateError,
} from '../errors.ts';
import { server, tenant } from './access.ts';
import { builder } from './builder.ts';
import { ProviderCodeEnum, TopUpMethodEnum } from './enums.ts';
import { providerErrors } from './errors.ts';
import { MoneyInputRef, minorAmount } from './money.ts';
import { mutation } from './mutation.ts';
import { withoutNulls } from './nulls.ts';
import { paymentSuccess } from './payment-mutations.ts';
import { confirmText, key } from './payment-texts.ts';
import { PaymentRef, paymentView } from './refs.ts';

const TopUpCreateInput = builder.inputType('TopUpCreateInput', {
  description: 'Money into a wallet. BANK_TRANSFER and CASH answer a RequisitesAction and wait for topUpSettle.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: key }),
    walletId: t.id({ required: true, description: 'Into which wallet.' }),
    amount: t.field({ type: MoneyInputRef, required: true, description: 'How much.' }),
    method: t.field({ type: TopUpMethodEnum, required: true, description: 'By which way.' }),
    cardId: t.id({
      description: 'CARD: a kept card that pays; without it the person types one on the page of `nextAction`.',
    }),
    saveCard: t.boolean({ required: true, defaultValue: false, description: 'CARD: keep the card that is typed.' }),
    returnUrl: t.field({ type: 'URL', description: 'CARD, FAST_PAYMENT: where the person comes back to.' }),
    failureUrl: t.field({
      type: 'URL',
      description: 'CARD, FAST_PAYMENT: where the person comes back to when it failed.',
    }),
    embedded: t.boolean({
      required: true,
      defaultValue: false,
      description: 'CARD, FAST_PAYMENT: the page will stand in a frame.',
    }),
    provider: t.field({
      type: ProviderCodeEnum,
      description: 'CARD, FAST_PAYMENT: through this provider; the best one when left out.',
    }),
    note: t.string({ description: 'A remark, 255 characters at most.' }),
    confirm: t.boolean({ required: true, defaultValue: false, description: confirmText }),
  }),
});
mutation('topUpCreate', {
  description:
    'Creates a top-up. By CARD it goes through a provider, and `nextAction` leads to its page; by FAST_PAYMENT its `nextAction`, once it is confirmed, is the link that the person’s bank pays.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: TopUpCreateInput,
  success: paymentSuccess('TopUpCreateSuccess', 'The top-up is created.'),
  errors: [
    NotFoundError,
    InvalidInputError,
    IdempotencyError,
    StateError,
    LimitExceededError,
    NotSupportedError,
    ...providerErrors,
  ],
  resolve: ({ amount, ...rest }, context) => {
    const { method, ...input } = { ...withoutNulls(rest), amount: minorAmount(amount, 'input.amount') };
    if (method === 'CARD' || method === 'FAST_PAYMENT')
      return createProviderTopUp(context.deps, tenant(context), { ...input, method });
    return createTopUp(context.deps, tenant(context), { ...input, method });
  },
});

const TopUpSettleInput = builder.inputType('TopUpSettleInput', {
  description: 'Money that no provider reports has come.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: key }),
    paymentId: t.id({ required: true, description: 'Which top-up.' }),
    amount: t.field({ type: MoneyInputRef, description: 'What really came; the amount of the top-up when left out.' }),
    reference: t.string({ required: true, description: 'The bank’s or the desk’s own number: evidence, used once.' }),
    occurredAt: t.field({ type: 'DateTime', description: 'When it came; now when left out.' }),
  }),
});
mutation('topUpSettle', {
  description: 'Completes a top-up whose money has come by bank transfer or over the desk. The partner’s server.',
  auth: { server: 'PAYMENTS_SETTLE' },
  input: TopUpSettleInput,
  success: paymentSuccess('TopUpSettleSuccess', 'The money is in the wallet.'),
  errors: [NotFoundError, InvalidInputError, IdempotencyError, StateError, LimitExceededError],
  resolve: ({ amount, ...input }, context) => {
    const came = amount ? { amount: minorAmount(amount, 'input.amount') } : {};
    return settleTopUp(context.deps, server(context), { ...withoutNulls(input), ...came });
  },
});

const TransferTargetInput = builder.inputType('TransferTargetInput', {
  description: 'The recipient. Exactly one.',
  isOneOf: true,
  fields: (t) => ({
    walletId: t.id({ description: 'By the wallet’s id.' }),
    phone: t.field({ type: 'PhoneNumber', description: 'By the wallet’s phone.' }),
  }),
});
const TransferCreateInput = builder.inputType('TransferCreateInput', {
  description: 'Money from one wallet to another. `amount` is what the recipient gets; the fee comes on top.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: key }),
    fromWalletId: t.id({ required: true, description: 'The wallet that pays.' }),
    amount: t.field({ type: MoneyInputRef, required: true, description: 'What the recipient gets.' }),
    fromCurrency: t.field({
      type: 'Currency',
      description: 'The balance that pays, where it is another one; LOCAL wallets do not convert.',
    }),
    to: t.field({ type: TransferTargetInput, required: true, description: 'Who gets it.' }),
    note: t.string({ description: 'What the recipient reads, 255 characters at most.' }),
    confirm: t.boolean({ required: true, defaultValue: false, description: confirmText }),
  }),
});
mutation('transferCreate', {
  description:
    'Creates a transfer between wallets here, or between wallets of one provider: priced and checked; nothing moves before it is confirmed.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: TransferCreateInput,
  success: paymentSuccess('TransferCreateSuccess', 'The transfer is created.'),
  errors: [
    NotFoundError,
    InvalidInputError,
    IdempotencyError,
    StateError,
    InsufficientFundsError,
    LimitExceededError,
    NotSupportedError,
    ...providerErrors,
  ],
  resolve: ({ amount, ...input }, context) =>
    createTransfer(context.deps, tenant(context), {
      ...withoutNulls(input),
      amount: minorAmount(amount, 'input.amount'),
    }),
});

const TransferLegInput = builder.inputType('TransferLegInput', {
  description: 'One transfer of a batch.',
  fields: (t) => ({
    fromWalletId: t.id({ required: true, description: 'The wallet that pays.' }),
    toWalletId: t.id({ required: true, description: 'The wallet that gets it.' }),
    amount: t.field({ type: MoneyInputRef, required: true, description: 'What the recipient gets.' }),
    note: t.string({ description: 'What the recipient reads; the batch’s note when left out.' }),
  }),
});
const TransferBatchCreateInput = builder.inputType('TransferBatchCreateInput', {
  description: 'Many transfers, all or none, in this order.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: 'Your own key for the whole batch.' }),
    transfers: t.field({ type: [TransferLegInput], required: true, description: '1 to 500 transfers.' }),
    note: t.string({ description: 'The note of legs that have none of their own.' }),
  }),
});
const TransferBatchCreateSuccess = builder
  .objectRef<{ payments: Payment[]; replayed: boolean }>('TransferBatchCreateSuccess')
  .implement({
    description: 'Every leg is completed.',
    fields: (t) => ({
      payments: t.field({
        type: [PaymentRef],
        description: 'The payments, in the order of the legs.',
        resolve: ({ payments }) => payments.map((payment) => paymentView(payment)),
      }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
    }),
  });
mutation('transferBatchCreate', {
  description:
    'All of them or none: one lender funds many loans, one borrower repays many lenders. Carried out at once.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: TransferBatchCreateInput,
  success: TransferBatchCreateSuccess,
  errors: [
    NotFoundError,
    InvalidInputError,
    IdempotencyError,
    StateError,
    InsufficientFundsError,
    LimitExceededError,
    NotSupportedError,
  ],
  resolve: ({ transfers, ...input }, context) => {
    const legs = transfers.map(({ amount, ...leg }, index) => ({
      ...withoutNulls(leg),
      amount: minorAmount(amount, `input.transfers.${index}.amount`),
    }));
    return createTransferBatch(context.deps, tenant(context), { ...withoutNulls(input), transfers: legs });
  },
});
