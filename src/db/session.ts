import type pg from 'pg';
import type { Database } from './client.ts';

/**
 * Runs `work` in one transaction on a connection of the pool, for statements that Prisma would only slow down.
 * @param begin how the transaction begins: `BEGIN`, with its isolation level
 * @throws what `work` throws; the connection is then thrown away, and the transaction with it
 */
export async function inSession<T>(
  db: Database,
  begin: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await db.pool.connect();
  // Without a listener the death of the connection between two statements would end the process; the next statement tells.
  const ignore = () => undefined;
  client.on('error', ignore);
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('COMMIT');
    client.off('error', ignore);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
