/** What the emulated VsePlatezhi keeps. Names are the contract's; money is whole kopecks. */

export type Kopecks = bigint;

/** Section 3.1: the place in the list is the code of the requests, the word is what is answered. */
export const levels = ['ELEMENTARY', 'PERSONALIZED', 'IDENTIFIED'] as const;
export type Level = (typeof levels)[number];

/** Section 3.5. */
export const operationTypes = ['PAYMENT', 'CREDIT', 'DEBIT', 'REFUND'] as const;
export type OperationType = (typeof operationTypes)[number];

/** The types that have limits. */
export const limitedTypes = ['CREDIT', 'PAYMENT', 'DEBIT'] as const;
export type LimitedType = (typeof limitedTypes)[number];

/** A company with a contract; it sees its own wallets only. */
export interface Partner {
  clientId: string;
  clientSecret: string;
  partnerId: string;
}

/** A pair of tokens (section 2.3). */
export interface Grant {
  partner: Partner;
  accessToken: string;
  accessUntil: Date;
  refreshToken: string;
  refreshUntil: Date;
}

/** System limits (section 3.6); those of one operation and of a month are the same for each type. */
export interface SystemLimits {
  balance: Kopecks;
  oneTime: Kopecks;
  month: Kopecks;
}

/** What the partner has set for one type (`limits.set`). */
export interface OwnLimit {
  oneTime?: Kopecks;
  month?: Kopecks;
  enabled?: boolean;
}

export interface Wallet {
  walletId: string;
  partner: Partner;
  number: string;
  /** Ten digits. */
  phone: string;
  level: Level;
  closed: boolean;
  balance: Kopecks;
  /** Instead of the limits of its level. */
  system: SystemLimits | null;
  own: Partial<Record<LimitedType, OwnLimit>>;
  /** Oldest first. */
  operations: Operation[];
}

/** A line of the report (`account.report`). */
export interface Operation {
  /** Known to the control API only: the provider shows no number (trap T-21). */
  id: number;
  wallet: Wallet;
  type: OperationType;
  amount: Kopecks;
  description: string;
  /** The merchant of a payment. */
  tcp: string | null;
  /** To the second. */
  at: Date;
  /** When the report begins to show it. */
  visibleAt: Date;
  /** Money is on its way to its receiver, or has arrived, or has come back. */
  state: 'pending' | 'settled' | 'refunded';
  /** How much of it came back. */
  refunded: Kopecks;
}

/** A link by which a person pays money into a wallet (section 3.2). */
export interface Refill {
  /** The last part of the link's path. */
  code: string;
  wallet: Wallet;
  amount: Kopecks;
  createdAt: Date;
  state: 'waiting' | 'paid' | 'declined' | 'expired';
}

/** The operation that `payment.init` makes (section 3.3). */
export interface PaymentToken {
  token: string;
  wallet: Wallet;
  createdAt: Date;
  used: boolean;
}

/** A member of the faster payments system. */
export interface Bank {
  bankIdentifier: string;
  name: string;
  originalName: string;
  bic: string;
}

/** A receiver of payments. */
export interface Merchant {
  tsp: string;
  name: string;
}

/** How an accepted payment or withdrawal goes on. */
export type Outcome = { kind: 'complete' | 'pending' | 'refund' } | { kind: 'decline'; code: string };
