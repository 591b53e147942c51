import Fastify, { type FastifyInstance } from 'fastify';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { SandboxClock } from './clock.ts';
import { type Control, controlRoutes, createControl } from './control.ts';
import { Faults } from './faults.ts';
import { openMailbox, type SandboxMailbox } from './mailbox/index.ts';
import type { SandboxProvider } from './provider.ts';
import { providers } from './providers.ts';
import { Webhooks } from './webhooks.ts';

export interface SandboxOptions {
  port: number;
  /** Of the mail server: the port after that of HTTP when left out. A port that is taken is replaced by a free one. */
  smtpPort?: number;
  host?: string;
  /** The base time; the control API moves the sandbox's time forward from it. */
  clock?: Clock;
  /** How browsers and the gateway reach the sandbox, when that is not http://host:port. */
  publicUrl?: string;
  log?: Log;
  /** Pauses before a webhook is repeated, instead of each provider's own. */
  webhookRetryDelaysMs?: readonly number[];
}

export interface Sandbox {
  url: string;
  port: number;
  control: Control;
  mailbox: SandboxMailbox;
  close(): Promise<void>;
}

const DEFAULT_HOST = '127.0.0.1';

/**
 * Starts the provider sandbox: one HTTP server, one prefix per provider, the control API under /control, the mailbox under
 * /mailbox; and the mailbox's mail server.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { host = DEFAULT_HOST, log } = options;
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    bodyLimit: 12 * 1024 * 1024,
    forceCloseConnections: true,
    // QIWI's bills have ids of up to 200 characters in their paths; a longer one is the provider's to refuse
    routerOptions: { maxParamLength: 2000 },
  });
  const clock = new SandboxClock(options.clock);
  const faults = new Faults();
  const webhooks = new Webhooks(clock, options.webhookRetryDelaysMs);
  let url = options.publicUrl ?? '';
  const running = new Map<string, SandboxProvider>();
  for (const [code, create] of Object.entries(providers)) {
    const provider = create({ clock, faults, webhooks, log, url: () => `${url}/${code}` });
    running.set(code, provider);
    await app.register((scope: FastifyInstance) => provider.routes(scope), { prefix: `/${code}` });
  }
  const control = createControl({ clock, faults, webhooks, providers: running });
  await app.register(controlRoutes(control), { prefix: '/control' });
  const smtpPort = options.smtpPort ?? (options.port === 0 ? 0 : options.port + 1);
  const { smtpUrl, messages, ...mailbox } = await openMailbox({ host, smtpPort, clock, log });
  await app.register(mailbox.routes, { prefix: '/mailbox' });
  app.get('/', () => ({
    sandbox: 'koshel',
    providers: [...running.keys()],
    control: '/control/state',
    mailbox: '/mailbox',
  }));

  await app.listen({ port: options.port, host }).catch(async (error: unknown) => {
    await mailbox.close();
    throw error;
  });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  url = (options.publicUrl ?? `http://${host}:${port}`).replace(/\/$/, '');
  log?.info({ url, smtpUrl }, 'provider sandbox listens');
  return {
    url,
    port,
    control,
    mailbox: { smtpUrl, messages, url: `${url}/mailbox`, smsUrl: `${url}/mailbox/sms` },
    async close() {
      faults.release();
      await mailbox.close();
      await webhooks.close();
      await app.close();
    },
  };
}
