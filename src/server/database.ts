import pg from 'pg';
import type { Config } from '../config.ts';
import { type Database, openDatabase } from '../db/client.ts';
import { migrate } from '../db/migrate.ts';
import { SetupError } from '../errors.ts';
import type { Log } from '../lib/log.ts';
import { type OwnServer, startOwnServer } from './own-server.ts';

/** The database of the configuration, migrated and open. */
export interface OpenedDatabase {
  db: Database;
  /** Names of the migrations that were applied now. */
  migrated: string[];
  /** Closes the pool, and stops the embedded server unless another process is using it. */
  close(): Promise<void>;
}

/**
 * Opens the database: the one of DATABASE_URL, or the embedded PostgreSQL in DATA_DIR.
 * @param mode `own`: for a gateway, which must be alone in its folder. `share`: for a command, which may work beside a gateway
 * @param started the embedded server, where the caller has started it already; it is stopped with the rest
 * @throws SetupError with a remedy
 */
export async function openConfiguredDatabase(
  config: Config,
  log: Log,
  mode: 'own' | 'share',
  started?: OwnServer,
): Promise<OpenedDatabase> {
  const server = config.databaseUrl === null ? (started ?? (await startOwnServer(config, log, mode))) : null;
  try {
    const url = config.databaseUrl ?? server?.url ?? '';
    if (server) await ensureDatabase(url);
    const migrated = await migrateReachable(url);
    if (migrated.length > 0) log.info({ migrated }, 'the database was migrated');
    const db = await openDatabase(url, config.databasePool);
    return {
      db,
      migrated,
      async close() {
        await db.close();
        await server?.close();
      },
    };
  } catch (error) {
    await server?.close();
    throw error;
  }
}

/** The first start finds a cluster without our database. */
async function ensureDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  const name = maintenance.pathname.slice(1);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

async function migrateReachable(url: string): Promise<string[]> {
  try {
    return await migrate(url);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const unreachable = [
      'ECONNREFUSED',
      'ENOTFOUND',
      'ETIMEDOUT',
      'ECONNRESET',
      'EAI_AGAIN',
      '28P01',
      '28000',
      '3D000',
    ];
    if (!code || !unreachable.includes(code)) throw error;
    const { hostname, port, pathname } = new URL(url);
    const reason = (error as Error).message || code;
    throw new SetupError(
      `PostgreSQL at ${hostname}:${port || 5432}${pathname} cannot be used: ${reason}. Check DATABASE_URL.`,
    );
  }
}
