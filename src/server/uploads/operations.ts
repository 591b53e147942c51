import type { StoredFile } from '../../lib/stored-file.ts';
import { edgeError } from '../faults.ts';

/** Where a file belongs: the object or list that holds its place, and the key there. */
interface Place {
  holder: Record<string, unknown>;
  key: string;
}

/** What the fields of a multipart request say. */
export interface Asked {
  /** The GraphQL request, with nothing in the places of its files. */
  operations: Record<string, unknown>;
  /** The places of each file by the name of its part. */
  places: ReadonlyMap<string, readonly Place[]>;
}

/** Names that lead out of the data, to what all objects share. */
const RESERVED = ['__proto__', 'constructor', 'prototype'];

/**
 * Reads `operations` and `map` as graphql-multipart-request-spec has them.
 * @throws GraphQLError (400, BAD_REQUEST) saying which of them is wrong, and how it would be right
 */
export function readOperations(operationsText: string | undefined, mapText: string | undefined): Asked {
  if (operationsText === undefined)
    throw badRequest('The field `operations` is missing: the GraphQL request as JSON, before the files.');
  const operations = readObject('operations', operationsText);
  const map = mapText === undefined ? {} : readObject('map', mapText);
  const taken = new Set<string>();
  const places = Object.entries(map).map(([name, paths]): [string, Place[]] => {
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string'))
      throw badRequest(`\`map\` is like {"0": ["variables.file"]}: under ${show(name)} it has no list of places.`);
    return [name, paths.map((path) => placeOf(operations, path, taken))];
  });
  return { operations, places: new Map(places) };
}

/**
 * Puts the files in their places.
 * @throws GraphQLError (400, BAD_REQUEST) naming a part of `map` that did not come
 */
export function placeFiles({ operations, places }: Asked, files: ReadonlyMap<string, StoredFile>): object {
  for (const [name, list] of places) {
    const file = files.get(name);
    if (!file) throw badRequest(`\`map\` names a part ${show(name)} that did not come.`);
    for (const { holder, key } of list) holder[key] = file;
  }
  return operations;
}

function placeOf(operations: Record<string, unknown>, path: string, taken: Set<string>): Place {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const wrong = () =>
    badRequest(`\`map\` names ${show(path)}, where \`operations\` has no null to put a file in place of.`);
  if (keys[0] !== 'variables' || taken.has(path) || [...keys, last].some((key) => RESERVED.includes(key)))
    throw wrong();
  taken.add(path);
  let holder: unknown = operations;
  for (const key of keys) {
    if (!isHolder(holder) || !Object.hasOwn(holder, key)) throw wrong();
    holder = holder[key];
  }
  if (!isHolder(holder)) throw wrong();
  // JSON leaves out what is undefined, so a field may be missing where it would be null; in a list it may not
  const open = Object.hasOwn(holder, last) ? holder[last] === null : !Array.isArray(holder);
  if (!open) throw wrong();
  return { holder, key: last };
}

const isHolder = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function readObject(field: string, text: string): Record<string, unknown> {
  const wrong = badRequest(`The field \`${field}\` must be a JSON object.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong;
  }
  if (!isHolder(value) || Array.isArray(value)) throw wrong;
  return value;
}

/** A name of the caller's, bounded. */
const show = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);

/** The request is not what graphql-multipart-request-spec says. */
export const badRequest = (message: string) => edgeError(message, 'BAD_REQUEST');
