import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PostgreSQL's own TPC-B, as the peer to compare with. */
export interface Pgbench {
  /** Makes the tables at a scale (100,000 accounts each). */
  initialise(url: string, scale: number): Promise<void>;
  /** Runs TPC-B with prepared statements and returns transactions per second. */
  tpcb(url: string, clients: number, seconds: number): Promise<number>;
}

/**
 * Finds pgbench on the path or among Debian's PostgreSQL packages.
 * @throws Error that says what to install
 */
export function findPgbench(): Pgbench {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
  // a benchmark looks for a tool of the system, so it may read PATH
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  const program = folders.map((folder) => join(folder, 'pgbench')).find(existsSync);
  if (!program) throw new Error('pgbench is not installed. On Debian: apt-get install postgresql-15');
  return {
    async initialise(url, scale) {
      await run(program, ['--initialize', '--quiet', `--scale=${scale}`, url]);
    },
    async tpcb(url, clients, seconds) {
      const flags = [`--client=${clients}`, '--jobs=2', `--time=${seconds}`, '--protocol=prepared', '--no-vacuum'];
      const { stdout } = await run(program, [...flags, url]);
      const tps = /^tps = ([\d.]+)/m.exec(stdout)?.[1];
      if (!tps) throw new Error(`pgbench answered without a figure:\n${stdout}`);
      return Number.parseFloat(tps);
    },
  };
}
