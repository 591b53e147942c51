import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import {
  CloseCode,
  type Context as ConnectionContext,
  handleProtocols,
  makeServer,
  type SubscribePayload,
} from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Deps } from '../deps.ts';
import { UnauthenticatedError } from '../domain/access/viewer.ts';
import { bearerOf } from './bearer.ts';
import { errorOnStream, streamEnds, visibleError, visibleResult } from './faults.ts';
import type { Limits } from './limits.ts';
import { createOpenCounts, type OpenCounts } from './open-counts.ts';
import { addressOf, callerName, type RateCaller, type RateLimiter } from './rate.ts';
import { type RequestState, requestIdOf } from './request.ts';
import { type Session, watchSession } from './session.ts';
import { signIn } from './sign-in.ts';
import { closeSocket, protocolSocket } from './ws-socket.ts';
import type { GraphqlPipeline } from './yoga.ts';

/** RFC 6455's list: clients may come back. */
const TRY_AGAIN_LATER = 1013;

/** What belongs to one connection. */
interface Connection {
  socket: WebSocket;
  /** What the socket writes to. */
  stream: Socket;
  /** The header of the upgrade, for clients that can send one. */
  authorization: string | undefined;
  connectionId: string;
  address: string;
  session: Session | null;
  operations: number;
}

/** GraphQL over WebSocket (graphql-transport-ws), with the same schema, limits, context and error masking as HTTP. */
export interface SocketServer {
  /** Takes over a connection whose upgrade was asked for. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes all with 1012, which clients take as an invitation to come back; resolves when they are gone. */
  drain(): Promise<void>;
  size(): number;
}

/** What sockets share with HTTP. */
interface Shared {
  /** Parse, validate, context and execution. */
  pipeline: GraphqlPipeline;
  limits: Limits;
  limiter: RateLimiter;
}

/** @param shared what HTTP does, too */
export function createSocketServer(deps: Deps, shared: Shared): SocketServer {
  const { pipeline, limits } = shared;
  const openSockets = createOpenCounts(limits.socketsPerCaller);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.bodyBytes, handleProtocols });
  const protocol = makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: limits.connectionInitMs,
    onConnect: (connection) => connect(deps, shared, connection, openSockets),
    onSubscribe: (connection, id, payload) => prepare(deps, shared, connection, id, payload),
    execute: (args) => pipeline.enveloped(args.contextValue as object).execute(args),
    subscribe: (args) => pipeline.enveloped(args.contextValue as object).subscribe(args),
    onNext: ({ extra }, _id, _payload, args, result) => deliver(deps, limits, extra, args, result),
    onError: ({ extra }, _id, _payload, errors) => refuse(deps, limits, extra, errors),
  });
  sockets.on('connection', (socket, request) => {
    const connectionId = requestIdOf(request);
    const address = addressOf(request, deps.config.trustedProxies);
    const { authorization } = request.headers;
    const stream = request.socket;
    // the request itself is not held as long as the connection
    const extra: Connection = { socket, stream, authorization, connectionId, address, session: null, operations: 0 };
    // the close event follows and does what is to be done
    socket.on('error', (error) =>
      deps.log.debug({ err: error, connectionId: extra.connectionId }, 'a WebSocket broke'),
    );
    const closed = protocol.opened(protocolSocket(socket, stream, limits, deps.log), extra);
    socket.once('close', (code, reason) => {
      closed(code, String(reason)).catch((error: unknown) => deps.log.error({ err: error }, 'a WebSocket ended badly'));
    });
  });
  return {
    upgrade: (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request)),
    async drain() {
      const closed = [...sockets.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of sockets.clients) {
        closeSocket(socket, limits, 1012, 'The gateway restarts. Connect again and resume from the last cursor.');
      }
      await Promise.all(closed);
    },
    size: () => sockets.clients.size,
  };
}

/** connection_init: who is it? Without a good credential there is no connection. */
async function connect(
  deps: Deps,
  { limits, limiter }: Shared,
  connection: ConnectionContext<Record<string, unknown>, Connection>,
  openSockets: OpenCounts,
): Promise<boolean> {
  const { socket, authorization, address } = connection.extra;
  const params = connection.connectionParams ?? {};
  const given = params['authorization'] ?? params['Authorization'] ?? authorization;
  const bearer = bearerOf(typeof given === 'string' ? given : null);
  const refuseConnection = (reason: string, code: number = CloseCode.Forbidden) => {
    closeSocket(socket, limits, code, reason);
    return false;
  };
  if (!bearer) return refuseConnection('Send {"authorization": "Bearer <token>"} as the payload of connection_init.');
  const caller: RateCaller = { viewer: null, address, rate: { standing: null } };
  try {
    await signIn(deps, limiter, caller, bearer);
  } catch (error) {
    if (error instanceof UnauthenticatedError) return refuseConnection(error.message);
    if (error instanceof GraphQLError) return refuseConnection(error.message, TRY_AGAIN_LATER);
    throw error;
  }
  const { viewer } = caller;
  if (!viewer) return refuseConnection('The credential is empty.');
  const leave = openSockets.take(callerName(caller));
  if (!leave) {
    const reason = `At most ${limits.socketsPerCaller} connections may be open at a time.`;
    return refuseConnection(reason, CloseCode.TooManyInitialisationRequests);
  }
  socket.once('close', leave);
  connection.extra.session = { viewer, bearer };
  const unwatch = watchSession(deps, connection.extra.session, limits.recheckMs, refuseConnection);
  socket.once('close', unwatch);
  return true;
}

/** subscribe: parse, validate and build the context as HTTP does. Anything wrong is an `error` message, not the end of the connection. */
async function prepare(
  deps: Deps,
  { pipeline, limits, limiter }: Shared,
  { extra, subscriptions }: ConnectionContext<Record<string, unknown>, Connection>,
  operationId: string,
  payload: SubscribePayload,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  if (Object.keys(subscriptions).length > limits.operationsPerSocket) {
    const message = `At most ${limits.operationsPerSocket} operations may be open on one connection.`;
    return [new GraphQLError(message, { extensions: { code: 'TOO_MANY_OPERATIONS' } })];
  }
  extra.operations += 1;
  const state: RequestState = {
    requestId: `${extra.connectionId}.${extra.operations}`,
    transport: 'ws',
    bearer: extra.session?.bearer ?? null,
    viewer: extra.session?.viewer ?? null,
    address: extra.address,
    rate: { standing: null },
    lastEventId: null,
    subscriber: { socket: extra.socket, stream: extra.stream, operationId },
  };
  try {
    await limiter.count(state, 1);
    return await pipeline.prepare(state, payload);
  } catch (error) {
    return [visibleError(error, state.requestId, deps.log)];
  }
}

/** next: a result with its errors made fit for the caller. One that ends a resumable stream closes the connection instead. */
function deliver(deps: Deps, limits: Limits, { socket }: Connection, args: ExecutionArgs, result: ExecutionResult) {
  if (!result.errors?.length) return undefined;
  const { requestId } = args.contextValue as RequestState;
  const { errors = [], ...rest } = visibleResult(result, requestId, deps.log);
  return closeResumable(socket, limits, errors) ? undefined : { ...rest, errors: errors.map(errorOnStream) };
}

/** error: a refusal before the first result, or a stream that broke. */
function refuse(deps: Deps, limits: Limits, { socket, connectionId }: Connection, errors: readonly GraphQLError[]) {
  const visible = errors.map((error) =>
    'requestId' in error.extensions ? error : visibleError(error, connectionId, deps.log),
  );
  return closeResumable(socket, limits, visible) ? undefined : visible.map(errorOnStream);
}

/** An `error` message would tell clients not to come back, so a stream that can be resumed ends with its connection. */
function closeResumable(socket: WebSocket, limits: Limits, errors: readonly GraphQLError[]): boolean {
  for (const { message, extensions } of errors) {
    const code = streamEnds[String(extensions['code'])];
    if (code === undefined) continue;
    closeSocket(socket, limits, code, `${message} ${String(extensions['cursor'] ?? '')}`);
    return true;
  }
  return false;
}
