import { randomBytes } from 'node:crypto';
import type { ProviderEnv } from '../provider.ts';
import type {
  AuthorizationCode,
  Card,
  Client,
  Group,
  Invoice,
  Location,
  Mail,
  Outcome,
  Page,
  Payment,
  Place,
  Project,
  Service,
  Template,
  Token,
  Wallet,
} from './model.ts';
import { seedWorld } from './seed.ts';

/** Readings of the contract that a test may want to turn (control action `settings`). */
export interface Settings {
  /** What happens to a payment that starts to execute: it ends by itself, or stays in `processing` until told. */
  execution: 'complete' | 'pending';
  /** p2p only between identified wallets (`wallet_not_identified`, `destination_wallet_not_identified`). */
  p2pIdentification: boolean;
  /** A new invoice's status is null on the wire (trap T-30) or `created`. */
  invoiceStatusNull: boolean;
  /** The conversation that answers a wish for a service has its numbers; it is opaque, so it may have none (section 2.5). */
  orderNumbered: boolean;
}

const DEFAULTS: Settings = {
  execution: 'complete',
  p2pIdentification: true,
  invoiceStatusNull: true,
  orderNumbered: true,
};

/** A BEST transfer as `payments.best.list` shows it, without `unseen`. */
export type BestTransfer = { number: number } & Record<string, unknown>;

/** The emulated provider's whole state. Everything happens in memory and in one tick, so that nothing can be half done. */
export class World {
  readonly clock: ProviderEnv['clock'];
  readonly faults: ProviderEnv['faults'];
  readonly webhooks: ProviderEnv['webhooks'];
  readonly log: ProviderEnv['log'];
  readonly url: ProviderEnv['url'];
  readonly seed = {
    admin: { login: 'admin_level_login', password: 'password' },
    hook: { id: 'mserver', token: 'token' },
  };

  readonly wallets = new Map<string, Wallet>();
  readonly payments = new Map<number, Payment>();
  /** By owner and `client_payment_id`: the at-most-once key (section 3.2). */
  readonly paymentKeys = new Map<string, Payment>();
  /** Payments that a wallet sees in its history, as payer or receiver. */
  readonly history = new Map<string, Payment[]>();
  readonly cards = new Map<number, Card>();
  readonly pages = new Map<string, Page>();
  readonly invoices = new Map<string, Invoice>();
  readonly templates = new Map<string, Template>();
  readonly services = new Map<number, Service>();
  readonly groups: Group[] = [];
  readonly places: Place[] = [];
  readonly locations: Location[] = [];
  readonly mobilePrefixes = new Map<string, number>();
  readonly mnp = new Map<string, number>();
  readonly clients = new Map<string, Client>();
  readonly tokens = new Map<string, Token>();
  readonly authorizationCodes = new Map<string, AuthorizationCode>();
  readonly projects = new Map<string, Project>();
  readonly mails: Mail[] = [];
  readonly orders: { phone: string; title: string }[] = [];
  readonly bestTransfers = new Map<string, BestTransfer[]>();
  readonly bestLog: unknown[] = [];
  /** Decisions for the next payments that start to execute, oldest first. */
  readonly nextOutcomes: Outcome[] = [];
  settings: Settings = { ...DEFAULTS };
  /** UNIX seconds of the last change of services, groups or the error dictionary (section 1.7). */
  changedAt = 0;
  #lastPaymentId = 0;
  #lastCardId = 0;
  #lastObject = 0;

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
    this.changedAt = this.seconds() - 86_400;
    seedWorld(this);
  }

  /** UNIX seconds. */
  seconds(): number {
    return Math.floor(this.clock.now().getTime() / 1000);
  }

  /** A payment id: up to 13 digits (section 1.6). */
  paymentId(): number {
    this.#lastPaymentId = Math.max(this.#lastPaymentId + 1, this.clock.now().getTime());
    return this.#lastPaymentId;
  }

  /** A card id: a positive integer. */
  cardId(): number {
    this.#lastCardId = Math.max(this.#lastCardId + 1, this.seconds() - 1_400_000_000);
    return this.#lastCardId;
  }

  /** 24 lower-case hex digits, as Mongo makes them: time, random part, counter. */
  objectId(): string {
    this.#lastObject = (this.#lastObject + 1) % 0xffffff;
    const time = this.seconds().toString(16).padStart(8, '0').slice(-8);
    return `${time}${randomBytes(5).toString('hex')}${this.#lastObject.toString(16).padStart(6, '0')}`;
  }

  /** Puts a payment into a wallet's history; once for its payer, once for its receiver. */
  remember(phone: string, payment: Payment): void {
    const list = this.history.get(phone);
    if (list === undefined) this.history.set(phone, [payment]);
    else list.push(payment);
  }

  /** Marks the catalogue as changed now, so that conditional loads get it again. */
  touch(): void {
    this.changedAt = this.seconds();
  }
}
