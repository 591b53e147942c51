import type { ProviderEnv } from '../provider.ts';
import type {
  Bill,
  Card,
  CardOrder,
  CardResult,
  Downgrade,
  Invoice,
  KeyPair,
  Outcome,
  Service,
  Token,
  Transaction,
  Wallet,
} from './model.ts';
import { seedWorld } from './seed.ts';

/** Readings of the contract that a test may want to turn (control action `settings`). */
export interface Settings {
  /** What happens to an accepted payment: it ends by itself, or stays WAITING until told. */
  execution: 'complete' | 'pending';
  /** Business refusals: 200 Accepted and then ERROR in the history, or 400 with `QWPRC-<n>` at once (trap T6). */
  refusals: 'history' | 'http';
  /** HIS-1 without a match: 404, or 200 with an empty list (trap T22). */
  emptyHistory: 'notFound' | 'empty';
  /** How long a new transaction stays out of the history. */
  historyLagMs: number;
  /** Receipts of what went through are made at once; off, none is (`chequeReady`). */
  receiptsReady: boolean;
  /** HIS-1: 100 calls a minute for one wallet, then 423 for five minutes (section 1.7). */
  rateLimit: boolean;
  /** PAY-14 refuses a card whose `exp_date` is past; off, the documented examples of 2023 can be replayed. */
  cardExpiry: boolean;
  /** Webhook URLs on loopback and private hosts are refused with 422, as the provider cannot reach them. */
  publicHooksOnly: boolean;
}

const DEFAULTS: Settings = {
  execution: 'complete',
  refusals: 'history',
  emptyHistory: 'notFound',
  historyLagMs: 0,
  receiptsReady: true,
  rateLimit: true,
  cardExpiry: true,
  publicHooksOnly: false,
};

/** Units of `from` that one unit of `to` costs (trap T30). */
export interface CrossRate {
  from: string;
  to: string;
  rate: string;
}

/** The emulated provider's whole state. Everything happens in memory and in one tick, so that nothing can be half done. */
export class World {
  readonly clock: ProviderEnv['clock'];
  readonly faults: ProviderEnv['faults'];
  readonly webhooks: ProviderEnv['webhooks'];
  readonly log: ProviderEnv['log'];
  readonly url: ProviderEnv['url'];

  /** By wallet number. */
  readonly wallets = new Map<string, Wallet>();
  /** By value. */
  readonly tokens = new Map<string, Token>();
  /** Oldest first; one wallet sees its own. */
  readonly transactions: Transaction[] = [];
  readonly services = new Map<number, Service>();
  readonly rates: CrossRate[] = [];
  /** First digits of a mobile number (10 digits) and the operator's service. */
  readonly mobilePrefixes = new Map<string, number>();
  /** PAY-12: `ev_account1` and the card that it was made for. */
  readonly preparedCards = new Map<string, string>();
  readonly downgrades = new Map<string, Downgrade>();
  readonly invoices = new Map<number, Invoice>();
  /** By secret key. */
  readonly keys = new Map<string, KeyPair>();
  /** By site id and bill id, joined with a slash. */
  readonly bills = new Map<string, Bill>();
  readonly cards = new Map<number, Card>();
  readonly cardOrders = new Map<string, CardOrder>();
  /** Receipts sent by HIS-5. */
  readonly mails: { to: string; transaction: number; at: Date }[] = [];
  /** Decisions for the next payments, oldest first. */
  readonly nextOutcomes: Outcome[] = [];
  /** Decisions for the next checks of identification data (IDN-1); they pass when none is planned. */
  readonly nextChecks: ('pass' | 'fail')[] = [];
  /** Decisions for the next card orders (MST-3); the number of the wallet's cards decides when none is planned. */
  readonly nextCardOrders: ('free' | 'paid')[] = [];
  /** Results of the next card operations (MST-8, MST-9, MST-10) that do not end well. */
  readonly nextCardResults: Exclude<CardResult, 'OK'>[] = [];
  /** Instants of HIS-1 calls by wallet, and until when a wallet is shut out. */
  readonly historyCalls = new Map<string, number[]>();
  readonly shutOut = new Map<string, number>();
  settings: Settings = { ...DEFAULTS };
  #lastNumber = 0;

  constructor(env: ProviderEnv) {
    this.clock = env.clock;
    this.faults = env.faults;
    this.webhooks = env.webhooks;
    this.log = env.log;
    this.url = env.url;
    this.reset();
  }

  /** Back to the seed. Identifiers never go back: they follow the time, so that a restart reuses none. */
  reset(): void {
    for (const value of Object.values(this)) {
      if (value instanceof Map) value.clear();
      if (Array.isArray(value)) value.length = 0;
    }
    this.settings = { ...DEFAULTS };
    seedWorld(this);
  }

  /** A decimal id, greater than each one before: transactions, invoices. */
  number(): number {
    this.#lastNumber = Math.max(this.#lastNumber + 1, this.clock.now().getTime());
    return this.#lastNumber;
  }

  /** A service that the seed is known to have. */
  service(id: number): Service {
    const found = this.services.get(id);
    if (found === undefined) throw new Error(`the sandbox has no service ${id}`);
    return found;
  }
}
