import type { PaymentTemplate } from '../db/generated/client.ts';
import { deleteTemplate, updateTemplate } from '../domain/template/change-template.ts';
import { createTemplate } from '../domain/template/create-template.ts';
import { IdempotencyError, InvalidInputError, NotFoundError, NotSupportedError, StateError } from '../errors.ts';
import { tenant } from './access.ts';
import { builder } from './builder.ts';
import { providerErrors } from './errors.ts';
import { MoneyInputRef, minorAmount } from './money.ts';
import { mutation } from './mutation.ts';
import { withoutNulls } from './nulls.ts';
import { PaymentTemplateRef } from './refs.ts';
import { ServiceParameterInput } from './service-parameter-input.ts';
import { TemplateVisibilityEnum } from './template.ts';

const made = [InvalidInputError, NotFoundError, NotSupportedError, ...providerErrors];

const PaymentTemplateCreateInput = builder.inputType('PaymentTemplateCreateInput', {
  description: 'A payment template to be made.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: 'Your own key for this call.' }),
    walletId: t.id({ required: true, description: 'For which wallet.' }),
    name: t.string({ required: true, description: 'What its owner calls it; at most 255 characters.' }),
    visibility: t.field({ type: TemplateVisibilityEnum, defaultValue: 'PRIVATE', description: 'Who may see it.' }),
    serviceId: t.id({ required: true, description: 'Whom it pays.' }),
    amount: t.field({ type: MoneyInputRef, description: 'How much; left out where it is filled in each time.' }),
    amountLocked: t.boolean({ defaultValue: false, description: 'The amount is not to be changed.' }),
    parameters: t.field({
      type: [ServiceParameterInput],
      required: true,
      description: 'What is filled in; the rest is filled in each time.',
    }),
    lockedParameters: t.stringList({ description: 'Parameters that are not to be changed; each has a value.' }),
  }),
});
const PaymentTemplateCreateSuccess = builder
  .objectRef<{ template: PaymentTemplate; replayed: boolean }>('PaymentTemplateCreateSuccess')
  .implement({
    description: 'The template is there.',
    fields: (t) => ({
      template: t.expose('template', { type: PaymentTemplateRef, description: 'The template.' }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
    }),
  });
mutation('paymentTemplateCreate', {
  description: 'Makes a payment template; at the provider for a wallet that a provider keeps. No money moves.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: PaymentTemplateCreateInput,
  success: PaymentTemplateCreateSuccess,
  errors: [...made, IdempotencyError, StateError],
  resolve: (input, context) => {
    const { amount, visibility = 'PRIVATE', amountLocked = false, ...rest } = withoutNulls(input);
    const minor = amount && minorAmount(amount, 'input.amount');
    return createTemplate(context.deps, tenant(context), { ...rest, visibility, amountLocked, amount: minor });
  },
});

function templateSuccess(name: string, description: string) {
  return builder.objectRef<{ template: PaymentTemplate }>(name).implement({
    description,
    fields: (t) => ({
      template: t.expose('template', { type: PaymentTemplateRef, description: 'The template as it is now.' }),
    }),
  });
}

const PaymentTemplateUpdateInput = builder.inputType('PaymentTemplateUpdateInput', {
  description: 'What is to change in a payment template; what is left out stays.',
  fields: (t) => ({
    templateId: t.id({ required: true, description: 'Which template.' }),
    name: t.string({ description: 'What its owner calls it.' }),
    visibility: t.field({ type: TemplateVisibilityEnum, description: 'Who may see it.' }),
    amount: t.field({ type: MoneyInputRef, description: 'How much.' }),
    amountLocked: t.boolean({ description: 'The amount is not to be changed.' }),
    parameters: t.field({ type: [ServiceParameterInput], description: 'What is filled in, in place of all before.' }),
    lockedParameters: t.stringList({ description: 'Parameters that are not to be changed, in place of all before.' }),
  }),
});
mutation('paymentTemplateUpdate', {
  description: 'Changes a payment template of the caller’s.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: PaymentTemplateUpdateInput,
  success: templateSuccess('PaymentTemplateUpdateSuccess', 'The template is changed.'),
  errors: made,
  resolve: async (input, context) => {
    const { amount, ...rest } = withoutNulls(input);
    const minor = amount && minorAmount(amount, 'input.amount');
    return { template: await updateTemplate(context.deps, tenant(context), { ...rest, amount: minor }) };
  },
});

const PaymentTemplateIdInput = builder.inputType('PaymentTemplateIdInput', {
  description: 'Names a payment template.',
  fields: (t) => ({ templateId: t.id({ required: true, description: 'Which template.' }) }),
});
mutation('paymentTemplateDelete', {
  description: 'Deletes a payment template of the caller’s. Repeating it answers the same.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: PaymentTemplateIdInput,
  success: templateSuccess('PaymentTemplateDeleteSuccess', 'The template is deleted; this is how it was.'),
  errors: [NotFoundError, NotSupportedError, ...providerErrors],
  resolve: async ({ templateId }, context) => ({
    template: await deleteTemplate(context.deps, tenant(context), templateId),
  }),
});
