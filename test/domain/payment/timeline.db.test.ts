import { expect, test } from 'vitest';
import { newId } from '../../../src/lib/ids.ts';
import { startTestApp } from '../../support/app.ts';
import { openShop } from '../../support/builders.ts';

/** What the database holds of timelines: each row is of a payment that is there, and stays. */

const gateway = await startTestApp();
const { pool } = gateway.deps.db;
const shop = await openShop(gateway);
const INSERT = `INSERT INTO payment_transition (payment_id, version, "to", reason, source, occurred_at, recorded_at)
  SELECT id, version, 'CREATED', 'CREATE', 'API', now(), now() FROM unnest($1::text[], $2::int[]) AS n(id, version)`;

async function newPayment(): Promise<string> {
  const id = newId('Payment');
  await pool.query(
    `INSERT INTO payment (id, partner_id, kind, amount_minor, currency, created_at) VALUES ($1, $2, 'TRANSFER', 1, 'RUB', now())`,
    [id, shop.id],
  );
  return id;
}

test('A row of a payment that is not there is refused, and every other of its statement with it.', async () => {
  const [id, nobody] = [await newPayment(), newId('Payment')];
  const refused = { code: '23503', message: 'payment_transition is of a payment that is not there' };
  await expect(pool.query(INSERT, [[nobody], [1]])).rejects.toMatchObject(refused);
  await expect(
    pool.query(INSERT, [
      [id, id, nobody],
      [1, 2, 1],
    ]),
  ).rejects.toMatchObject(refused);
  const count = 'SELECT count(*)::int AS rows FROM payment_transition WHERE payment_id = ANY ($1)';
  expect((await pool.query(count, [[id, nobody]])).rows).toEqual([{ rows: 0 }]);
  await pool.query(INSERT, [
    [id, id],
    [1, 2],
  ]);
  expect((await pool.query(count, [[id, nobody]])).rows).toEqual([{ rows: 2 }]);
});

test('A payment neither goes nor becomes another.', async () => {
  const id = await newPayment();
  for (const sql of [
    `DELETE FROM payment WHERE id = '${id}'`,
    'TRUNCATE payment CASCADE',
    `UPDATE payment SET id = '${newId('Payment')}' WHERE id = '${id}'`,
  ])
    await expect(pool.query(sql), sql).rejects.toMatchObject({ code: '23001' });
  expect((await pool.query('SELECT count(*)::int AS rows FROM payment WHERE id = $1', [id])).rows).toEqual([
    { rows: 1 },
  ]);
});

test('Payments are looked up one by one in an index, and never read through, however few there are.', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, newPayment));
  for (const version of [1, 2]) {
    // a session of its own, whose counters begin at nothing
    const client = await pool.connect();
    try {
      if (version === 2) await client.query('ANALYZE payment');
      await client.query('BEGIN');
      await client.query(INSERT, [
        [...ids, ...ids],
        [...ids.map(() => version), ...ids.map(() => version + 2)],
      ]);
      const { rows } = await client.query(
        `SELECT coalesce(seq_scan, 0)::int AS through, idx_scan::int AS looked_up FROM pg_stat_xact_user_tables WHERE relname = 'payment'`,
      );
      expect(rows).toEqual([{ through: 0, looked_up: ids.length }]);
      await client.query('COMMIT');
    } finally {
      client.release(true);
    }
  }
});
