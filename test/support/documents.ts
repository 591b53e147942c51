import { createHash } from 'node:crypto';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type PersistedDocumentsPublishInput, PublishDocumentsDocument } from '../../schema/operations.ts';
import { bearer, type TestApp, take } from './app.ts';
import { run } from './operations.ts';

/** Manifests as the tools write them, and every way by which a document can be sent. */

export const digest = (text: string, algorithm = 'sha256'): string => createHash(algorithm).update(text).digest('hex');

/** graphql-codegen's client preset. */
export const codegenManifest = (...texts: string[]): string =>
  JSON.stringify(Object.fromEntries(texts.map((text) => [`sha256:${digest(text)}`, text])), null, 2);

/** relay-compiler with `persistConfig`. */
export const relayManifest = (...texts: string[]): string =>
  JSON.stringify(Object.fromEntries(texts.map((text) => [digest(text, 'md5'), text])));

/** generate-persisted-query-manifest. */
export const apolloManifest = (...texts: string[]): string =>
  JSON.stringify({
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: texts.map((body) => ({ id: digest(body), name: 'Any', type: 'query', body })),
  });

/** Publishes with a key. */
export const publish = async (gateway: TestApp, key: string, input: PersistedDocumentsPublishInput) =>
  (await run(gateway, key)(PublishDocumentsDocument, { input })).persistedDocumentsPublish;

/** What a request is made of, whatever carries it. */
export interface Asked {
  query?: string;
  variables?: Record<string, unknown>;
  operationName?: string;
  extensions?: Record<string, unknown>;
  documentId?: string;
  doc_id?: string;
  id?: string;
}

export interface Answer {
  data?: unknown;
  errors?: readonly { message: string; extensions?: Record<string, unknown> }[];
}

type Send = (url: string, token: string, asked: Asked) => Promise<Answer>;

const json = async (response: Promise<Response>): Promise<Answer> => (await (await response).json()) as Answer;
const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const search = (asked: Asked) =>
  new URLSearchParams(Object.entries(asked).map(([name, value]): [string, string] => [name, asText(value)]));

const first = async (results: AsyncIterable<unknown>): Promise<Answer> => {
  // graphql-ws rejects with the errors of an `error` message
  const [result] = await take(results, 1).catch((errors: unknown) => [{ errors }]);
  return result as Answer;
};

/** Each transport, as a client of it sends. */
export const transports: Record<string, Send> = {
  'HTTP POST': (url, token, asked) =>
    json(
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...bearer(token) },
        body: JSON.stringify(asked),
      }),
    ),
  'HTTP GET': (url, token, asked) => json(fetch(`${url}/graphql?${search(asked)}`, { headers: bearer(token) })),
  'HTTP form': (url, token, asked) =>
    json(fetch(`${url}/graphql`, { method: 'POST', headers: bearer(token), body: search(asked) })),
  'HTTP multipart': (url, token, asked) => {
    const body = new FormData();
    body.set('operations', JSON.stringify(asked));
    body.set('map', '{}');
    return json(fetch(`${url}/graphql`, { method: 'POST', headers: bearer(token), body }));
  },
  SSE: async (url, token, asked) => {
    const client = createSseClient({ url: `${url}/graphql`, headers: bearer(token), retryAttempts: 0 });
    try {
      return await first(client.iterate(asked as { query: string }));
    } finally {
      client.dispose();
    }
  },
  WebSocket: async (url, token, asked) => {
    const client = createWsClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${token}` },
    });
    try {
      return await first(client.iterate({ query: '', ...asked }));
    } finally {
      await client.dispose();
    }
  },
};

/** The code of the first error, or null when there is none. */
export const codeOf = ({ errors }: Answer): unknown => errors?.[0]?.extensions?.['code'] ?? null;

const TICK_MS = 50;

/**
 * Waits for something that is to happen within a second. A second is counted in ticks of this process, so that a machine that is slow
 * for both sides counts for both.
 */
export async function withinASecond<T>(happens: Promise<T>): Promise<T> {
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
  }, TICK_MS);
  try {
    const result = await happens;
    if (ticks * TICK_MS > 1_000) throw new Error(`it took ${ticks * TICK_MS} ms`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

/** Asks until the answer is this one, for a second at most. */
export function becomes<T>(ask: () => Promise<T>, wanted: T): Promise<void> {
  const asking = async () => {
    for (let tries = 0; JSON.stringify(await ask()) !== JSON.stringify(wanted); tries += 1) {
      if (tries * TICK_MS > 1_000) throw new Error(`it is still ${JSON.stringify(await ask())}`);
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  };
  return withinASecond(asking());
}
