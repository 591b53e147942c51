import type { ProviderEnv } from '../provider.ts';
import type { Client } from './model.ts';
import { seedWorld } from './seed.ts';

/** Readings of the contract that a test may want to turn (control action `settings`). */
export interface Settings {
  /** The status of a successful creation, which the source does not state (section 6.1). */
  createdStatus: 200 | 201;
  /** `clients.getInfo` with `id` and `user_id` as they are named, or swapped as in example D-3 (trap T-03). */
  ids: 'named' | 'swapped';
}

const DEFAULTS: Settings = { createdStatus: 200, ids: 'named' };

/** Client 123 belongs to user 1 in the examples. */
const FIRST_CLIENT = 122;

/** The emulated provider's whole state. Everything happens in memory and in one tick, so that nothing can be half done. */
export class World {
  readonly clock: ProviderEnv['clock'];
  readonly faults: ProviderEnv['faults'];
  readonly log: ProviderEnv['log'];

  /** API tokens of the storefront; they do not expire (section 1.1). */
  readonly tokens = new Set<string>();
  /** By the storefront's user id. */
  readonly clients = new Map<number, Client>();
  settings: Settings = { ...DEFAULTS };

  constructor(env: ProviderEnv) {
    this.clock = env.clock;
    this.faults = env.faults;
    this.log = env.log;
    this.reset();
  }

  /** Back to the seed. */
  reset(): void {
    this.tokens.clear();
    this.clients.clear();
    this.settings = { ...DEFAULTS };
    seedWorld(this);
  }

  /** Keeps a new client. Its id follows from the user's, so that a restart gives nobody the id of another. */
  add(fields: Omit<Client, 'id' | 'lastNotifiedAt'>): Client {
    const client: Client = { ...fields, id: fields.userId + FIRST_CLIENT, lastNotifiedAt: null };
    this.clients.set(client.userId, client);
    return client;
  }
}
