import type { GraphQLSchema } from 'graphql';
import type { Config } from './config.ts';
import type { WebhookClientOptions } from './connectors/webhook-client.ts';
import type { Deps } from './deps.ts';
import { startDueReconciliations } from './domain/mirror/start-reconciliation.ts';
import { queueDueNotifications } from './domain/notification/queue-due.ts';
import { expirePayments } from './domain/payment/expire-payments.ts';
import { watchOpenPayments } from './domain/payment/watch-open-payments.ts';
import { createTail } from './events/tail.ts';
import { schema as publicSchema } from './graphql/schema.ts';
import { startWebhookDelivery } from './jobs/deliver-webhooks.ts';
import { startJobs } from './jobs/runner.ts';
import { startSealer } from './ledger/seal.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { createLog, type Log } from './lib/log.ts';
import type { Sandbox } from './sandbox/server.ts';
import { openConfiguredDatabase } from './server/database.ts';
import { createDeps, type Patience } from './server/deps.ts';
import { startEdge } from './server/http.ts';
import type { Limits } from './server/limits.ts';
import type { OwnServer } from './server/own-server.ts';
import { startTimer } from './server/timer.ts';

const SEAL_EVERY_MS = 1_000;
const EXPIRE_EVERY_MS = 1_000;
const WATCH_EVERY_MS = 30_000;
/** How often is looked whose turn it is; each wallet's own comes every quarter of an hour. */
const RECONCILE_EVERY_MS = 1_000;
const EXPIRE_AT_A_TIME = 100;
const TELL_EVERY_MS = 1_000;
const TELL_AT_A_TIME = 100;

/** The demo partner and its wallets. */
export type Demo = Awaited<ReturnType<typeof import('./domain/seed.ts').seedDemo>>;

/** A running gateway. */
export interface App {
  url: string;
  port: number;
  deps: Deps;
  /** What was seeded, when the sandbox is on. */
  demo: Demo | null;
  /** Where mail and text messages to customers can be read, when the sandbox is on. */
  mailbox: Sandbox['mailbox'] | null;
  /** Drains and stops everything, in the reverse order of starting. Calling it again waits for the same end. */
  stop(): Promise<void>;
}

export interface AppOptions {
  log?: Log | undefined;
  clock?: Clock | undefined;
  /** The embedded server, when it runs already; the gateway stops it. */
  server?: OwnServer | undefined;
  /** In place of the public schema. */
  schema?: GraphQLSchema | undefined;
  limits?: Partial<Limits> | undefined;
  /** How long, how often and how many at once providers are called; the defaults where it is left out. */
  patience?: Patience | undefined;
  /** How long partners' endpoints have to answer, and what their names resolve to; the defaults where it is left out. */
  webhooks?: Omit<WebhookClientOptions, 'sandbox'> | undefined;
  /** False: no front door and no compiled documents, to compare with. */
  door?: boolean | undefined;
}

/**
 * Starts a gateway: database, events, sealer, timers, sandbox when it is on, HTTP server.
 * @param config from loadConfig
 * @throws SetupError with a remedy, after having stopped what was started
 */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const log = options.log ?? createLog(config.logLevel);
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
  };
  try {
    const { db, close } = await openConfiguredDatabase(config, log, 'own', options.server);
    stops.push(close);
    const sandbox = config.sandbox ? await startDemoSandbox(config, { log, clock: options.clock }) : null;
    if (sandbox) stops.push(() => sandbox.close());
    const { clock, patience, webhooks } = options;
    const edgeOf = { schema: options.schema, limits: options.limits };
    const given = { db, log, clock, patience, webhooks, messages: sandbox?.mailbox, edge: edgeOf };
    const { deps, publisher } = await createDeps(config, given);
    const tail = createTail({ db, publisher, log, clock: deps.clock });
    await tail.start();
    stops.push(() => tail.stop());
    const sealer = startSealer({ db, log, everyMs: SEAL_EVERY_MS });
    stops.push(() => sealer.stop());
    const expiry = startTimer('expire payments', EXPIRE_EVERY_MS, log, () => expirePayments(deps, EXPIRE_AT_A_TIME));
    stops.push(() => expiry.stop());
    const watch = startTimer('watch open payments', WATCH_EVERY_MS, log, () =>
      watchOpenPayments(deps, EXPIRE_AT_A_TIME),
    );
    stops.push(() => watch.stop());
    const rounds = startTimer('reconcile', RECONCILE_EVERY_MS, log, () =>
      startDueReconciliations(deps, EXPIRE_AT_A_TIME),
    );
    stops.push(() => rounds.stop());
    const telling = startTimer('queue due notifications', TELL_EVERY_MS, log, () =>
      queueDueNotifications(deps, TELL_AT_A_TIME),
    );
    stops.push(() => telling.stop());
    stops.push(() => deps.connectors.close());
    stops.push(() => deps.notifier.close());
    stops.push(() => deps.webhooks.close());
    const seeded = sandbox && (await seedSandbox(deps, sandbox));
    const demo = seeded?.demo ?? null;
    const jobs = await startJobs(deps);
    stops.push(() => jobs.stop());
    const delivery = startWebhookDelivery(deps);
    stops.push(() => delivery.stop());
    const edge = await startEdge(deps, {
      schema: options.schema ?? publicSchema,
      eventLag: () => tail.lag(),
      limits: options.limits,
      door: options.door,
      example: demo && { query: demo.firstQuery, apiKey: demo.apiKey },
    });
    stops.push(() => edge.drain());
    const url =
      config.publicUrl?.replace(/\/$/, '') ??
      `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${edge.port}`;
    await seeded?.callBack(url);
    let stopped: Promise<void> | null = null;
    const stop = () => {
      stopped ??= stopAll();
      return stopped;
    };
    return { url, port: edge.port, deps, demo, mailbox: sandbox?.mailbox ?? null, stop };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** Loaded only where it is wanted: production has none. */
async function startDemoSandbox(config: Config, { log, clock = systemClock }: AppOptions): Promise<Sandbox> {
  const { startSandbox } = await import('./sandbox/server.ts');
  return startSandbox({ port: config.sandboxPort, host: config.host, clock, ...(log ? { log } : {}) });
}

/** The demo data in the sandbox. */
async function seedSandbox(
  deps: Deps,
  sandbox: Sandbox,
): Promise<{ demo: Demo; callBack(url: string): Promise<void> }> {
  const { seedConsent, seedDemo } = await import('./domain/seed.ts');
  const demo = await seedDemo(deps, sandbox.url);
  return {
    demo,
    // what a person fills in at the real provider: the project's settings, the address of the consent application
    callBack: async (url) => {
      const door = `${url}/webhooks/mbank/${demo.mbankAccountId}`;
      sandbox.control.act('mbank', 'project', { paymentsUrl: door, cardsUrl: `${door}/cards/status` });
      const consent = await seedConsent(deps, url);
      sandbox.control.act('mbank', 'client.redirect', { client: consent.clientId, uri: consent.redirectUri });
    },
  };
}
