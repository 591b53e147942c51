import type pg from 'pg';
import { assert } from '../lib/assert.ts';
import type { Database } from './client.ts';
import { preparedRows } from './prepared-query.ts';

/** A statement that is prepared once per connection; the name is its own for each text. */
export interface Statement {
  name: string;
  text: string;
}

/** A transaction for statements written by hand. */
export interface Sql {
  /**
   * Runs a statement; values are passed as pg does: bigint come back as text, arrays go as arrays. Statements that are asked for
   * without waiting for one another share a round trip; the server carries them out in that order, and once one has failed none after it,
   * so that each of them is rejected with its error. Nothing is sent any more once the work has failed.
   */
  rows<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]>;
}

/** How long a statement may wait for somebody else's lock. */
export const PATIENCE_SECONDS = 10;
/** How long the wait for a connection may be, and the transaction on it: as `transaction` has it. */
const LIMITS = { connectMs: 15_000, workMs: 30_000 };
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '${PATIENCE_SECONDS}s'`;

/** The database did not answer in time. Whether the transaction stands is not known, as when a connection is lost. */
export class TransactionTimeoutError extends Error {
  override readonly name = 'TransactionTimeoutError';
}

/**
 * Runs `work` in one transaction on one connection of the pool, without Prisma: for groups of work, where statements are few and
 * what each costs counts. A throw rolls everything back; nothing is tried again here. BEGIN goes with what is asked for first, and its
 * answer is waited for with the answer to that: what comes first only reads or locks.
 * @param limits for how long; a connection that is still at work then is cut, so that nobody waits for a server that has gone silent
 * @returns what `work` returns, after commit
 * @throws what `work` throws, and what the connection says; TransactionTimeoutError. When it was lost during COMMIT nobody knows
 *   whether the work stands: whoever repeats it must look first.
 */
export async function sqlTransaction<T>(db: Database, work: (sql: Sql) => Promise<T>, limits = LIMITS): Promise<T> {
  const client = await connect(db.pool, limits.connectMs);
  let late: TransactionTimeoutError | null = null;
  let broken = false;
  let failed: unknown = null;
  const timer = setTimeout(() => {
    late = new TransactionTimeoutError(`a transaction was not done after ${limits.workMs} ms`);
    // the pool forgets it, and the statements on it fail
    client.release(late);
    client.connection.stream.destroy();
  }, limits.workMs);
  try {
    sendTogether(client);
    const begun = client.query(BEGIN);
    const rows = async <Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> => {
      // it would be carried out behind the ROLLBACK, and stand on its own
      if (failed !== null) throw failed;
      try {
        const [answer] = await Promise.all([
          sendWhole(client, () => preparedRows<Row>(client, statement, values)),
          begun,
        ]);
        return answer;
      } catch (error) {
        failed ??= error;
        throw failed;
      }
    };
    const [result] = await Promise.all([work({ rows }), begun]);
    const { command } = await client.query('COMMIT');
    // PostgreSQL answers ROLLBACK to the COMMIT of a transaction that had failed
    assert(command === 'COMMIT', 'a transaction in which a statement failed was to be committed');
    db.committed.emit('committed');
    return result;
  } catch (error) {
    failed ??= error;
    // a connection that cannot even roll back is of no more use
    await client.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw late ?? error;
  } finally {
    clearTimeout(timer);
    if (!late) client.release(broken);
  }
}

/** The messages of a statement leave in one piece, and at once: the server works on it while the next is written. */
function sendWhole<T>({ connection: { stream } }: pg.PoolClient, ask: () => T): T {
  stream.cork();
  try {
    return ask();
  } finally {
    stream.uncork();
  }
}

/** What is written to the connection in this turn leaves it at the end of the turn, in one piece: for BEGIN, which alone is no work. */
function sendTogether({ connection: { stream } }: pg.PoolClient): void {
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** A connection of the pool; one that comes too late goes back. */
function connect(pool: pg.Pool, withinMs: number): Promise<pg.PoolClient> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new TransactionTimeoutError(`no connection to the database was free within ${withinMs} ms`));
    }, withinMs);
    pool.connect().then(
      (client) => {
        clearTimeout(timer);
        if (late) client.release();
        else resolve(client);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
