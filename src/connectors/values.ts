import type { Money } from '../money/money.ts';
import type { DeclineReason, Refusal } from './outcome.ts';

/**
 * The unified values that cross the port. Words are those of the GraphQL schema. A status that is in no table is
 * 'UNKNOWN': it was logged, and nothing may be concluded from it.
 */

/** What every capability says of itself. */
export interface Capability {
  /** The provider's documented operations behind it, by the words of the coverage page. */
  readonly operations: readonly string[];
}

export type PaymentKind = 'TOP_UP' | 'TRANSFER' | 'PAYOUT' | 'TRANSIT' | 'REFUND' | 'EXCHANGE';
export type PaymentStatus = 'CREATED' | 'PROCESSING' | 'COMPLETED' | 'DECLINED' | 'CANCELLED' | 'EXPIRED' | 'REVERSED';
export type CardState =
  | 'CREATED'
  | 'PENDING'
  | 'PAYMENT_REQUIRED'
  | 'ACTIVE'
  | 'BLOCKED'
  | 'FAILED'
  | 'USED'
  | 'REMOVED';
export type InvoiceState = 'CREATED' | 'PROCESSING' | 'COMPLETED' | 'DECLINED' | 'CANCELLED' | 'REJECTED' | 'EXPIRED';
export type IdentificationLevel = 'NONE' | 'SIMPLIFIED' | 'FULL';
export type IdentificationStatus = 'NOT_STARTED' | 'DATA_ENTERED' | 'VERIFIED' | 'DOWNGRADE_IN_PROGRESS' | 'FAILED';
export type NotificationPeriod = 'INSTANT' | 'DAY' | 'WEEK' | 'MONTH';
export type Unmapped = 'UNKNOWN';

export interface Attribute {
  name: string;
  value: string;
  /** Does it tell who somebody is? Then it is masked for those who may not know. */
  personal?: true;
}

/** A parameter's value as the provider has it. */
export interface ParameterValue {
  id: string;
  title: string | null;
  value: string;
}

/** What a payment of several steps shows or asks. */
export interface Prompt {
  id: string;
  title: string;
  value: string | null;
  editable: boolean;
}

/** What has to happen next. `checkAfter` and other times are the domain's business. */
export type NextAction =
  | { kind: 'CONFIRM' }
  | { kind: 'UPDATE'; prompts: Prompt[] }
  | { kind: 'WAIT' }
  | { kind: 'REDIRECT'; url: string }
  | { kind: 'PAYLOAD'; payload: string }
  | { kind: 'REQUISITES'; requisites: Attribute[]; reference: string };

/** One side of a payment, as the provider names it. */
export type Party =
  | { kind: 'WALLET'; phone: string | null }
  | { kind: 'CARD'; card: ProviderCard }
  | { kind: 'SERVICE'; reference: string; name: string; disabled: boolean }
  | { kind: 'PERSON'; person: RemittanceParty }
  | { kind: 'PHONE'; phone: string; operator: string | null }
  | { kind: 'MERCHANT'; reference: string | null; name: string; logoUrl: string | null }
  | { kind: 'EXTERNAL'; description: string };

/** A payment as its provider sees it now. */
export interface ProviderPayment {
  reference: string;
  /** The line of an `unnumbered` history that proves it; left out where there is none, or none yet. */
  historyReference?: string;
  /** The id that we gave it; null where another client made it without one. */
  clientId: string | null;
  kind: PaymentKind;
  status: PaymentStatus | Unmapped;
  /** The provider's own word. */
  providerStatus: string;
  amount: Money;
  /** Null until the provider has priced it. */
  total: Money | null;
  fee: Money | null;
  nextAction: NextAction | null;
  declineReason: DeclineReason | null;
  declineMessage: string | null;
  /** Whose fault a decline is, where its reason tells: another provider may still carry what PROVIDER is to blame for. */
  blame?: Refusal['blame'];
  source: Party;
  destination: Party;
  /** Seen from the wallet it was read for; null where the provider does not tell whose side it shows. */
  direction: 'IN' | 'OUT' | null;
  card: ProviderCard | null;
  parameters: ParameterValue[];
  attributes: Attribute[];
  note: string | null;
  title: string | null;
  subtitle: string | null;
  description: string | null;
  receiptNumber: string | null;
  /** The wallet that owns it, where told. */
  walletNumber: string | null;
  /** Units of the payer's currency for one of the destination's, where the payment converted. */
  exchangeRate?: string | null;
  destinationAmount?: Money | null;
  /** What paid, where told. */
  fundingSource?: 'BALANCE' | 'CARD' | 'MOBILE_ACCOUNT' | null;
  /** What the provider offers to do with it; left out where it does not tell. */
  actions?: readonly ('RECEIPT' | 'REPEAT' | 'SAVE_AS_TEMPLATE')[];
  /** The provider's own refusal code. */
  providerCode?: string | null;
  createdAt: Date;
  completedAt: Date | null;
}

/** A bank card linked at a provider. `reference` is null for a card that was used once and not kept. */
export interface ProviderCard {
  reference: string | null;
  state: CardState | Unmapped;
  providerState: string;
  maskedPan: string | null;
  scheme: 'MIR' | 'VISA' | 'MASTERCARD' | 'MAESTRO' | 'UNKNOWN';
  nextAction: NextAction | null;
}

export interface ProviderInvoice {
  reference: string;
  payerPhone: string;
  recipientPhone: string;
  amount: Money;
  message: string | null;
  state: InvoiceState | Unmapped;
  providerState: string | null;
  paymentReference: string | null;
  /** The issuer's own number, where there is one. */
  number?: string | null;
  payUrl?: string | null;
  payMethods?: readonly ('BALANCE' | 'CARD' | 'MOBILE_ACCOUNT')[];
  /** Who asks, where it is a merchant and not a wallet. */
  merchant?: { reference: string | null; name: string; logoUrl: string | null } | null;
  /** Who is asked, where it is known by more than a phone. */
  payer?: { phone: string | null; email: string | null; account: string | null } | null;
  attributes?: Attribute[];
  createdAt?: Date | null;
  changedAt?: Date | null;
  dueAt?: Date | null;
}

export interface ProviderPerson {
  firstName: string | null;
  middleName: string | null;
  lastName: string | null;
  birthDate: string | null;
  passport: string | null;
  passportIssuedAt: string | null;
  inn: string | null;
  snils: string | null;
  /** Left out where the provider knows none. */
  oms?: string | null;
}

export interface RemittanceParty {
  firstName: string | null;
  middleName: string | null;
  lastName: string | null;
  /** ISO 3166-1 numeric, as networks write it. */
  countryNumeric: string | null;
  resident: boolean | null;
  phone: string | null;
}

/** A page of a list; `next` is handed back to read on, null at the end. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** An answer to "has it changed since `version`?". */
export type Loaded<T> = { changed: false } | { changed: true; value: T; version: string | null };
