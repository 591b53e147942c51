import type { Dialect } from './http.ts';
import type { Card, Payment, Provider, Service } from './model.ts';
import { paddedRubles, rubles } from './money.ts';
import { providerValue } from './payment-parameters.ts';
import { parameterView } from './service-views.ts';

/** How parameters are printed (section 2.1, PaymentParameter). */
export type Form = 'descriptor' | 'value';

/** What the client has to do next (section 3.1). */
export function nextAction(payment: Payment): 'pay' | 'update' | 'get' | undefined {
  if (payment.status === 'processing') return 'get';
  if (payment.status !== 'created') return undefined;
  return payment.service?.steps[payment.step]?.action ?? 'pay';
}

/** `meta` of an answer that carries one payment. */
export function paymentMeta(payment: Payment, dialect: Dialect): Record<string, unknown> {
  const action = nextAction(payment) ?? (dialect === 'mserver' ? 'get' : undefined);
  const { service, step } = payment;
  const shown = action === 'pay' ? service?.receipt : service?.steps[step]?.show;
  const current = payment.status === 'created' && shown !== undefined && shown.length > 0;
  return {
    ...(action === undefined ? {} : { next_action: action }),
    ...(current ? { current_parameters: shown.map(({ required: _required, ...parameter }) => parameter) } : {}),
  };
}

const ipsp: Record<'in' | 'inout', Provider> = {
  in: { id: 62, code: 'ipsp_in', name: 'ООО ИПСП (агент)' },
  inout: { id: 4, code: 'ipsp_in', name: 'ООО ИПСП (агент)' },
};

/** Card (section 2.1). */
export function cardView(card: Card): Record<string, unknown> {
  const { id, state, title, type, page } = card;
  return {
    ...(id === undefined ? {} : { id }),
    state,
    ...(title === undefined ? {} : { title, type }),
    ...(state === 'pending' && page !== undefined ? { payment_page_url: page.url } : {}),
  };
}

function parameters(payment: Payment, service: Service, form: Form, dialect: Dialect): unknown[] {
  const own = new Map(service.parameters.map((parameter) => [parameter.id, parameter]));
  const asked = new Map(service.steps.flatMap(({ show }) => show).map(({ code, name }) => [code, name]));
  return [...payment.parameters].map(([id, value]) => {
    const parameter = own.get(id);
    if (form === 'descriptor' && dialect === 'bw' && parameter !== undefined) return parameterView(parameter, value);
    return { code: id, name: parameter?.providerName ?? asked.get(id) ?? id, value: providerValue(parameter, value) };
  });
}

function destinationView(payment: Payment, viewer: string | undefined): Record<string, unknown> {
  if (payment.destination === undefined) return {};
  return {
    destination: { phone: payment.destination.phone },
    direction: viewer === payment.destination.phone ? 'in' : 'out',
    ...(payment.message === undefined ? {} : { message: payment.message }),
  };
}

function serviceView(payment: Payment, form: Form, dialect: Dialect, history: boolean): Record<string, unknown> {
  const { service } = payment;
  if (service === undefined) return {};
  const { id, name, online, outbound } = service;
  return {
    service: { id, name, ...(history ? { is_disabled: !online } : {}) },
    parameters: parameters(payment, service, form, dialect),
    outbound,
  };
}

export interface View {
  form: Form;
  dialect: Dialect;
  /** The phone that looks. */
  viewer?: string;
  /** In the history: display texts, `unseen`, and whether the service is switched off now. */
  history?: { unseen: boolean };
}

/** Payment (section 2.1). */
export function paymentView(payment: Payment, { form, dialect, viewer, history }: View): Record<string, unknown> {
  const { type, total, card, status } = payment;
  const priced = status === 'created' && payment.service === undefined ? paddedRubles : rubles;
  return {
    id: payment.id,
    client_payment_id: payment.clientPaymentId,
    amount: rubles(payment.amount),
    ...(total === undefined ? {} : { total: priced(total) }),
    created_at: payment.createdAt.toISOString(),
    ...(payment.processedAt === undefined ? {} : { processed_at: payment.processedAt.toISOString() }),
    status,
    ...(payment.declineReason === undefined ? {} : { decline_reason: payment.declineReason }),
    type,
    ...serviceView(payment, form, dialect, history !== undefined),
    ...(type === 'in' || type === 'inout' ? { inbound: ipsp[type] } : {}),
    ...(card === undefined ? {} : { card: cardView(card) }),
    ...destinationView(payment, viewer),
    ...(payment.wallet === undefined ? {} : { wallet: { phone: payment.wallet.phone } }),
    ...(payment.remoteCheck === undefined ? {} : { remote_check: payment.remoteCheck }),
    ...(history !== undefined && type === 'out' ? { title: '', subtitle: '', description: '' } : {}),
    ...(history?.unseen ? { unseen: true } : {}),
  };
}
