import type { ProviderEnv } from '../provider.ts';
import type {
  Bank,
  Grant,
  Level,
  Merchant,
  Operation,
  Outcome,
  Partner,
  PaymentToken,
  Refill,
  SystemLimits,
  Wallet,
} from './model.ts';
import { seedWorld } from './seed.ts';

/** Readings of the contract that a test may want to turn (control action `settings`). */
export interface Settings {
  /** What becomes of an accepted payment or withdrawal when no outcome was ordered. */
  execution: 'complete' | 'pending';
  /** How long a new operation stays out of the report. */
  reportLagMs: number;
  /** The JSON type of answered amounts (trap T-25). */
  amounts: 'number' | 'text';
  /** How the report names the receiver (trap T-09). */
  receiver: 'tcp' | 'tsp';
  /** `content` and `banks` of one record: an array, or that record itself (trap T-10). */
  single: 'array' | 'object';
  /** Errors other than 500: without a body, or with an error object (trap T-03). */
  errorBody: 'empty' | 'object';
  /** The form of `fieldErrors` (section 4.2). */
  fieldErrors: 'object' | 'array' | 'null' | 'absent';
  /** A token that was executed already: refused, or answered again; nothing moves either way (section 3.3). */
  usedToken: 'refused' | 'answered';
}

const DEFAULTS: Settings = {
  execution: 'complete',
  reportLagMs: 0,
  amounts: 'number',
  receiver: 'tcp',
  single: 'array',
  errorBody: 'empty',
  fieldErrors: 'object',
  usedToken: 'refused',
};

/** The emulated provider's whole state. Everything happens in memory and in one tick, so that nothing can be half done. */
export class World {
  readonly clock: ProviderEnv['clock'];
  readonly faults: ProviderEnv['faults'];
  readonly log: ProviderEnv['log'];
  readonly url: ProviderEnv['url'];

  /** By `clientId`. */
  readonly partners = new Map<string, Partner>();
  readonly grants: Grant[] = [];
  /** By `walletId`. */
  readonly wallets = new Map<string, Wallet>();
  /** Of all wallets, oldest first. */
  readonly operations: Operation[] = [];
  /** By code. */
  readonly refills = new Map<string, Refill>();
  /** By token. */
  readonly paymentTokens = new Map<string, PaymentToken>();
  /** By `bankIdentifier`. */
  readonly banks = new Map<string, Bank>();
  /** By `tsp`. */
  readonly merchants = new Map<string, Merchant>();
  readonly systemLimits = new Map<Level, SystemLimits>();
  /** Decisions for the next payments and withdrawals, oldest first. */
  readonly nextOutcomes: Outcome[] = [];
  settings: Settings = { ...DEFAULTS };
  #lastNumber = 0;

  constructor(env: ProviderEnv) {
    this.clock = env.clock;
    this.faults = env.faults;
    this.log = env.log;
    this.url = env.url;
    this.reset();
  }

  /** Back to the seed. Numbers never go back: they follow the time, so that a restart reuses none. */
  reset(): void {
    for (const value of Object.values(this)) {
      if (value instanceof Map) value.clear();
      if (Array.isArray(value)) value.length = 0;
    }
    this.settings = { ...DEFAULTS };
    seedWorld(this);
  }

  /** A number greater than each one before: operations, wallet numbers. */
  number(): number {
    this.#lastNumber = Math.max(this.#lastNumber + 1, this.clock.now().getTime());
    return this.#lastNumber;
  }
}
