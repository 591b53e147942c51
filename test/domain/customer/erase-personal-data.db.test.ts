import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { erasePersonalData } from '../../../src/domain/customer/erase-personal-data.ts';
import { openVault } from '../../../src/domain/vault/open-vault.ts';
import { contextOf, sealedColumns } from '../../../src/domain/vault/sealed-columns.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { newId } from '../../../src/lib/ids.ts';
import { testDatabase } from '../../support/db.ts';

/**
 * Every table that belongs to a customer, a wallet, a payment or a try at a provider is given a row with a word of its own in every
 * column of text, JSON or sealed bytes. After the erasure each word is gone or not, exactly as docs/personal-data.md says.
 */

const db = await testDatabase();
const vault = await openVault(db, { current: { id: 1, bytes: randomBytes(32) }, others: [] });
const partnerId = newId('Partner');
const customerId = newId('Customer');
const walletId = newId('Wallet');
const paymentId = newId('Payment');
const attemptId = 'att_1';

/** What belongs to whom is told by these columns. */
const links: Record<string, string> = {
  customer_id: customerId,
  source_customer_id: customerId,
  destination_customer_id: customerId,
  recipient_customer_id: customerId,
  payer_customer_id: customerId,
  wallet_id: walletId,
  source_wallet_id: walletId,
  destination_wallet_id: walletId,
  recipient_wallet_id: walletId,
  payer_wallet_id: walletId,
  payment_id: paymentId,
  payment_ids: `{${paymentId}}`,
  attempt_id: attemptId,
};
const roots: Record<string, string> = {
  customer: customerId,
  wallet: walletId,
  payment: paymentId,
  payment_attempt: attemptId,
};
/** Where the first value of an enum, or a word, would be no row that there can be. */
const instead: Record<string, unknown> = {
  'wallet.status': 'CLOSED',
  'payment.status': 'COMPLETED',
  'payment.destination_currency': null,
  'invoice.state': 'COMPLETED',
  'notification.status': 'SKIPPED',
  'customer_record.user_id': '7',
  'identification_downgrade.from_level': 'FULL',
  // a row is as many runs as each of its lists is long
  ...Object.fromEntries(
    ['ids', 'partner_ids', 'first_customer_ids', 'second_customer_ids', 'first_wallet_ids', 'second_wallet_ids'].map(
      (name) => [`event_outbox.${name}`, ['id_1']],
    ),
  ),
};

interface Column {
  table: string;
  name: string;
  type: string;
  sort: string;
  needed: boolean;
}

const { rows: columns } = await db.pool.query<Column>(`
  SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, NULL) AS type, t.typtype AS sort,
    a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS needed
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY 1, a.attnum`);
const linked = new Set(columns.filter(({ name }) => name in links).map(({ table }) => table));
const tables = [...new Set([...Object.keys(roots), ...linked])].sort();
const ofTable = (table: string) => columns.filter((column) => column.table === table);
const word = ({ table, name }: { table: string; name: string }) => `word-of-${table}-${name}-end`;
/** Numbers of ours and hashes say nothing by themselves; a partner's id of its user does. */
const tells = ({ name, type }: Column) =>
  ['text', 'text[]', 'json', 'jsonb', 'bytea'].includes(type) &&
  (!/(^|_)(ids?|hash)$/.test(name) || name === 'external_id');

async function valueIn(column: Column, row: Record<string, unknown>): Promise<unknown> {
  const { table, name, type, sort, needed } = column;
  const place = `${table}.${name}`;
  if (place in instead) return instead[place];
  if (name === 'id' && roots[table]) return roots[table];
  if (name === 'partner_id') return partnerId;
  if (name in links) return links[name];
  const sealed = sealedColumns.find((one) => one.table === table && one.column === name);
  if (sealed) return Buffer.from(vault.seal(word(column), contextOf(sealed, row)));
  if (type === 'bytea') return randomBytes(32);
  if (tells(column))
    return type === 'text[]' ? [word(column)] : type.startsWith('json') ? { said: word(column) } : word(column);
  if (!needed) return undefined;
  if (sort === 'e') return (await db.pool.query(`SELECT (enum_range(NULL::${type}))[1]::text AS first`)).rows[0]?.first;
  if (type === 'text') return `${table}-1`;
  return type.startsWith('timestamp') || type === 'date'
    ? new Date()
    : type === 'boolean'
      ? false
      : type.endsWith('[]')
        ? []
        : 1;
}

async function fill(table: string): Promise<void> {
  const row: Record<string, unknown> = {};
  for (const column of ofTable(table)) {
    const value = await valueIn(column, row);
    if (value !== undefined) row[column.name] = value;
  }
  const names = Object.keys(row);
  const client = await db.pool.connect();
  try {
    // a row stands by itself here: without foreign keys and triggers
    await client.query('SET session_replication_role = replica');
    const values = names.map((_, at) => `$${at + 1}`);
    await client.query(
      `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join()}) VALUES (${values.join()})`,
      Object.values(row),
    );
  } finally {
    await client.query('SET session_replication_role = DEFAULT');
    client.release();
  }
}

/** The places whose words are in the database, in clear or sealed. */
async function found(): Promise<Set<string>> {
  const places = new Set<string>();
  for (const table of tables) {
    const { rows } = await db.pool.query<{ row: Record<string, unknown>; text: string }>(
      `SELECT to_jsonb(t) AS row, to_jsonb(t)::text AS text FROM "${table}" t`,
    );
    for (const { row, text } of rows) {
      for (const column of ofTable(table)) if (text.includes(word(column))) places.add(`${table}.${column.name}`);
      for (const sealed of sealedColumns.filter((one) => one.table === table)) {
        const value = row[sealed.column];
        if (typeof value !== 'string') continue;
        const opened = vault.open(Buffer.from(value.slice(2), 'hex'), contextOf(sealed, row));
        expect(opened).toBe(word({ table, name: sealed.column }));
        places.add(`${table}.${sealed.column}`);
      }
    }
  }
  return places;
}

/** The second and the third column of the list in docs/personal-data.md: `table` | erased | stays. */
function documented(): { erased: Set<string>; stays: Set<string> } {
  const [erased, stays] = [new Set<string>(), new Set<string>()];
  const text = readFileSync(new URL('../../../docs/personal-data.md', import.meta.url), 'utf8');
  for (const [, table, gone = '', kept = ''] of text.matchAll(/^\| `(\w+)` \|([^|]*)\|([^|]*)\|/gm)) {
    for (const [, name] of gone.matchAll(/`(\w+)`/g)) erased.add(`${table}.${name}`);
    for (const [, name] of kept.matchAll(/`(\w+)`/g)) stays.add(`${table}.${name}`);
  }
  return { erased, stays };
}

test('Of everything that belongs to a customer, what tells of them is erased and what the books need stays, as the list has it.', async () => {
  await db.prisma.partner.create({ data: { id: partnerId, name: 'Shop' } });
  for (const table of tables) await fill(table);
  const before = await found();
  expect(before.size).toBeGreaterThan(60);
  const deps = { db, clock: systemClock, log: pino({ level: 'silent' }) };
  const viewer = { kind: 'PARTNER' as const, partnerId, apiKeyId: 'key_1', scopes: new Set<never>() };
  const customer = await erasePersonalData(deps, viewer, customerId);
  expect(customer).toMatchObject({
    externalId: `erased-${customerId}`,
    personSealed: null,
    erasedAt: expect.any(Date),
  });
  const after = await found();
  const { erased, stays } = documented();
  expect([...after].sort()).toEqual([...stays].sort());
  expect([...before].filter((place) => !after.has(place)).sort()).toEqual([...erased].sort());
});

test('A timeline stays append-only, but for its words, which may only go.', async () => {
  const change = (set: string) => db.pool.query(`UPDATE payment_transition SET ${set}`);
  await expect(change(`message = 'another'`)).rejects.toThrow('append-only');
  await expect(change(`message = NULL, recorded_at = now()`)).rejects.toThrow('append-only');
  await expect(change(`"to" = 'DECLINED'`)).rejects.toThrow('append-only');
  await expect(db.pool.query('DELETE FROM payment_transition')).rejects.toThrow('append-only');
  await expect(db.pool.query('TRUNCATE payment_transition')).rejects.toThrow('append-only');
  expect((await change('message = NULL')).rowCount).toBe(1);
});
