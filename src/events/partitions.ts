import type pg from 'pg';
import type { Database } from '../db/client.ts';
import { present } from '../lib/assert.ts';

/** Nobody waits for long behind a change of the partitions; what is not had in this time is tried the next night. */
const LOCK_TIMEOUT = '10s';
/** Held while partitions are changed, so that two processes never are at it. */
const LOCK = 7_305_441_003;
/** The lock of the sequencer (docs/adr/0002). */
const SEQUENCER = 7_305_441_002;
/** Positions that are to be free in the last partition, so that the sequencer has no table to make while it is busy. */
const ROOM = 50_000;

/** A partition of the event log: positions from `first` to the one before `past`. */
export interface EventPartition {
  name: string;
  first: bigint;
  past: bigint;
}

/** The partitions of the event log, oldest first. */
export async function eventPartitions(db: Pick<Database, 'pool'>): Promise<EventPartition[]> {
  const { rows } = await db.pool.query<Record<keyof EventPartition, string>>(
    'SELECT name, first, past FROM event_log_partition WHERE NOT leaving ORDER BY first',
  );
  return rows.map(({ name, first, past }) => ({ name, first: BigInt(first), past: BigInt(past) }));
}

/** Makes the next partition ahead of time, when the last one is nearly full. */
export async function makeEventRoom({ pool }: Pick<Database, 'pool'>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [SEQUENCER]);
    await client.query('SELECT event_log_make_room($1)', [ROOM]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/**
 * Retention: drops whole partitions from the oldest end of the log whose every event was recorded before an instant, and of which no
 * delivery is kept. The partition with the newest event always stays. Readers and the sequencer are not held up: a partition is
 * detached concurrently, and a run that was broken off there is brought to its end by the next.
 * @returns how many positions went
 */
export async function dropEventPartitions(db: Pick<Database, 'pool'>, before: Date): Promise<bigint> {
  const client = await db.pool.connect();
  try {
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [LOCK]);
    if (!present(rows[0], 'the answer about a lock').mine) return 0n;
    try {
      await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
      await finishDetached(client);
      let dropped = 0n;
      for (const { name, first, past } of (await eventPartitions(db)).slice(0, -1)) {
        if (!(await isOver(client, { name, first, past }, before))) break;
        await client.query(`ALTER TABLE event_log DETACH PARTITION ${name} CONCURRENTLY`);
        await client.query(`DROP TABLE ${name}`);
        dropped += past - first;
      }
      return dropped;
    } finally {
      await client.query('RESET lock_timeout');
      await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
    }
  } finally {
    client.release();
  }
}

/** Is the log past it, is all of it old enough, and is nobody to be told of it any more? */
async function isOver(client: pg.PoolClient, { name, first, past }: EventPartition, before: Date): Promise<boolean> {
  const { rows } = await client.query<{ over: boolean }>(
    `SELECT EXISTS (SELECT FROM event_log WHERE position >= $2)
       AND NOT EXISTS (SELECT FROM webhook_delivery WHERE log_position >= $1 AND log_position < $2)
       AND NOT EXISTS (SELECT FROM webhook_cursor WHERE position < $2 - 1)
       -- the last first: mostly it answers for all
       AND coalesce((SELECT recorded_at < $3 FROM ${name} ORDER BY position DESC LIMIT 1), true)
       AND NOT EXISTS (SELECT FROM ${name} WHERE recorded_at >= $3) AS over`,
    [first, past, before],
  );
  return present(rows[0], 'the state of a partition').over;
}

/** What an earlier run had begun to take away: the newest events are never among it, because `isOver` said so before. */
async function finishDetached(client: pg.PoolClient): Promise<void> {
  const leaving = await client.query<{ name: string }>('SELECT name FROM event_log_partition WHERE leaving');
  for (const { name } of leaving.rows) await client.query(`ALTER TABLE event_log DETACH PARTITION ${name} FINALIZE`);
  const loose = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND NOT relispartition AND relname ~ '^event_log_p[0-9]+$'
       AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'event_log'::regclass)`,
  );
  for (const { name } of loose.rows) await client.query(`DROP TABLE ${name}`);
}
