import { readFileSync } from 'node:fs';
import type { Script } from '../stub.ts';

/** A golden example of the contract: the request as documented and the answer's source text. */
export interface Golden {
  title: string;
  request: { method: string; path: string; headers: Record<string, string>; body: string } | null;
  answer: string | null;
}

const files = ['general', 'wallet', 'services', 'payments', 'cards', 'records', 'access'];
const examples: Record<string, Golden> = Object.assign(
  {},
  ...files.map((name) => JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'))),
);

/** The example with this number (G-28a). */
export function golden(id: string): Golden {
  const example = examples[id];
  if (!example) throw new Error(`no golden example ${id}`);
  return example;
}

/** Its answer, as the stub plays it; pairs of texts are replaced, where the source stitched two runs together. */
export function answerOf(id: string, ...replace: [from: string, to: string][]): Script {
  const text = golden(id).answer ?? '';
  const body = replace.reduce((out, [from, to]) => {
    if (!out.includes(from)) throw new Error(`${id} does not contain ${from}`);
    return out.replaceAll(from, to);
  }, text);
  return { status: 200, body };
}

/** A refusal in the envelope of contract 1.4. */
export const refusalOf = (status: number, error?: string, details?: unknown): Script => ({
  status,
  body: JSON.stringify({ meta: { code: status, error, error_message: 'нет', details } }),
});

export const PHONE = '+79261111111';
export const PASSWORD = 'p@ssw0rD';
export const rub = (minor: bigint) => ({ minor, currency: 'RUB' });
