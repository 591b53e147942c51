import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { startBenchServer } from '../support/server.ts';
import { type Seeded, seed } from './seed.ts';

/**
 * For a load that is thrown away when it fails: nothing waits for the disk, whole tables need no log, and no checkpoint comes after each
 * gigabyte. The server that is measured has none of these.
 */
const FOR_FILLING = ['wal_level=minimal', 'max_wal_senders=0', 'fsync=off', 'max_wal_size=8GB', 'shared_buffers=1GB'];

/** A filled database: the secrets that its gateway needs, and what may be asked of it. */
export interface Kept {
  env: Record<string, string>;
  seeded: Seeded;
}

const nameOf = (payments: number) => `growth_${payments}`;

/**
 * Fills a database with so many payments, unless the folder has it already.
 * @param folder of a server that does not run
 */
export async function ensureFilled(folder: string, payments: number): Promise<Kept & { database: string }> {
  const database = nameOf(payments);
  const file = join(folder, `${database}.json`);
  if (!existsSync(file)) {
    process.stdout.write(`filling ${payments} payments\n`);
    const secret = () => randomBytes(32).toString('hex');
    const env = { ADMIN_KEY: secret(), TOKEN_SECRET: secret(), ENCRYPTION_KEY: secret() };
    const server = await startBenchServer({ folder, settings: FOR_FILLING });
    try {
      const url = await server.createDatabase(database);
      await migrate(url);
      const config = loadConfig({ ...env, DATABASE_URL: url, NODE_ENV: 'production', SANDBOX: 'off' });
      const seeded = await seed(config, payments);
      const each = Object.entries(seeded.sizes).map(([table, bytes]) => `${table} ${Math.round(bytes / payments)}`);
      process.stdout.write(`  bytes per payment, indexes included: ${each.join(', ')}\n`);
      writeFileSync(file, JSON.stringify({ env, seeded } satisfies Kept), { mode: 0o600 });
    } finally {
      await server.stop();
    }
  }
  return { ...(JSON.parse(readFileSync(file, 'utf8')) as Kept), database };
}
