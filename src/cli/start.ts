import { Command } from 'commander';
import type { App } from '../app.ts';
import { startOwnServer } from '../server/own-server.ts';
import type { CliContext } from './context.ts';
import { describeDemo } from './demo.ts';

/** `start`: runs until a signal. */
export function startCommand(context: CliContext): Command {
  return new Command('start')
    .description('run the gateway: embedded database, sandbox and demo data unless the environment says otherwise')
    .addHelpText(
      'after',
      '\nExample:\n  PORT=8080 DATA_DIR=/var/lib/koshel koshel start\n\nCtrl+C drains and stops; a second one exits at once.',
    )
    .action(async () => {
      const startedAt = performance.now();
      const config = context.config();
      const log = context.log();
      const stopping = new AbortController();
      const interrupted = onSignals(stopping);
      // the server starts while the code is loaded
      const [server, { startApp }] = await Promise.all([
        config.databaseUrl === null ? startOwnServer(config, log, 'own') : undefined,
        import('../app.ts'),
      ]);
      const app = await startApp(config, { log, server });
      // in production nothing but log lines goes out
      if (config.production) log.info({ url: app.url }, 'the gateway listens');
      else context.print(banner(app, performance.now() - startedAt));
      const signal = await interrupted;
      log.info({ signal }, 'draining');
      await app.stop();
      log.info('stopped');
    });
}

/** Resolves at the first signal; the second ends the process at once. */
function onSignals(stopping: AbortController): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const take = (signal: NodeJS.Signals) => {
      if (stopping.signal.aborted) process.exit(130);
      stopping.abort();
      resolve(signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, take);
  });
}

function banner({ url, demo, mailbox, deps }: App, tookMs: number): string {
  const { config } = deps;
  const where =
    config.databaseUrl === null ? `${config.dataDir} (embedded PostgreSQL)` : new URL(config.databaseUrl).host;
  return [
    '',
    `  Koshel is ready in ${(tookMs / 1000).toFixed(1)} s`,
    '',
    `  GraphQL    ${url}/graphql${config.introspection ? '   (open it in a browser: GraphiQL, with an example)' : ''}`,
    `  Health     ${url}/health/ready    Metrics  ${url}/metrics`,
    `  Data       ${where}`,
    ...(mailbox ? [`  Mailbox    ${mailbox.url}   (what customers are told; mail server ${mailbox.smtpUrl})`] : []),
    ...(demo ? ['', describeDemo(demo, url)] : ['', '  Next: koshel partner create "<name>"']),
    '',
  ].join('\n');
}
