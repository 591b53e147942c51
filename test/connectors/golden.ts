import { readFileSync } from 'node:fs';
import { isLosslessNumber } from 'lossless-json';
import { parseJson } from '../../src/connectors/json.ts';
import type { Script, SeenRequest } from './stub.ts';

/** The golden examples of one operation: requests as the contract documents them, and answers as their source text. */
export interface Golden {
  requests: { method: string; path: string; headers: Record<string, string>; body: string }[];
  answers: string[];
}

/** A number of a JSON body, by its digits. */
type Digits = (digits: string) => string;

/** Headers that a server or a client adds by itself. */
const transport = new Set(['host', 'connection', 'content-length', 'keep-alive', 'transfer-encoding']);

/**
 * The golden examples of a provider's contract.
 * @param folder the provider's own
 * @param files names of its fixtures
 * @param digits how its numbers are compared; left out: digit by digit, so that 1000.00 is not 1000
 */
export function readGolden(folder: string, files: string[], digits: Digits = (text) => text) {
  const read = (name: string) =>
    JSON.parse(readFileSync(new URL(`./${folder}/fixtures/${name}.json`, import.meta.url), 'utf8'));
  const examples: Record<string, Golden> = Object.assign({}, ...files.map(read));
  const golden = (id: string): Golden => {
    const example = examples[id];
    if (!example) throw new Error(`no golden example ${id}`);
    return example;
  };
  return {
    golden,
    /** An example's answer as the stub plays it; pairs of texts are replaced where a case departs from the documented one. */
    answerOf(id: string, { at = 0, status = 200, replace = [] as [from: string, to: string][] } = {}) {
      const text = golden(id).answers[at];
      if (text === undefined) throw new Error(`${id} has no answer ${at}`);
      const body = replace.reduce((out, [from, to]) => {
        if (!out.includes(from)) throw new Error(`${id} does not contain ${from}`);
        return out.replaceAll(from, to);
      }, text);
      return { status, body } satisfies Script;
    },
    /** The parts of a request that an example states: method, target to the character, headers, body. */
    documented(id: string, at = 0) {
      const request = golden(id).requests[at];
      if (!request) throw new Error(`${id} has no request ${at}`);
      const { host: _, ...headers } = request.headers;
      return { method: request.method, path: request.path, headers, body: bodyOf(headers, request.body, digits) };
    },
    /** The same parts of a request that came. */
    sent(request: SeenRequest | undefined) {
      const headers = Object.fromEntries(
        Object.entries(request?.headers ?? {}).filter(([name]) => !transport.has(name)),
      );
      const body = bodyOf(headers, request?.body.toString() ?? '', digits);
      return { method: request?.method, path: request?.url, headers, body };
    },
  };
}

/** JSON with its numbers told from its texts; whatever else, as it is. */
function bodyOf(headers: Record<string, unknown>, text: string, digits: Digits): unknown {
  const plain = (value: unknown): unknown => {
    if (isLosslessNumber(value)) return { number: digits(value.value) };
    if (Array.isArray(value)) return value.map(plain);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
  };
  return String(headers['content-type']).startsWith('application/json') && text !== '' ? plain(parseJson(text)) : text;
}
