import type { PaymentAttempt, PaymentTransition } from '../db/generated/client.ts';
import { builder } from './builder.ts';
import { AttemptOutcomeEnum, PaymentStatusEnum, TransitionReasonEnum, TransitionSourceEnum } from './enums.ts';
import { ProviderRef, providerByCode } from './provider.ts';

export const PaymentTransitionRef = builder
  .objectRef<Omit<PaymentTransition, 'paymentId' | 'version'>>('PaymentTransition')
  .implement({
    description: 'One step of a payment’s life: who said so, when it happened and when it was recorded.',
    fields: (t) => ({
      from: t.expose('from', {
        type: PaymentStatusEnum,
        nullable: true,
        description: 'The status before; null at creation.',
      }),
      to: t.expose('to', { type: PaymentStatusEnum, description: 'The status after.' }),
      reason: t.expose('reason', { type: TransitionReasonEnum, description: 'Why.' }),
      source: t.expose('source', { type: TransitionSourceEnum, description: 'Who said so.' }),
      occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened in the world.' }),
      recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was recorded here.' }),
      message: t.exposeString('message', { nullable: true, description: 'What was said about it.' }),
    }),
  });

export const PaymentAttemptRef = builder.objectRef<PaymentAttempt>('PaymentAttempt').implement({
  description: 'One try at a provider.',
  fields: (t) => ({
    provider: t.field({
      type: ProviderRef,
      description: 'The provider.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    reference: t.exposeString('reference', { nullable: true, description: 'The payment’s number there.' }),
    outcome: t.expose('outcome', { type: AttemptOutcomeEnum, description: 'What came of it.' }),
    operations: t.exposeStringList('operations', {
      description: 'The provider’s documented operations that were called, in order.',
    }),
    providerStatus: t.exposeString('providerStatus', {
      nullable: true,
      description: 'The provider’s own word for the status.',
    }),
    providerCode: t.exposeString('providerCode', { nullable: true, description: 'Its code, where it refused.' }),
    providerMessage: t.exposeString('providerMessage', {
      nullable: true,
      description: 'Its words, where it refused or was unclear.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it was over.' }),
  }),
});
