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
interface UpdateActionView {
  action: 'UPDATE';
  prompts: Prompt[];
}
interface WaitActionView {
  action: 'WAIT';
}
interface RedirectActionView {
  action: 'REDIRECT';
  url: string;
}
interface PayloadActionView {
  action: 'PAYLOAD';
  payload: string;
}
interface Prompt {
  id: string;
  title: string;
  value: string | null;
  editable: boolean;
}
export type NextActionView =
  | ConfirmActionView
  | RequisitesActionView
  | UpdateActionView
  | WaitActionView
  | RedirectActionView
  | PayloadActionView;

export const AttributeRef = builder.objectRef<{ name: string; value: string }>('Attribute').implement({
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

const PaymentPromptRef = builder.objectRef<Prompt>('PaymentPrompt').implement({
  description: 'One thing that the provider shows or asks.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'Send it back as the parameter’s id.' }),
    title: t.exposeString('title', { description: 'What to show beside it.' }),
    value: t.exposeString('value', { nullable: true, description: 'What is there already.' }),
    editable: t.exposeBoolean('editable', { description: 'False: for display only.' }),
  }),
});
const UpdateAction = builder.objectRef<UpdateActionView>('UpdateAction').implement({
  description: 'The provider wants more: send these with paymentUpdate.',
  fields: (t) => ({ parameters: t.expose('prompts', { type: [PaymentPromptRef], description: 'What it wants.' }) }),
});
const WaitAction = builder.objectRef<WaitActionView>('WaitAction').implement({
  description: 'The provider is still working on the price. Subscribe; nothing is to be done.',
  fields: (t) => ({
    checkAfter: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When to look again, if it is known.',
      resolve: () => null,
    }),
  }),
});
export const RedirectAction = builder.objectRef<RedirectActionView>('RedirectAction').implement({
  description: 'Send the person to this page (card entry, 3-D Secure).',
  fields: (t) => ({ url: t.expose('url', { type: 'URL', description: 'The page.' }) }),
});
const PayloadAction = builder.objectRef<PayloadActionView>('PayloadAction').implement({
  description: 'Open or draw as QR: a fast-payment-system link.',
  fields: (t) => ({ payload: t.exposeString('payload', { description: 'The link.' }) }),
});

const members = {
  CONFIRM: ConfirmAction,
  UPDATE: UpdateAction,
  WAIT: WaitAction,
  REDIRECT: RedirectAction,
  PAYLOAD: PayloadAction,
  REQUISITES: RequisitesAction,
};

export const PaymentNextActionRef = builder.unionType('PaymentNextAction', {
  description: 'What the client has to do now.',
  types: Object.values(members),
  resolveType: ({ action }) => members[action],
});

/** What has to be done next for the payment to go on, or null when that is not for the client to do. */
export function nextAction(payment: Payment): NextActionView | null {
  const open = payment.status === 'CREATED' || payment.status === 'PROCESSING';
  const upstream = open ? upstreamAction(payment.upstreamAction) : null;
  if (upstream && upstream.action !== 'CONFIRM') return upstream;
  if (payment.status === 'CREATED') return { action: 'CONFIRM', confirmBefore: payment.expiresAt };
  const atDesk = payment.topUpMethod === 'BANK_TRANSFER' || payment.topUpMethod === 'CASH';
  if (payment.status !== 'PROCESSING' || !atDesk) return null;
  const amount = formatAmount({ minor: payment.amountMinor, currency: payment.currency });
  const requisites = [
    { name: 'method', value: payment.topUpMethod ?? '' },
    { name: 'amount', value: `${amount} ${payment.currency}` },
  ];
  return { action: 'REQUISITES', requisites, reference: payment.id };
}

/** The provider's word for what is next, as the port stored it. */
export function upstreamAction(stored: string | null): NextActionView | null {
  if (stored === null) return null;
  const { kind, ...rest } = JSON.parse(stored) as { kind: NextActionView['action'] } & Record<string, unknown>;
  return { action: kind, confirmBefore: null, ...rest } as unknown as NextActionView;
}
