import { readFileSync } from 'node:fs';
import { isLosslessNumber } from 'lossless-json';
import { parseJson } from '../../../src/connectors/json.ts';
import type { Script, SeenRequest } from '../stub.ts';

/** The golden examples of the contract (section 5): requests, and answers as their source text. */
interface Golden {
  requests: { method: string; path: string; headers: Record<string, string>; body: string }[];
  answers: string[];
}

const examples: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('./fixtures/examples.json', import.meta.url), 'utf8'),
);

function golden(id: string): Golden {
  const example = examples[id];
  if (!example) throw new Error(`no golden example ${id}`);
  return example;
}

/** An example's answer as the stub plays it; pairs of texts are replaced where a case departs from the documented one. */
export function answerOf(id: string, { status = 200, replace = [] as [from: string, to: string][] } = {}) {
  const body = replace.reduce((out, [from, to]) => {
    if (!out.includes(from)) throw new Error(`${id} does not contain ${from}`);
    return out.replaceAll(from, to);
  }, golden(id).answers[0] ?? '');
  return { status, body } satisfies Script;
}

/** A refusal as V-16 has it, with another code. */
export const refusalOf = (code: string) => answerOf('V-16', { status: 500, replace: [['INSUFFICIENT_FUNDS', code]] });

/** The parts of a request that an example states: method, target to the character, headers, body. */
export function documented(id: string) {
  const request = golden(id).requests[0];
  if (!request) throw new Error(`${id} has no request`);
  const { host: _, ...headers } = request.headers;
  return { method: request.method, path: request.path, headers, body: bodyOf(headers, request.body) };
}

/** Headers that a server or a client adds by itself. */
const transport = new Set(['host', 'connection', 'content-length', 'keep-alive', 'transfer-encoding']);

/** The same parts of a request that came. */
export function sent(request: SeenRequest | undefined) {
  const headers = Object.fromEntries(Object.entries(request?.headers ?? {}).filter(([name]) => !transport.has(name)));
  return {
    method: request?.method,
    path: request?.url,
    headers,
    body: bodyOf(headers, request?.body.toString() ?? ''),
  };
}

/** JSON whose numbers are told from texts and compared digit by digit: 1000.00 is not 1000. A form is its text. */
function bodyOf(headers: Record<string, unknown>, text: string): unknown {
  const plain = (value: unknown): unknown => {
    if (isLosslessNumber(value)) return { number: value.value };
    if (Array.isArray(value)) return value.map(plain);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
  };
  return String(headers['content-type']).startsWith('application/json') && text !== '' ? plain(parseJson(text)) : text;
}

export const WALLET = '3b9f6a52-7c1e-4d0a-9f4e-2a6d5c8b7e10';
export const TOKEN = 'd2c7a8f1-5e64-4b39-a0d3-91f8b6e4c725';
export const MERCHANT = 'a1f4c2d8-0b3e-4f57-8a69-5d7e9c1b2f34';
export const BANK = '100000000999';
/** 2024-07-09 14:00 in Moscow, half an hour before the line of V-05. */
export const CREATED = '1720522800000';

export const rub = (minor: bigint) => ({ minor, currency: 'RUB' });
