/** What the emulated Moneywall keeps. Names are the contract's; money is whole kopecks. */

export type Kopecks = bigint;

/** A shop with a contract; it sees its own sessions only. */
export interface Partner {
  name: string;
  /** As it stands in `Authorization`, without a scheme. */
  token: string;
}

/** Section 3.1. */
export const states = ['processing', 'cancelled', 'authorized', 'voided', 'refunded', 'charged'] as const;
export type State = (typeof states)[number];

/** What a callback says by its URL: the application was approved (MW-5), or refused (MW-6). */
export const callbackKinds = ['success', 'failure'] as const;
export type CallbackKind = (typeof callbackKinds)[number];

/** Why a session was cancelled (section 3.2). */
export const cancellations = ['refused', 'abandoned', 'expired'] as const;
export type Cancellation = (typeof cancellations)[number];

/** One change of the state. */
export interface Transition {
  to: State;
  at: Date;
}

/** A refund that was carried out (section 2.4). */
export interface Refund {
  amount: Kopecks;
  at: Date;
  /** Against the debt, with the agreement going on; or it ended the agreement: voided, or repaid and closed. */
  effect: 'debt' | 'voided' | 'repaid';
  /** Ordered over the API, or by Moneywall's own staff. */
  by: 'partner' | 'staff';
}

/** The first of the three payments, made with the application. */
export interface InitialPayment {
  amount: Kopecks;
  /** Masked; null when it was made without the page. */
  card: string | null;
  state: 'held' | 'charged' | 'returned';
}

/** A file as it came; its content is not kept. */
export interface ReceivedFile {
  filename: string;
  size: number;
  /** Lower-case hex. */
  sha256: string;
}

/** An issued ticket with its itinerary receipt (MW-2). */
export interface Ticket {
  number: string;
  receipt: ReceivedFile;
}

/** What a shopper enters on the page about themselves. */
export interface Applicant {
  lastName: string;
  firstName: string;
  middleName: string;
  birthDate: string;
  passport: string;
}

/** An application as it was handed in, with the card of the initial payment. */
export interface Application extends Applicant {
  /** `4111 **** 1111`. */
  card: string;
}

/** A checked request of MW-1. */
export interface Order {
  orderId: string;
  phone: string;
  email: string;
  amount: Kopecks;
  successUrl: string;
  failureUrl: string;
  redirectUrl: string;
  webMode: 'standalone' | 'iframe';
  expiresAt: Date | null;
  /** The earliest departure as `YYYY-MM-DD` in its own offset; null without an airline product. */
  departureDay: string | null;
  /** From the passport, for the page. */
  applicant: Partial<Applicant>;
  /** The body as it was sent. */
  sent: Record<string, unknown>;
}

/** A payment session: a credit application, and later the agreement. */
export interface Session extends Order {
  id: number;
  partner: Partner;
  state: State;
  createdAt: Date;
  /** T0 of section 3.2; null until the agreement is opened. */
  openedAt: Date | null;
  /** What the shopper handed in on the page; null before that. */
  applied: Application | null;
  cancelledAs: Cancellation | null;
  initialPayment: InitialPayment | null;
  refunds: Refund[];
  tickets: Map<string, Ticket>;
  transactionLetters: ReceivedFile[];
  history: Transition[];
  /** Calls that were due, those lost on purpose included. */
  callbacks: { kind: CallbackKind; at: Date; lost: boolean }[];
}

/** What becomes of an application that a shopper hands in. */
export const decisions = ['authorize', 'cancel', 'pending'] as const;
export type Decision = (typeof decisions)[number];
