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
    const common = [payments, partnerId, count];
    await Promise.all([
      loadPayments(client, payments, common, progress),
      loadEvents(second, payments, common, progress),
    ]);
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

type Progress = (done: string) => void;

/** Rows of some numbers, a chunk a statement. */
async function load(
  client: pg.PoolClient,
  { first, last, into }: { first: number; last: number; into: string },
  common: unknown[],
  select: string,
): Promise<void> {
  for (let from = first; from <= last; from += CHUNK)
    await client.query(`INSERT INTO ${into} ${select}`, [from, Math.min(from + CHUNK - 1, last), ...common]);
}

/** Indexes that are not a key's are made after the rows, from the same definitions: one is made in a tenth of the time that keeping it takes. */
async function loadPayments(client: pg.PoolClient, payments: number, common: unknown[], progress: Progress) {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT i.indexname AS name, i.indexdef AS definition FROM pg_indexes i WHERE i.tablename = 'payment' AND i.schemaname = 'public'
       AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)`,
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  for (let first = 1; first <= payments; first += EVENTS_PER_PARTITION) {
    const last = Math.min(first + EVENTS_PER_PARTITION - 1, payments);
    await load(client, { first, last, into: `payment (${PAYMENT_COLUMNS})` }, common, PAYMENTS);
    await load(client, { first, last, into: `payment_transition (${TRANSITION_COLUMNS})` }, common, TRANSITIONS);
    progress(`${last} payments`);
  }
  for (const { definition } of rows) await client.query(definition);
  progress('indexes of payment');
}

/** In partitions such as a busy week makes, each attached when it is full: what indexes the log has are made then. */
async function loadEvents(client: pg.PoolClient, events: number, common: unknown[], progress: Progress) {
  const { rows } = await client.query<{ past: string }>('SELECT max(past) AS past FROM event_log_partition');
  const room = Number(rows[0]?.past) - 1;
  await load(client, { first: 1, last: Math.min(room, events), into: `event_log (${EVENT_COLUMNS})` }, common, EVENTS);
  for (let first = room + 1; first <= events; first += EVENTS_PER_PARTITION) {
    const past = first + EVENTS_PER_PARTITION;
    const name = `event_log_p${first}`;
    const last = Math.min(past - 1, events);
    await client.query('BEGIN'); // rows of a table that is made in the same transaction need no log where wal_level says so
    await client.query(`CREATE TABLE ${name} (LIKE event_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
    await load(client, { first, last, into: `${name} (${EVENT_COLUMNS})` }, common, EVENTS);
    await client.query(`ALTER TABLE ${name} ADD PRIMARY KEY (position)`);
    await client.query(`CREATE UNIQUE INDEX ${name}_id_key ON ${name} (id)`);
    await client.query(`ALTER TABLE event_log ATTACH PARTITION ${name} FOR VALUES FROM (${first}) TO (${past})`);
    await client.query('COMMIT');
    progress(`${last} events`);
  }
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

/** Numbers first ($1) to last ($2) of a fill of $3: their instants, and the characters of their ids that tell the time, one for a thousand. */
const numbered = `
tick AS MATERIALIZED (SELECT t, at, to_jsonb(at) AS at_json, pg_temp.time_of((extract(epoch FROM at) * 1000)::bigint) || 'e008' AS time FROM
  (SELECT t, origin.at + t * 1000.0 / $3::bigint * interval '${SPAN_DAYS} days' AS at
   FROM origin, generate_series($1::bigint / 1000, $2::bigint / 1000) AS t) AS ticks ORDER BY t),
numbered AS (SELECT n, tick.at, tick.at_json, tick.time || lpad(n::text, 12, '0') AS tail
  FROM tick CROSS JOIN LATERAL generate_series(greatest($1::bigint, t * 1000), least($2::bigint, t * 1000 + 999)) AS n)`;

/** Every tenth payment is one of the first wallet, in or out by turns; the others are anybody's. $4: the partner, $5: how many wallets. */
const sided = `
sided AS (SELECT numbered.*, lpad(sides.a::text, 12, '0') AS a,
    lpad((CASE WHEN sides.b = sides.a THEN sides.b % $5::int + 1 ELSE sides.b END)::text, 12, '0') AS b
  FROM numbered CROSS JOIN LATERAL (SELECT
    CASE WHEN n % 20 = 0 THEN 1 ELSE (n * 7919) % ($5::int - 1) + 2 END AS a,
    CASE WHEN n % 20 = 10 THEN 1 ELSE (n * 104729 + n / 977) % ($5::int - 1) + 2 END AS b OFFSET 0) AS sides OFFSET 0),
named AS (SELECT sided.*, 'wal_0000000000e008' || a AS wa, 'wal_0000000000e008' || b AS wb,
  'cus_0000000000e008' || a AS ca, 'cus_0000000000e008' || b AS cb, 'pay_' || tail AS pay FROM sided)`;

const PAYMENT_COLUMNS = `id, partner_id, idempotency_key, kind, status, version, amount_minor, fee_minor, currency, source_wallet_id,
  destination_wallet_id, source_customer_id, destination_customer_id, seen, created_at, confirmed_at, completed_at`;
const PAYMENTS = `
WITH ${numbered}, ${sided}
SELECT pay, $4::text, 'key-' || n, 'TRANSFER', 'COMPLETED', 3, 1000 + n * 7919 % 100000, 0, 'RUB', wa, wb, ca, cb, true, at, at, at
FROM named`;

const TRANSITION_COLUMNS = 'payment_id, version, "from", "to", reason, source, occurred_at, recorded_at';
const TRANSITIONS = `
WITH ${numbered}
SELECT 'pay_' || tail, 3, 'PROCESSING', 'COMPLETED', 'COMPLETE', 'SYSTEM', at, at FROM numbered
WHERE $4::text IS NOT NULL AND $5::int > 0`;

const EVENT_COLUMNS = `position, events, id, partner_id, types, audience, wallet_ids, payment_id, data, recorded_at`;
const EVENTS = `
WITH ${numbered}, ${sided}
SELECT n, 1, 'evt_' || tail, $4::text, '{PAYMENT_COMPLETED}'::text[], ARRAY[ca, cb], ARRAY[wa, wb], pay,
  json_build_array(json_build_object('type', 'PAYMENT_COMPLETED', 'audience', ARRAY[ca, cb], 'walletIds', ARRAY[wa, wb],
    'occurredAt', at_json, 'data', json_build_object('kind', 'payment', 'payment', json_build_object('id', pay, 'version', 3,
      'status', 'COMPLETED', 'declineReason', NULL, 'refundedMinor', '0', 'confirmedAt', at_json, 'completedAt', at_json,
      'expiresAt', NULL),
    'transition', json_build_object('from', 'PROCESSING', 'to', 'COMPLETED', 'reason', 'COMPLETE', 'source', 'SYSTEM',
      'occurredAt', at_json, 'recordedAt', at_json, 'message', NULL))))::text, at
FROM named`;
