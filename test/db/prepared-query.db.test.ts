import { expect, test } from 'vitest';
import { sqlTransaction } from '../../src/db/sql-transaction.ts';
import { testDatabase } from '../support/db.ts';

test('A statement is read by the columns that it has, also when they are others behind the same name.', async () => {
  const [one, other] = [await testDatabase(1), await testDatabase(1)];
  const read = (db: typeof one, text: string) => sqlTransaction(db, (sql) => sql.rows({ name: 'columns', text }, []));
  const [number, text, wide] = [
    `SELECT 1 AS a`,
    `SELECT '1' AS a`,
    `SELECT 1 AS a, true AS b FROM generate_series(1, 2)`,
  ];
  const more = await testDatabase(1);
  for (let time = 0; time < 2; time += 1) {
    expect(await read(one, number)).toEqual([{ a: 1 }]);
    expect(await read(other, text)).toEqual([{ a: '1' }]);
    expect(await read(more, wide)).toEqual([
      { a: 1, b: true },
      { a: 1, b: true },
    ]);
  }
});
