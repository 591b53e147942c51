import { InvariantError, present } from '../lib/assert.ts';
import type { Database } from './client.ts';

/** A row as PostgreSQL writes it: one text per column, in the order of the statement. */
export type TextRow = readonly (string | null)[];

export interface TextStatement {
  /** Of the prepared statement: one name, one text. */
  name: string;
  text: string;
  values: readonly (readonly (string | number | null)[])[];
}

const asText = { getTypeParser: () => (text: string) => text };

/**
 * Runs a prepared statement whose parameters are arrays, and reads nothing out of what it answers: that is left to who needs it.
 * @param withinMs how long an answer may take: everybody's reads wait behind it, so a server that has gone silent is given up
 */
export async function textRows(
  { pool }: Pick<Database, 'pool'>,
  statement: TextStatement,
  withinMs = 10_000,
): Promise<TextRow[]> {
  const { name, text, values } = statement;
  const asked = { name, text, values: [...values], rowMode: 'array' as const, types: asText, query_timeout: withinMs };
  return (await pool.query<(string | null)[]>(asked)).rows;
}

/** A column that is never null. */
export const textAt = (row: TextRow, at: number): string => present(row[at], 'a column that is never null');

/** A column that may be null, read. */
export function maybeAt<T>(row: TextRow, at: number, read: (text: string) => T): T | null {
  const text = row[at];
  return text === null || text === undefined ? null : read(text);
}

/**
 * An instant out of the text of a timestamptz, "2026-11-22 10:00:00.123456+00"; what is below a millisecond is cut off, as Prisma does.
 * @throws InvariantError when the session does not write ISO dates in UTC
 */
export function instantOf(text: string): Date {
  const end = text.length - 3;
  if (end < 19 || text[10] !== ' ' || !text.endsWith('+00')) throw new InvariantError(`"${text}" is no instant in UTC`);
  // after the point, trailing zeros are not written
  const ms = digit(text, 20, end) * 100 + digit(text, 21, end) * 10 + digit(text, 22, end);
  const year = two(text, 0) * 100 + two(text, 2);
  return new Date(Date.UTC(year, two(text, 5) - 1, two(text, 8), two(text, 11), two(text, 14), two(text, 17), ms));
}

const digit = (text: string, at: number, end: number): number => (at < end ? text.charCodeAt(at) - 48 : 0);
const two = (text: string, at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;

/** The bytes of a bytea. */
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text.slice(2), 'hex'));
