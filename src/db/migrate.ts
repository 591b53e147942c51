import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { runMigrations as migrateJobs } from 'graphile-worker';
import pg from 'pg';

const root = fileURLToPath(new URL('../../prisma/', import.meta.url));
/** Any fixed number: the advisory lock that lets one process migrate while the others wait. */
const LOCK = 7_305_441_001;
/** Node has it; @types/node leaves it to the browser's types, which we do not want here. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
};
const noFilters = { externalTables: [], externalEnums: [] };

interface SchemaEngine {
  diff(input: object): Promise<{ stdout?: string | null; exitCode: number }>;
  applyMigrations(input: object): Promise<{ appliedMigrationNames: string[] }>;
}

/**
 * Brings the database to the newest migration of prisma/migrations, with Prisma's own schema engine (WebAssembly), in the
 * same `_prisma_migrations` table that `prisma migrate deploy` uses.
 * @param url postgres:// URL
 * @returns names of the migrations that were applied now
 */
export async function migrate(url: string): Promise<string[]> {
  const lock = new pg.Client({ connectionString: url });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [LOCK]);
    // loading the engine takes half of a warm start, and mostly there is nothing for it to do
    const names = (await isCurrent(lock)) ? [] : await applyMigrations(url);
    // the job queue keeps its tables in a schema of its own, with migrations of its own
    await migrateJobs({ connectionString: url });
    return names;
  } finally {
    await lock.end(); // ends the session, and the lock with it
  }
}

async function isCurrent(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ known: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS known`,
  );
  if (!rows[0]?.known) return false;
  const applied = await client.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const names = new Set(applied.rows.map(({ name }) => name));
  return migrationFolders().every((name) => names.has(name));
}

function applyMigrations(url: string): Promise<string[]> {
  return withEngine(url, async (engine) => {
    const applied = await engine.applyMigrations({ migrationsList: migrationsList(), filters: noFilters });
    return applied.appliedMigrationNames;
  });
}

/**
 * SQL that makes the whole of schema.prisma from nothing: the raw material of a first migration.
 * @param url postgres:// URL of any database; it is not changed
 */
export function schemaSql(url: string): Promise<string> {
  const targets = { from: { tag: 'empty' }, to: { tag: 'schemaDatamodel', files: [datamodel()] } };
  const options = { script: true, shadowDatabaseUrl: null, exitCode: null, filters: noFilters };
  return withEngine(url, async (engine) => (await engine.diff({ ...targets, ...options })).stdout ?? '');
}

function datamodel(): { path: string; content: string } {
  const path = join(root, 'schema.prisma');
  return { path, content: readFileSync(path, 'utf8') };
}

function migrationFolders(): string[] {
  const baseDir = join(root, 'migrations');
  return readdirSync(baseDir)
    .filter((name) => existsSync(join(baseDir, name, 'migration.sql')))
    .sort();
}

function migrationsList(): object {
  const baseDir = join(root, 'migrations');
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: readFileSync(join(baseDir, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: migrationFolders().map((path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(baseDir, path, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

/** The engine's glue code keeps its one WebAssembly instance in a variable: it is given one, once per process. */
let loading: Promise<{
  SchemaEngine: { new (...args: never[]): never; new: (...args: unknown[]) => Promise<SchemaEngine> };
}> | null = null;

async function load() {
  const require = createRequire(import.meta.url);
  const wasmFile = join(
    dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')),
    'schema_engine_bg.wasm',
  );
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg' as string);
  const wasm = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(wasmFile)), {
    './schema_engine_bg.js': glue,
  });
  glue.__wbg_set_wasm(wasm.exports);
  (wasm.exports['__wbindgen_start'] as (() => void) | undefined)?.();
  return glue;
}

async function withEngine<T>(url: string, work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  loading ??= load();
  const { SchemaEngine } = await loading;
  const { path, content } = datamodel();
  const { factory, dispose } = wholeScripts(url);
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(factory);
    return await work(await SchemaEngine.new({ datamodels: [[path, content]] }, () => undefined, adapter));
  } finally {
    await dispose();
  }
}

/** adapter-pg cuts a script at every semicolon, which breaks function bodies; here a script goes to the server whole. */
function wholeScripts(url: string): { factory: PrismaPg; dispose(): Promise<void> } {
  const factory = new PrismaPg({ connectionString: url, options: '-c TimeZone=UTC' });
  const connect = factory.connect.bind(factory);
  const open: { dispose(): Promise<void> }[] = [];
  factory.connect = async () => {
    const adapter = await connect();
    open.push(adapter);
    adapter.executeScript = (script: string) => runScript(url, script);
    return adapter;
  };
  return {
    factory,
    async dispose() {
      for (const adapter of open) await adapter.dispose();
    },
  };
}

async function runScript(url: string, script: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, options: '-c TimeZone=UTC' });
  await client.connect();
  try {
    await client.query(script);
  } finally {
    await client.end();
  }
}
