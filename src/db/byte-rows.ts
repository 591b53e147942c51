import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { present } from '../lib/assert.ts';
import type { Database } from './client.ts';
import type { TextStatement } from './text-rows.ts';

/** A row in the binary format of PostgreSQL, one character per byte: one string, in place of one for each of its columns. `RowReader` reads it. */
export type ByteRow = string;

/** As much of pg's query as is used here, which its types leave out. */
interface PgQuery {
  submit(connection: object): Error | null;
  handleReadyForQuery(connection: object): void;
  handleError(error: Error, connection: object): void;
}
const Query = pg.Query as unknown as new (config: object) => PgQuery;

/** A query whose rows are not read by pg. From its being sent until its end nothing else is under way on its connection, because the pool lends one to one query at a time. */
class BytesQuery extends Query {
  readonly binary = true;
  readonly rowsRead: ByteRow[] = [];

  override submit(connection: object): Error | null {
    tapOf(connection).reader = this;
    return super.submit(connection);
  }

  /** What the columns are is known to who asks. */
  handleRowDescription(): void {}

  override handleReadyForQuery(connection: object): void {
    tapOf(connection).reader = null;
    super.handleReadyForQuery(connection);
  }

  override handleError(error: Error, connection: object): void {
    tapOf(connection).reader = null;
    super.handleError(error, connection);
  }
}

const taps = new WeakMap<object, RowTap>();
const tapOf = (connection: object): RowTap => present(taps.get(connection), 'a connection of a RowsClient');

const HEADER = 5;
const DATA_ROW = 'D'.charCodeAt(0);
const NOTHING = Buffer.alloc(0);

/**
 * Stands between a connection's bytes and pg's parser: rows of a query that wants them as bytes go to the query, all else goes on as it came.
 */
class RowTap extends EventEmitter {
  /** Whose rows come, if they are wanted as bytes. */
  reader: BytesQuery | null = null;
  /** The beginning of a message, or of its head, that is not there whole. */
  #begun: Buffer = NOTHING;
  /** Bytes still to come of a message that goes on. */
  #toPass = 0;

  take(chunk: Buffer): void {
    const bytes = this.#begun.length > 0 ? Buffer.concat([this.#begun, chunk]) : chunk;
    let passed = 0;
    let at = 0;
    for (;;) {
      if (this.#toPass > 0) {
        const part = Math.min(this.#toPass, bytes.length - at);
        at += part;
        this.#toPass -= part;
      }
      if (bytes.length - at < HEADER) break;
      const size = 1 + bytes.readUInt32BE(at + 1);
      if (this.reader === null || bytes[at] !== DATA_ROW) {
        this.#toPass = size;
        continue;
      }
      if (bytes.length - at < size) break;
      if (passed < at) this.#pass(bytes, passed, at);
      this.reader.rowsRead.push(bytes.toString('latin1', at + HEADER, at + size));
      at += size;
      passed = at;
    }
    this.#begun = at < bytes.length ? bytes.subarray(at) : NOTHING;
    // last: it may end the query, and begin the next
    if (passed < at) this.#pass(bytes, passed, at);
  }

  #pass(bytes: Buffer, from: number, to: number): void {
    this.emit('data', from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to));
  }
}

/** What pg keeps of a connection, and its types leave out. */
interface PgConnection {
  attachListeners(stream: EventEmitter): void;
}

/** A client for the pool whose connection can leave rows as bytes. */
export class RowsClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const { connection } = this as unknown as { connection: PgConnection };
    const attach = connection.attachListeners.bind(connection);
    connection.attachListeners = (stream: EventEmitter) => {
      const tap = new RowTap();
      taps.set(connection, tap);
      attach(tap);
      (stream as Duplex).on('data', (chunk: Buffer) => tap.take(chunk));
    };
  }
}

/**
 * Runs a prepared statement whose parameters are arrays, and leaves its rows as bytes.
 * @param withinMs as for `textRows`
 */
export async function byteRows(
  { pool }: Pick<Database, 'pool'>,
  { name, text, values }: TextStatement,
  withinMs = 10_000,
): Promise<ByteRow[]> {
  const query = new BytesQuery({ name, text, values: [...values] });
  await pool.query(Object.assign(query, { query_timeout: withinMs }) as unknown as pg.QueryConfig);
  return query.rowsRead;
}
