import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { dropTestDatabase } from './db.ts';

/** A database as it was before a migration. */
export interface HalfMigrated {
  db: Database;
  /** A session of its own. */
  client: pg.Client;
  /** Applies that migration and all after it. */
  finish(): Promise<void>;
}

/**
 * Makes one for the running test, beside a database that there is.
 * @param suffix how the name of the migration's folder ends
 */
export async function halfMigrated(beside: Database, suffix: string): Promise<HalfMigrated> {
  const root = new URL('../../prisma/migrations/', import.meta.url);
  const folders = readdirSync(root)
    .filter((folder) => /^\d/.test(folder))
    .sort();
  const at = folders.findIndex((folder) => folder.endsWith(suffix));
  if (at < 0) throw new Error(`there is no migration ${suffix}`);
  const url = new URL(beside.url);
  url.pathname = `/test_${randomBytes(6).toString('hex')}`;
  await beside.pool.query(`CREATE DATABASE ${url.pathname.slice(1)}`);
  onTestFinished(() => dropTestDatabase(url.href));
  const client = new pg.Client({ connectionString: url.href, options: '-c TimeZone=UTC' });
  await client.connect();
  onTestFinished(() => client.end());
  const apply = async (some: string[]) => {
    for (const folder of some) await client.query(readFileSync(new URL(`${folder}/migration.sql`, root), 'utf8'));
  };
  await apply(folders.slice(0, at));
  const db = await openDatabase(url.href, 4);
  onTestFinished(() => db.close());
  return { db, client, finish: () => apply(folders.slice(at)) };
}
