import { EventEmitter } from 'node:events';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { SetupError } from '../errors.ts';
import { RowsClient } from './byte-rows.ts';
import { PrismaClient } from './generated/client.ts';

/** A Prisma client, or one of its interactive transactions: what a store may query through. */
export type Tx = Omit<PrismaClient, '$connect' | '$disconnect' | '$on' | '$use' | '$extends' | '$transaction'>;

/** The database as the process sees it: one pool, and Prisma on top of it. */
export interface Database {
  prisma: PrismaClient;
  /** The pool beneath, for measured hot paths (prepared statements, one SQL function) and for LISTEN. */
  pool: pg.Pool;
  url: string;
  /** Told after each transaction of this process that has committed; see transaction.ts. */
  committed: EventEmitter<{ committed: [] }>;
  close(): Promise<void>;
}

const MINIMUM_VERSION = 150000;

/**
 * Opens a pool on a PostgreSQL and checks that it can carry us.
 * @param url postgres:// URL
 * @param poolSize connections at most
 * @throws SetupError when the server cannot be reached or is older than 15
 */
export async function openDatabase(url: string, poolSize: number): Promise<Database> {
  // adapter-pg drops the offset of a timestamptz, so every session must speak UTC.
  const pool = new pg.Pool({
    Client: RowsClient,
    connectionString: url,
    max: poolSize,
    options: '-c TimeZone=UTC',
    allowExitOnIdle: true,
    // what is asked for on one connection without waiting goes without waiting; sql-transaction.ts makes use of it
    pipeline: true,
  });
  // a connection that dies is replaced, idle or not; whoever was using it is told by the query's own failure
  const ignore = () => undefined;
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  await checkServer(pool, url);
  const adapter = new PrismaPg(pool, { statementNameGenerator: ({ sql }) => statementName(sql) });
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' });
  return {
    prisma,
    pool,
    url,
    committed: new EventEmitter(),
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

async function checkServer(pool: pg.Pool, url: string): Promise<void> {
  const where = new URL(url);
  const place = `${where.hostname}:${where.port || 5432}${where.pathname}`;
  const { rows } = await pool
    .query<{ version: number; zone: string }>(
      `SELECT current_setting('server_version_num')::int AS version, current_setting('TimeZone') AS zone`,
    )
    .catch((error: Error) => {
      throw new SetupError(`PostgreSQL at ${place} cannot be reached: ${error.message}. Check DATABASE_URL.`);
    });
  const server = rows[0];
  if (!server || server.version < MINIMUM_VERSION) {
    throw new SetupError(`PostgreSQL at ${place} is older than 15. Point DATABASE_URL at a newer server.`);
  }
  if (server.zone !== 'UTC') {
    throw new SetupError(
      `Sessions at ${place} do not keep TimeZone=UTC (is a pooler rewriting it?). Times would be misread.`,
    );
  }
}

const names = new Map<string, string>();

/** One stable name per statement text, so that the server prepares each once per connection. */
function statementName(sql: string): string {
  let name = names.get(sql);
  if (name === undefined) {
    name = `p${names.size}`;
    if (names.size < 2000) names.set(sql, name);
  }
  return name;
}
