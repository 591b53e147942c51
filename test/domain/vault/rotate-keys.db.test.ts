import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Database } from '../../../src/db/client.ts';
import { openVault } from '../../../src/domain/vault/open-vault.ts';
import { rotateKeys } from '../../../src/domain/vault/rotate-keys.ts';
import { contextOf, type SealedColumn, sealedColumns } from '../../../src/domain/vault/sealed-columns.ts';
import { createVault, type MasterKey, type MasterKeys, type Vault } from '../../../src/lib/crypto.ts';
import { testDatabase } from '../../support/db.ts';

const [one, two, three] = [1, 2, 3].map((id): MasterKey => ({ id, bytes: randomBytes(32) })) as [
  MasterKey,
  MasterKey,
  MasterKey,
];
const [old, both, alone]: MasterKeys[] = [
  { current: one, others: [] },
  { current: two, others: [one] },
  { current: two, others: [] },
] as [MasterKeys, MasterKeys, MasterKeys];

/** A row with something in every column that must have something, and nothing else; its parents need not be there. */
async function fillRow(
  db: Database,
  vault: Vault,
  column: SealedColumn,
  number: number,
): Promise<Record<string, unknown>> {
  const { rows } = await db.pool.query<{ name: string; type: string; sort: string }>(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, t.typtype AS sort
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND a.attnotnull AND d.oid IS NULL`,
    [column.table],
  );
  const filler = async ({ type, sort }: { type: string; sort: string }): Promise<unknown> => {
    if (sort === 'e')
      return (await db.pool.query<{ first: string }>(`SELECT (enum_range(NULL::${type}))[1] AS first`)).rows[0]?.first;
    if (type === 'text') return `x${number}`;
    if (type === 'bytea') return Buffer.from(`x${number}`);
    if (type.startsWith('timestamp')) return new Date(number);
    return type === 'boolean' ? false : type.endsWith('[]') ? [] : number;
  };
  const row: Record<string, unknown> = {};
  for (const needed of rows) row[needed.name] = await filler(needed);
  for (const part of column.key) row[part.column] = await filler({ type: part.type, sort: 'b' });
  row[column.column] = Buffer.from(vault.seal(`secret ${number}`, contextOf(column, row)));
  const names = Object.keys(row);
  const client = await db.pool.connect();
  try {
    // without foreign keys and triggers
    await client.query(`SET session_replication_role = replica`);
    await client.query(
      `INSERT INTO "${column.table}" (${names.map((name) => `"${name}"`)}) VALUES (${names.map((_, at) => `$${at + 1}`)})`,
      Object.values(row),
    );
  } finally {
    await client.query(`SET session_replication_role = DEFAULT`);
    client.release();
  }
  return row;
}

async function readText(
  db: Database,
  vault: Vault,
  column: SealedColumn,
  row: Record<string, unknown>,
): Promise<string> {
  const where = column.key.map((part, at) => `"${part.column}" = $${at + 1}`).join(' AND ');
  const { rows } = await db.pool.query<{ sealed: Buffer }>(
    `SELECT "${column.column}" AS sealed FROM "${column.table}" WHERE ${where}`,
    column.key.map((part) => row[part.column]),
  );
  return vault.open(rows[0]?.sealed ?? new Uint8Array(), contextOf(column, row));
}

const wallet = sealedColumns.find(
  ({ table, column }) => table === 'wallet' && column === 'phone_sealed',
) as SealedColumn;
const under = (rotation: Awaited<ReturnType<typeof rotateKeys>>) =>
  rotation.columns.flatMap((column) => [...column.under.keys()]);

test('Every sealed column is brought under the current key, and then opens with that key alone.', async () => {
  const db = await testDatabase();
  const before = await openVault(db, old);
  const rows: { column: SealedColumn; row: Record<string, unknown>; number: number }[] = [];
  for (const [at, column] of sealedColumns.entries()) {
    if (column.table === 'fingerprint_key') continue;
    for (const number of [1, 2, 3].map((row) => (at + 1) * 10 + row))
      rows.push({ column, number, row: await fillRow(db, before, column, number) });
  }
  const vault = await openVault(db, both);
  const rotation = await rotateKeys({ db, vault }, { batch: 2 });
  expect(rotation.columns.map(({ resealed }) => resealed)).toEqual([1, ...Array(sealedColumns.length - 1).fill(3)]);
  expect([rotation.done, new Set(under(rotation))]).toEqual([true, new Set([2])]);
  const after = await openVault(db, alone);
  for (const { column, row, number } of rows) expect(await readText(db, after, column, row)).toBe(`secret ${number}`);
  expect(after.fingerprint('+79261111111')).toEqual(before.fingerprint('+79261111111'));
  const again = await rotateKeys({ db, vault: after });
  expect([again.done, again.columns.every(({ resealed }) => resealed === 0)]).toEqual([true, true]);
});

test('What was interrupted is gone on with where it stopped.', async () => {
  const db = await testDatabase();
  const before = await openVault(db, old);
  for (let number = 1; number <= 7; number += 1) await fillRow(db, before, wallet, number);
  const vault = await openVault(db, both);
  const interrupt = (table: string, _column: string, resealed: number) => {
    if (table === 'wallet' && resealed === 4) throw new Error('interrupted');
  };
  await expect(rotateKeys({ db, vault }, { batch: 2, progress: interrupt })).rejects.toThrow('interrupted');
  const rest = await rotateKeys({ db, vault }, { batch: 2 });
  expect(rest.columns.find(({ table, column }) => table === 'wallet' && column === 'phone_sealed')).toMatchObject({
    resealed: 3,
    under: new Map([[2, 7]]),
  });
});

/** The database as a rotation sees it when something happens between its reading and its writing of a column. */
function meanwhile(db: Database, table: string, happens: () => Promise<unknown>): Database {
  let waiting = true;
  const query = async (text: string, values?: unknown[]) => {
    if (waiting && text.startsWith(`UPDATE "${table}"`)) {
      waiting = false;
      await happens();
    }
    return db.pool.query(text, values);
  };
  return { ...db, pool: { query } as unknown as Database['pool'] };
}

test('A value that changes meanwhile is left as it became; one that an older gateway sealed meanwhile comes along.', async () => {
  const db = await testDatabase();
  const before = await openVault(db, old);
  const rows: Record<string, unknown>[] = [];
  for (let number = 1; number <= 4; number += 1) rows.push(await fillRow(db, before, wallet, number));
  const vault = await openVault(db, both);
  const write = (at: number, by: Vault) => {
    const row = rows[at] ?? {};
    const sealed = Buffer.from(by.seal('changed meanwhile', contextOf(wallet, row)));
    return db.pool.query('UPDATE wallet SET phone_sealed = $1 WHERE id = $2', [sealed, row['id']]);
  };
  const gone = () => db.pool.query('UPDATE wallet SET phone_sealed = NULL WHERE id = $1', [rows[3]?.['id']]);
  const busy = meanwhile(db, 'wallet', () => Promise.all([write(0, vault), write(1, before), gone()]));
  const rotation = await rotateKeys({ db: busy, vault });
  expect(rotation.done).toBe(true);
  const column = rotation.columns.find(({ table, column: name }) => table === 'wallet' && name === 'phone_sealed');
  // the third at first, the second in a second look
  expect(column).toMatchObject({ resealed: 2, under: new Map([[2, 3]]) });
  const texts: string[] = [];
  for (const row of rows.slice(0, 3)) texts.push(await readText(db, await openVault(db, alone), wallet, row));
  expect(texts).toEqual(['changed meanwhile', 'changed meanwhile', 'secret 3']);
  const { rows: erased } = await db.pool.query('SELECT 1 FROM wallet WHERE phone_sealed IS NULL');
  expect(erased.length).toBe(1);
});

test('Values under an unknown key, or changed by hand, are named and left; everything else is done.', async () => {
  const db = await testDatabase();
  const before = await openVault(db, old);
  const stranger = createVault({ current: three, others: [] }, randomBytes(32));
  await fillRow(db, before, wallet, 1);
  await fillRow(db, stranger, wallet, 2);
  const damaged = await fillRow(db, before, wallet, 3);
  await db.pool.query('UPDATE wallet SET phone_sealed = phone_sealed || $1 WHERE id = $2', [
    Buffer.from('x'),
    damaged['id'],
  ]);
  const rotation = await rotateKeys({ db, vault: await openVault(db, both) }, { batch: 1 });
  expect(rotation.done).toBe(false);
  expect(rotation.columns.find(({ table, column }) => table === 'wallet' && column === 'phone_sealed')).toMatchObject({
    resealed: 1,
    under: new Map([
      [1, 1],
      [2, 1],
      [3, 1],
    ]),
    unopened: ['wallet.phone:x2', 'wallet.phone:x3'],
  });
});

test('A database does not open under other keys than its own, and says which it wants.', async () => {
  const db = await testDatabase();
  await openVault(db, old);
  await expect(openVault(db, alone)).rejects.toThrow('sealed under key 1, and ENCRYPTION_KEY is key 2. Add 1:<key>');
  const wrong = { current: { ...three, id: 1 }, others: [] };
  await expect(openVault(db, wrong)).rejects.toThrow('What is configured as key 1 is not the key');
  const fingerprint = (await openVault(db, old)).fingerprint('x');
  const together = await Promise.all([openVault(db, both), openVault(db, old), openVault(db, both)]);
  for (const vault of together) expect(vault.fingerprint('x')).toEqual(fingerprint);
});
