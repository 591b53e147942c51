import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { ExecutionResult } from 'graphql';
import { createClient as createSseClient, type Client as SseClient } from 'graphql-sse';
import { type ClientOptions, createClient as createWsClient, type Client as WsClient } from 'graphql-ws';
import pg from 'pg';
import { pino } from 'pino';
import { expect } from 'vitest';
import WebSocket from 'ws';
import { type App, type AppOptions, startApp } from '../../src/app.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { Scope } from '../../src/db/generated/enums.ts';
import type { Deps } from '../../src/deps.ts';
import { createApiKey } from '../../src/domain/access/create-api-key.ts';
import { createPartner } from '../../src/domain/access/create-partner.ts';
import { atEnd } from './at-end.ts';
import { createTestDatabase, dropTestDatabase } from './db.ts';
import { forgetSecrets, learnSecret, learnSecrets, secretsInClear } from './secrets.ts';

/** A whole gateway in this process, on a database of its own. */
export interface TestApp {
  /** As started last: `restart` replaces it. */
  readonly app: App;
  readonly deps: Deps;
  readonly config: Config;
  /** http://127.0.0.1:<port> */
  readonly url: string;
  /** What the gateway logged, as JSON lines. */
  readonly logged: string[];
  /** A new partner, and a key of its server with all scopes (or those given). */
  partner(name?: string, scopes?: readonly Scope[]): Promise<{ partnerId: string; apiKey: string }>;
  /** Posts a document; `token` is a key or a session token, or null for none. The answer is the JSON body. */
  query<T = Record<string, unknown>>(
    token: string | null,
    document: string,
    variables?: Record<string, unknown>,
  ): Promise<ExecutionResult<T>>;
  /** Any request: a path, and what fetch takes. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** A graphql-ws client; it is disposed at the end. It does not come back by itself unless `options` say so. */
  ws(token: string | null, options?: Partial<ClientOptions>): WsClient;
  /** A graphql-sse client in distinct connections mode; it is disposed at the end. */
  sse(token: string | null, headers?: Record<string, string>): SseClient;
  /** Stops the gateway and starts it again on the same database, on another port. */
  restart(): Promise<void>;
}

export interface TestAppOptions extends Omit<AppOptions, 'log'> {
  /** Variables in place of those that the test would have. */
  env?: Record<string, string>;
}

let running = 0;

/**
 * Starts a gateway for a test file; it is stopped and its database dropped when the file ends, which fails when anything secret
 * stands in its tables or its log in clear.
 */
export async function startTestApp({ env = {}, ...options }: TestAppOptions = {}): Promise<TestApp> {
  const databaseUrl = await createTestDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'koshel-app-'));
  const config = loadConfig({ ...testEnvironment(databaseUrl, dataDir), ...env });
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, lines(logged));
  const disposables: { dispose(): void | Promise<void> }[] = [];
  let app = await startApp(config, { ...options, log });
  running += 1;
  atEnd(async () => {
    for (const client of disposables) await client.dispose();
    await app.stop();
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
    // its connection may still be on its way out when the database goes
    pool.on('error', () => undefined);
    const inClear = await secretsInClear({ logged, pool });
    await pool.end();
    await dropTestDatabase(databaseUrl);
    rmSync(dataDir, { recursive: true, force: true });
    running -= 1;
    if (running === 0) forgetSecrets();
    expect(inClear).toEqual([]);
  });
  const keep = <C extends { dispose(): void | Promise<void> }>(client: C): C => {
    disposables.push(client);
    return client;
  };
  return {
    get app() {
      return app;
    },
    get deps() {
      return app.deps;
    },
    get url() {
      return app.url;
    },
    config,
    logged,
    partner: (name, scopes) => newPartner(app.deps, name, scopes),
    query: (token, document, variables) => postQuery(app.url, token, document, variables),
    fetch: (path, init) => fetch(app.url + path, init),
    ws: (token, clientOptions) => keep(wsClient(app.url, token, clientOptions)),
    sse: (token, headers) =>
      keep(createSseClient({ url: `${app.url}/graphql`, headers: { ...bearer(token), ...headers }, retryAttempts: 0 })),
    async restart() {
      await app.stop();
      app = await startApp(config, { ...options, log });
    },
  };
}

/** Takes the next `count` items, then leaves the rest. */
export async function take<T>(source: AsyncIterable<T>, count: number): Promise<T[]> {
  const items: T[] = [];
  if (count === 0) return items;
  for await (const item of source) {
    items.push(item);
    if (items.length === count) break;
  }
  return items;
}

/** The Authorization header for a token; none for null. */
export function bearer(token: string | null): Record<string, string> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

function testEnvironment(databaseUrl: string, dataDir: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    DATABASE_POOL: '8',
    PORT: '0',
    SANDBOX: 'off',
    // tests ask more than people do; rate.db.test.ts is about the limit
    RATE_LIMIT: '10000000',
    RATE_LIMIT_CUSTOMER: '10000000',
    RATE_LIMIT_ADDRESS: '10000000',
    SANDBOX_PORT: '0',
    ADMIN_KEY: `kadm_${randomBytes(32).toString('hex')}`,
    TOKEN_SECRET: randomBytes(32).toString('hex'),
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
  };
}

function lines(into: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      into.push(String(chunk));
      done();
    },
  });
}

async function newPartner(deps: Deps, name = 'Test partner', scopes: readonly Scope[] = Object.values(Scope)) {
  const { id } = await createPartner(deps, { name });
  const { secret } = await createApiKey(deps, { partnerId: id, name: 'test', scopes });
  learnSecret(secret);
  return { partnerId: id, apiKey: secret };
}

async function postQuery<T>(
  url: string,
  token: string | null,
  query: string,
  variables?: Record<string, unknown>,
): Promise<ExecutionResult<T>> {
  learnSecrets(variables);
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...bearer(token) },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as ExecutionResult<T>;
}

function wsClient(url: string, token: string | null, options: Partial<ClientOptions> = {}): WsClient {
  return createWsClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: token === null ? {} : { authorization: `Bearer ${token}` },
    ...options,
  });
}
