import { assert } from '../lib/assert.ts';
import type { Database } from './client.ts';

/** A statement that is prepared once per connection; the name is its own for each text. */
export interface Statement {
  name: string;
  text: string;
}

/** A transaction for statements written by hand, each a round trip. */
export interface Sql {
  /** Runs a statement; values are passed as pg does: bigint come back as text, arrays go as arrays. */
  rows<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]>;
}

/** How long a statement may wait for somebody else's lock. */
export const PATIENCE_SECONDS = 10;
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '${PATIENCE_SECONDS}s'`;

/**
 * Runs `work` in one transaction on one connection of the pool, without Prisma: for groups of work, where statements are few and
 * what each costs counts. A throw rolls everything back; nothing is tried again here.
 * @returns what `work` returns, after commit
 * @throws what `work` throws, and what the connection says. When it was lost during COMMIT nobody knows whether the work stands:
 *   whoever repeats it must look first.
 */
export async function sqlTransaction<T>(db: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await db.pool.connect();
  let broken = false;
  try {
    await client.query(BEGIN);
    const result = await work({
      rows: async <Row extends object>(statement: Statement, values: unknown[]) =>
        (await client.query<Row>({ ...statement, values })).rows,
    });
    const { command } = await client.query('COMMIT');
    // PostgreSQL answers ROLLBACK to the COMMIT of a transaction that had failed
    assert(command === 'COMMIT', 'a transaction in which a statement failed was to be committed');
    db.committed.emit('committed');
    return result;
  } catch (error) {
    // a connection that cannot even roll back is of no more use
    await client.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
