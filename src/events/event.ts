/** What can happen; the same words in GraphQL (`enum EventType`). */
export const eventTypes = [
  'PAYMENT_CREATED',
  'PAYMENT_UPDATED',
  'PAYMENT_PROCESSING',
  'PAYMENT_COMPLETED',
  'PAYMENT_DECLINED',
  'PAYMENT_CANCELLED',
  'PAYMENT_EXPIRED',
  'PAYMENT_REVERSED',
  'BALANCE_CHANGED',
  'WALLET_OPENED',
  'WALLET_UPDATED',
  'WALLET_CLOSED',
  'CARD_UPDATED',
  'INVOICE_UPDATED',
  'CREDIT_SESSION_UPDATED',
  'PROVIDER_HEALTH_CHANGED',
  'WEBHOOK_TEST',
] as const;

export type EventType = (typeof eventTypes)[number];

/** A payment as it was when the event happened; amounts are minor units as text, instants ISO 8601. No personal data. */
export interface PaymentSnapshot {
  id: string;
  version: number;
  status: string;
  declineReason: string | null;
  refundedMinor: string;
  confirmedAt: string | null;
  completedAt: string | null;
  expiresAt: string | null;
}

/** The step that the event tells of. */
export interface TransitionSnapshot {
  from: string | null;
  to: string;
  reason: string;
  source: string;
  occurredAt: string;
  recordedAt: string;
  message: string | null;
}

/** A credit session as it was when the event happened; amounts are minor units as text. */
export interface CreditSessionSnapshot {
  id: string;
  orderId: string;
  version: number;
  state: string;
  refundedMinor: string;
  reservedMinor: string;
}

/** What an event carries, so that a reader of an old event sees that moment and not the present. */
export type EventData =
  | {
      kind: 'payment';
      payment: PaymentSnapshot /** Null when the status stayed. */;
      transition: TransitionSnapshot | null;
    }
  | {
      kind: 'balance';
      walletId: string;
      currency: string;
      /** Minor units as text, as are `pending` and `available`. */
      posted: string;
      pending: string;
      available: string;
      asOf: string;
    }
  | { kind: 'wallet'; walletId: string; status: string }
  | { kind: 'test'; endpointId: string }
  | { kind: 'card'; cardId: string; walletId: string; state: string }
  | { kind: 'invoice'; invoiceId: string; state: string }
  | {
      kind: 'creditSession';
      session: CreditSessionSnapshot;
      /** Null when the state stayed. */
      transition: Omit<TransitionSnapshot, 'reason' | 'message'> | null;
    };

/** An event as a business transaction appends it. */
export interface NewEvent {
  partnerId: string;
  type: EventType;
  /** Ids of the customers who may see it. */
  audience: string[];
  walletIds: string[];
  paymentId: string | null;
  data: EventData;
  occurredAt: Date;
}

/** An event in the log. It is shared by all its readers: nobody changes it. */
export interface LogEvent extends NewEvent {
  id: string;
  /** Its place: 1, 2, 3 … without holes, in the order in which everybody sees them. */
  position: bigint;
  recordedAt: Date;
}
