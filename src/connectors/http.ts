import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { type Dispatcher, Pool } from 'undici';
import { encodeMultipart, type Part } from './multipart.ts';

/**
 * A request body in one of the forms that providers ask for. `json` may be empty: some want the header alone; `contentType` is for
 * those who want more in it than the media type.
 */
export type HttpBody =
  | { kind: 'json'; text: string; contentType?: string }
  | { kind: 'form'; fields: readonly (readonly [name: string, value: string])[] }
  | { kind: 'multipart'; parts: readonly Part[] };

/** One call over HTTP. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  body?: HttpBody;
  /** From now to the last byte of the answer, queueing and connecting included. */
  deadlineMs?: number;
  maxBytes?: number;
  /** How many redirects to follow; only GET ever does, and credentials do not travel to another host. Default 0. */
  redirects?: number;
}

/** An answer of any status, read whole. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export type HttpFailureKind = 'CONNECTION_FAILED' | 'DEADLINE' | 'CONNECTION_LOST' | 'TOO_LARGE';

/** No whole answer came. `maybeSent` is false only when nothing of the request was written to a socket. */
export class HttpFailure extends Error {
  constructor(
    readonly kind: HttpFailureKind,
    readonly maybeSent: boolean,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'HttpFailure';
  }
}

/** The only way out of this process to a provider. */
export interface HttpClient {
  /** @throws HttpFailure when no whole answer came in time; every status is an answer */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Closes every connection. */
  close(): Promise<void>;
}

/** Bounds of a client; each request may lower its own. */
export interface HttpOptions {
  connectMs?: number;
  deadlineMs?: number;
  maxBytes?: number;
  connections?: number;
  /** Origins whose connections are kept; the one that was used longest ago makes room, when its calls are done. */
  origins?: number;
  /** Resolves names in place of the system: what it answers is what is connected to. Not asked for IP addresses. */
  lookup?: LookupFunction;
}

const defaults = { connectMs: 5_000, deadlineMs: 10_000, maxBytes: 8 * 1024 * 1024, connections: 64, origins: 1_000 };

/** A client with one connection pool per origin. */
export function createHttpClient(options: HttpOptions = {}): HttpClient {
  const bounds = { ...defaults, ...options };
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string) => takePool(pools, origin, bounds);
  return {
    async send(request) {
      const encoded = encodeBody(request.body);
      const headers = { ...lowerCased(request.headers ?? {}), ...encoded.headers };
      const until = Date.now() + (request.deadlineMs ?? bounds.deadlineMs);
      const limit = request.maxBytes ?? bounds.maxBytes;
      let url = new URL(request.url);
      for (let left = request.method === 'GET' ? (request.redirects ?? 0) : 0; ; left -= 1) {
        const path = url.pathname + url.search;
        const call = { method: request.method, path, headers, body: encoded.body };
        const answer = await exchange(poolOf(url.origin), call, until, limit);
        const location = answer.headers['location'];
        if (left <= 0 || answer.status < 300 || answer.status > 399 || !location) return answer;
        const next = new URL(location, url);
        if (next.origin !== url.origin) delete headers['authorization'];
        url = next;
      }
    },
    async close() {
      const open = [...pools.values()];
      pools.clear();
      await Promise.all(open.map((pool) => pool.destroy()));
    },
  };
}

/** The pool of an origin; a map keeps the order of insertion, so the last used is the last. */
function takePool(pools: Map<string, Pool>, origin: string, bounds: typeof defaults & HttpOptions): Pool {
  const { connections, connectMs, lookup, origins } = bounds;
  const connect = { timeout: connectMs, ...(lookup ? { lookup } : {}) };
  const pool =
    pools.get(origin) ?? new Pool(origin, { connections, pipelining: 1, connect, headersTimeout: 0, bodyTimeout: 0 });
  pools.delete(origin);
  pools.set(origin, pool);
  const [[oldest, unused] = [origin, pool]] = pools;
  if (pools.size > origins) {
    pools.delete(oldest);
    void unused.close();
  }
  return pool;
}

interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | Readable | null;
}

/** One request on the pool. The handler is told when bytes begin to leave, which is what `maybeSent` rests on. */
function exchange(pool: Pool, call: Call, until: number, maxBytes: number): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | null = null;
    let over: HttpFailure | null = null;
    const answer: HttpAnswer = { status: 0, headers: {}, body: Buffer.alloc(0) };
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (failure: HttpFailure) => {
      if (over) return;
      over = failure;
      clearTimeout(timer);
      controller?.abort(failure);
      reject(failure);
    };
    const timer = setTimeout(
      () => fail(new HttpFailure('DEADLINE', controller !== null, 'no answer within the deadline')),
      Math.max(0, until - Date.now()),
    );
    const tooLarge = () => fail(new HttpFailure('TOO_LARGE', true, `the answer is longer than ${maxBytes} bytes`));
    pool.dispatch(
      { method: call.method as Dispatcher.HttpMethod, path: call.path, headers: call.headers, body: call.body },
      {
        onRequestStart(started) {
          if (over) return started.abort(over);
          controller = started;
        },
        onResponseStart(_controller, status, headers) {
          answer.status = status;
          answer.headers = flat(headers);
          if (
            /^\d+$/.test(answer.headers['content-length'] ?? '') &&
            BigInt(answer.headers['content-length'] ?? 0) > maxBytes
          )
            tooLarge();
        },
        onResponseData(_controller, chunk) {
          size += chunk.length;
          if (size > maxBytes) tooLarge();
          else chunks.push(chunk);
        },
        onResponseEnd() {
          if (over) return;
          clearTimeout(timer);
          answer.body = Buffer.concat(chunks);
          resolve(answer);
        },
        onResponseError(_controller, error) {
          const sent = controller !== null;
          const what = sent ? 'the connection broke before the answer was complete' : 'no connection could be made';
          fail(new HttpFailure(sent ? 'CONNECTION_LOST' : 'CONNECTION_FAILED', sent, what, error));
        },
      },
    );
  });
}

const flat = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

const lowerCased = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** A body with the headers that belong to it. */
function encodeBody(body: HttpBody | undefined): { body: Call['body']; headers: Record<string, string> } {
  if (!body) return { body: null, headers: {} };
  switch (body.kind) {
    case 'json':
      return {
        body: body.text ? Buffer.from(body.text) : null,
        headers: { 'content-type': body.contentType ?? 'application/json' },
      };
    case 'form':
      return {
        body: Buffer.from(
          new URLSearchParams(body.fields.map(([name, value]): [string, string] => [name, value])).toString(),
        ),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      };
    case 'multipart':
      return encodeMultipart(body.parts);
  }
}
