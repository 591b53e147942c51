import type { Money } from '../money/money.ts';
import type { Call } from './connector.ts';
import type { Outcome } from './outcome.ts';
import type { PaymentCapability } from './payments.ts';
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

/** A file that a provider makes. */
export interface ProviderFile {
  contentType: string;
  content: Uint8Array;
}

/** What a payment would cost, in the payer's currency but for `destinationAmount`. */
export interface ProviderQuote {
  fee: Money;
  total: Money;
  /** What `fee` is made of; left out where the provider names one sum only. */
  fees?: { kind: 'PROVIDER' | 'FUNDING_SOURCE'; amount: Money }[];
  destinationAmount?: Money | null;
  /** Units of the payer's currency for one of the destination's; decimal text. */
  exchangeRate?: string | null;
}

/** QUOTES: what a payment would cost. */
export interface Quotes extends Capability {
  /**
   * @param input `account`: the payee's identifier with the service (a phone, a card's or an account's number), where the
   *   provider prices by it; `fromCurrency`: the balance that pays, where it is not the one of `amount`
   */
  quote(
    call: Call,
    input: { amount: Money; serviceReference: string; account?: string; fromCurrency?: string },
  ): Promise<ProviderQuote>;
  /** The service under which a transfer between wallets of the provider is priced; absent where it costs nothing. */
  readonly transferService?: string;
  /** The service under which a conversion is priced. */
  readonly exchangeService?: string;
}

/** Which payments to read. */
export interface HistoryQuery {
  cursor?: string;
  pageSize?: number;
  kinds?: PaymentKind[];
  /** Without it, what the provider lists by itself, which may leave out unfinished ones. */
  statuses?: PaymentStatus[];
  /** Both or none; of any length: the connector reads it in windows as long as the provider allows. */
  from?: Date;
  to?: Date;
  direction?: 'IN' | 'OUT';
  sources?: FundingSource[];
  /** Both inclusive; only where `History.filtersAmounts`. */
  amountMin?: Money;
  amountMax?: Money;
}

/** What paid, as a filter. */
export interface FundingSource {
  kind: 'BALANCE' | 'CARD' | 'MOBILE_ACCOUNT';
  /** Of a balance only. */
  currency?: string;
}

/** HISTORY: the provider's own record of payments. */
export interface History extends Capability {
  list(call: Call, query: HistoryQuery): Promise<Page<ProviderPayment>>;
  /** One payment by the provider's number; null when there is none. */
  get?(call: Call, reference: string, direction?: 'IN' | 'OUT'): Promise<ProviderPayment | null>;
  /** Does `get` tell what can be done with a payment (`ProviderPayment.actions`)? */
  readonly tellsActions?: boolean;
  /** The provider's own sums over a span of any length. */
  totals?(
    call: Call,
    query: { from: Date; to: Date; direction?: 'IN' | 'OUT'; sources?: FundingSource[] },
  ): Promise<{ incoming: Money[]; outgoing: Money[] }>;
  /** Does it hold every movement of a wallet, so that it explains the balance? Then a difference is a break, and no adjustment. */
  readonly explainsBalance?: boolean;
  /** Can the provider filter by amount? */
  readonly filtersAmounts?: boolean;
  /**
   * Do its lines name no payment? Then a line's `reference` is one that the connector has made from what the line says, always
   * the same for the same line, and no payment of ours has it: a line belongs to the payment whose `historyReference` it is,
   * else to the one that it fits by wallet, kind, direction, amount, receiver and time.
   */
  readonly unnumbered?: boolean;
  /** How many lists may be read in a minute for one wallet; null where nothing is documented. */
  readonly listsPerMinute?: number | null;
  /** Clears the provider's own counter of unseen payments; a best effort. */
  markSeen?(call: Call): Promise<Outcome<null>>;
}

export type ReceiptFormat = 'PDF' | 'JPEG';

/** RECEIPTS. */
export interface Receipts extends Capability {
  /** `locale` is a BCP 47 tag. */
  send?(
    call: Call,
    input: { reference: string; email: string; locale: string; direction?: 'IN' | 'OUT' },
  ): Promise<Outcome<null>>;
  readonly formats?: readonly ReceiptFormat[];
  file?(
    call: Call,
    input: { reference: string; format: ReceiptFormat; direction?: 'IN' | 'OUT' },
  ): Promise<ProviderFile>;
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

/** What an invoice asks for at a provider that numbers invoices by our numbers. */
export interface NumberedInvoiceOrder {
  /** The issuer's own number, on which the provider dedupes. */
  number: string;
  amount: Money;
  payer?: { phone?: string; email?: string; account?: string };
  message?: string;
  dueAt: Date;
  payMethods?: readonly ('BALANCE' | 'CARD' | 'MOBILE_ACCOUNT')[];
  attributes?: readonly { name: string; value: string }[];
  /** Where the payer's browser ends. */
  returnUrl?: string;
}

/** A payment that pays an invoice in one call. */
export interface InvoicePaymentOrder {
  amount: Money;
  invoiceReference: string;
  /** Whom the invoice is of, as the provider's history names a payee; left out where the invoice did not tell. */
  merchantReference?: string;
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
  list(
    call: Call,
    query: { direction: 'INCOMING' | 'OUTGOING'; states?: InvoiceState[]; createdFrom?: Date; createdTo?: Date },
  ): Promise<ProviderInvoice[]>;
  /** Which lists the provider has; both when left out. An OUTGOING invoice elsewhere is read one by one with `get`. */
  readonly lists?: readonly ('INCOMING' | 'OUTGOING')[];
  /** Issues under the issuer's own number: repeating it with the same order makes nothing twice. */
  issue?(call: Call, order: NumberedInvoiceOrder): Promise<Outcome<ProviderInvoice>>;
  /** An invoice that was issued under this number; null when there is none. */
  get?(call: Call, number: string): Promise<ProviderInvoice | null>;
  /** The payer says no. Accepted also when it was rejected already. */
  reject?(call: Call, reference: string): Promise<Outcome<null>>;
  /** Pays an incoming invoice in one call, at confirmation. */
  payments?: PaymentCapability<InvoicePaymentOrder>;
  /** How long an invoice waits at the longest, from its issue; absent: for ever. */
  readonly longestMs?: number;
  /**
   * Does this number of a payment of `payments` only stand for one that the provider has not told? Then its line in the history is
   * known by payee and amount.
   */
  isStandIn?(paymentReference: string): boolean;
  /** Name of the wallet's own key that these calls need, beside what opens the wallet (`credentials.issue`). */
  readonly credential?: string;
  /** Never repeated: each call makes another one. */
  duplicate?(call: Call, reference: string): Promise<Outcome<ProviderInvoice>>;
  /** Accepted also when it was cancelled already. */
  cancel?(call: Call, reference: string): Promise<Outcome<null>>;
  /** Makes the payment that pays it; where the provider has two phases the payment is then confirmed as a transfer. */
  pay?(call: Call, reference: string): Promise<Outcome<ProviderPayment>>;
  /**
   * What `pay` may have made when its answer was lost: payments since that time that pay the invoice, or may. Nobody can tell it by
   * an id of ours. Refused with INVOICE_STATE, a repeated `pay` may be the echo of the lost one.
   * @returns null when the provider proves that nothing pays the invoice
   */
  paymentsOf?(call: Call, query: { reference: string; since: Date }): Promise<ProviderPayment[] | null>;
}
