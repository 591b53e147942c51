import type { ProviderEnv } from '../provider.ts';
import type { Decision, Partner, Session } from './model.ts';
import { seedWorld } from './seed.ts';

/** Readings of the contract that a test may want to turn (control action `settings`). */
export interface Settings {
  /** Refuses what breaks a rule and is in the documented sample all the same (traps M4, M5). */
  strict: boolean;
  /** What becomes of an application when neither the shopper nor an ordered outcome decides. */
  decision: Decision;
  /** How the callbacks are called (trap M6). */
  callbackMethod: 'POST' | 'GET';
  /** Pauses before a callback is repeated that was not answered by 2xx (trap M6). */
  callbackRetryMs: number[];
  /** Offers the two operations that only other editions of the documentation have (appendix A.2). */
  otherEditions: boolean;
  /** What the pre-check of those editions answers. */
  precheck: 'approved' | 'declined';
}

const MINUTE = 60_000;
const DEFAULTS: Settings = {
  strict: false,
  decision: 'authorize',
  callbackMethod: 'POST',
  callbackRetryMs: [MINUTE, 10 * MINUTE],
  otherEditions: false,
  precheck: 'approved',
};

/** The emulated provider's whole state. What happens to a session happens in one tick, so that nothing can be half done. */
export class World {
  readonly clock: ProviderEnv['clock'];
  readonly faults: ProviderEnv['faults'];
  readonly webhooks: ProviderEnv['webhooks'];
  readonly log: ProviderEnv['log'];
  readonly url: ProviderEnv['url'];

  /** By token. */
  readonly partners = new Map<string, Partner>();
  /** By the credit application's id, oldest first. */
  readonly sessions = new Map<number, Session>();
  /** Decisions for the next applications, oldest first. */
  readonly nextDecisions: Decision[] = [];
  /** How many of the next callbacks are never made. */
  callbacksToLose = 0;
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

  /** Back to the seed. Numbers never go back: they follow the time, so that a restart reuses none. */
  reset(): void {
    this.partners.clear();
    this.sessions.clear();
    this.nextDecisions.length = 0;
    this.callbacksToLose = 0;
    this.settings = { ...DEFAULTS };
    seedWorld(this);
  }

  /** A number greater than each one before. */
  number(): number {
    this.#lastNumber = Math.max(this.#lastNumber + 1, this.clock.now().getTime());
    return this.#lastNumber;
  }

  /** The partner's session of an order. */
  sessionOf(partner: Partner, orderId: string): Session | undefined {
    for (const session of this.sessions.values())
      if (session.partner === partner && session.orderId === orderId) return session;
    return undefined;
  }
}
