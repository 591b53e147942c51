import { expect, test } from 'vitest';
import { shareStatement } from '../../src/db/adaptive.ts';
import { textRows } from '../../src/db/text-rows.ts';
import { testDatabase } from '../support/db.ts';

const db = await testDatabase(2);
const ASK = { name: 'ask', text: 'SELECT n FROM unnest($1::text[]) n' };
const HANG = { name: 'hang', text: 'SELECT n, pg_sleep(60) FROM unnest($1::text[]) n' };

test('A server that goes silent is given up, and whoever reads next has another connection.', async () => {
  let silent = true;
  const shared = shareStatement(
    async (keys: readonly string[]) =>
      (await textRows(db, { ...(silent ? HANG : ASK), values: [keys] }, 200)).map(([key]) => key),
    { lanes: 1 },
  );
  // the second of them waits for the first
  await expect(shared.load('a')).rejects.toThrow('Query read timeout');
  await expect(shared.load('b')).rejects.toThrow('Query read timeout');
  silent = false;
  expect(await shared.loadMany(['c', 'd'])).toEqual(['c', 'd']);
  await expect.poll(() => [db.pool.totalCount, db.pool.idleCount, db.pool.waitingCount]).toEqual([1, 1, 0]);
});
