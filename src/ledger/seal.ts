import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Database } from '../db/client.ts';
import { inSession } from '../db/session.ts';
import type { Log } from '../lib/log.ts';

/** The hash chain over journal entries; what it proves and what not: docs/adr/0003-hash-chain.md. */

/** What stands before the first entry. */
export const GENESIS = createHash('sha256').update('koshel ledger').digest();
/** Any fixed number: the advisory lock that keeps the chain in one hand at a time. */
const LOCK = 7_305_441_004;

/**
 * Everything that an entry says, as one list of texts, for `FROM journal_entry j`: its own columns, then six per posting.
 * Instants are written out by the server in UTC to the microsecond, because a Date would lose some.
 */
export const CANONICAL = `ARRAY[j.id, j.seq::text, j.partner_id, j.code, j.reference, j.payment_id, j.reverses_id,
    to_char(j.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    to_char(j.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')]
  || ARRAY(SELECT t.text FROM posting p, unnest(ARRAY[p.kind::text, p.debit_account_id, p.credit_account_id, p.currency,
      p.amount_minor::text, p.hold_id]) WITH ORDINALITY AS t(text, at) WHERE p.entry_id = j.id ORDER BY p.number, t.at)`;

/**
 * The seal of an entry: SHA-256 over the seal before it and the entry's canonical text.
 * @param before the previous seal, or GENESIS
 * @param canonical the list that CANONICAL selects; as JSON no two lists have one text
 */
export function sealOf(before: Buffer, canonical: (string | null)[]): Buffer {
  return createHash('sha256').update(before).update(JSON.stringify(canonical)).digest();
}

/**
 * Adds the oldest entries that are not sealed to the chain, in one transaction.
 * @param limit entries at most
 * @returns how many were sealed; 0 also when another process is sealing right now
 */
export async function sealBatch(db: Database, limit: number): Promise<number> {
  return inSession(db, 'BEGIN', (client) => sealWith(client, limit));
}

async function sealWith(client: pg.PoolClient, limit: number): Promise<number> {
  const { rows: locks } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [LOCK]);
  if (!locks[0]?.mine) return 0;
  const { rows: entries } = await client.query<{ seq: string; id: string; canonical: (string | null)[] }>(
    // as JSON, which is read faster than an array
    `SELECT u.seq, j.id, to_json(${CANONICAL}) AS canonical
     FROM (SELECT * FROM journal_unsealed ORDER BY seq LIMIT $1) u JOIN journal_entry j ON j.id = u.entry_id ORDER BY u.seq`,
    [limit],
  );
  if (entries.length === 0) return 0;
  const { rows: heads } = await client.query<{ position: string; hash: Buffer }>(
    'SELECT position, hash FROM journal_seal ORDER BY position DESC LIMIT 1',
  );
  let hash = heads[0]?.hash ?? GENESIS;
  const hashes = entries.map(({ canonical }) => {
    hash = sealOf(hash, canonical);
    return hash;
  });
  await client.query(
    `INSERT INTO journal_seal (position, entry_id, hash)
     SELECT $1::bigint + at, entry_id, hash FROM unnest($2::text[], $3::bytea[]) WITH ORDINALITY AS n(entry_id, hash, at)`,
    [heads[0]?.position ?? 0, entries.map(({ id }) => id), hashes],
  );
  await client.query('DELETE FROM journal_unsealed WHERE seq = ANY ($1)', [entries.map(({ seq }) => seq)]);
  return entries.length;
}

/** The sealer of a process. */
export interface Sealer {
  /** Stops after the batch in hand. */
  stop(): Promise<void>;
}

const BATCH = 1000;

/**
 * Seals what has been posted, again and again, until it is stopped. Any number of processes may run one.
 * A fault is logged and the next round tries again: what is not sealed yet waits in journal_unsealed.
 * @param options `everyMs`: pause between rounds
 */
export function startSealer(options: { db: Database; log: Log; everyMs: number }): Sealer {
  const { db, log, everyMs } = options;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  const sealAll = async (): Promise<void> => {
    try {
      while (!stopping && (await sealBatch(db, BATCH)) === BATCH);
    } catch (error) {
      log.error({ err: error }, 'sealing the journal failed; it is tried again');
    }
  };
  const next = (): void => {
    timer = setTimeout(() => {
      round = sealAll().then(() => {
        if (!stopping) next();
      });
    }, everyMs);
    timer.unref();
  };
  next();
  return {
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await round;
    },
  };
}
