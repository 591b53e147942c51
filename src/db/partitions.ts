import type pg from 'pg';
import { type IdKind, idFloor } from '../lib/ids.ts';
import type { Database } from './client.ts';
import { inSession } from './session.ts';

/**
 * A table in RANGE partitions by months (UTC). Its key grows with time: an instant, or an id whose text begins with its hour.
 * The last partition, `<table>_rest`, reaches without end, so that a row always has a place.
 */
export interface PartitionedTable {
  table: string;
  key: { kind: 'instant' } | { kind: 'id'; of: IdKind };
}

/** What was made for one table. */
export interface MadePartitions {
  table: string;
  /** Names, oldest first; empty when there was nothing to do. */
  made: string[];
  /** Rows lay in the rest, because the months had not been made in time: their partition is the first of `made`. */
  late: boolean;
}

/** Any fixed number: the advisory lock that lets one process make partitions while the others wait. */
const LOCK = 7_305_441_005;
/** Writers wait behind us while we wait for the lock on a table, so not for long; the caller tries again later. */
const LOCK_TIMEOUT = '500ms';

/** Months counted from the year 0, so that the next one is one more. */
type Month = number;
const monthOf = (at: Date): Month => at.getUTCFullYear() * 12 + at.getUTCMonth();
const startOf = (month: Month): Date => new Date(Date.UTC(Math.floor(month / 12), month % 12));
const nameOf = (month: Month): string => startOf(month).toISOString().slice(0, 7).replace('-', '_');

/** The partitions of a table that end with a month, oldest first: `<table>_2026_12`, or `<table>_until_2026_11` for the first. */
export async function monthsOf(
  client: pg.ClientBase | pg.Pool,
  table: string,
): Promise<{ name: string; month: Month }[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass`,
    [table],
  );
  return rows
    .flatMap(({ name }) => {
      const [, year, month] = /_(\d{4})_(\d\d)$/.exec(name) ?? [];
      return year && month ? [{ name, month: Number.parseInt(year, 10) * 12 + Number.parseInt(month, 10) - 1 }] : [];
    })
    .sort((a, b) => a.month - b.month);
}

/**
 * Makes the partitions of this month and of those ahead, each table in a transaction of its own; any number of times, from any number of
 * processes. No row is moved: where the rest has rows, it becomes the partition up to the end of this month and a new rest is made.
 * @param now the present instant
 * @param monthsAhead how many months after this one must have their partition
 * @throws Error when the rest has rows of a later month than this one: somebody has to look at them
 */
export async function makePartitions(
  db: Database,
  tables: readonly PartitionedTable[],
  now: Date,
  monthsAhead = 3,
): Promise<MadePartitions[]> {
  const made: MadePartitions[] = [];
  for (const table of tables) {
    made.push(await inSession(db, 'BEGIN', (client) => makeFor(client, table, monthOf(now), monthsAhead)));
  }
  return made;
}

async function makeFor(
  client: pg.ClientBase,
  partitioned: PartitionedTable,
  present: Month,
  monthsAhead: number,
): Promise<MadePartitions> {
  const { table } = partitioned;
  const rest = `${table}_rest`;
  await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
  const last = (await monthsOf(client, table)).at(-1)?.month ?? null;
  if (last !== null && last >= present + monthsAhead) return { table, made: [], late: false };

  await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
  await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  const { rows } = await client.query<{ filled: boolean }>(`SELECT EXISTS (SELECT FROM ${rest}) AS filled`);
  const filled = rows[0]?.filled === true;
  await client.query(`ALTER TABLE ${table} DETACH PARTITION ${rest}`);
  const made: string[] = [];
  let month = last === null ? present : last + 1;
  if (filled || last === null) {
    const until = Math.max(month, present);
    const from = last === null ? 'MINVALUE' : boundary(partitioned, last + 1);
    made.push(await keepRest(client, partitioned, from, until));
    month = until + 1;
  } else {
    await client.query(`DROP TABLE ${rest}`);
  }
  for (; month <= present + monthsAhead; month += 1) {
    const name = `${table}_${nameOf(month)}`;
    await make(client, table, name, boundary(partitioned, month), boundary(partitioned, month + 1));
    made.push(name);
  }
  await make(client, table, rest, boundary(partitioned, month), 'MAXVALUE');
  return { table, made, late: filled && last !== null };
}

/** What was the rest is the partition up to the end of a month from now on. */
async function keepRest(
  client: pg.ClientBase,
  partitioned: PartitionedTable,
  from: string,
  until: Month,
): Promise<string> {
  const { table } = partitioned;
  const name = `${table}_until_${nameOf(until)}`;
  await client.query(`ALTER TABLE ${table}_rest RENAME TO ${name}`);
  try {
    const to = boundary(partitioned, until + 1);
    await client.query(`ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM (${from}) TO (${to})`);
  } catch (error) {
    throw new Error(
      `${table}_rest has rows of a later month than ${nameOf(until)}, so it cannot be closed. Look for keys from the future.`,
      { cause: error },
    );
  }
  return name;
}

/** A new partition, with what the table's statements trigger: such triggers fire only for the table that a statement names. */
async function make(client: pg.ClientBase, table: string, name: string, from: string, to: string): Promise<void> {
  await client.query(`CREATE TABLE ${name} PARTITION OF ${table} FOR VALUES FROM (${from}) TO (${to})`);
  const { rows } = await client.query<{ definition: string }>(
    `SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger
     WHERE tgrelid = $1::regclass AND NOT tgisinternal AND tgtype & 1 = 0`,
    [table],
  );
  for (const { definition } of rows) {
    await client.query(definition.replace(/ ON \S+ FOR EACH STATEMENT/, ` ON ${name} FOR EACH STATEMENT`));
  }
}

/** The first key of a month, as SQL. */
function boundary({ key }: PartitionedTable, month: Month): string {
  const at = startOf(month);
  return key.kind === 'instant' ? `'${at.toISOString()}'` : `'${idFloor(key.of, at)}'`;
}
