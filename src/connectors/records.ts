import type { Money } from '../money/money.ts';
import type { Call } from './connector.ts';
import type { Outcome } from './outcome.ts';
import type {
  Capability,
  CardState,
  InvoiceState,
  Page,
  PaymentKind,
  PaymentStatus,
  ProviderCard,
  ProviderInvoice,
  ProviderPayment,
} from './values.ts';

/** QUOTES: what a payment would cost. */
export interface Quotes extends Capability {
  quote(call: Call, input: { amount: Money; serviceReference: string }): Promise<{ fee: Money; total: Money }>;
}

/** Which payments to read. */
export interface HistoryQuery {
  cursor?: string;
  pageSize?: number;
  kinds?: PaymentKind[];
  /** Without it, what the provider lists by itself, which may leave out unfinished ones. */
  statuses?: PaymentStatus[];
}

/** HISTORY: the provider's own record of payments. */
export interface History extends Capability {
  list(call: Call, query: HistoryQuery): Promise<Page<ProviderPayment>>;
  /** One payment by the provider's number; null when there is none. */
  get?(call: Call, reference: string): Promise<ProviderPayment | null>;
  /** Clears the provider's own counter of unseen payments; a best effort. */
  markSeen?(call: Call): Promise<Outcome<null>>;
}

/** RECEIPTS. */
export interface Receipts extends Capability {
  /** `locale` is a BCP 47 tag. */
  send?(call: Call, input: { reference: string; email: string; locale: string }): Promise<Outcome<null>>;
}

/** LINKED_CARDS: bank cards kept at the provider. */
export interface LinkedCards extends Capability {
  link(
    call: Call,
    input: { successUrl: string; failureUrl: string; embedded: boolean },
  ): Promise<Outcome<ProviderCard>>;
  /** Null when the provider has no such card (any more). */
  get(call: Call, reference: string): Promise<ProviderCard | null>;
  list(call: Call, states?: CardState[]): Promise<ProviderCard[]>;
  /** Accepted also when it was gone already. */
  remove(call: Call, reference: string): Promise<Outcome<null>>;
}

/** What an invoice asks for. */
export interface InvoiceOrder {
  payerPhone: string;
  amount: Money;
  message?: string;
}

/** INVOICES. */
export interface Invoices extends Capability {
  /**
   * References of the issuer's invoices now, to be kept with the attempt before `create`: where the provider's answer
   * names no id, the new invoice is the one that was not there before. Absent where the provider has ids for that.
   */
  snapshot?(call: Call): Promise<string[]>;
  /** Never repeated. Accepted answers the candidates (several only when equal invoices were issued at once, none when the list failed: then `find`). */
  create?(call: Call, order: InvoiceOrder, snapshot: string[]): Promise<Outcome<ProviderInvoice[]>>;
  /** Invoices like `order` that are not in `snapshot`: proof, after an unclear `create`, that it happened, or that it did not. */
  find?(call: Call, order: InvoiceOrder, snapshot: string[]): Promise<ProviderInvoice[]>;
  list(call: Call, query: { direction: 'INCOMING' | 'OUTGOING'; states?: InvoiceState[] }): Promise<ProviderInvoice[]>;
  /** Never repeated: each call makes another one. */
  duplicate?(call: Call, reference: string): Promise<Outcome<ProviderInvoice>>;
  /** Accepted also when it was cancelled already. */
  cancel?(call: Call, reference: string): Promise<Outcome<null>>;
  /** Makes the payment that pays it; where the provider has two phases the payment is then confirmed as a transfer. */
  pay?(call: Call, reference: string): Promise<Outcome<ProviderPayment>>;
}
