import type { Payment, PaymentTransition } from '../../db/generated/client.ts';
import type { PaymentStatus, TransitionReason, TransitionSource } from '../../db/generated/enums.ts';
import type { EventType, NewEvent, PaymentSnapshot } from '../../events/event.ts';
import { assert } from '../../lib/assert.ts';
import { isoText } from '../../lib/iso-text.ts';

/** A payment on its way through one transaction: how it stands, and what is to be written about it. */
export interface Progress {
  payment: Payment;
  /** The version that is stored; 0 for a payment that is new. */
  storedVersion: number;
  transitions: PaymentTransition[];
  events: NewEvent[];
}

/** Which changes of status there are. COMPLETED and REVERSED alternate as a provider undoes and redoes. */
export const allowedTransitions: Record<PaymentStatus, readonly PaymentStatus[]> = {
  CREATED: ['PROCESSING', 'DECLINED', 'CANCELLED', 'EXPIRED'],
  PROCESSING: ['COMPLETED', 'DECLINED', 'EXPIRED'],
  COMPLETED: ['REVERSED'],
  REVERSED: ['COMPLETED'],
  // what a provider proves to be done is done, whatever was held of it before: proof beats the clock, and us
  DECLINED: ['COMPLETED'],
  CANCELLED: ['COMPLETED'],
  EXPIRED: ['COMPLETED'],
};

export interface Step {
  to: PaymentStatus;
  reason: TransitionReason;
  source: TransitionSource;
  message?: string | null;
  /** When it happened in the world; now when left out. */
  occurredAt?: Date;
  /** Other columns that change with it. */
  changes?: Partial<Payment>;
}

/**
 * The first transition: a new payment in CREATED.
 * @param payment the row to be, with status CREATED and version 1
 * @param occurredAt when it was made in the world; now when left out
 */
export function begin(payment: Payment, source: TransitionSource, now: Date, occurredAt = now): Progress {
  assert(payment.status === 'CREATED' && payment.version === 1, 'a payment begins as CREATED, version 1');
  const progress: Progress = { payment, storedVersion: 0, transitions: [], events: [] };
  return record(
    progress,
    payment,
    { from: null, to: 'CREATED', reason: 'CREATE', source, message: null, occurredAt },
    now,
  );
}

/** A stored payment, before anything new is written about it. */
export const resume = (payment: Payment): Progress => ({
  payment,
  storedVersion: payment.version,
  transitions: [],
  events: [],
});

/**
 * One transition further.
 * @throws InvariantError for a change of status that there is not
 */
export function step(
  progress: Progress,
  { changes, message = null, occurredAt, ...change }: Step,
  now: Date,
): Progress {
  const { status, version } = progress.payment;
  assert(allowedTransitions[status].includes(change.to), `a payment does not go from ${status} to ${change.to}`);
  const news = change.to === 'COMPLETED' && isNews(progress.payment) ? { seen: false } : {};
  // whom a payout goes to (a card's number, a phone) and what a service is paid for is nobody's business any more once the outcome is known
  const { kind, serviceId } = progress.payment;
  const pays = serviceId !== null || kind === 'PAYOUT' || kind === 'TRANSIT';
  const ended = change.to !== 'PROCESSING' && pays ? { orderSealed: null } : {};
  const payment = { ...progress.payment, ...ended, ...changes, ...news, status: change.to, version: version + 1 };
  return record(progress, payment, { from: status, ...change, message, occurredAt: occurredAt ?? now }, now);
}

/** Is it news to somebody that a payment is done: to who receives it without having made it, or to all when its provider tells of it? */
const isNews = ({ origin, sourceWalletId, destinationWalletId, sourceCustomerId, destinationCustomerId }: Payment) =>
  origin === 'PROVIDER' ||
  (sourceWalletId !== null &&
    destinationWalletId !== null &&
    sourceWalletId !== destinationWalletId &&
    (sourceCustomerId === null || sourceCustomerId !== destinationCustomerId));

/** A change without a change of status: priced, wants more data, has a page to open. */
export function touch(progress: Progress, changes: Partial<Payment>, now: Date): Progress {
  const payment = { ...progress.payment, ...changes, version: progress.payment.version + 1 };
  return { ...progress, payment, events: [...progress.events, paymentEvent(payment, null, now)] };
}

type Change = Pick<PaymentTransition, 'from' | 'to' | 'reason' | 'source' | 'message' | 'occurredAt'>;

function record(progress: Progress, payment: Payment, change: Change, now: Date): Progress {
  const transition = { paymentId: payment.id, version: payment.version, recordedAt: now, ...change };
  return {
    ...progress,
    payment,
    transitions: [...progress.transitions, transition],
    events: [...progress.events, paymentEvent(payment, transition, now)],
  };
}

/**
 * Customers who may know of the payment as it stands: who made it always; who receives it, once the money has come.
 */
export function audience(payment: Payment): string[] {
  const makerId = payment.sourceWalletId ? payment.sourceCustomerId : payment.destinationCustomerId;
  const arrived = payment.status === 'COMPLETED' || payment.status === 'REVERSED';
  const ids = [makerId, arrived ? payment.destinationCustomerId : null];
  return [...new Set(ids.filter((id) => id !== null))];
}

function paymentEvent(payment: Payment, transition: PaymentTransition | null, now: Date): NewEvent {
  return {
    partnerId: payment.partnerId,
    type: transition ? (`PAYMENT_${transition.to}` as EventType) : 'PAYMENT_UPDATED',
    audience: audience(payment),
    walletIds: [payment.sourceWalletId, payment.destinationWalletId].filter((id) => id !== null),
    paymentId: payment.id,
    data: { kind: 'payment', payment: snapshot(payment), transition: transition && transitionSnapshot(transition) },
    occurredAt: transition?.occurredAt ?? now,
  };
}

function transitionSnapshot({ occurredAt, recordedAt, from, to, reason, source }: PaymentTransition) {
  return {
    from,
    to,
    reason,
    source,
    // what people wrote stays in the timeline: the log is never changed, and nobody can be erased from it
    message: null,
    occurredAt: isoText(occurredAt),
    recordedAt: isoText(recordedAt),
  };
}

/** What changes in a payment's life, as it stands now; the rest is read from the row, the provider's words among it. */
export function snapshot(payment: Payment): PaymentSnapshot {
  const time = (at: Date | null) => at && isoText(at);
  return {
    id: payment.id,
    version: payment.version,
    status: payment.status,
    declineReason: payment.declineReason,
    refundedMinor: payment.refundedMinor.toString(),
    confirmedAt: time(payment.confirmedAt),
    completedAt: time(payment.completedAt),
    expiresAt: time(payment.expiresAt),
  };
}
