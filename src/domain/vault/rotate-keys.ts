import type { Database } from '../../db/client.ts';
import { sqlState } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvariantError } from '../../lib/assert.ts';
import type { Vault } from '../../lib/crypto.ts';
import { contextOf, type SealedColumn, sealedColumns } from './sealed-columns.ts';

/** What became of one column. */
export interface RotatedColumn {
  table: string;
  column: string;
  /** Values that are under the current key now and were not before. */
  resealed: number;
  /** How many values there are in the end, by the id of the key that they are sealed under. */
  under: ReadonlyMap<number, number>;
  /** Where values stand that do not open: under a key that is not configured, changed, or moved. */
  unopened: readonly string[];
}

export interface Rotation {
  /** The current key. */
  keyId: number;
  columns: RotatedColumn[];
  /** Is nothing left under any other key? */
  done: boolean;
}

export interface RotationOptions {
  /** Rows in one statement. */
  batch?: number | undefined;
  /** Told after each batch. */
  progress?: ((table: string, column: string, resealed: number) => void) | undefined;
}

const BATCH = 500;
/** A row that changes under our hands is sealed by whoever changed it; a second look finds those that an older gateway sealed. */
const PASSES = 3;

/**
 * Seals every value of the database anew under the current key. Gateways may run meanwhile: a value is replaced only while it is
 * the one that was read. It may be interrupted and begun again, for what is under the current key is passed over.
 * @returns what is under which key in the end, read from the values themselves
 */
export async function rotateKeys(
  { db, vault }: Pick<Deps, 'db' | 'vault'>,
  { batch = BATCH, progress = () => undefined }: RotationOptions = {},
): Promise<Rotation> {
  const columns: RotatedColumn[] = [];
  for (const column of sealedColumns) {
    const { table, column: name } = column;
    let resealed = 0;
    let unopened: string[] = [];
    let under = await countByKey(db, column);
    for (let pass = 1; pass <= PASSES && isLeft(under, vault.keyId); pass += 1) {
      unopened = [];
      for await (const done of resealColumn({ db, vault }, column, batch)) {
        resealed += done.resealed;
        unopened.push(...done.unopened);
        progress(table, name, resealed);
      }
      under = await countByKey(db, column);
    }
    columns.push({ table, column: name, resealed, under, unopened });
  }
  return { keyId: vault.keyId, columns, done: !columns.some(({ under }) => isLeft(under, vault.keyId)) };
}

const isLeft = (under: ReadonlyMap<number, number>, keyId: number): boolean =>
  [...under.keys()].some((id) => id !== keyId);

/** The second byte of a sealed value is the id of its key (lib/crypto.ts). */
const keyIdOf = (name: string): string => `get_byte("${name}", 1)`;

async function countByKey({ pool }: Database, { table, column }: SealedColumn): Promise<Map<number, number>> {
  const { rows } = await pool.query<{ id: number; count: number }>(
    `SELECT ${keyIdOf(column)} AS id, count(*)::int AS count FROM "${table}" WHERE "${column}" IS NOT NULL GROUP BY 1 ORDER BY 1`,
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}

interface SealedRow extends Record<string, unknown> {
  sealed: Uint8Array;
}

/** One walk over a column along its primary key. */
async function* resealColumn(
  { db, vault }: Pick<Deps, 'db' | 'vault'>,
  column: SealedColumn,
  batch: number,
): AsyncGenerator<{ resealed: number; unopened: string[] }> {
  const names = column.key.map((key) => `"${key.column}"`).join(', ');
  const after = column.key.map(({ type }, at) => `$${at + 3}::${type}`).join(', ');
  for (let last: SealedRow | undefined; ; ) {
    const reached = last ? column.key.map((key) => last?.[key.column]) : [];
    const { rows } = await db.pool.query<SealedRow>(
      `SELECT ${names}, "${column.column}" AS sealed FROM "${column.table}"
       WHERE "${column.column}" IS NOT NULL AND ${keyIdOf(column.column)} <> $1 ${last ? `AND (${names}) > (${after})` : ''}
       ORDER BY ${names} LIMIT $2`,
      [vault.keyId, batch, ...reached],
    );
    last = rows.at(-1);
    if (!last) return;
    const { changes, unopened } = sealAnew(vault, column, rows);
    yield { resealed: changes.length > 0 ? await replace(db, column, changes) : 0, unopened };
  }
}

interface Change {
  row: SealedRow;
  sealed: Uint8Array;
}

function sealAnew(vault: Vault, column: SealedColumn, rows: SealedRow[]): { changes: Change[]; unopened: string[] } {
  const changes: Change[] = [];
  const unopened: string[] = [];
  for (const row of rows) {
    const context = contextOf(column, row);
    try {
      changes.push({ row, sealed: vault.seal(vault.open(row.sealed, context), context) });
    } catch (error) {
      if (!(error instanceof InvariantError)) throw error;
      unopened.push(context);
    }
  }
  return { changes, unopened };
}

const DEADLOCK = '40P01';
const ATTEMPTS = 5;

/** One statement, and so one short transaction. A value that is not the one that was read stays. */
async function replace({ pool }: Database, { table, column, key }: SealedColumn, changes: Change[]): Promise<number> {
  const arrays = [...key.map(({ type }, at) => `$${at + 3}::${type}[]`), '$1::bytea[]', '$2::bytea[]'].join(', ');
  const names = [...key.map((part) => `"${part.column}"`), 'old_value', 'new_value'].join(', ');
  const same = key.map((part) => `t."${part.column}" = v."${part.column}"`).join(' AND ');
  const text = `UPDATE "${table}" t SET "${column}" = v.new_value FROM unnest(${arrays}) AS v(${names})
    WHERE ${same} AND t."${column}" = v.old_value`;
  const bytes = (value: unknown) => (value instanceof Uint8Array ? Buffer.from(value) : value);
  const values = [
    changes.map(({ row }) => bytes(row.sealed)),
    changes.map(({ sealed }) => bytes(sealed)),
    ...key.map((part) => changes.map(({ row }) => bytes(row[part.column]))),
  ];
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await pool.query(text, values)).rowCount ?? 0;
    } catch (error) {
      // a payment locks its rows in an order of its own; the statement may simply run again
      if (attempt === ATTEMPTS || sqlState(error) !== DEADLOCK) throw error;
    }
  }
}
