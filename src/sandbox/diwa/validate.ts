import type { Body, Fields } from './body.ts';
import { invalid } from './errors.ts';
import { type NewClient, notifyPeriods, notifyTypes, type PersonData } from './model.ts';

/** The checks of `clients.create`: types, enumerations and dates, nothing finer (trap T-10). */

const MAX_USER_ID = 1_000_000_000_000_000;

/** What one field's check says: its value, or what is wrong. */
type Check<T> = (value: unknown, textual: boolean) => { value: T } | { wrong: string };

const anyText: Check<string> = (value) =>
  typeof value === 'string' ? { value } : { wrong: 'The {field} must be a string.' };

const oneOf =
  <T extends string>(known: readonly T[]): Check<T> =>
  (value) => {
    const found = known.find((name) => name === value);
    return found === undefined ? { wrong: 'The selected {field} is invalid.' } : { value: found };
  };

const date: Check<string> = (value) => {
  const real =
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}$/.test(value) &&
    !Number.isNaN(Date.parse(value)) &&
    new Date(value).toISOString().startsWith(value);
  return real ? { value } : { wrong: 'The {field} does not match the format Y-m-d.' };
};

const flags: Record<string, boolean> = { true: true, '1': true, false: false, '0': false };

const flag: Check<boolean> = (value, textual) => {
  const read = textual && typeof value === 'string' ? flags[value] : value;
  return typeof read === 'boolean' ? { value: read } : { wrong: 'The {field} field must be true or false.' };
};

const integer: Check<number> = (value, textual) => {
  const read = textual && typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number.parseInt(value, 10) : value;
  const fits = typeof read === 'number' && Number.isInteger(read) && Math.abs(read) <= MAX_USER_ID;
  return fits ? { value: read } : { wrong: 'The {field} must be an integer.' };
};

/** `1`, `2`, `3`, as text or as a JSON integer; kept as text (trap T-05). */
const identificationType: Check<string> = (value, textual) =>
  oneOf(['1', '2', '3'])(typeof value === 'number' ? `${value}` : value, textual);

/** Table 2.3. */
const dataFields: Record<string, Check<string | boolean>> = {
  email: anyText,
  phone: anyText,
  first_name: anyText,
  last_name: anyText,
  third_name: anyText,
  passport_series: anyText,
  passport_number: anyText,
  birth_date: date,
  passport_issued_date: date,
  passport_issued_by: anyText,
  registration_address: anyText,
  additional_document_type: oneOf(['INN', 'SNILS', 'OMS']),
  additional_document_number: anyText,
  identification_type: identificationType,
  non_resident: flag,
};

/** Reads fields one by one and collects what is wrong with them, so that one answer names it all. */
class Reader {
  readonly errors: Record<string, string[]> = {};
  readonly #textual: boolean;

  constructor(textual: boolean) {
    this.#textual = textual;
  }

  /** The value of a field; undefined when it is not there, or wrong. */
  optional<T>(fields: Fields, name: string, check: Check<T>, path = name): T | undefined {
    if (fields[name] === undefined) return undefined;
    const checked = check(fields[name], this.#textual);
    if ('value' in checked) return checked.value;
    this.errors[path] = [checked.wrong.replace('{field}', path)];
    return undefined;
  }

  required<T>(fields: Fields, name: string, check: Check<T>): T | undefined {
    if (fields[name] === undefined) this.errors[name] = [`The ${name} field is required.`];
    return this.optional(fields, name, check);
  }
}

function dataOf(reader: Reader, sent: unknown): PersonData | null {
  if (sent === undefined) return null;
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
    reader.errors['data'] = ['The data must be an object.'];
    return null;
  }
  const data: PersonData = {};
  for (const [name, check] of Object.entries(dataFields)) {
    const value = reader.optional(sent as Fields, name, check, `data.${name}`);
    if (value !== undefined) data[name] = value;
  }
  return data;
}

/** Whether every field but `non_resident` says something: else the client is unidentified (section 2.3). */
function complete(data: PersonData | null): boolean {
  const needed = Object.keys(dataFields).filter((name) => name !== 'non_resident');
  return data !== null && needed.every((name) => data[name] !== undefined && data[name] !== '');
}

/**
 * Checks the body of `clients.create` (section 2.2). `authorized` of the result is what is kept: false when any field of
 * `data` is missing (trap T-06).
 * @throws Refusal 422 that names every wrong field
 */
export function newClient({ fields, textual }: Body): NewClient {
  const reader = new Reader(textual);
  const userId = reader.required(fields, 'userId', integer);
  const authorized = reader.required(fields, 'authorized', flag);
  const notifyType = reader.required(fields, 'notifyType', oneOf(notifyTypes));
  const notifyPeriod = reader.required(fields, 'notifyPeriod', oneOf(notifyPeriods));
  const data = dataOf(reader, fields['data']);
  const { errors } = reader;
  if (userId === undefined || authorized === undefined || notifyType === undefined || notifyPeriod === undefined)
    return invalid(errors);
  if (Object.keys(errors).length > 0) return invalid(errors);
  return { userId, authorized: authorized && complete(data), notifyType, notifyPeriod, data };
}
