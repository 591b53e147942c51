import type { Rate } from './money.ts';

/** What the emulated QIWI Wallet keeps. Names are the contract's; money is whole hundredths of a currency unit. */

export type Minor = bigint;
export type Currency = 643 | 840 | 978 | 398;

export interface Money {
  amount: Minor;
  currency: Currency;
}

/** Section 1.6. */
export type Scope = 'profile' | 'balance' | 'history' | 'payments' | 'cards';

export interface Token {
  value: string;
  wallet: Wallet;
  scopes: Set<Scope>;
  /** 180 days after the issue (trap T1). */
  expiresAt: Date;
}

/** A balance of BAL-1. */
export interface Account {
  alias: string;
  fsAlias: string;
  title: string;
  type: { id: string; title: string };
  /** False for a linked phone account: it shows no balance and pays nothing. */
  hasBalance: boolean;
  balance: Minor;
  currency: Currency;
  /** How many more listings show a null balance; the retry of section 2.1 uses one up as well. */
  hiddenTimes: number;
}

export type IdentificationLevel = 'ANONYMOUS' | 'SIMPLE' | 'VERIFIED' | 'FULL';

/** The data of IDN-1. */
export interface Person {
  birthDate: string;
  firstName: string;
  middleName: string;
  lastName: string;
  passport: string;
  inn: string | null;
  snils: string | null;
  oms: string | null;
}

export interface Identification {
  level: IdentificationLevel;
  person: Person | null;
  passportExpired: boolean;
}

/** A request to go from FULL to VERIFIED (section 3.4). */
export interface Downgrade {
  id: string;
  wallet: Wallet;
  status: 'IN_PROGRESS' | 'SUCCESS' | 'FAIL';
  confirmed: boolean;
}

/** Parts of PRF-1 that nothing else in the sandbox changes. */
export interface Profile {
  registeredAt: Date;
  email: string | null;
  operator: string;
  firstTxnId: number;
}

export type LimitType =
  | 'REFILL'
  | 'TURNOVER'
  | 'PAYMENTS_P2P'
  | 'PAYMENTS_PROVIDER_INTERNATIONALS'
  | 'PAYMENTS_PROVIDER_PAYOUT'
  | 'WITHDRAW_CASH';

export interface Wallet {
  /** The wallet number: digits, no plus. */
  personId: string;
  accounts: Account[];
  defaultAlias: string;
  blocked: boolean;
  /** RST-1: outgoing payments are blocked. */
  outgoingBlocked: boolean;
  identification: Identification;
  profile: Profile;
  nickname: { nickname: string; canChange: boolean; canUse: boolean };
  /** Limits that differ from those of the identification level. */
  limits: Partial<Record<LimitType, Minor>>;
  /** Spent this month outside of what the history shows; set by the control API. */
  spentElsewhere: Partial<Record<LimitType, Minor>>;
  /** The QIWI Master package is bought. */
  master: boolean;
  hook: Hook | null;
  /** Client payment ids already used (trap T17). */
  paymentIds: Set<string>;
}

/** What decides over the fields, the limits and the effect of a payment. */
export type ServiceKind =
  | 'wallet'
  | 'conversion'
  | 'mobile'
  | 'card'
  | 'foreignCard'
  | 'kazakhCard'
  | 'bank'
  | 'requisites'
  | 'provider'
  | 'masterPackage'
  | 'masterCard'
  | 'merchant'
  | 'source';

/** A provider ("terms") of payments. */
export interface Service {
  id: number;
  kind: ServiceKind;
  shortName: string;
  longName: string;
  category: string;
  keywords: string;
  siteUrl: string | null;
  rate: Rate;
  min: Minor;
  max: Minor;
  /** A bank's value of `fields.account_type` for a card, and for an account (PAY-14, PAY-15). */
  accountTypes?: { card?: string; account?: readonly string[]; expiry?: boolean; agreement?: boolean };
  /** Switched off: payments end with this code. */
  suspended?: number;
}

export type TransactionType = 'IN' | 'OUT' | 'QIWI_CARD';
export type TransactionStatus = 'WAITING' | 'SUCCESS' | 'ERROR';
export type Source = 'QW_RUB' | 'QW_USD' | 'QW_EUR' | 'QW_KZT' | 'CARD' | 'MK';

/** One line of a wallet's history. A transfer between wallets is two of them with one id (trap T23). */
export interface Transaction {
  id: number;
  wallet: Wallet;
  type: TransactionType;
  status: TransactionStatus;
  errorCode: number;
  at: Date;
  /** Shown in the history from then on; its webhooks do not wait. */
  visibleAt: Date;
  trmTxnId: string;
  account: string;
  sum: Money;
  commission: Minor;
  service: Service;
  source: Service | null;
  sourceKind: Source;
  comment: string;
  /** A decimal. */
  currencyRate: string;
  /** The payment that made an outgoing one. */
  payment: Payment | null;
}

/** A payment order, by whatever call it was given. */
export interface PaymentOrder {
  wallet: Wallet;
  service: Service;
  /** What the recipient gets. */
  sum: Money;
  /** The currency of the account that pays. */
  funding: Currency;
  /** The client's id: `trmTxnId` of the history. */
  clientId: string;
  /** The recipient as the history shows it. */
  account: string;
  comment: string;
  fields: Record<string, string>;
  type?: 'OUT' | 'QIWI_CARD';
  /** The payer's bill, when one is paid. */
  invoice?: Invoice;
}

/** An order that was accepted. */
export interface Payment extends PaymentOrder {
  transaction: Transaction;
  /** Taken from the paying account, and not given back. */
  charged: Minor;
  /** Decided by the control API while it waits. */
  outcome?: Outcome;
}

/** How a payment ends; `WAITING` leaves it until told. */
export type Outcome = { status: 'SUCCESS' | 'WAITING' } | { status: 'ERROR'; errorCode: number };

/** A registered webhook (section 3.6). */
export interface Hook {
  id: string;
  url: string;
  txnType: 'IN' | 'OUT' | 'BOTH';
  /** 32 bytes; HOK-3 shows them as Base64. */
  key: Buffer;
}

/** A bill issued to a wallet by a merchant (INV-2). */
export interface Invoice {
  id: number;
  externalId: string;
  /** The wallet that should pay. */
  wallet: Wallet;
  createdAt: Date;
  expiresAt: Date;
  sum: Money;
  status: 'READY_FOR_PAY' | 'PAID' | 'REJECTED' | 'EXPIRED';
  merchant: Service;
  comment: string;
  /** The P2P bill behind it, when the merchant is a wallet of the sandbox. */
  bill: Bill | null;
}

/** A P2P key pair of INV-1. */
export interface KeyPair {
  name: string;
  publicKey: string;
  secretKey: string;
  siteId: string;
  wallet: Wallet;
  notificationsUrl: string | null;
}

/** A bill of the adjacent API (appendix A). */
export interface Bill {
  billId: string;
  keys: KeyPair;
  /** `invoice_uid` of the payment page. */
  uid: string;
  amount: Minor;
  currency: 'RUB' | 'KZT';
  status: 'WAITING' | 'PAID' | 'REJECTED' | 'EXPIRED';
  changedAt: Date;
  createdAt: Date;
  expiresAt: Date;
  /** As sent. */
  expirationText: string;
  customer: Record<string, string> | null;
  customFields: Record<string, string> | null;
  comment: string | null;
  successUrl: string | null;
}

export type CardAlias = 'qvc-cpa' | 'qvc-cpa-debit';
export type CardStatus = 'ACTIVE' | 'SENDED_TO_BANK' | 'SENDED_TO_USER' | 'BLOCKED' | 'UNKNOWN';

/** What MST-8 and MST-9 answer; MST-10 knows the first two. */
export type CardResult = 'OK' | 'FAIL' | 'CONFIRMATION_REQUIRED' | 'CONFIRMATION_LIMIT_EXCEED';

/** A QIWI Master card (section 2.10). */
export interface Card {
  /** `qvx.id`: the id of all calls. */
  id: number;
  /** `qvx.cardId`: beyond the safe integers (trap T43), so it is kept as text. */
  longId: string;
  wallet: Wallet;
  kind: CardAlias;
  alias: string;
  pan: string;
  cvv: string;
  status: CardStatus;
  activatedAt: Date;
  expiresAt: Date;
  blockedAt: Date | null;
  blockedByApi: boolean;
  /** The order's transaction. */
  txnId: string;
}

/** An order of a card (section 3.7). */
export interface CardOrder {
  id: string;
  wallet: Wallet;
  cardAlias: CardAlias;
  status: 'DRAFT' | 'COMPLETED' | 'PAYMENT_REQUIRED' | 'PAID';
  price: Money | null;
  card: Card | null;
}
