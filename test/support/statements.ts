import type pg from 'pg';

/**
 * Counts what a pool sends to PostgreSQL from now on, whoever sends it.
 * @returns how many statements so far
 */
export function countStatements(pool: pg.Pool): () => number {
  let count = 0;
  const listened = new WeakSet<object>();
  pool.on('acquire', (client) => {
    if (listened.has(client)) return;
    listened.add(client);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      count += 1;
      return query(...args);
    }) as typeof client.query;
  });
  return () => count;
}
