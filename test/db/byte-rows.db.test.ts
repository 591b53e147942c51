import { Socket } from 'node:net';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { byteRows, RowsClient } from '../../src/db/byte-rows.ts';
import { RowReader } from '../../src/db/row-reader.ts';
import { instantOf } from '../../src/db/text-rows.ts';
import { testDatabase } from '../support/db.ts';

/** Rows as bytes are the rows that pg reads, however they arrive, and whatever else is asked on the same connection. */

const db = await testDatabase(1);

const COLUMNS = `n, 'pay_' || n, repeat('ж😀', n::int % 3), n % 2 = 0, (n - 50) * 9007199254740993,
  timestamptz '1999-12-31 23:59:59.9995Z' + n * interval '1 hour', decode(repeat('00ff80', n::int % 4), 'hex'), 'COMPLETED'::payment_status`;
const SERIES = {
  name: 'series',
  text: `SELECT ${COLUMNS} FROM generate_series(1, ($1::int[])[1]::bigint) k(n)`,
};
const NULLS = {
  name: 'nulls',
  text: 'SELECT null::text, null::bool, null::bigint, null::timestamptz, null::bytea, null::bytea FROM unnest($1::int[])',
};

function read(reader: RowReader, row: string): unknown[] {
  reader.begin(row);
  const [number, id, text, isEven, big] = [
    reader.bigint(),
    reader.text(),
    reader.text(),
    reader.boolean(),
    reader.bigint(),
  ];
  return [number, id, text, isEven, big, reader.instant(), reader.bytes(), reader.text()];
}

async function expected(count: number): Promise<unknown[][]> {
  const types = { getTypeParser: () => (text: string) => text };
  const { rows } = await db.pool.query<string[]>({
    ...{ text: SERIES.text, values: [[count]], rowMode: 'array', types },
  } as pg.QueryArrayConfig);
  return rows.map(([number = '', id, text, isEven, big = '', at = '', bytes = '', status]) => [
    ...[BigInt(number), id, text, isEven === 't', BigInt(big), instantOf(at)],
    ...[new Uint8Array(Buffer.from(bytes.slice(2), 'hex')), status],
  ]);
}

test('Columns of each type are what their texts say, and null is null.', async () => {
  const reader = new RowReader();
  const rows = await byteRows(db, { ...SERIES, values: [[100]] });
  expect(rows.map((row) => read(reader, row))).toEqual(await expected(100));
  const [none = ''] = await byteRows(db, { ...NULLS, values: [[1]] });
  reader.begin(none);
  const nulls = [reader.text(), reader.boolean(), reader.bigint(), reader.instant(), reader.bytes(), reader.rawBytes()];
  expect(nulls).toEqual([null, null, null, null, null, null]);
});

/** Pools whose connections get what the server sends in pieces of such a size. */
const pools: pg.Pool[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.end())));
function inPieces(size: number): pg.Pool {
  const stream = () => {
    const socket = new Socket();
    const emit = socket.emit.bind(socket) as (name: string, ...told: unknown[]) => boolean;
    socket.emit = (name: string, ...told: unknown[]) => {
      const [bytes] = told;
      if (name !== 'data' || !Buffer.isBuffer(bytes)) return emit(name, ...told);
      for (let at = 0; at < bytes.length; at += size) emit('data', bytes.subarray(at, at + size));
      return true;
    };
    return socket;
  };
  const options = { connectionString: db.url, max: 1, pipeline: true, options: '-c TimeZone=UTC' };
  const pool = new pg.Pool({ Client: RowsClient, ...options, stream });
  // its connection may still be on its way out when the database goes
  pool.on('error', () => undefined);
  pools.push(pool);
  return pool;
}

test.each([1, 2, 3, 5, 7, 64, 1_000_000])(
  'Rows that arrive in pieces of %i bytes are whole, among queries of pg’s own.',
  async (size) => {
    const pool = inPieces(size);
    const reader = new RowReader();
    const own = (n: number) => pool.query<{ n: number }>('SELECT n FROM generate_series(1, $1::int) n', [n]);
    const [some, rows, more, again] = await Promise.all([
      own(30),
      byteRows({ pool }, { ...SERIES, values: [[200]] }),
      own(20),
      byteRows({ pool }, { ...SERIES, values: [[3]] }),
    ]);
    expect([some.rows.length, more.rows.at(-1)]).toEqual([30, { n: 20 }]);
    expect(rows.map((row) => read(reader, row))).toEqual(await expected(200));
    expect(again.map((row) => read(reader, row))).toEqual(await expected(3));
  },
);

test('A statement that fails in the middle of its rows fails alone.', async () => {
  const failing = { name: 'failing', text: 'SELECT 1 / (3 - n) FROM unnest($1::int[]) n' };
  await expect(byteRows(db, { ...failing, values: [[1, 2, 3]] })).rejects.toThrow('division by zero');
  expect((await db.pool.query<{ n: number }>('SELECT 7 AS n')).rows).toEqual([{ n: 7 }]);
  expect(await byteRows(db, { ...failing, values: [[1, 2]] })).toHaveLength(2);
});

test('A server that goes silent is given up.', async () => {
  const hang = { name: 'hang', text: 'SELECT pg_sleep(60) FROM unnest($1::int[])', values: [[1]] };
  await expect(byteRows(db, hang, 200)).rejects.toThrow('Query read timeout');
  expect((await db.pool.query<{ n: number }>('SELECT 8 AS n')).rows).toEqual([{ n: 8 }]);
});
