import type { Money } from '../money/money.ts';
import type { Call } from './connector.ts';
import type { Passage } from './multipart.ts';
import type { Outcome } from './outcome.ts';
import type { Capability, Unmapped } from './values.ts';

/**
 * Credit that a shopper takes for an order in a partner's shop: the session is started, the shopper applies on the lender's own
 * page, and the lender tells its state when it is asked. Words are those of the GraphQL schema.
 */

export type CreditSessionState = 'PROCESSING' | 'CANCELLED' | 'AUTHORIZED' | 'VOIDED' | 'REFUNDED' | 'CHARGED';
export type CreditFrameMode = 'STANDALONE' | 'IFRAME';
export type CabinType = 'ECONOMY' | 'BUSINESS' | 'PREMIUM';
export type PassengerDocumentType = 'INTERNATIONAL_PASSPORT' | 'LOCAL_PASSPORT' | 'BIRTH_CERTIFICATE';
export type Sex = 'FEMALE' | 'MALE';

/** A time with the offset in which it was given, which says what day it is there: `2026-12-10T08:00:00+03:00`. */
export type OffsetTime = string;
/** `YYYY-MM-DD`. */
export type CalendarDate = string;

/** One take-off and landing; airports and carriers by their codes. */
export interface Flight {
  aircraft: string;
  departsAt: OffsetTime;
  arrivesAt: OffsetTime;
  bookingClass: string;
  origin: string;
  destination: string;
  flightNumber: string;
  marketingCarrier: string;
  operatingCarrier: string;
}

export interface Passenger {
  firstName: string;
  middleName: string | null;
  lastName: string;
  documentType: PassengerDocumentType;
  documentNumber: string;
  birthDate: CalendarDate;
}

/** Airline tickets: one segment for each way, with its flights in order. */
export interface AirlineTickets {
  cabin: CabinType;
  validatingAirline: string;
  segments: readonly { flights: readonly Flight[] }[];
  passengers: readonly Passenger[];
}

/** What is bought on credit. */
export type CreditProduct = { kind: 'AIRLINE_TICKETS' } & AirlineTickets;

export interface LocalPassport {
  /** Series and number. */
  number: string;
  lastName: string;
  firstName: string;
  middleName: string;
  sex: Sex;
  birthDate: CalendarDate;
  issuedAt: CalendarDate;
  issuedBy: string;
  issuerCode: string;
}

export interface InternationalPassport {
  /** ISO 3166-1 alpha-2. */
  country: string;
  number: string;
  firstName: string;
  lastName: string;
  birthDate: CalendarDate;
  expiresAt: CalendarDate;
}

/** Where the shopper is registered. */
export interface RegistrationAddress {
  city: string;
  street: string;
  building: string;
  housing: string | null;
  apartment: string | null;
  postcode: string;
}

/** What the shop knows of the shopper; null: it does not tell. */
export interface ShopperMeta {
  successfulOrders: number | null;
  orders: number | null;
  loggedIn: boolean | null;
  bookingCode: string | null;
  providerOrderId: string | null;
}

/** An order to be paid on credit. */
export interface CreditOrder {
  /** Our key of the session at the lender: one for each attempt to start, never used again. */
  orderId: string;
  /** E.164 with the plus. */
  phone: string;
  email: string;
  amount: Money;
  /** What the credit costs in the end, as `quote` has it; null: the lender is not told. */
  creditCost: Money | null;
  /**
   * Where the lender calls when it has decided: our own address without a query, and a secret of this session, at least 128 random bits
   * in characters of a URL. The connector makes one address for each decision out of them, and `webhooks.receive` understands these.
   */
  callback: { url: string; token: string };
  /** The page of the shop to which the shopper goes back, before the decision: an arrival there proves nothing. */
  returnUrl: string;
  mode: CreditFrameMode;
  /** The order's number in the shop. */
  providerOrderId: string | null;
  /** Until when the order can be paid. */
  expiresAt: Date | null;
  product: CreditProduct | null;
  passport: LocalPassport | null;
  address: RegistrationAddress | null;
  internationalPassport: InternationalPassport | null;
  meta: ShopperMeta | null;
}

/** One thing that this lender does not take; `path` leads through the port's own field names. */
export interface CreditIssue {
  path: readonly string[];
  /** What would be right. */
  message: string;
}

/** A session that the lender has just made. */
export interface StartedCreditSession {
  /** The number of the application at the lender. */
  reference: string;
  /** The page on which the shopper applies, to be used as it is. Whoever has it can fill the application in: it is never logged. */
  frameUrl: string;
}

/** A session as the lender sees it now. */
export interface ProviderCreditSession {
  /** UNKNOWN: a word that is in no table; it was logged, and nothing may be concluded from it. */
  state: CreditSessionState | Unmapped;
  /** The lender's own word. */
  providerState: string;
  /**
   * How much of the order has been given back in all, as far as the state proves it: nothing, or the whole amount. Null: it may be
   * anything in between, because the lender does not tell sums.
   */
  refunded: Money | null;
}

/** A file that is passed through, by its name. The web's own `File` is one. */
export interface FileSource extends Passage {
  name: string;
}

/** Tickets that were issued for the order, each with its itinerary receipt. */
export interface IssuedTickets {
  orderId: string;
  tickets: readonly { number: string; receipt: FileSource }[];
  transactionLetter: FileSource | null;
}

/** What credit costs. `total` counts, not `payments` times `payment`, which may differ by kopecks. */
export interface CreditQuote {
  amount: Money;
  /** Decimal text: `1.10`. */
  coefficient: string;
  total: Money;
  payment: Money;
  payments: number;
}

/** What a lender is asked about before an application. */
export interface CreditPrecheck {
  phone: string;
  email: string;
  amount: Money;
  /** Since when the shopper has been known to the shop. */
  registeredOn: CalendarDate;
  ordersCompleted: number;
  product: CreditProduct;
}

/**
 * CREDIT: sessions in which a shopper takes credit for an order. Calls are made for the provider account itself (`call.wallet` null).
 *
 * Whose outcome is unknown, by operation:
 * - `start`: ask. Null from `ask`: it may be started again, with the same `orderId`, which the lender takes once at most. A state: the
 *   session is there but its frame is lost, and only a start with another `orderId` gives the shopper a page.
 * - `attachTickets`: may be repeated; a ticket with the same number takes the place of the one before.
 * - `refund`: has no number at the lender and is never repeated. `ask` tells what the state proves (`refunded`): when that is the whole
 *   amount, and the other refunds do not make it up, this one was done; when they do, it was not. Otherwise it stays unknown until a
 *   person rules on it.
 */
export interface CreditSessions extends Capability {
  /** How long after the agreement was opened (AUTHORIZED) a refund in full still cancels it; milliseconds. The lender's clock decides. */
  readonly voidableMs: number;
  /** What of the order this lender does not take. Empty: `start` will not refuse it before it is sent. Pure. */
  check(order: CreditOrder): CreditIssue[];
  /**
   * Makes the session. An `orderId` that was used before is refused with CONFLICT, and nothing is made.
   * @returns accepted only when the answer speaks of the order's amount
   */
  start(call: Call, order: CreditOrder): Promise<Outcome<StartedCreditSession>>;
  /**
   * The session's present state.
   * @param session `amount`: what was ordered
   * @returns null when the lender proves that it has no such session
   * @throws ProviderRejected, ProviderUnavailable or ProtocolError: nothing is known
   */
  ask(call: Call, session: { orderId: string; amount: Money }): Promise<ProviderCreditSession | null>;
  /**
   * Gives back a part of the order's amount, or all that is left of it. Accepted: it was carried out; the state is to be asked for.
   * Sent once, and never again.
   */
  refund(call: Call, refund: { orderId: string; amount: Money }): Promise<Outcome<null>>;
  /** What of these files this lender does not take: kind by name, size. Pure. */
  checkTickets(tickets: IssuedTickets): CreditIssue[];
  /** Sends the tickets on. Files are streamed: nothing of them is kept, recorded or logged. */
  attachTickets(call: Call, tickets: IssuedTickets): Promise<Outcome<null>>;
  /**
   * What credit for an amount costs, by the formula that the lender publishes. Pure: nobody is asked, and nobody is bound by it.
   * @param order `departsAt`: the earliest departure, null when no flight is bought; `opensAt`: when the agreement is opened, now for one
   *   that is still to be
   * @throws AmountError for an amount that is not positive, or of a currency in which nothing is lent
   */
  quote(order: { amount: Money; departsAt: OffsetTime | null; opensAt: Date }): CreditQuote;
  /** Would it take this application? Nothing is made. Only where the account's settings say that the lender answers this. */
  precheck?(call: Call, application: CreditPrecheck): Promise<{ approved: boolean }>;
  /** The states of all sessions in a span; `from` counts, `till` ends it. Only where the account's settings say so. */
  states?(
    call: Call,
    span: { from: Date; till: Date },
  ): Promise<{ orderId: string; state: CreditSessionState | Unmapped; providerState: string }[]>;
}

/** When the first flight leaves, in its own offset; null when no flight is bought. */
export function earliestDeparture(product: CreditProduct | null): OffsetTime | null {
  const departures = (product?.segments ?? []).flatMap(({ flights }) => flights.map(({ departsAt }) => departsAt));
  return departures.sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null;
}
