import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { stringify } from 'lossless-json';
import { answerThroughFaults, type HttpAnswer } from '../faults.ts';
import { type Auth, authenticate, type Caller, type Scope } from './auth.ts';
import { type Locale, message, Refusal } from './errors.ts';
import { rubles } from './money.ts';
import type { World } from './world.ts';

/** The two faces of the same provider (section 2.11): the BW layer, and MServer behind it. */
export type Dialect = 'bw' | 'mserver';

/** One request, after authentication. */
export interface Call {
  params: Record<string, string>;
  query: Record<string, string | undefined>;
  body: Record<string, unknown>;
  headers: Record<string, string | undefined>;
  caller: Caller;
  dialect: Dialect;
  raw: FastifyRequest;
}

/** What an operation answers; the envelope is put around it. */
export interface Answer {
  data?: unknown;
  meta?: Record<string, unknown>;
  dev?: Record<string, unknown>;
  /** 304: unchanged, no body (section 1.7). */
  unchanged?: boolean;
  /** Shown in `urgent_data` beside the balance. */
  best?: boolean;
  /** Done after the envelope is built: what the answer itself must not show yet. */
  after?: () => void;
}

export interface Operation {
  /** The contract's id (section 2.2); one route of several operations decides by the request. */
  id: string | ((request: { body: Record<string, unknown>; caller?: Caller; headers: Call['headers'] }) => string);
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  auth: Auth;
  scope?: Scope;
  handle: (call: Call) => Answer | Promise<Answer>;
}

const METHODS: HTTPMethods[] = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS'];

/** The locale of server-made texts (section 1.2); anything but English is Russian. */
export function localeOf(headers: Call['headers']): Locale {
  return headers['accept-language']?.toLowerCase().startsWith('en') ? 'en_US' : 'ru_RU';
}

/** The envelope of section 1.4 with an HTTP status. */
export function envelope(status: number, parts: { meta?: object; data?: unknown; dev?: unknown } = {}): HttpAnswer {
  const { meta, data, dev } = parts;
  const body = { meta: { code: status, ...meta }, ...(data === undefined ? {} : { data }), ...(dev ? { dev } : {}) };
  return { status, body: stringify(body) ?? '', headers: { 'content-type': 'application/json; charset=utf-8' } };
}

/** The envelope of an error (section 4). */
export function errorEnvelope(refusal: Refusal, locale: Locale): HttpAnswer {
  const { status, code, details } = refusal;
  const meta = {
    ...(code === undefined ? {} : { error: code, error_message: message(code, locale, status) }),
    ...(details === undefined ? {} : { details }),
  };
  return envelope(status, { meta });
}

/** Registers a table of operations on a scope: routes, 405 for other methods, faults, authentication, envelope. */
export function route(app: FastifyInstance, world: World, operations: readonly Operation[], dialect: Dialect): void {
  for (const path of new Set(operations.map((operation) => operation.path))) {
    const here = operations.filter((operation) => operation.path === path);
    app.route({
      method: METHODS,
      url: path,
      onRequest: async (request) => {
        if (!here.some(({ method }) => method === request.method)) throw new Refusal(405);
      },
      handler: (request, reply) => {
        const operation = here.find(({ method }) => method === request.method);
        if (operation === undefined) throw new Refusal(405);
        return run(world, operation, dialect, request, reply);
      },
    });
  }
}

function run(world: World, operation: Operation, dialect: Dialect, request: FastifyRequest, reply: FastifyReply) {
  const started = process.hrtime.bigint();
  const headers = request.headers as Call['headers'];
  const locale = localeOf(headers);
  const body = request.body ?? {};
  if (typeof body !== 'object' || Array.isArray(body)) throw new Refusal(400);
  const fields = body as Record<string, unknown>;
  const id = typeof operation.id === 'string' ? operation.id : operation.id({ body: fields, headers });
  const act = async (): Promise<HttpAnswer> => {
    try {
      const caller = authenticate(world, operation.auth, headers, operation.scope, request.query as Call['query']);
      const { params, query } = request as unknown as Pick<Call, 'params' | 'query'>;
      const call: Call = { params, query, body: fields, headers, caller, dialect, raw: request };
      return success(call, await operation.handle(call), started);
    } catch (error) {
      if (error instanceof Refusal) return errorEnvelope(error, locale);
      world.log?.error({ err: error, operation: id }, 'mbank emulator failed');
      return envelope(500);
    }
  };
  const call = { provider: 'mbank', operation: id };
  return answerThroughFaults(world.faults, call, reply, act, (status) => envelope(status));
}

function success(call: Call, answer: Answer, started: bigint): HttpAnswer {
  if (answer.unchanged) return { status: 304, body: '' };
  const meta: Record<string, unknown> = { ...answer.meta };
  if (call.caller.kind === 'wallet') {
    const { wallet } = call.caller;
    const unseen = wallet.unseen.size;
    const best = answer.best ? wallet.unseenBest.size : 0;
    meta['urgent_data'] = {
      amount: rubles(wallet.balance),
      ...(unseen > 0 ? { unseen_payments: unseen } : {}),
      ...(best > 0 ? { unseen_payments_best: best } : {}),
    };
    meta['time'] = Number.parseInt(((process.hrtime.bigint() - started) / 1000n).toString(), 10) / 1_000_000;
  }
  const built = envelope(200, { ...answer, meta });
  answer.after?.();
  return built;
}

/** JSON bodies only (section 1.2): anything else is 415, broken JSON is 400, an empty body is `{}` (trap T-10). */
export function jsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, {});
    try {
      done(null, JSON.parse(body as string));
    } catch {
      done(new Refusal(400));
    }
  });
}

/** Errors that arise before an operation is reached, in the provider's own envelope. */
export function errorAnswers(app: FastifyInstance, world: World): void {
  app.setErrorHandler((error, request, reply) => {
    const status = error instanceof Refusal ? error.status : ((error as { statusCode?: number }).statusCode ?? 500);
    if (status >= 500) world.log?.error({ err: error }, 'mbank emulator failed');
    const refusal = error instanceof Refusal ? error : new Refusal(status === 413 ? 400 : status);
    const answer = errorEnvelope(refusal, localeOf(request.headers as Call['headers']));
    return reply
      .code(answer.status)
      .headers(answer.headers ?? {})
      .send(answer.body);
  });
  app.setNotFoundHandler((_request, reply) => {
    const answer = envelope(404);
    return reply
      .code(404)
      .headers(answer.headers ?? {})
      .send(answer.body);
  });
}
