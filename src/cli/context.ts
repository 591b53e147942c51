import { type Config, loadConfig } from '../config.ts';
import type { Deps } from '../deps.ts';
import { createLog, type Log } from '../lib/log.ts';

/** Deps for a command, and what ends them. */
export interface OpenedDeps {
  deps: Deps;
  close(): Promise<void>;
}

/** What commands share. Nothing is loaded before a command asks for it, so that help is quick. */
export interface CliContext {
  config(): Config;
  /** For `start`: all lines. */
  log(): Log;
  /** Opens the database beside a running gateway or alone, migrates it, and builds what use cases need. */
  open(): Promise<OpenedDeps>;
  print(text: string): void;
  /** Was a stack trace asked for? */
  debug(): boolean;
}

/** One per command line. */
export function createCliContext(): CliContext {
  let config: Config | undefined;
  const readConfig = () => {
    config ??= loadConfig();
    return config;
  };
  // a command prints its answer; its log holds what is wrong
  const quietLog = () => createLog(readConfig().logLevel === 'info' ? 'warn' : readConfig().logLevel, isTerminal());
  return {
    config: readConfig,
    log: () => createLog(readConfig().logLevel, isTerminal()),
    async open() {
      const [{ openConfiguredDatabase }, { createDeps }] = await Promise.all([
        import('../server/database.ts'),
        import('../server/deps.ts'),
      ]);
      const log = quietLog();
      const { db, close } = await openConfiguredDatabase(readConfig(), log, 'share');
      try {
        return { deps: (await createDeps(readConfig(), { db, log })).deps, close };
      } catch (error) {
        await close();
        throw error;
      }
    },
    print: (text) => process.stdout.write(`${text}\n`),
    debug: () => config !== undefined && ['debug', 'trace'].includes(config.logLevel),
  };
}

function isTerminal(): boolean {
  return process.stdout.isTTY === true;
}
