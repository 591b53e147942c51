import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startEmbedded } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrate.ts';

/** A PostgreSQL of a test's own, which may be killed. */
export interface OwnServer {
  /** Of its migrated database. It changes with each start. */
  readonly url: string;
  /** As a power cut would: no checkpoint, no goodbye; what is not in the log on disk is gone. */
  cutPower(): void;
  /** Starts it again, on what is on its disk. */
  startAgain(): Promise<void>;
}

/** Starts a PostgreSQL that keeps its promises of durability, as the shared one of the tests does not; it is gone when the test ends. */
export async function startOwnServer(): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'koshel-test-own-'));
  chmodSync(folder, 0o755); // the system user that PostgreSQL runs as must be able to enter
  let server = await startEmbedded(folder);
  onTestFinished(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  // the maintenance database will do: this server carries nothing else
  const url = () => Object.assign(new URL(server.url), { pathname: '/postgres' }).href;
  await migrate(url());
  return {
    get url() {
      return url();
    },
    cutPower() {
      const [pid] = readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
      process.kill(Number.parseInt(pid ?? '', 10), 'SIGQUIT');
    },
    async startAgain() {
      server = await startEmbedded(folder);
      if (!server.started) throw new Error('the server that was to be dead still ran');
    },
  };
}
