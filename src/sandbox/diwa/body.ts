import { plainRefusal, wrongHeaders } from './errors.ts';

/** The body of a POST: JSON, as the examples have it, or form pairs, as the prose demands (trap T-01). */

export type Fields = Record<string, unknown>;

export interface Body {
  fields: Fields;
  /** Form pairs know text only: a number and a flag are read from it. */
  textual: boolean;
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fromJson(text: string): Fields {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw plainRefusal(400);
  }
  if (!isObject(read)) throw plainRefusal(400);
  return read;
}

/** `userId=1&data[email]=a@b.c`: one level of nesting. */
function fromForm(text: string): Fields {
  const flat: [string, unknown][] = [];
  const nested = new Map<string, [string, unknown][]>();
  for (const [key, value] of new URLSearchParams(text)) {
    const [, outer, inner] = /^([^[\]]+)\[([^[\]]+)\]$/.exec(key) ?? [];
    if (outer === undefined || inner === undefined) flat.push([key, value]);
    else nested.set(outer, [...(nested.get(outer) ?? []), [inner, value]]);
  }
  const objects = [...nested].map(([outer, pairs]): [string, unknown] => [outer, Object.fromEntries(pairs)]);
  return Object.fromEntries([...flat, ...objects]);
}

/** Reads a body by its media type. @throws Refusal 302 for another type (section 4), 400 for what is no JSON object */
export function readBody(contentType: string | undefined, text: string): Body {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return { fields: fromJson(text), textual: false };
  if (type === 'application/x-www-form-urlencoded') return { fields: fromForm(text), textual: true };
  return wrongHeaders();
}
