import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../errors.ts';

/** The folder belongs to this process until `release`. */
export interface FolderLock {
  release(): void;
}

/** Another gateway is using the folder. */
export class FolderInUseError extends SetupError {
  constructor(
    folder: string,
    readonly pid: number,
  ) {
    super(
      `DATA_DIR ${folder} is in use by another gateway (process ${pid}). Stop that one, or give this one a folder and a port of its own: DATA_DIR=… PORT=….`,
    );
  }
}

/**
 * Takes the data folder for this process. What a killed gateway left behind is taken over.
 * @throws FolderInUseError naming the process that holds it
 */
export function lockDataFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'gateway.pid');
  const mine = `${process.pid} ${startOf(process.pid)}\n`;
  if (!tryWrite(path, mine)) {
    const holder = readHolder(path);
    if (holder !== null) throw new FolderInUseError(folder, holder);
    rmSync(path, { force: true });
    if (!tryWrite(path, mine)) throw new FolderInUseError(folder, readHolder(path) ?? 0);
  }
  return {
    release() {
      if (readFileSync(path, 'utf8') === mine) rmSync(path, { force: true });
    },
  };
}

function tryWrite(path: string, text: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, text);
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new SetupError(`DATA_DIR cannot be written (${path}): ${(error as Error).message}.`);
  }
}

/** The living process that wrote the file, or null. A number that has gone to another program since is nobody. */
function readHolder(path: string): number | null {
  if (!existsSync(path)) return null;
  const [number = '', start = ''] = readFileSync(path, 'utf8').trim().split(' ');
  const pid = Number.parseInt(number, 10);
  return Number.isInteger(pid) && isAlive(pid) && startOf(pid) === start ? pid : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: somebody else's process, but a living one
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When the process began, in the kernel's ticks, where /proc tells it; else nothing, and the number alone decides. */
function startOf(pid: number): string {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return '-';
  const stat = readFileSync(path, 'utf8');
  // the second field is a name in parentheses that may hold spaces; the start is the 22nd
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
}
