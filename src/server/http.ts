import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import type { Deps } from '../deps.ts';
import { authenticate } from '../domain/access/authenticate.ts';
import { UnauthenticatedError } from '../domain/access/viewer.ts';
import { createContext } from '../graphql/context.ts';
import { bearerOf } from './bearer.ts';
import { startPreparing } from './documents/prepare.ts';
import { type PersistedDocuments, startPersistedDocuments } from './documents/start.ts';
import { createCompiledDocuments } from './door/compiled-documents.ts';
import { createDoor, type Door } from './door/door.ts';
import { fitAnswerType } from './door/fit.ts';
import { handleFile, isFileLink } from './files.ts';
import type { GraphiqlExample } from './graphiql.ts';
import { readiness } from './health.ts';
import { sendJson } from './json.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { listen } from './listen.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { handleOauthReturn, isOauthReturn } from './oauth-return.ts';
import { createRateLimiter } from './rate.ts';
import { commonHeaders, hostCheck, requestIdOf, setHeaders } from './request.ts';
import { serveGraphql, stateOf } from './serve-graphql.ts';
import { oncePerRequest } from './sign-in.ts';
import { createSseStreams, type SseStreams } from './sse.ts';
import { createWebhookDoor, type WebhookDoor } from './webhooks-in.ts';
import { createSocketServer, type SocketServer } from './ws.ts';
import { createGraphqlServer, pipelineOf, type Yoga } from './yoga.ts';

export interface EdgeOptions {
  schema: GraphQLSchema;
  /** How far the event tail is behind; see events/tail.ts. */
  eventLag(): { connected: boolean; delayMs: number | null; silentMs: number | null };
  limits?: Partial<Limits> | undefined;
  example?: GraphiqlExample | null | undefined;
  /** False: every request goes through yoga, and every document is interpreted. For comparing. */
  door?: boolean | undefined;
}

/** The listening server. */
export interface Edge {
  port: number;
  /** Stops accepting, ends subscriptions so that they can be resumed, waits for requests in flight (a bounded time). */
  drain(): Promise<void>;
}

interface Parts {
  deps: Deps;
  limits: Limits;
  yoga: Yoga;
  door: Door | null;
  sockets: SocketServer;
  persisted: PersistedDocuments;
  streams: SseStreams;
  metrics: Metrics;
  webhooks: WebhookDoor;
  options: EdgeOptions;
  isGoodHost(host: string | undefined): boolean;
  connections: Set<Socket>;
  draining: boolean;
}

/**
 * Starts the HTTP server on `config.host` and `config.port`: /graphql (HTTP, SSE, WebSocket), /health/live,
 * /health/ready and /metrics.
 * @throws SetupError when the address cannot be listened on
 */
export async function startEdge(deps: Deps, options: EdgeOptions): Promise<Edge> {
  const limits = { ...defaultLimits, ...options.limits };
  const parts = createParts(deps, options, limits);
  const server = createServer(
    // a client that dribbles its request is sent away; answers may take as long as they take
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.connectionsCheckMs,
    },
    (req, res) => {
      const requestId = requestIdOf(req);
      const done = () => cutWhenStalled(res, limits.stallMs);
      handle(parts, requestId, req, res).then(done, (error: unknown) => {
        fail(deps, requestId, req, res, error);
        done();
      });
    },
  );
  server.on('connection', (socket) => {
    parts.connections.add(socket);
    socket.once('close', () => parts.connections.delete(socket));
  });
  server.on('upgrade', (req, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (pathOf(req) === '/graphql' && !parts.draining) return parts.sockets.upgrade(req, socket, head);
    socket.end(`HTTP/1.1 ${parts.draining ? '503 Service Unavailable' : '404 Not Found'}\r\nConnection: close\r\n\r\n`);
  });
  let port: number;
  try {
    port = await listen(server, deps.config.port, deps.config.host);
  } catch (error) {
    await parts.persisted.stop();
    throw error;
  }
  const preparing = parts.door ? startPreparing(deps, parts.persisted.documents, parts.door.prepare) : null;
  return {
    port,
    async drain() {
      parts.draining = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      parts.streams.cut();
      const timer = setTimeout(() => server.closeAllConnections(), limits.drainMs);
      await Promise.all([parts.sockets.drain(), closed]);
      clearTimeout(timer);
      await Promise.all([preparing?.stop(), parts.persisted.stop()]);
    },
  };
}

function createParts(deps: Deps, options: EdgeOptions, limits: Limits): Parts {
  const seconds = (ms: number | null) => (ms === null ? null : ms / 1000);
  const { pool } = deps.db;
  const streams = createSseStreams(deps, limits);
  const connections = new Set<Socket>();
  const metrics = createMetrics(deps.metrics, {
    connections: () => connections.size,
    sockets: () => sockets.size(),
    eventStreams: () => deps.hub.size(),
    eventDelaySeconds: () => seconds(options.eventLag().delayMs),
    eventSilenceSeconds: () => seconds(options.eventLag().silentMs),
    pool: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
  });
  const limiter = createRateLimiter(deps.config, limits, metrics.rateLimited);
  const persisted = startPersistedDocuments(deps, options.schema);
  const signInOnce = oncePerRequest(deps, limiter);
  const compiled = options.door === false ? null : createCompiledDocuments(options.schema, metrics.compiled);
  const shared = { limits, limiter, signInOnce, persisted, compiled, metrics, streams };
  const { yoga, execute } = createGraphqlServer(deps, { ...options, example: options.example ?? null, ...shared });
  const sockets = createSocketServer(deps, { pipeline: pipelineOf(yoga, persisted), limits, limiter });
  const door =
    compiled &&
    createDoor({
      yoga,
      execute,
      compiled,
      persisted,
      signInOnce,
      log: deps.log,
      met: metrics.door,
      // what is run there ends by itself: no stream of it has to be closed
      contextOf: (state) => createContext(deps, state),
    });
  return {
    deps,
    limits,
    yoga,
    door,
    sockets,
    persisted,
    streams,
    metrics,
    webhooks: createWebhookDoor(deps),
    options,
    isGoodHost: hostCheck(),
    connections,
    draining: false,
  };
}

function handle(parts: Parts, requestId: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const answerType = parts.door && !parts.draining ? fitAnswerType(req, parts.limits.bodyBytes) : null;
  const isGoodHost = parts.isGoodHost(req.headers.host);
  return parts.door && answerType !== null && isGoodHost
    ? serveAtDoor(parts, parts.door, answerType, requestId, req, res)
    : serveByPath(parts, isGoodHost, requestId, req, res);
}

async function serveByPath(
  parts: Parts,
  isGoodHost: boolean,
  requestId: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  setHeaders(res, commonHeaders(requestId));
  if (parts.draining) res.setHeader('Connection', 'close');
  // a name that is none would come apart where the URL is put together
  if (!isGoodHost) return sendJson(res, 400, { error: 'The Host header is malformed.', requestId });
  const path = pathOf(req);
  if (parts.webhooks.matches(path)) return parts.webhooks.handle(req, res);
  if (isOauthReturn(path)) return handleOauthReturn(parts.deps, req, res);
  if (isFileLink(path)) return handleFile(parts.deps, path, req, res);
  switch (path) {
    case '/graphql':
      return serveGraphql(parts.yoga, stateOf(requestId, req, parts.deps.config.trustedProxies), req, res);
    case '/health/live':
      return sendJson(res, 200, { status: 'live' });
    case '/health/ready':
      return serveReadiness(parts, res);
    case '/metrics':
      return serveMetrics(parts, req, res);
    default:
      return sendJson(res, 404, { error: 'Not found. The API is at /graphql.', requestId });
  }
}

/** The door writes the common headers itself; whatever it does not answer gets them first. */
function serveAtDoor(
  { deps, yoga }: Parts,
  door: Door,
  answerType: string,
  requestId: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const state = stateOf(requestId, req, deps.config.trustedProxies);
  return door.serve(req, res, {
    answerType,
    state,
    passOn(again) {
      setHeaders(res, commonHeaders(requestId));
      return serveGraphql(yoga, state, again, res);
    },
  });
}

/** An answer that the system has not taken whole is waited for only as long as its reader takes bytes. Then the connection's own limit holds again. */
function cutWhenStalled(res: ServerResponse, stallMs: number): void {
  if (res.writableEnded && res.writableLength > 0) res.socket?.setTimeout(stallMs);
}

async function serveReadiness({ deps, options, draining }: Parts, res: ServerResponse): Promise<void> {
  const answer = await readiness({
    database: () => deps.db.pool.query('SELECT 1'),
    events: () => options.eventLag().connected,
    draining: () => draining,
  });
  sendJson(res, answer.status === 'ready' ? 200 : 503, answer);
}

/** In production the figures are for the administrator. */
async function serveMetrics({ deps, metrics }: Parts, req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (deps.config.production && !(await isAdmin(deps, req))) {
    res.setHeader('WWW-Authenticate', 'Bearer realm="koshel"');
    return sendJson(res, 401, { error: 'Send the administrator’s key: Authorization: Bearer <ADMIN_KEY>.' });
  }
  const text = await metrics.registry.metrics();
  res.writeHead(200, { 'Content-Type': metrics.registry.contentType }).end(text);
}

async function isAdmin(deps: Deps, req: IncomingMessage): Promise<boolean> {
  try {
    const viewer = await authenticate(deps, bearerOf(req.headers.authorization));
    return viewer?.kind === 'ADMIN';
  } catch (error) {
    if (error instanceof UnauthenticatedError) return false;
    throw error;
  }
}

/** The last net: nothing of the error leaves but the request id. */
function fail(deps: Deps, requestId: string, req: IncomingMessage, res: ServerResponse, error: unknown): void {
  const path = pathOf(req);
  // a link to a file opens it for whoever reads it
  const shown = isFileLink(path) ? '/files/…' : path;
  deps.log.error({ err: error, requestId, method: req.method, path: shown }, 'a request failed');
  if (res.headersSent) return void res.destroy();
  setHeaders(res, commonHeaders(requestId));
  sendJson(res, 500, { error: 'Internal error.', requestId });
}

function pathOf(req: IncomingMessage): string {
  return (req.url ?? '').split('?', 1)[0] ?? '';
}
