import { InvariantError, present } from '../lib/assert.ts';
import type { ByteRow } from './byte-rows.ts';

/** From 1970, where JavaScript's time begins, to 2000, where PostgreSQL's does. */
const EPOCH_MS = 946_684_800_000;
const HALF = 2 ** 32;
/** The upper halves of whole numbers that a double holds exactly. */
const EXACT = 2 ** 21;

/** Reads the columns of rows in the binary format, one after another in the order of the statement. Each of its methods reads the next column. */
export class RowReader {
  #row: ByteRow = '';
  #at = 0;

  /** Begins with the first column of a row. */
  begin(row: ByteRow): void {
    this.#row = row;
    // the number of columns comes first
    this.#at = 2;
  }

  /** A text, an id, the name of an enum's value. */
  text(): string | null {
    const from = this.#next();
    if (from < 0) return null;
    const text = this.#row.slice(from, this.#at);
    for (let at = from; at < this.#at; at += 1)
      if (this.#row.charCodeAt(at) > 0x7f) return Buffer.from(text, 'latin1').toString('utf8');
    return text;
  }

  /** A boolean. */
  boolean(): boolean | null {
    const from = this.#next();
    return from < 0 ? null : this.#row.charCodeAt(from) === 1;
  }

  /** A bigint. */
  bigint(): bigint | null {
    const from = this.#next();
    if (from < 0) return null;
    const [high, low] = [this.#int32(from), this.#int32(from + 4) >>> 0];
    return Math.abs(high) < EXACT ? BigInt(high * HALF + low) : BigInt(high) * BigInt(HALF) + BigInt(low);
  }

  /**
   * A timestamptz; what is below a millisecond is cut off, as Prisma does.
   * @throws InvariantError for what is three centuries away, or infinite
   */
  instant(): Date | null {
    const from = this.#next();
    if (from < 0) return null;
    const high = this.#int32(from);
    if (Math.abs(high) >= EXACT) throw new InvariantError('an instant is within centuries of 2000');
    const micros = high * HALF + (this.#int32(from + 4) >>> 0);
    return new Date(EPOCH_MS + Math.floor(micros / 1000));
  }

  /** The bytes of a bytea. */
  bytes(): Uint8Array<ArrayBuffer> | null {
    const from = this.#next();
    return from < 0 ? null : new Uint8Array(Buffer.from(this.#row.slice(from, this.#at), 'latin1'));
  }

  /** The bytes of a bytea as they came, one character each: dear bytes are made by who needs them. */
  rawBytes(): string | null {
    const from = this.#next();
    return from < 0 ? null : this.#row.slice(from, this.#at);
  }

  /** Goes behind the next value; @returns where it begins, or -1 for null */
  #next(): number {
    const length = this.#int32(this.#at);
    const from = this.#at + 4;
    if (length < 0) {
      this.#at = from;
      return -1;
    }
    this.#at = from + length;
    return from;
  }

  #int32(at: number): number {
    const row = this.#row;
    return (
      (row.charCodeAt(at) << 24) |
      (row.charCodeAt(at + 1) << 16) |
      (row.charCodeAt(at + 2) << 8) |
      row.charCodeAt(at + 3)
    );
  }
}

/** What a column holds that is never null. */
export const never = <T>(value: T | null): T => present(value, 'a column that is never null');
