import type pg from 'pg';

/** What a database is filled with. */
export interface Filling {
  partnerId: string;
  payments: number;
  /** Told every so often how far it is. */
  progress?: (done: string) => void;
}

/** What was filled in, and what the benchmark reads. */
export interface Filled {
  /** A tenth of all payments is its. */
  longWalletId: string;
  longCustomerId: string;
  /** A few hundred payments, whatever the size of the whole. */
  wallets: string[];
}

const CHUNK = 100_000;
const SPAN_DAYS = 80;
const EVENTS_PER_PARTITION = 1_000_000;
const PER_WALLET = 100;
/** Tables whose further indexes are made after the rows, as they are made in production: from the same definitions. */
const LATE = ['payment', 'event_log'];

/**
 * Fills payments with their last transition and an event each, wallets with customers and ledger accounts, in statements that make their
 * rows on the server. Ids are TypeIDs that sort by time as real ones do. Triggers and foreign keys rest meanwhile: it is for a benchmark's
 * own database, by a superuser.
 */
export async function fill(
  pool: pg.Pool,
  { partnerId, payments, progress = () => undefined }: Filling,
): Promise<Filled> {
  const count = Math.max(20, Math.floor(payments / PER_WALLET));
  // one for both: ids are made from it
  const origin = new Date(Math.trunc(Date.now() / 1000) * 1000 - SPAN_DAYS * 86_400_000);
  const client = await session(pool, origin);
  const second = await session(pool, origin);
  try {
    await client.query(WALLETS, [partnerId, count]);
    await partitions(client, payments);
    const indexes = await dropIndexes(client);
    const load = async (connection: pg.PoolClient, statements: string[]) => {
      for (let first = 1; first <= payments; first += CHUNK) {
        const last = Math.min(first + CHUNK - 1, payments);
        for (const sql of statements) {
          const values = sql === TRANSITIONS ? [first, last, payments] : [first, last, payments, partnerId, count];
          await connection.query(sql, values);
        }
        if (last % (10 * CHUNK) === 0 || last === payments)
          progress(`${last} ${statements.length > 1 ? 'payments' : 'events'}`);
      }
    };
    await Promise.all([load(client, [PAYMENTS, TRANSITIONS]), load(second, [EVENTS])]);
    const build = async (connection: pg.PoolClient, table: string) => {
      for (const { definition } of indexes.filter((index) => index.table === table)) await connection.query(definition);
      progress(`indexes of ${table}`);
    };
    await Promise.all([build(client, 'payment'), build(second, 'event_log')]);
    await client.query("SELECT setval('event_outbox_seq_seq', $1)", [payments + 1]);
    await client.query('UPDATE webhook_cursor SET position = $1', [payments]);
    progress('vacuum');
    await client.query('VACUUM (FREEZE, ANALYZE)');
    await client.query('CHECKPOINT');
    const { rows } = await client.query<{ id: string }>(
      `SELECT pg_temp.id_of('wal', 0, n) AS id FROM generate_series(2, least($1::int, 51)) AS n`,
      [count],
    );
    const long = await client.query<{ wallet: string; customer: string }>(
      `SELECT pg_temp.id_of('wal', 0, 1) AS wallet, pg_temp.id_of('cus', 0, 1) AS customer`,
    );
    return {
      longWalletId: long.rows[0]?.wallet ?? '',
      longCustomerId: long.rows[0]?.customer ?? '',
      wallets: rows.map(({ id }) => id),
    };
  } finally {
    // their settings go with them
    client.release(true);
    second.release(true);
  }
}

/** A connection for a bulk load. */
async function session(pool: pg.Pool, origin: Date): Promise<pg.PoolClient> {
  const client = await pool.connect();
  for (const setting of [
    'session_replication_role = replica',
    'synchronous_commit = off',
    "maintenance_work_mem = '512MB'",
    "work_mem = '64MB'",
  ])
    await client.query(`SET ${setting}`);
  await client.query(TIME_OF_IDS);
  await client.query(`CREATE TEMP TABLE origin AS SELECT '${origin.toISOString()}'::timestamptz AS at`);
  return client;
}

/** As many positions as there are events, in partitions such as a busy week makes. */
async function partitions(client: pg.PoolClient, events: number): Promise<void> {
  const { rows } = await client.query<{ past: string }>('SELECT max(past) AS past FROM event_log_partition');
  for (let first = Number(rows[0]?.past); first <= events; first += EVENTS_PER_PARTITION) {
    const name = `event_log_p${first}`;
    const past = first + EVENTS_PER_PARTITION;
    await client.query(`CREATE TABLE ${name} PARTITION OF event_log FOR VALUES FROM (${first}) TO (${past})`);
    await client.query(`CREATE UNIQUE INDEX ${name}_id_key ON ${name} (id)`);
  }
}

/** @returns the definitions of what was dropped */
async function dropIndexes(client: pg.PoolClient): Promise<{ table: string; definition: string }[]> {
  const { rows } = await client.query<{ name: string; table: string; definition: string }>(
    `SELECT i.indexname AS name, i.tablename AS table, i.indexdef AS definition FROM pg_indexes i
     WHERE i.tablename = ANY ($1) AND i.schemaname = 'public'
       AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)`,
    [LATE],
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  // the definition of a partitioned table's index says ONLY, and would leave its partitions without
  return rows.map(({ table, definition }) => ({ table, definition: definition.replace(' ON ONLY ', ' ON ') }));
}

/** A TypeID of a kind: the time in its first ten characters, `n` in its last twelve, and the version and variant of a UUIDv7. */
const TIME_OF_IDS = `
CREATE FUNCTION pg_temp.time_of(ms bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', ((ms >> (45 - 5 * i)) & 31)::int + 1, 1), '' ORDER BY i)
  FROM generate_series(0, 9) AS i
$$;
CREATE FUNCTION pg_temp.id_of(kind text, ms bigint, n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT kind || '_' || pg_temp.time_of(ms) || 'e008' || lpad(n::text, 12, '0')
$$;`;

const WALLETS = `
WITH n AS (SELECT n, pg_temp.id_of('wal', 0, n) AS wallet, pg_temp.id_of('cus', 0, n) AS customer, pg_temp.id_of('acc', 0, n) AS account,
    (SELECT at FROM origin) AS at FROM generate_series(1, $2::int) AS n),
  customers AS (INSERT INTO customer (id, partner_id, external_id, created_at) SELECT customer, $1, 'person-' || n, at FROM n),
  wallets AS (INSERT INTO wallet (id, partner_id, customer_id, default_currency, created_at) SELECT wallet, $1, customer, 'RUB', at FROM n),
  accounts AS (INSERT INTO wallet_account (wallet_id, currency, ledger_account_id, opened_at) SELECT wallet, 'RUB', account, at FROM n)
INSERT INTO ledger_account (id, partner_id, code, kind, currency, wallet_id, overdraft, posted_credits, created_at)
SELECT account, $1, 'wallet:' || wallet || ':RUB', 'LIABILITY', 'RUB', wallet, false, 1000000, at FROM n`;

/** Numbers first to last of a fill: their instants, and the characters of their ids that tell the time, one for a thousand. */
const numbered = `
tick AS MATERIALIZED (SELECT t, at, pg_temp.time_of((extract(epoch FROM at) * 1000)::bigint) AS time FROM
  (SELECT t, origin.at + t * 1000.0 / $3::bigint * interval '${SPAN_DAYS} days' AS at
   FROM origin, generate_series($1::bigint / 1000, $2::bigint / 1000) AS t) AS ticks),
numbered AS (SELECT n, tick.at, tick.time || 'e008' || lpad(n::text, 12, '0') AS tail
  FROM generate_series($1::bigint, $2::bigint) AS n JOIN tick ON tick.t = n / 1000)`;

/** Every tenth payment is one of the first wallet, in or out by turns; the others are anybody's. */
const sided = `
sided AS (SELECT numbered.*, sides.a, CASE WHEN sides.b = sides.a THEN sides.b % $5::int + 1 ELSE sides.b END AS b
  FROM numbered CROSS JOIN LATERAL (SELECT
    CASE WHEN n % 20 = 0 THEN 1 ELSE (n * 7919) % ($5::int - 1) + 2 END AS a,
    CASE WHEN n % 20 = 10 THEN 1 ELSE (n * 104729 + n / 977) % ($5::int - 1) + 2 END AS b) AS sides),
named AS (SELECT sided.*, 'wal_0000000000e008' || lpad(a::text, 12, '0') AS wa, 'wal_0000000000e008' || lpad(b::text, 12, '0') AS wb,
  'cus_0000000000e008' || lpad(a::text, 12, '0') AS ca, 'cus_0000000000e008' || lpad(b::text, 12, '0') AS cb FROM sided)`;

const PAYMENTS = `
WITH ${numbered}, ${sided}
INSERT INTO payment (id, partner_id, idempotency_key, kind, status, version, amount_minor, fee_minor, currency, source_wallet_id,
  destination_wallet_id, source_customer_id, destination_customer_id, seen, created_at, confirmed_at, completed_at)
SELECT 'pay_' || tail, $4::text, 'key-' || n, 'TRANSFER', 'COMPLETED', 3, 1000 + n * 7919 % 100000, 0, 'RUB', wa, wb, ca, cb, true, at, at, at
FROM named ORDER BY n`;

const TRANSITIONS = `
WITH ${numbered}
INSERT INTO payment_transition (payment_id, version, "from", "to", reason, source, occurred_at, recorded_at)
SELECT 'pay_' || tail, 3, 'PROCESSING', 'COMPLETED', 'COMPLETE', 'SYSTEM', at, at FROM numbered ORDER BY n`;

const EVENTS = `
WITH ${numbered}, ${sided}
INSERT INTO event_log (position, id, partner_id, type, audience, wallet_ids, payment_id, data, occurred_at, recorded_at)
SELECT n, 'evt_' || tail, $4::text, 'PAYMENT_COMPLETED', ARRAY[ca, cb], ARRAY[wa, wb], 'pay_' || tail,
  jsonb_build_object('kind', 'payment', 'payment', jsonb_build_object('id', 'pay_' || tail, 'version', 3, 'status', 'COMPLETED',
    'declineReason', NULL, 'refundedMinor', '0', 'confirmedAt', at, 'completedAt', at, 'expiresAt', NULL),
    'transition', jsonb_build_object('from', 'PROCESSING', 'to', 'COMPLETED', 'reason', 'COMPLETE', 'source', 'SYSTEM',
      'occurredAt', at, 'recordedAt', at, 'message', NULL)), at, at
FROM named ORDER BY n`;
