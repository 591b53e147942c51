import { ID_PARAMS } from '../documents/asked-document.ts';

/** What a body asks for, in one of the forms that the door reads. */
export interface Asked {
  /** What admission is asked with: one of the four forms of an id. */
  params: Record<string, unknown>;
  variables: Record<string, unknown>;
  operationName: string | null;
}

const KNOWN = new Set<string>([...ID_PARAMS, 'extensions', 'variables', 'operationName']);

/**
 * Reads a JSON body that names a document and nothing else.
 * @returns null for whatever is not exactly that: yoga looks at it
 */
export function readAsked(body: string): Asked | null {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isPlain(given)) return null;
  for (const name of Object.keys(given)) if (!KNOWN.has(name)) return null;
  const { variables, operationName, extensions } = given;
  if (!(isAbsent(extensions) || isPlain(extensions))) return null;
  if (!(isAbsent(variables) || isPlain(variables))) return null;
  if (!(isAbsent(operationName) || typeof operationName === 'string')) return null;
  return { params: given, variables: variables ?? {}, operationName: operationName ?? null };
}

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined;

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
