import { existsSync, readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';

const TICKS_PER_SECOND = 100;

/** Fields of /proc/<pid>/stat after the name: of the process, and of its children that have ended. */
function ticksOf(pid: number): { parent: number; own: number; ended: number } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (index: number) => Number.parseInt(fields[index] ?? '0', 10);
  return { parent: at(1), own: at(11) + at(12), ended: at(13) + at(14) };
}

/**
 * The CPU that a PostgreSQL server on this machine has used so far, its sessions included; where /proc tells of it (Linux).
 * @param url a database of it
 * @returns milliseconds when asked; null on other systems
 */
export async function cpuOfServer(url: string): Promise<() => number | null> {
  if (!existsSync('/proc/self/stat')) return () => null;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const { parent } = ticksOf(rows[0]?.pid ?? 0);
  await client.end();
  return () => {
    const server = ticksOf(parent);
    let ticks = server.own + server.ended;
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const one = ticksOf(Number.parseInt(name, 10));
        if (one.parent === parent) ticks += one.own;
      } catch {
        // it has ended between the listing and the look: its parent has its ticks
      }
    }
    return (ticks / TICKS_PER_SECOND) * 1000;
  };
}

/**
 * The CPU that this process has used so far, and its children that have ended: what a client costs, whether it works here or in a process of
 * its own; where /proc tells of it (Linux).
 * @returns milliseconds; null on other systems
 */
export function cpuOfClient(): number | null {
  if (!existsSync('/proc/self/stat')) return null;
  const { own, ended } = ticksOf(process.pid);
  return ((own + ended) / TICKS_PER_SECOND) * 1000;
}
