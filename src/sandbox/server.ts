import Fastify, { type FastifyInstance } from 'fastify';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { SandboxClock } from './clock.ts';
import { type Control, controlRoutes, createControl } from './control.ts';
import { Faults } from './faults.ts';
import type { SandboxProvider } from './provider.ts';
import { providers } from './providers.ts';
import { Webhooks } from './webhooks.ts';

export interface SandboxOptions {
  port: number;
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
  close(): Promise<void>;
}

const DEFAULT_HOST = '127.0.0.1';

/** Starts the provider sandbox: one HTTP server, one prefix per provider, and the control API under /control. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { host = DEFAULT_HOST, log } = options;
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    bodyLimit: 12 * 1024 * 1024,
    forceCloseConnections: true,
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
  app.get('/', () => ({ sandbox: 'koshel', providers: [...running.keys()], control: '/control/state' }));

  await app.listen({ port: options.port, host });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  url = (options.publicUrl ?? `http://${host}:${port}`).replace(/\/$/, '');
  log?.info({ url }, 'provider sandbox listens');
  return {
    url,
    port,
    control,
    async close() {
      faults.release();
      await webhooks.close();
      await app.close();
    },
  };
}
