import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/koshel.js', import.meta.url));

/** A real `koshel` process. */
export interface Command {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with the first match in stdout; rejects when the process ends without it. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when it has ended, with its exit code (or the signal's name). */
  ended: Promise<number | NodeJS.Signals | null>;
}

/** Runs `koshel` in another working directory, with no environment but this and what a shell has. */
export function koshel(args: string[], env: Record<string, string>): Command {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: tmpdir(),
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(stdout);
          if (match) resolve(match);
        };
        child.stdout?.on('data', look);
        child.once('close', () => reject(new Error(`koshel ended without printing ${pattern}:\n${stdout}\n${stderr}`)));
        look();
      }),
  };
}

/** A data folder that the system user of PostgreSQL may enter when tests run as root. */
export function newDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'koshel-data-'));
  chmodSync(folder, 0o755);
  return folder;
}
