import type { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Money } from '../money/money.ts';
import type { Credentials, Identification } from './access.ts';
import type { Dictionaries, Locations, Remittances, Services, Templates } from './catalogue.ts';
import type { CreditSessions } from './credit-sessions.ts';
import type { Customers } from './customers.ts';
import type { Exchange } from './exchange.ts';
import type { HttpAnswer, HttpRequest } from './http.ts';
import type { IssuedCards } from './issued-cards.ts';
import type { PaymentLinks } from './links.ts';
import type { DeclineReason, Refusal, Remedy } from './outcome.ts';
import type { Rate } from './pace.ts';
import type { Payees } from './payees.ts';
import type { PaymentCapability, PayoutOrder, TopUps, TransferOrder, TransitOrder } from './payments.ts';
import type { Masking, Recorder } from './recorder.ts';
import type { History, Invoices, LinkedCards, Quotes, Receipts } from './records.ts';
import type { Balances, Contacts, Limits, Profiles, Wallets } from './wallets.ts';
import type { Webhooks } from './webhooks.ts';

/** A provider's code, as GraphQL says it: upper case, one per folder (LOCAL is the ledger itself and has none). */
export type ProviderCode = Uppercase<string>;

/** Each capability's code in GraphQL and the member under which a connector offers it. */
export const capabilityMembers = {
  CUSTOMERS: 'customers',
  WALLETS: 'wallets',
  PROFILES: 'profiles',
  CREDENTIALS: 'credentials',
  IDENTIFICATION: 'identification',
  BALANCES: 'balances',
  LIMITS: 'limits',
  CONTACTS: 'contacts',
  TOP_UPS: 'topUps',
  TRANSFERS: 'transfers',
  PAYOUTS: 'payouts',
  TRANSITS: 'transits',
  QUOTES: 'quotes',
  EXCHANGE: 'exchange',
  HISTORY: 'history',
  RECEIPTS: 'receipts',
  LINKED_CARDS: 'linkedCards',
  ISSUED_CARDS: 'issuedCards',
  INVOICES: 'invoices',
  PAYMENT_LINKS: 'paymentLinks',
  SERVICES: 'services',
  TEMPLATES: 'templates',
  LOCATIONS: 'locations',
  REMITTANCES: 'remittances',
  DICTIONARIES: 'dictionaries',
  CREDIT: 'creditSessions',
  WEBHOOKS: 'webhooks',
} as const satisfies Record<string, keyof Capabilities>;

export type CapabilityCode = keyof typeof capabilityMembers;

/** What a connector can do. An absent member means that the provider cannot, or not with these credentials. */
export interface Capabilities {
  customers?: Customers;
  wallets?: Wallets;
  profiles?: Profiles;
  credentials?: Credentials;
  identification?: Identification;
  balances?: Balances;
  limits?: Limits;
  contacts?: Contacts;
  topUps?: TopUps;
  transfers?: PaymentCapability<TransferOrder>;
  payouts?: PaymentCapability<PayoutOrder> & { readonly payees?: Payees };
  transits?: PaymentCapability<TransitOrder>;
  quotes?: Quotes;
  exchange?: Exchange;
  history?: History;
  receipts?: Receipts;
  linkedCards?: LinkedCards;
  issuedCards?: IssuedCards;
  invoices?: Invoices;
  paymentLinks?: PaymentLinks;
  services?: Services;
  templates?: Templates;
  locations?: Locations;
  remittances?: Remittances;
  dictionaries?: Dictionaries;
  creditSessions?: CreditSessions;
  webhooks?: Webhooks;
}

/** For whom a call is made, and who wants to see it. */
export interface Call {
  /** Null: the house wallet, that is, the credentials of the provider account itself. */
  wallet: WalletAccess | null;
  /** Gets each exchange, masked, to be kept with the attempt. */
  recorder?: Recorder;
  /** Called when an answer tells, by the way, the wallet's balance at the provider. */
  onBalance?: (balance: Money) => void;
}

/** A wallet at the provider and what opens it, by the names that the provider's README lists. */
export interface WalletAccess {
  number: string;
  credentials: Readonly<Record<string, string>>;
}

/** A refusal code in the provider's documents. */
export interface DocumentedRefusal {
  code: string;
  remedy: Remedy;
  errorCode: Refusal['errorCode'];
  declineReason: DeclineReason;
}

/** One documented operation, as a client hands it over to be carried out. */
export interface UpstreamCall<T> {
  operation: string;
  /** May it be repeated without effect? Only then is it retried. */
  safe: boolean;
  /** The number of the wallet for which the provider counts it. For nothing else: it is in no log line and no metric. */
  wallet?: string;
  request: HttpRequest;
  /** Values cut out of the recording wherever they stand. */
  hide?: readonly string[];
  /**
   * Reads an answer of any status.
   * @throws ProviderRejected, ProviderUnavailable or ProtocolError, by which metrics, breaker and retry judge the call
   */
  read(answer: HttpAnswer): T;
}

/** A provider as its client reaches it: instrumented, limited, at the rates that it allows, behind circuit breakers. */
export interface Upstream {
  call<T>(call: UpstreamCall<T>, recorder?: Recorder): Promise<T>;
  /** How many calls of this operation go out in a minute for one wallet; null when no rate is stated. */
  perMinute(operation: string): number | null;
}

/** What a connector is made of. */
export interface ConnectorDeps {
  upstream: Upstream;
  clock: Clock;
  log: Log;
}

/** A provider: one folder, one line in the registry. */
export interface ProviderDefinition<Config = unknown> {
  code: ProviderCode;
  /** The name that people know it by. */
  name: string;
  /** Credentials and base URL of a provider account, all text as it is stored. */
  config: z.ZodType<Config, Record<string, string | undefined>>;
  /** Settings from which nothing is left out, of an account that exists nowhere: they show all that the provider can do. */
  complete: Readonly<Record<string, string>>;
  /** Which base URL the circuits and the health of an account belong to. */
  origin(config: Config): string;
  masking: Masking;
  /** The table of refusals in its documents. */
  refusals: readonly DocumentedRefusal[];
  /** What its documents allow in a minute, if they say so. */
  rates?: readonly Rate[];
  /** Makes the connector of one provider account; the members it returns are its capabilities. */
  create(config: Config, deps: ConnectorDeps): Capabilities;
}

/** States a provider, with its config's type inferred and then forgotten, so that the registry is one list. */
export function defineConnector<Config>(definition: ProviderDefinition<Config>): ProviderDefinition {
  return definition as unknown as ProviderDefinition;
}

/** The capabilities that these members amount to, with the documented operations behind each. */
export function capabilitiesOf(connector: Capabilities): { code: CapabilityCode; operations: readonly string[] }[] {
  return (Object.keys(capabilityMembers) as CapabilityCode[]).flatMap((code) => {
    const member = connector[capabilityMembers[code]];
    return member ? [{ code, operations: member.operations }] : [];
  });
}
