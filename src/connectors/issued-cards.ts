import type { Money } from '../money/money.ts';
import type { Call } from './connector.ts';
import type { Outcome } from './outcome.ts';
import type { ParameterValues } from './payments.ts';
import type { ProviderFile } from './records.ts';
import type { Attribute, Capability, CardState, Unmapped } from './values.ts';

/** What can be ordered or bought. */
export interface ProviderCardOffer {
  code: string;
  kind: 'CARD' | 'PACKAGE';
  name: string;
  description: string | null;
  features: string[];
  /** Null: told when a card is ordered. */
  price: Money | null;
  /** How many cards a package gives. */
  cards: number | null;
  period: string | null;
  tariffUrl: string | null;
  termsUrl: string | null;
}

/** A virtual card that the provider has issued. */
export interface ProviderIssuedCard {
  reference: string;
  state: CardState | Unmapped;
  providerState: string;
  maskedPan: string | null;
  scheme: 'MIR' | 'VISA' | 'MASTERCARD' | 'MAESTRO' | 'UNKNOWN';
  alias: string | null;
  /** `YYYY-MM-DD`. */
  expiresOn: string | null;
  balance: Money | null;
  limit: Money | null;
  unblockable: boolean;
  activatedAt: Date | null;
  blockedAt: Date | null;
  detailsSentAt: Date | null;
  /** The provider's number of the payment that paid for it, where told. */
  paymentReference?: string | null;
  offer: ProviderCardOffer | null;
  requisites: Attribute[];
  attributes: Attribute[];
}

/** A payment that buys something of the cards: an ordinary payout to this service with these values. */
export interface CardPurchase {
  serviceReference: string;
  serviceName: string;
  parameters: ParameterValues;
}

/** Shown once, kept nowhere. */
export interface ProviderCardDetails {
  pan: string;
  cvv: string;
}

/** ISSUED_CARDS: virtual cards of the wallet's owner. */
export interface IssuedCards extends Capability {
  offers(call: Call): Promise<ProviderCardOffer[]>;
  /** Makes a draft; costs nothing and may be repeated, leaving a draft behind. */
  order(call: Call, offerCode: string): Promise<Outcome<{ orderReference: string }>>;
  /** Sends a draft off. PAYMENT_REQUIRED: `price` is to be paid first (`orderPayment`). */
  submit(
    call: Call,
    orderReference: string,
  ): Promise<Outcome<{ state: 'COMPLETED' | 'PAYMENT_REQUIRED'; price: Money | null; cardReference: string | null }>>;
  /** How a submitted order is paid. */
  orderPayment(call: Call, orderReference: string): CardPurchase;
  /** How a package is bought; null for an offer that is no package. */
  packagePayment(call: Call, offerCode: string): CardPurchase | null;
  list(call: Call): Promise<ProviderIssuedCard[]>;
  block(call: Call, reference: string): Promise<Outcome<null>>;
  unblock(call: Call, reference: string): Promise<Outcome<null>>;
  rename(call: Call, reference: string, alias: string): Promise<Outcome<null>>;
  /** Never recorded: neither the number nor the code stands in any log, trace or stored exchange. */
  reveal(call: Call, reference: string): Promise<Outcome<ProviderCardDetails>>;
  /** The span is at most `statementDays`, both ends included. */
  statement?(call: Call, reference: string, span: { from: Date; to: Date }): Promise<ProviderFile>;
  readonly statementDays: number | null;
}
