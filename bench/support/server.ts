import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../src/db/embedded.ts';

/** A server for one benchmark run, in a folder of its own. */
export interface BenchServer {
  /** Makes an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  /** The URL of a database that is there. */
  at(name: string): string;
  /** Stops the server and removes its folder, unless it was given one to keep. */
  stop(): Promise<void>;
}

interface ServerOptions {
  /** Where its files lie, to be kept; a temporary folder when absent. */
  folder?: string | undefined;
  /** Server settings other than the default, `name=value`. */
  settings?: string[];
}

/** Starts an embedded PostgreSQL with its default durability, unless settings say otherwise: every commit waits for the disk. */
export async function startBenchServer({ folder, settings = [] }: ServerOptions = {}): Promise<BenchServer> {
  const own = folder ?? mkdtempSync(join(tmpdir(), 'koshel-bench-'));
  mkdirSync(own, { recursive: true });
  chmodSync(own, 0o755); // the system user that PostgreSQL runs as must be able to enter
  const server = await startEmbedded(own, settings);
  const at = (database: string) => {
    const url = new URL(server.url);
    url.pathname = `/${database}`;
    return url.href;
  };
  return {
    at,
    async createDatabase(name) {
      const client = new pg.Client({ connectionString: at('postgres') });
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      return at(name);
    },
    async stop() {
      await server.stop();
      if (folder === undefined) rmSync(own, { recursive: true, force: true });
    },
  };
}
