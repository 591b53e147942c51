import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Faults } from './faults.ts';
import type { Webhooks } from './webhooks.ts';

/** What the sandbox gives to each emulator. */
export interface ProviderEnv {
  clock: Clock;
  faults: Faults;
  webhooks: Webhooks;
  log: Log | undefined;
  /** The URL of the emulator's prefix as others reach it, without a slash at the end. */
  url(): string;
}

/** One thing that only this provider's control API can do: what the provider's staff or the customer's bank would do. */
export interface Action {
  about: string;
  run(input: unknown): unknown;
}

/** An emulator. A further provider is a folder that exports a `ProviderFactory`, and one line in `providers.ts`. */
export interface SandboxProvider {
  /** Adds the routes; `app` is already inside the provider's prefix. */
  routes(app: FastifyInstance): Promise<void>;
  actions: Record<string, Action>;
  /** A readable view of the whole state, as JSON. */
  state(): unknown;
  /** Back to the seed. */
  reset(): void;
}

export type ProviderFactory = (env: ProviderEnv) => SandboxProvider;

/** Defines an action whose input is checked against a schema. */
export function action<S extends z.ZodType>(about: string, schema: S, run: (input: z.output<S>) => unknown): Action {
  return { about, run: (input) => run(schema.parse(input ?? {})) };
}
