import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** postgres:// URL of the maintenance database; test/support/db.ts clones `koshel_template` from it. */
    postgresUrl: string;
  }
}

/**
 * One embedded PostgreSQL for the whole run, with a migrated template that each test file clones.
 * TEST_DATABASE_URL (a superuser's, on any PostgreSQL of 15 or newer) takes its place.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL'];
  const folder = mkdtempSync(join(tmpdir(), 'koshel-test-'));
  // Durability is tested by killing PostgreSQL in a test of its own; elsewhere fsync would only cost time.
  const server = given ? null : await startServer(folder);
  const url = new URL(given ?? server?.url ?? '');
  url.pathname = '/postgres';
  const template = new URL(url);
  template.pathname = '/koshel_template';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query('DROP DATABASE IF EXISTS koshel_template');
  await client.query('CREATE DATABASE koshel_template');
  await client.end();
  await migrate(template.href);
  project.provide('postgresUrl', url.href);
  return async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

async function startServer(folder: string) {
  const { chmodSync } = await import('node:fs');
  chmodSync(folder, 0o755);
  return startEmbedded(folder, ['max_connections=300', 'fsync=off', 'synchronous_commit=off']);
}
