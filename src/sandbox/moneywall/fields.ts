import { LosslessNumber } from 'lossless-json';
import { invalid } from './errors.ts';
import type { Kopecks } from './model.ts';
import { readDecimal } from './money.ts';
import { isDay, type Moment, parseMoment } from './time.ts';

/** Whether a value read from JSON is an object; numbers are objects of their own class. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/**
 * The fields of one JSON object. Each reading answers 422 with the field's whole name when the value is not what the tables
 * of section 2 say; `null` is no value of any type.
 */
export class Fields {
  readonly #values: Record<string, unknown>;
  readonly #path: string;
  /** Whether a DateTime without a zone is refused (trap M5). */
  readonly #strict: boolean;

  constructor(values: Record<string, unknown>, strict: boolean, path = '') {
    this.#values = values;
    this.#strict = strict;
    this.#path = path;
  }

  #name(field: string): string {
    return this.#path === '' ? field : `${this.#path}.${field}`;
  }

  #required(field: string): unknown {
    const value = this.#values[field];
    return value === undefined ? invalid(this.#name(field), 'is required') : value;
  }

  has(field: string): boolean {
    return this.#values[field] !== undefined;
  }

  /** Runs the check when the field is there. */
  optional<T>(field: string, read: (field: string) => T): T | null {
    return this.has(field) ? read(field) : null;
  }

  /** A String that is not empty, of a certain form if told. */
  text(field: string, form?: RegExp, what?: string): string {
    const value = this.#required(field);
    if (typeof value !== 'string') return invalid(this.#name(field), 'must be a string');
    if (value === '') return invalid(this.#name(field), 'is required');
    if (form !== undefined && !form.test(value)) return invalid(this.#name(field), what ?? 'has a wrong form');
    return value;
  }

  /** A String that may be empty. */
  anyText(field: string): string {
    const value = this.#required(field);
    return typeof value === 'string' ? value : invalid(this.#name(field), 'must be a string');
  }

  oneOf<T extends string>(field: string, known: readonly T[]): T {
    const value = this.text(field);
    return known.find((name) => name === value) ?? invalid(this.#name(field), `must be one of ${known.join(', ')}`);
  }

  /** An http or https address. */
  url(field: string): string {
    const value = this.text(field);
    const good = URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
    return good ? value : invalid(this.#name(field), 'must be an http or https address');
  }

  /** A Date. */
  day(field: string): string {
    const value = this.text(field);
    return isDay(value) ? value : invalid(this.#name(field), 'must be a date, YYYY-MM-DD');
  }

  /** A DateTime. */
  moment(field: string): Moment {
    const moment = parseMoment(this.text(field));
    const wrong = moment === null || (this.#strict && !moment.zoned);
    return wrong ? invalid(this.#name(field), 'must be a date and time of ISO 8601 with a zone') : moment;
  }

  /** A Decimal that is not negative. */
  decimal(field: string): Kopecks {
    const value = readDecimal(this.#required(field));
    return value ?? invalid(this.#name(field), 'must be a number with at most two decimals');
  }

  /** A Decimal above zero. */
  amount(field: string): Kopecks {
    const value = this.decimal(field);
    return value > 0n ? value : invalid(this.#name(field), 'must be positive');
  }

  integer(field: string): number {
    const value = this.#required(field);
    const fits = value instanceof LosslessNumber && /^-?\d{1,15}$/.test(value.value);
    return fits ? Number.parseInt(value.value, 10) : invalid(this.#name(field), 'must be an integer');
  }

  boolean(field: string): boolean {
    const value = this.#required(field);
    return typeof value === 'boolean' ? value : invalid(this.#name(field), 'must be true or false');
  }

  object(field: string): Fields {
    const value = this.#required(field);
    if (!isObject(value)) return invalid(this.#name(field), 'must be an object');
    return new Fields(value, this.#strict, this.#name(field));
  }

  /** An Array of objects. */
  objects(field: string): Fields[] {
    const value = this.#required(field);
    if (!Array.isArray(value)) return invalid(this.#name(field), 'must be an array');
    return value.map((item, index) => {
      const path = `${this.#name(field)}[${index}]`;
      return isObject(item) ? new Fields(item, this.#strict, path) : invalid(path, 'must be an object');
    });
  }
}
