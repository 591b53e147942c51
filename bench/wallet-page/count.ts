import type pg from 'pg';

/** What a process has spent so far. */
export interface Spent {
  statements: number;
  cpuMs: number;
}

/** Counts what a pool's connections are asked from now on, beside the CPU time of the process. */
export function countSpent(pool: pg.Pool): () => Spent {
  const known = new WeakSet<object>();
  let count = 0;
  pool.on('acquire', (client) => {
    if (known.has(client)) return;
    known.add(client);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      count += 1;
      return query(...args);
    }) as typeof client.query;
  });
  return () => {
    const { user, system } = process.cpuUsage();
    return { statements: count, cpuMs: (user + system) / 1000 };
  };
}
