import { readFileSync } from 'node:fs';
import type { Script, SeenRequest } from '../stub.ts';

/** The golden examples of the contract (section 5): documented requests, and answers as their source text. */
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

/** The parts of a request that an example states. */
export function documented(id: string) {
  const request = golden(id).requests[0];
  if (!request) throw new Error(`${id} has no request`);
  const { host: _, ...headers } = request.headers;
  return {
    method: request.method,
    path: request.path,
    headers,
    body: request.body === '' ? null : JSON.parse(request.body),
  };
}

/** Headers that a server or a client adds by itself. */
const transport = new Set(['host', 'connection', 'content-length', 'keep-alive', 'transfer-encoding']);

/** The same parts of a request that came. */
export const sent = (request: SeenRequest | undefined) => ({
  method: request?.method,
  path: request?.url,
  headers: Object.fromEntries(Object.entries(request?.headers ?? {}).filter(([name]) => !transport.has(name))),
  body: request?.body.length ? JSON.parse(request.body.toString()) : null,
});
