import type { Invoice } from '../db/generated/client.ts';
import { createInvoice } from '../domain/invoice/create-invoice.ts';
import { duplicateInvoice } from '../domain/invoice/duplicate-invoice.ts';
import { cancelInvoice, rejectInvoice } from '../domain/invoice/end-invoice.ts';
import { type InvoicePaid, payInvoice } from '../domain/invoice/pay-invoice.ts';
import { LimitExceededError } from '../domain/limit/errors.ts';
import {
  IdempotencyError,
  InsufficientFundsError,
  InvalidInputError,
  NotFoundError,
  NotSupportedError,
  StateError,
} from '../errors.ts';
import { tenant } from './access.ts';
import { AttributeInput } from './attribute-input.ts';
import { builder } from './builder.ts';
import { FundingSourceKindEnum } from './enums.ts';
import { providerErrors } from './errors.ts';
import { MoneyInputRef, minorAmount } from './money.ts';
import { mutation } from './mutation.ts';
import { withoutNulls } from './nulls.ts';
import { InvoiceRef, PaymentRef, paymentView } from './refs.ts';

const key = 'Your own key for this call: repeating it answers the same and does nothing again.';

export const InvoicePayerInput = builder.inputType('InvoicePayerInput', {
  description: 'Who is asked to pay. Any of them may be known; with none, whoever holds the page’s address pays.',
  fields: (t) => ({
    walletId: t.id({ description: 'By the wallet’s id.' }),
    phone: t.field({ type: 'PhoneNumber', description: 'By the wallet’s phone.' }),
    email: t.field({ type: 'EmailAddress', description: 'By an address, where the provider asks strangers.' }),
    account: t.string({ description: 'The payer’s id with the issuer, where the provider asks strangers.' }),
  }),
});
const InvoiceCreateInput = builder.inputType('InvoiceCreateInput', {
  description: 'A request to be paid. A wallet that a provider keeps issues its invoices there.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: key }),
    recipientWalletId: t.id({ required: true, description: 'The wallet that asks.' }),
    payer: t.field({ type: InvoicePayerInput, description: 'Who is asked to pay.' }),
    amount: t.field({ type: MoneyInputRef, required: true, description: 'How much.' }),
    message: t.string({ description: 'What the payer reads, 255 characters at most.' }),
    number: t.string({
      description: 'Your own number of it, 255 characters at most; one of ours when left out, where it needs one.',
    }),
    dueAt: t.field({
      type: 'DateTime',
      description: 'Until when it can be paid; as long as its keeper lets it wait when left out.',
    }),
    payMethods: t.field({
      type: [FundingSourceKindEnum],
      description: 'By what it may be paid on the provider’s page; by anything when left out.',
    }),
    returnUrl: t.field({ type: 'URL', description: 'Where the payer’s browser ends after the provider’s page.' }),
    attributes: t.field({
      type: [AttributeInput],
      description: 'Facts of your own, kept with the invoice at the provider; 20 at most.',
    }),
  }),
});

/** A success that answers an invoice made under a key. */
const invoiceMade = (name: string, description: string) =>
  builder.objectRef<{ invoice: Invoice; replayed: boolean }>(name).implement({
    description,
    fields: (t) => ({
      invoice: t.expose('invoice', { type: InvoiceRef, description: 'The invoice.' }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
    }),
  });

/** A success that answers an invoice as it is then. */
const invoiceChanged = (name: string, description: string) =>
  builder.objectRef<{ invoice: Invoice }>(name).implement({
    description,
    fields: (t) => ({
      invoice: t.expose('invoice', { type: InvoiceRef, description: 'The invoice as it is now.' }),
    }),
  });

mutation('invoiceCreate', {
  description: 'Asks another wallet to pay. No money moves.',
  auth: { write: 'INVOICES_WRITE' },
  input: InvoiceCreateInput,
  success: invoiceMade('InvoiceCreateSuccess', 'The invoice is issued.'),
  errors: [NotFoundError, InvalidInputError, IdempotencyError, StateError, NotSupportedError, ...providerErrors],
  resolve: ({ amount, ...input }, context) =>
    createInvoice(context.deps, tenant(context), {
      ...withoutNulls(input),
      amount: minorAmount(amount, 'input.amount'),
    }),
});

const InvoicePayInput = builder.inputType('InvoicePayInput', {
  description: 'Which invoice to pay.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: key }),
    invoiceId: t.id({ required: true, description: 'The invoice; its payer pays.' }),
    confirm: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Confirm at once; a refusal then leaves nothing behind.',
    }),
  }),
});
const InvoicePaySuccess = builder.objectRef<InvoicePaid>('InvoicePaySuccess').implement({
  description: 'The payment is created, or completed.',
  fields: (t) => ({
    invoice: t.expose('invoice', { type: InvoiceRef, description: 'The invoice as it is now.' }),
    payment: t.field({
      type: PaymentRef,
      description: 'What pays it.',
      resolve: ({ payment }) => paymentView(payment),
    }),
    replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
  }),
});
mutation('invoicePay', {
  description:
    'Creates the transfer that pays an invoice. Until it is confirmed, cancelled or expired, the invoice is PROCESSING.',
  auth: { write: 'INVOICES_WRITE' },
  input: InvoicePayInput,
  success: InvoicePaySuccess,
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
  resolve: (input, context) => payInvoice(context.deps, tenant(context), input),
});

const InvoiceIdInput = builder.inputType('InvoiceIdInput', {
  description: 'Names an invoice.',
  fields: (t) => ({ invoiceId: t.id({ required: true, description: 'Which invoice.' }) }),
});
mutation('invoiceReject', {
  description: 'The payer will not pay. Repeating it changes nothing.',
  auth: { write: 'INVOICES_WRITE' },
  input: InvoiceIdInput,
  success: invoiceChanged('InvoiceRejectSuccess', 'The invoice is rejected.'),
  errors: [NotFoundError, InvalidInputError, StateError, NotSupportedError, ...providerErrors],
  resolve: async ({ invoiceId }, context) => ({
    invoice: await rejectInvoice(context.deps, tenant(context), invoiceId),
  }),
});
mutation('invoiceCancel', {
  description: 'The issuer takes an invoice back. Repeating it changes nothing.',
  auth: { write: 'INVOICES_WRITE' },
  input: InvoiceIdInput,
  success: invoiceChanged('InvoiceCancelSuccess', 'The invoice is cancelled.'),
  errors: [NotFoundError, InvalidInputError, StateError, NotSupportedError, ...providerErrors],
  resolve: async ({ invoiceId }, context) => ({
    invoice: await cancelInvoice(context.deps, tenant(context), invoiceId),
  }),
});

const InvoiceDuplicateInput = builder.inputType('InvoiceDuplicateInput', {
  description: 'Which invoice to issue again.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: key }),
    invoiceId: t.id({ required: true, description: 'The earlier invoice, in whatever state.' }),
  }),
});
mutation('invoiceDuplicate', {
  description: 'Issues an invoice like an earlier one: same payer, amount and message.',
  auth: { write: 'INVOICES_WRITE' },
  input: InvoiceDuplicateInput,
  success: invoiceMade('InvoiceDuplicateSuccess', 'The further invoice is issued.'),
  errors: [NotFoundError, InvalidInputError, IdempotencyError, StateError, NotSupportedError, ...providerErrors],
  resolve: (input, context) => duplicateInvoice(context.deps, tenant(context), input),
});
