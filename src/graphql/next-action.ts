import type { Payment } from '../db/generated/client.ts';
import { formatAmount } from '../money/money.ts';
import { builder } from './builder.ts';

interface ConfirmActionView {
  action: 'CONFIRM';
  confirmBefore: Date | null;
}
interface RequisitesActionView {
  action: 'REQUISITES';
  requisites: { name: string; value: string }[];
  reference: string;
}
export type NextActionView = ConfirmActionView | RequisitesActionView;

const AttributeRef = builder.objectRef<{ name: string; value: string }>('Attribute').implement({
  description: 'A named fact.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    value: t.exposeString('value', { description: 'Its value.' }),
  }),
});

const ConfirmAction = builder.objectRef<ConfirmActionView>('ConfirmAction').implement({
  description: 'Send paymentConfirm.',
  fields: (t) => ({
    confirmBefore: t.expose('confirmBefore', {
      type: 'DateTime',
      nullable: true,
      description: 'Until then; later the payment expires.',
    }),
  }),
});

const RequisitesAction = builder.objectRef<RequisitesActionView>('RequisitesAction').implement({
  description: 'Pay by bank transfer or at a desk with these details.',
  fields: (t) => ({
    requisites: t.expose('requisites', {
      type: [AttributeRef],
      description: 'What the bank or the desk wants to know.',
    }),
    reference: t.exposeString('reference', {
      description: 'Write this into the purpose of the payment, so that it is found.',
    }),
  }),
});

export const PaymentNextActionRef = builder.unionType('PaymentNextAction', {
  description: 'What the client has to do now.',
  types: [ConfirmAction, RequisitesAction],
  resolveType: (view) => (view.action === 'CONFIRM' ? ConfirmAction : RequisitesAction),
});

/** What has to be done next for the payment to go on, or null when that is not for the client to do. */
export function nextAction(payment: Payment): NextActionView | null {
  if (payment.status === 'CREATED') return { action: 'CONFIRM', confirmBefore: payment.expiresAt };
  if (payment.status !== 'PROCESSING' || payment.kind !== 'TOP_UP') return null;
  const amount = formatAmount({ minor: payment.amountMinor, currency: payment.currency });
  const requisites = [
    { name: 'method', value: payment.topUpMethod ?? '' },
    { name: 'amount', value: `${amount} ${payment.currency}` },
  ];
  return { action: 'REQUISITES', requisites, reference: payment.id };
}
