import { expect, test } from 'vitest';
import { sqlTransaction, TransactionTimeoutError } from '../../src/db/sql-transaction.ts';
import { testDatabase } from '../support/db.ts';

const db = await testDatabase(2);
const FIND = { name: 'find_partners', text: 'SELECT name FROM partner WHERE id = $1' };
const ADD = { name: 'add_partner', text: 'INSERT INTO partner (id, name) VALUES ($1, $2)' };
const HANG = { name: 'hang', text: 'SELECT pg_sleep(60)' };
const found = (id: string) => sqlTransaction(db, (sql) => sql.rows(FIND, [id]));

test('What is thrown rolls back, what is returned is committed.', async () => {
  await sqlTransaction(db, (sql) => sql.rows(ADD, ['par_1', 'Shop']));
  const failed = sqlTransaction(db, async (sql) => {
    await sql.rows(ADD, ['par_2', 'Shop']);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  expect([await found('par_1'), await found('par_2')]).toEqual([[{ name: 'Shop' }], []]);
});

test('What a part of the work asks for after another part has failed is not carried out behind the rollback.', async () => {
  const slow = { name: 'slow', text: 'SELECT pg_sleep(0.2)' };
  let late: Promise<unknown> = Promise.resolve();
  const failed = sqlTransaction(db, (sql) => {
    late = sql.rows(slow, []).then(() => sql.rows(ADD, ['par_4', 'Shop']));
    return Promise.all([Promise.reject(new Error('no')), late]);
  });
  await expect(failed).rejects.toThrow('no');
  await expect(late).rejects.toThrow('no');
  expect(await found('par_4')).toEqual([]);
});

test('A server that goes silent in the middle is not waited for: the connection is cut, the work does not stand, others go on.', async () => {
  const hanging = async () => {
    await sqlTransaction(
      db,
      async (sql) => {
        await sql.rows(ADD, ['par_3', 'Shop']);
        await sql.rows(HANG, []);
      },
      { connectMs: 5000, workMs: 300 },
    );
  };
  // more of them than there are connections
  for (let at = 0; at < 3; at += 1) await expect(hanging()).rejects.toThrow(TransactionTimeoutError);
  const abandoned = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = $1 AND datname = current_database()`;
  await db.pool.query(abandoned, [HANG.text]);
  expect(await found('par_3')).toEqual([]);
});

test('Where no connection is free in time, nothing is begun, and the one that comes late goes back.', async () => {
  const taken = await Promise.all([db.pool.connect(), db.pool.connect()]);
  let begun = false;
  const waiting = sqlTransaction(
    db,
    async () => {
      begun = true;
    },
    { connectMs: 100, workMs: 1000 },
  );
  await expect(waiting).rejects.toThrow(TransactionTimeoutError);
  for (const client of taken) client.release();
  expect(await found('par_1')).toHaveLength(1);
  expect([begun, db.pool.idleCount, db.pool.totalCount]).toEqual([false, 2, 2]);
});
