import type { IncomingMessage } from 'node:http';

const JSON_TYPE = 'application/json';
const RESPONSE_TYPE = 'application/graphql-response+json';

/** What yoga answers with to each of these; the comparison of the two paths proves it. */
const ANSWERS = new Map<string | undefined, string>([
  [undefined, JSON_TYPE],
  ['*/*', JSON_TYPE],
  [JSON_TYPE, JSON_TYPE],
  ['application/json, */*', JSON_TYPE],
  ['application/json, text/plain, */*', JSON_TYPE],
  [RESPONSE_TYPE, RESPONSE_TYPE],
  [`${RESPONSE_TYPE}, ${JSON_TYPE}`, RESPONSE_TYPE],
  [`${RESPONSE_TYPE},${JSON_TYPE};q=0.9`, RESPONSE_TYPE],
  [`${RESPONSE_TYPE}, ${JSON_TYPE};q=0.9`, RESPONSE_TYPE],
]);

const ASKS = new Set(['application/json', 'application/json; charset=utf-8', 'application/json;charset=utf-8']);

/**
 * May the front door read this request? By its head only.
 * @returns the Content-Type of the answer without its charset, or null: it is yoga's
 */
export function fitAnswerType({ method, url, headers }: IncomingMessage, bodyBytes: number): string | null {
  if (method !== 'POST' || url !== '/graphql' || !ASKS.has(headers['content-type'] ?? '')) return null;
  const length = headers['content-length'];
  if (length === undefined || Number(length) > bodyBytes || Number(length) === 0) return null;
  if (headers['transfer-encoding'] !== undefined || headers['content-encoding'] !== undefined) return null;
  if (headers.origin !== undefined || headers.expect !== undefined || headers['last-event-id'] !== undefined)
    return null;
  return ANSWERS.get(headers.accept) ?? null;
}
