import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SandboxClock } from './clock.ts';
import { ControlError } from './control-error.ts';
import type { Fault, FaultInput, Faults } from './faults.ts';
import type { SandboxProvider } from './provider.ts';
import type { Webhook, Webhooks } from './webhooks.ts';

/** The control operations, for tests in the same process; `/control/*` offers the same ones over HTTP. */
export interface Control {
  /** Everything: the time, planned faults, webhooks, and each provider's state. */
  state(provider?: string): Record<string, unknown>;
  /** Back to the seed (of one provider): state, faults, webhooks; without a provider also the clock. */
  reset(provider?: string): void;
  /** Moves the sandbox's time forward. */
  advance(ms: number): Date;
  now(): Date;
  fault(input: FaultInput): Fault;
  faults(): Fault[];
  clearFaults(provider?: string): void;
  /** Lets the answers go that a `hold` fault keeps. */
  releaseAnswers(): number;
  heldAnswers(): number;
  withholdWebhooks(provider: string): void;
  releaseWebhooks(provider: string, order?: 'fifo' | 'reverse' | number[]): Webhook[];
  duplicateWebhook(provider: string, id?: number, times?: number): Webhook[];
  webhooks(provider?: string): Webhook[];
  /** Resolves when no webhook is under way. */
  idle(): Promise<void>;
  /** Runs one of the provider's own actions, listed by `actions`. */
  act(provider: string, action: string, input?: unknown): unknown;
  actions(provider: string): Record<string, string>;
}

interface Parts {
  clock: SandboxClock;
  faults: Faults;
  webhooks: Webhooks;
  providers: ReadonlyMap<string, SandboxProvider>;
}

/** Builds the control object over the running emulators. */
export function createControl({ clock, faults, webhooks, providers }: Parts): Control {
  const named = (code: string): SandboxProvider => {
    const provider = providers.get(code);
    if (provider === undefined)
      throw new ControlError(`no provider ${code}; there are ${[...providers.keys()].join(', ')}`);
    return provider;
  };
  const known = (code: string): string => {
    named(code);
    return code;
  };
  const chosen = (code?: string) => (code === undefined ? [...providers] : [[code, named(code)] as const]);
  return {
    state: (code) => ({
      now: clock.now().toISOString(),
      faults: faults.list(),
      heldAnswers: faults.held,
      webhooks: webhooks.list(code),
      providers: Object.fromEntries(chosen(code).map(([name, provider]) => [name, provider.state()])),
    }),
    reset(code) {
      for (const [name, provider] of chosen(code)) {
        faults.clear(name);
        webhooks.clear(name);
        provider.reset();
      }
      if (code === undefined) clock.reset();
    },
    advance: (ms) => clock.advance(ms),
    now: () => clock.now(),
    fault(input) {
      named(input.provider);
      return faults.add(input);
    },
    faults: () => faults.list(),
    clearFaults: (code) => faults.clear(code),
    releaseAnswers: () => faults.release(),
    heldAnswers: () => faults.held,
    withholdWebhooks: (code) => webhooks.withhold(known(code)),
    releaseWebhooks: (code, order) => webhooks.release(known(code), order),
    duplicateWebhook: (code, id, times) => webhooks.duplicate(known(code), id, times),
    webhooks: (code) => webhooks.list(code),
    idle: () => webhooks.idle(),
    act(code, name, input) {
      const action = named(code).actions[name];
      if (action === undefined)
        throw new ControlError(`${code} has no action ${name}; see GET /control/${code}/actions`);
      return action.run(input);
    },
    actions: (code) =>
      Object.fromEntries(Object.entries(named(code).actions).map(([name, { about }]) => [name, about])),
  };
}

const providerOnly = z.strictObject({ provider: z.string() });
const optionalProvider = z.strictObject({ provider: z.string().optional() });
const releaseBody = providerOnly.extend({
  order: z.union([z.enum(['fifo', 'reverse']), z.array(z.number().int())]).optional(),
});
const duplicateBody = providerOnly.extend({
  id: z.number().int().optional(),
  times: z.number().int().min(1).optional(),
});

/** The HTTP form of the control API: JSON in and out, `{ error }` with 400 when a call cannot be served. */
export function controlRoutes(control: Control) {
  type Params = { provider: string; action: string };
  return async (app: FastifyInstance): Promise<void> => {
    app.removeContentTypeParser('text/plain');
    app.setErrorHandler((error, _request, reply) => {
      const known = error instanceof ControlError || error instanceof z.ZodError;
      const status = (error as { statusCode?: number }).statusCode ?? 500;
      const message =
        error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : '';
      return reply.code(known ? 400 : status).send({ error: message });
    });
    app.get('/state', () => control.state());
    app.get<{ Params: Params }>('/:provider/state', ({ params }) => control.state(params.provider));
    app.get<{ Params: Params }>('/:provider/actions', ({ params }) => control.actions(params.provider));
    app.post('/reset', ({ body }) => {
      control.reset(optionalProvider.parse(body ?? {}).provider);
      return { now: control.now() };
    });
    app.post('/clock', ({ body }) => ({
      now: control.advance(z.strictObject({ advanceMs: z.number().int().min(0) }).parse(body).advanceMs),
    }));
    faultRoutes(app, control);
    webhookRoutes(app, control);
    app.post<{ Params: Params }>('/:provider/actions/:action', ({ params, body }) => ({
      result: control.act(params.provider, params.action, body ?? {}) ?? null,
    }));
  };
}

function faultRoutes(app: FastifyInstance, control: Control): void {
  app.get('/faults', () => control.faults());
  app.post('/faults', ({ body }) => control.fault(body as FaultInput));
  app.delete('/faults', () => {
    control.clearFaults();
    return control.faults();
  });
  app.post('/faults/release', () => ({ released: control.releaseAnswers() }));
}

function webhookRoutes(app: FastifyInstance, control: Control): void {
  app.get('/webhooks', () => control.webhooks());
  app.post('/webhooks/withhold', ({ body }) => {
    control.withholdWebhooks(providerOnly.parse(body).provider);
    return { withholding: true };
  });
  app.post('/webhooks/release', ({ body }) => {
    const { provider, order } = releaseBody.parse(body);
    return control.releaseWebhooks(provider, order);
  });
  app.post('/webhooks/duplicate', ({ body }) => {
    const { provider, id, times } = duplicateBody.parse(body);
    return control.duplicateWebhook(provider, id, times);
  });
}
