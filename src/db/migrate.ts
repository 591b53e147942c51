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
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Uint8Array) => object;
    Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
  };
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
    const names = await withEngine(url, async (engine) => {
      const applied = await engine.applyMigrations({ migrationsList: migrationsList(), filters: noFilters });
      return applied.appliedMigrationNames;
    });
    // the job queue keeps its tables in a schema of its own, with migrations of its own
    await migrateJobs({ connectionString: url });
    return names;
  } finally {
    await lock.end(); // ends the session, and the lock with it
  }
}

/**
 * What SQL would take the migrated database to schema.prisma; empty when they agree.
 * @param url postgres:// URL of a migrated database
 */
export function schemaDrift(url: string): Promise<string> {
  return diff(url, { tag: 'schemaDatasource', files: [datamodel()], configDir: root });
}

/**
 * SQL that makes the whole of schema.prisma from nothing: the raw material of a first migration.
 * @param url postgres:// URL of any database; it is not changed
 */
export function schemaSql(url: string): Promise<string> {
  return diff(url, { tag: 'empty' });
}

async function diff(url: string, from: object): Promise<string> {
  const to = { tag: 'schemaDatamodel', files: [datamodel()] };
  const options = { script: true, shadowDatabaseUrl: null, exitCode: null, filters: noFilters };
  return withEngine(url, async (engine) => (await engine.diff({ from, to, ...options })).stdout ?? '');
}

function datamodel(): { path: string; content: string } {
  const path = join(root, 'schema.prisma');
  return { path, content: readFileSync(path, 'utf8') };
}

function migrationsList(): object {
  const baseDir = join(root, 'migrations');
  const folders = readdirSync(baseDir)
    .filter((name) => existsSync(join(baseDir, name, 'migration.sql')))
    .sort();
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: readFileSync(join(baseDir, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: folders.map((path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(baseDir, path, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

async function withEngine<T>(url: string, work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const require = createRequire(import.meta.url);
  const wasmFile = join(
    dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')),
    'schema_engine_bg.wasm',
  );
  // biome-ignore lint/suspicious/noExplicitAny: the engine's glue module carries no types for its own loading
  const glue: any = await import('@prisma/schema-engine-wasm/schema_engine_bg' as string);
  const wasm = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(wasmFile)), {
    './schema_engine_bg.js': glue,
  });
  glue.__wbg_set_wasm(wasm.exports);
  (wasm.exports['__wbindgen_start'] as (() => void) | undefined)?.();
  const { path, content } = datamodel();
  const { factory, dispose } = wholeScripts(url);
  try {
    return await work(
      await glue.SchemaEngine.new(
        { datamodels: [[path, content]] },
        () => undefined,
        bindMigrationAwareSqlAdapterFactory(factory),
      ),
    );
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
