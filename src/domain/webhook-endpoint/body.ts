import type { EventData, LogEvent } from '../../events/event.ts';
import { encodeCursor } from '../../events/log.ts';
import { assertNever } from '../../lib/assert.ts';
import { formatAmount } from '../../money/money.ts';

/**
 * The body that tells of an event, the same at each try: what it is, when it happened, and the ids by which the rest is asked for.
 * Amounts are decimals at their currency's scale, as in GraphQL. No personal data, and no text that a person wrote.
 */
export function bodyOf(event: LogEvent): string {
  const { id, type, occurredAt, position, data } = event;
  return JSON.stringify({ type, timestamp: occurredAt, id, cursor: encodeCursor(position), data: told(data) });
}

/** The id of the object that an event is about: events of one object are told in their order. */
export function subjectOf({ id, data }: Pick<LogEvent, 'id' | 'data'>): string {
  switch (data.kind) {
    case 'payment':
      return data.payment.id;
    case 'balance':
    case 'wallet':
      return data.walletId;
    case 'card':
      return data.cardId;
    case 'invoice':
      return data.invoiceId;
    case 'creditSession':
      return data.session.id;
    case 'test':
      return id;
    default:
      return assertNever(data);
  }
}

function told(data: EventData): object {
  switch (data.kind) {
    case 'payment':
      return payment(data);
    case 'balance':
      return balance(data);
    case 'wallet':
      return { wallet: { id: data.walletId, status: data.status } };
    case 'card':
      return { card: { id: data.cardId, state: data.state }, wallet: { id: data.walletId } };
    case 'invoice':
      return { invoice: { id: data.invoiceId, state: data.state } };
    case 'creditSession':
      return creditSession(data);
    case 'test':
      return { endpoint: { id: data.endpointId } };
    default:
      return assertNever(data);
  }
}

function payment({ payment, transition }: Extract<EventData, { kind: 'payment' }>): object {
  const { id, version, status, declineReason, confirmedAt, completedAt, expiresAt } = payment;
  const step = transition && {
    from: transition.from,
    to: transition.to,
    reason: transition.reason,
    source: transition.source,
    occurredAt: transition.occurredAt,
  };
  return { payment: { id, version, status, declineReason, confirmedAt, completedAt, expiresAt }, transition: step };
}

function creditSession({ session, transition }: Extract<EventData, { kind: 'creditSession' }>): object {
  const { id, orderId, version, state } = session;
  const { from, to, source, occurredAt } = transition ?? {};
  const step = transition && { from, to, source, occurredAt };
  return { creditSession: { id, orderId, version, state }, transition: step };
}

function balance({ walletId, currency, asOf, ...minor }: Extract<EventData, { kind: 'balance' }>): object {
  const amount = (text: string) => formatAmount({ minor: BigInt(text), currency });
  const amounts = { posted: amount(minor.posted), pending: amount(minor.pending), available: amount(minor.available) };
  return { wallet: { id: walletId }, balance: { currency, ...amounts, asOf } };
}
