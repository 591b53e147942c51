import type { Money } from '../money/money.ts';
import type { Call } from './connector.ts';
import type { Outcome } from './outcome.ts';
import type { Capability, ProviderPayment } from './values.ts';

/** Values of service parameters by parameter id. */
export type ParameterValues = Readonly<Record<string, string>>;

/** Which card pays: a stored one, or one typed on the provider's page. */
export interface CardChoice {
  cardReference?: string;
  saveCard?: boolean;
}

/** Card → wallet. */
export interface TopUpOrder extends CardChoice {
  amount: Money;
}

/** Wallet → wallet of the same provider. */
export interface TransferOrder {
  amount: Money;
  recipientPhone: string;
  note?: string;
}

/** Wallet → service of the provider's catalogue. */
export interface PayoutOrder {
  amount: Money;
  serviceReference: string;
  parameters: ParameterValues;
  /** Which balance pays, where it is not the one of `amount`'s currency. */
  fromCurrency?: string;
  note?: string;
}

/** Card → service. `anonymous`: no wallet takes part; the application's own token is used. */
export interface TransitOrder extends PayoutOrder, CardChoice {
  anonymous: boolean;
}

/** How a created payment is to be executed. */
export interface ConfirmChoice {
  /** Turns a payout into a transit at the last moment. */
  payWith?: CardChoice;
  returnUrl?: string;
  failureUrl?: string;
  embedded?: boolean;
}

/** A payment of ours at a provider. */
export interface PaymentHandle<Order> {
  /** Our id, on which the provider dedupes. The same for every repetition. */
  clientId: string;
  /** The provider's id; null while no answer has told it. */
  reference: string | null;
  order: Order;
  /**
   * Lines of the wallet's history that are other payments. Only where the history is `unnumbered`: there a payment is known by what
   * it is, and of two equal ones each must have its own line. Left out: no line proves anything.
   */
  others?: readonly string[];
}

/** TOP_UPS. */
export interface TopUps extends PaymentCapability<TopUpOrder> {
  /** How the money comes; by CARD when left out. */
  readonly method?: 'CARD' | 'FAST_PAYMENT';
  /** For how long the link that `confirm` answers can be paid, milliseconds; left out: for as long as it takes. */
  readonly payableForMs?: number;
}

/** A payment with its provider's id known. */
export type KnownPayment<Order> = PaymentHandle<Order> & { reference: string };

/**
 * The life of one kind of payment at a provider. Two-phase providers have `create`, and nothing moves before `confirm`;
 * where `create` is absent, `confirm` is the only write and takes all from the order.
 */
export interface PaymentCapability<Order> extends Capability {
  /**
   * What our ids look like to this provider. UUID, lower case, when left out; INCREASING_DIGITS: decimal, at most 20 digits, each
   * greater than the wallet's last.
   */
  readonly clientIds?: 'UUID' | 'INCREASING_DIGITS';
  /** Do its documents promise at most one payment per `clientId`? Then `create` may be repeated with the same handle. */
  readonly createRepeatable: boolean;
  /** The same promise for `confirm`. Where false, an unclear confirm is asked about and never repeated. */
  readonly confirmRepeatable: boolean;
  /**
   * How long after the last call the provider's not knowing a payment (`ask` answers null) proves that nothing came of that call;
   * milliseconds. 30 seconds, for as long as a call may be on its way, when left out: a provider that knows its payments at once. Longer
   * where a history is the only witness, which may show a payment late.
   */
  readonly absenceProvesAfterMs?: number;
  create?(call: Call, payment: PaymentHandle<Order>): Promise<Outcome<ProviderPayment>>;
  /** Answers an UPDATE action: all values given so far with the new ones. */
  update?(call: Call, payment: KnownPayment<Order>, parameters: ParameterValues): Promise<Outcome<ProviderPayment>>;
  /** Starts execution. Accepted says as far as the provider has come, which may be any status. */
  confirm(call: Call, payment: PaymentHandle<Order>, choice: ConfirmChoice): Promise<Outcome<ProviderPayment>>;
  /**
   * The payment's present state.
   * @returns null when the provider proves that it has no such payment
   * @throws ProviderRejected, ProviderUnavailable or ProtocolError: nothing is known
   */
  ask(call: Call, payment: PaymentHandle<Order>): Promise<ProviderPayment | null>;
}
