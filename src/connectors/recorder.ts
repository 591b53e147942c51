import { createHash } from 'node:crypto';
import { isLosslessNumber } from 'lossless-json';
import { redactText } from '../lib/redact.ts';
import type { HttpAnswer, HttpBody, HttpRequest } from './http.ts';
import { parseJson, stringifyJson } from './json.ts';
import { sizeOf } from './multipart.ts';

/** One request and what came back, masked: fit to be kept with the attempt. */
export interface Exchange {
  provider: string;
  /** The documented operation, by the word that `coverage` uses. */
  operation: string;
  startedAt: Date;
  durationMs: number;
  request: { method: string; url: string; headers: Record<string, string>; body: string | null };
  /** Null when no whole answer came; then `failure` says why. */
  answer: { status: number; headers: Record<string, string>; body: string | null } | null;
  failure: string | null;
}

/** Takes the exchanges of one attempt, in order. Called once per request that was tried, retries included. */
export interface Recorder {
  exchange(exchange: Exchange): void;
}

/** What must not be kept: fields by name, and values wherever they stand. */
export interface Masking {
  /** Names of JSON and form fields and of query parameters in requests. */
  request: ReadonlySet<string>;
  /** Names of JSON fields in answers. */
  answer: ReadonlySet<string>;
}

const MASK = '***';
const KEEP_HEADERS = new Set([
  'content-type',
  'content-length',
  'accept',
  'accept-language',
  'x-request-id',
  'retry-after',
]);
const SNIPPET = 300;

/**
 * The masked copy of a request.
 * @param hide values (passwords, tokens) cut out wherever they stand, plain or URL-encoded
 */
export function maskRequest(request: HttpRequest, masking: Masking, hide: readonly string[]): Exchange['request'] {
  return {
    method: request.method,
    url: maskUrl(request.url, masking.request, hide),
    headers: keptHeaders(request.headers ?? {}),
    body: request.body ? cut(maskBody(request.body, masking.request), hide) : null,
  };
}

/** The masked copy of an answer; a body that is no JSON is kept as a digest, HTML as a short beginning. */
export function maskAnswer(
  answer: HttpAnswer,
  masking: Masking,
  hide: readonly string[],
): NonNullable<Exchange['answer']> {
  const text = answer.body.toString('utf8');
  const body = text === '' ? null : cut(maskJsonText(text, masking.answer) ?? digest(text), hide);
  return { status: answer.status, headers: keptHeaders(answer.headers), body };
}

function maskUrl(url: string, names: ReadonlySet<string>, hide: readonly string[]): string {
  const parsed = new URL(url);
  for (const name of new Set(parsed.searchParams.keys())) if (names.has(name)) parsed.searchParams.set(name, MASK);
  const path = parsed.pathname.replace(/%2B\d{7,15}/gi, MASK).replace(/(^|\/)\d{10,11}(?=\/|$)/g, `$1${MASK}`);
  return cut(parsed.origin + path + parsed.search, hide);
}

const keptHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, KEEP_HEADERS.has(name.toLowerCase()) ? value : MASK]),
  );

function maskBody(body: HttpBody, names: ReadonlySet<string>): string {
  switch (body.kind) {
    case 'json':
      return maskJsonText(body.text || 'null', names) ?? digest(body.text);
    case 'form':
      return new URLSearchParams(
        body.fields.map(([name, value]): [string, string] => [name, names.has(name) ? MASK : value]),
      ).toString();
    case 'multipart':
      return body.parts.map((part) => `${part.name}: ${sizeOf(part)} bytes`).join('\n');
  }
}

function maskJsonText(text: string, names: ReadonlySet<string>): string | null {
  try {
    return stringifyJson(maskValue(parseJson(text), names, false));
  } catch {
    // not JSON: the caller keeps a digest instead, because nothing can be told apart in it
    return null;
  }
}

function maskValue(value: unknown, names: ReadonlySet<string>, inside: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => maskValue(item, names, inside));
  if (value !== null && typeof value === 'object' && !isLosslessNumber(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, maskValue(item, names, inside || names.has(name))]),
    );
  }
  return inside && value !== null && typeof value !== 'boolean' ? MASK : value;
}

function digest(text: string): string {
  const sum = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const html = text.trimStart().startsWith('<') ? ` ${text.trimStart().slice(0, SNIPPET)}` : '';
  return `[not JSON, ${text.length} characters, sha256 ${sum}]${html}`;
}

function cut(text: string, hide: readonly string[]): string {
  const values = hide.filter((value) => value.length >= 4).flatMap((value) => [value, encodeURIComponent(value)]);
  return redactText(values.reduce((out, value) => out.replaceAll(value, MASK), text));
}
