import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { atEnd } from './at-end.ts';

/**
 * A migrated database of its own for the test file, dropped at its end.
 * @param poolSize connections at most
 */
export async function testDatabase(poolSize = 10): Promise<Database> {
  const url = await createTestDatabase();
  const db = await openDatabase(url, poolSize);
  atEnd(async () => {
    await db.close();
    await dropTestDatabase(url);
  });
  return db;
}

/** Clones the template; returns the new database's URL. The caller drops it. */
export async function createTestDatabase(): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await maintenance(`CREATE DATABASE ${name} TEMPLATE koshel_template`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

/** Drops a database that `createTestDatabase` made, ending what is still connected. */
export async function dropTestDatabase(url: string): Promise<void> {
  await maintenance(`DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
}

async function maintenance(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    // cloning waits its turn: a template can be copied by one session at a time
    await client.query('SELECT pg_advisory_lock(424242)');
    await client.query(sql);
  } finally {
    await client.end();
  }
}
