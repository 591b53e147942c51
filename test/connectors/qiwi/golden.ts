import { readFileSync } from 'node:fs';
import { isLosslessNumber } from 'lossless-json';
import { parseJson } from '../../../src/connectors/json.ts';
import type { Script, SeenRequest } from '../stub.ts';

/** The golden examples of the contract (section 5, appendix A.4): documented requests, and answers as their source text. */
export interface Golden {
  requests: { method: string; path: string; headers: Record<string, string>; body: string }[];
  answers: string[];
}

const files = ['wallet', 'history', 'payments', 'invoices', 'hooks', 'cards'];
const examples: Record<string, Golden> = Object.assign(
  {},
  ...files.map((name) => JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'))),
);

/** The examples of this operation (HIS-1). */
export function golden(id: string): Golden {
  const example = examples[id];
  if (!example) throw new Error(`no golden example ${id}`);
  return example;
}

/** Its answer, as the stub plays it; pairs of texts are replaced where a case departs from the documented one. */
export function answerOf(id: string, { at = 0, status = 200, replace = [] as [from: string, to: string][] } = {}) {
  const text = golden(id).answers[at];
  if (text === undefined) throw new Error(`${id} has no answer ${at}`);
  const body = replace.reduce((out, [from, to]) => {
    if (!out.includes(from)) throw new Error(`${id} does not contain ${from}`);
    return out.replaceAll(from, to);
  }, text);
  return { status, body } satisfies Script;
}

/** An empty answer. */
export const empty = (status: number): Script => ({ status, body: '' });

/** The parts of a request that an example states: method, target to the character, headers, body. */
export function documented(id: string, at = 0) {
  const request = golden(id).requests[at];
  if (!request) throw new Error(`${id} has no request ${at}`);
  const { host, ...headers } = request.headers;
  return {
    method: request.method,
    path: request.path,
    headers,
    body: bodyOf(request.body),
  };
}

/** Headers that a server or a client adds by itself. */
const transport = new Set(['host', 'connection', 'content-length', 'keep-alive', 'transfer-encoding']);

/** The same parts of a request that came. */
export const sent = (request: SeenRequest | undefined) => ({
  method: request?.method,
  path: request?.url,
  headers: Object.fromEntries(Object.entries(request?.headers ?? {}).filter(([name]) => !transport.has(name))),
  body: bodyOf(request?.body.toString() ?? ''),
});

/** JSON in which 100.50 and 100.5 are one number, and "100.5" is another thing. */
function bodyOf(text: string): unknown {
  const plain = (value: unknown): unknown => {
    if (isLosslessNumber(value)) return { number: value.value.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '') };
    if (Array.isArray(value)) return value.map(plain);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
  };
  return text === '' ? '' : plain(parseJson(text));
}

export const rub = (minor: bigint) => ({ minor, currency: 'RUB' });
