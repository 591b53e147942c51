import type { LosslessNumber } from 'lossless-json';
import { formatAmount, type Money } from '../../money/money.ts';
import { jsonNumber } from '../json.ts';
import type { NextAction, ParameterValue, Party, ProviderCard, ProviderInvoice, ProviderPayment } from '../values.ts';
import { cardStates, declineReasons, invoiceStates, paymentKinds, paymentStatuses } from './status.ts';
import type { WireCard, WireMeta, WireParameter, WirePayment } from './wire.ts';
import type { WireInvoice } from './wire-records.ts';

/** mbank ↔ ours, without I/O. Amounts are rubles in major units on the wire and kopecks here. */

/** An amount for a request body: the shortest decimal form, as in every documented request (contract 1.5). */
export const rublesOut = (money: Money): LosslessNumber =>
  jsonNumber(
    formatAmount(money)
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, ''),
  );

/** Empty texts stand for "none" in this API. */
export const textOrNull = (text: string | null | undefined): string | null => text || null;

/** Contract 2.1, Card. */
export function mapCard(card: WireCard): ProviderCard {
  const url = textOrNull(card.payment_page_url);
  return {
    reference: card.id ?? null,
    state: cardStates[card.state] ?? 'UNKNOWN',
    providerState: card.state,
    maskedPan: textOrNull(card.title),
    scheme: schemeOf(card.type),
    nextAction: url ? { kind: 'REDIRECT', url } : null,
  };
}

function schemeOf(type: string | null | undefined): ProviderCard['scheme'] {
  switch (type?.toLowerCase()) {
    case 'visa':
      return 'VISA';
    case 'mastercard':
      return 'MASTERCARD';
    case 'maestro':
      return 'MAESTRO';
    case 'mir':
      return 'MIR';
    default:
      return 'UNKNOWN';
  }
}

/**
 * Both shapes of a parameter as id and value (trap T-15): in the descriptor form without a value, the entered one is the
 * last of the suggested.
 */
export function mapParameterValue(parameter: WireParameter): ParameterValue | null {
  const value = parameter.value ?? (parameter.valueForm ? null : parameter.suggested_values?.at(-1));
  return value == null ? null : { id: parameter.id, title: parameter.title, value };
}

/** What an answer's `meta` adds to the payment in its `data`. Notifications and lists have none. */
export type PaymentMeta = Pick<WireMeta, 'next_action' | 'current_parameters'>;

/**
 * Contract 2.1 and 3.1. The pages of 2014 say `processing` where a payment is still being put together (trap T-59);
 * such a payment has no price yet, or asks to be updated or paid.
 * @param viewer the number of the wallet that looks, to tell a transfer's direction
 */
export function mapPayment(
  payment: WirePayment,
  meta: PaymentMeta = {},
  viewer: string | null = null,
): ProviderPayment {
  const told = paymentStatuses[payment.status] ?? 'UNKNOWN';
  const unfinished = payment.total == null || meta.next_action === 'update' || meta.next_action === 'pay';
  const status = payment.status === 'processing' && unfinished ? 'CREATED' : told;
  const card = payment.card ? mapCard(payment.card) : null;
  return {
    reference: payment.id,
    clientId: payment.client_payment_id,
    kind: paymentKinds[payment.type],
    status,
    providerStatus: payment.status,
    amount: payment.amount,
    total: payment.total ?? null,
    fee: payment.total ? { minor: payment.total.minor - payment.amount.minor, currency: payment.total.currency } : null,
    nextAction: nextActionOf(payment, meta, status, card),
    declineReason: status === 'DECLINED' ? (declineReasons[payment.decline_reason ?? ''] ?? 'PROVIDER_REFUSED') : null,
    ...(status === 'DECLINED' && payment.decline_reason === 'internal_error' ? { blame: 'PROVIDER' as const } : {}),
    declineMessage: textOrNull(payment.decline_reason),
    ...partiesOf(payment, card),
    direction: directionOf(payment, viewer),
    card,
    parameters: (payment.parameters ?? []).flatMap((parameter) => mapParameterValue(parameter) ?? []),
    attributes: attributesOf(payment),
    note: textOrNull(payment.message),
    title: textOrNull(payment.title),
    subtitle: textOrNull(payment.subtitle),
    description: textOrNull(payment.description),
    receiptNumber: textOrNull(payment.remote_check),
    walletNumber: payment.wallet?.phone ?? null,
    createdAt: payment.created_at,
    completedAt: payment.processed_at ?? null,
  };
}

function nextActionOf(
  payment: WirePayment,
  meta: PaymentMeta,
  status: ProviderPayment['status'],
  card: ProviderCard | null,
): NextAction | null {
  if (status === 'PROCESSING') return card?.nextAction ?? null;
  if (status !== 'CREATED') return null;
  switch (meta.next_action) {
    case 'update':
      return { kind: 'UPDATE', prompts: (meta.current_parameters ?? []).map(promptOf) };
    case 'get':
      return { kind: 'WAIT' };
    case 'pay':
      return { kind: 'CONFIRM' };
    default:
      return { kind: payment.total ? 'CONFIRM' : 'WAIT' };
  }
}

const promptOf = (parameter: NonNullable<WireMeta['current_parameters']>[number]) => ({
  id: parameter.code,
  title: parameter.name,
  value: textOrNull(parameter.value),
  editable: parameter.editable,
});

function partiesOf(payment: WirePayment, card: ProviderCard | null): { source: Party; destination: Party } {
  const wallet: Party = { kind: 'WALLET', phone: payment.wallet?.phone ?? null };
  const byCard: Party = card
    ? { kind: 'CARD', card }
    : { kind: 'EXTERNAL', description: payment.inbound?.name ?? 'card' };
  const service: Party = payment.service
    ? {
        kind: 'SERVICE',
        reference: payment.service.id,
        name: payment.service.name,
        disabled: payment.service.is_disabled ?? false,
      }
    : { kind: 'EXTERNAL', description: payment.outbound?.name ?? 'service' };
  switch (payment.type) {
    case 'in':
      return { source: byCard, destination: wallet };
    case 'out':
      return { source: wallet, destination: service };
    case 'inout':
      return { source: byCard, destination: service };
    case 'p2p':
      return { source: wallet, destination: { kind: 'WALLET', phone: payment.destination?.phone ?? null } };
  }
}

function directionOf(payment: WirePayment, viewer: string | null): ProviderPayment['direction'] {
  if (payment.type === 'in') return 'IN';
  if (payment.type !== 'p2p') return 'OUT';
  if (payment.direction === 'in') return 'IN';
  if (payment.direction === 'out') return 'OUT';
  if (viewer === null) return null;
  if (payment.destination?.phone === viewer) return 'IN';
  return payment.wallet?.phone === viewer ? 'OUT' : null;
}

function attributesOf({ inbound, outbound }: WirePayment): ProviderPayment['attributes'] {
  return [
    ...(inbound ? [{ name: 'inbound', value: inbound.name }] : []),
    ...(outbound ? [{ name: 'outbound', value: outbound.name }] : []),
  ];
}

/** Contract 2.1, Invoice; a null status reads as created (trap T-30). */
export function mapInvoice(invoice: WireInvoice): ProviderInvoice {
  return {
    reference: invoice._id,
    payerPhone: invoice.payer,
    recipientPhone: invoice.recipient,
    amount: invoice.amount,
    message: textOrNull(invoice.message),
    state: invoiceStates[invoice.status ?? 'created'] ?? 'UNKNOWN',
    providerState: invoice.status ?? null,
    paymentReference: invoice.payment_id ?? null,
  };
}
