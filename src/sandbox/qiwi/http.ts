import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { isSafeNumber, parse, stringify } from 'lossless-json';
import { answerThroughFaults, type HttpAnswer } from '../faults.ts';
import { type Auth, authenticate, type Caller } from './auth.ts';
import { errorAnswer, malformed, plainRefusal, Refusal } from './errors.ts';
import type { Scope } from './model.ts';
import type { World } from './world.ts';

/** One request, after the checks of headers and token. JSON numbers are `LosslessNumber`. */
export interface Call {
  params: Record<string, string>;
  /** Empty values count as absent (trap T63). */
  query: Record<string, string | undefined>;
  /** The body's fields; empty when there was no body. */
  body: Record<string, unknown>;
  caller: Caller;
}

/** What an operation answers: JSON, bytes, or nothing. */
export interface Answer {
  /** 200 unless said. */
  status?: number;
  json?: unknown;
  bytes?: { content: Buffer; type: string };
}

export interface Operation {
  /** The contract's id (section 2.0); a route of several operations decides by the request. */
  id: string | ((request: Pick<Call, 'params' | 'body'>) => string);
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  auth: Auth;
  scopes: readonly Scope[];
  /** The vendor type that `Accept` must name; `application/json` when absent (trap T2). */
  accept?: string;
  /** Whether a JSON object is demanded as the body. */
  body?: boolean;
  handle: (call: Call) => Answer;
}

const JSON_TYPE = 'application/json';
const METHODS: HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const NOBODY: Caller = {
  get wallet(): never {
    throw new Error('this operation takes no credential, so it has no wallet');
  },
  keys: null,
};

/** The path below the emulator's prefix. */
const pathOf = (request: FastifyRequest): string => request.url.replace(/^\/[^/]+/, '').replace(/\?.*$/s, '');

const mediaType = (header: string): string => header.split(';')[0]?.trim().toLowerCase() ?? '';

/** Trap T2: `application/json`, any type or none; on three operations only their vendor type. */
function checkAccept(header: string | undefined, vendor: string | undefined): void {
  const accepted = (header ?? '').split(',').map(mediaType);
  if (vendor !== undefined) {
    if (!accepted.includes(vendor)) malformed(`Accept must be ${vendor}`);
    return;
  }
  if (!accepted.some((type) => type === '' || type === '*/*' || type === JSON_TYPE))
    malformed('Accept must be application/json');
}

function fieldsOf(body: unknown, demanded: boolean | undefined): Record<string, unknown> {
  if (body === undefined || body === null) return demanded ? malformed('A JSON object is expected') : {};
  if (typeof body !== 'object' || Array.isArray(body) || !isPlain(body)) return malformed('A JSON object is expected');
  return body as Record<string, unknown>;
}

const isPlain = (value: object): boolean => Object.getPrototypeOf(value) === Object.prototype;

function queryOf(request: FastifyRequest): Call['query'] {
  const entries = Object.entries(request.query as Record<string, string | string[]>);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (Array.isArray(value)) return malformed(`${name} is given more than once`);
      return [name, value === '' ? undefined : value];
    }),
  );
}

/** Registers a table of operations: routes, 405 for other methods, headers, token, faults, error bodies. */
export function route(app: FastifyInstance, world: World, operations: readonly Operation[]): void {
  for (const path of new Set(operations.map((operation) => operation.path))) {
    const here = operations.filter((operation) => operation.path === path);
    const find = (request: FastifyRequest): Operation => {
      const found = here.find(({ method }) => method === request.method);
      if (found === undefined) throw plainRefusal(405);
      return found;
    };
    app.route({
      method: METHODS,
      url: path,
      onRequest: async (request) => {
        find(request);
      },
      handler: (request, reply) => run(world, find(request), request, reply),
    });
  }
}

function run(world: World, operation: Operation, request: FastifyRequest, reply: FastifyReply) {
  const path = pathOf(request);
  const params = request.params as Call['params'];
  const { body: sent } = request;
  const known = typeof sent === 'object' && sent !== null ? (sent as Call['body']) : {};
  const id = typeof operation.id === 'string' ? operation.id : operation.id({ params, body: known });
  const act = (): HttpAnswer => {
    try {
      return answerOf(operation.handle(callOf(world, operation, request, params)));
    } catch (error) {
      if (error instanceof Refusal) return errorAnswer(path, error, world.clock.now());
      world.log?.error({ err: error, operation: id }, 'qiwi emulator failed');
      return errorAnswer(path, plainRefusal(500), world.clock.now());
    }
  };
  const fail = (status: number) => errorAnswer(path, plainRefusal(status), world.clock.now());
  return answerThroughFaults(world.faults, { provider: 'qiwi', operation: id }, reply, act, fail);
}

function callOf(world: World, operation: Operation, request: FastifyRequest, params: Call['params']): Call {
  const { auth, scopes, accept } = operation;
  checkAccept(request.headers.accept, accept);
  const caller = auth === 'none' ? NOBODY : authenticate(world, auth, request.headers.authorization, scopes);
  return { params, query: queryOf(request), body: fieldsOf(request.body, operation.body), caller };
}

function answerOf({ status = 200, json, bytes }: Answer): HttpAnswer {
  if (bytes !== undefined) return { status, body: bytes.content, headers: { 'content-type': bytes.type } };
  if (json === undefined) return { status, body: '' };
  return { status, body: stringify(json) ?? '', headers: { 'content-type': 'application/json;charset=UTF-8' } };
}

/** JSON bodies only: another media type, or broken JSON, is a format error, 400 (trap T2). Numbers keep their digits. */
export function jsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(JSON_TYPE, { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : parse(body as string));
    } catch {
      done(new Refusal(400, 'http.message.conversion.failed', 'The body is not JSON'));
    }
  });
}

/** Errors that arise before an operation is reached, in the provider's own form. */
export function errorAnswers(app: FastifyInstance, world: World): void {
  const send = (request: FastifyRequest, reply: FastifyReply, refusal: Refusal) => {
    const { status, headers = {}, body } = errorAnswer(pathOf(request), refusal, world.clock.now());
    return reply.code(status).headers(headers).send(body);
  };
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Refusal) return send(request, reply, error);
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status >= 500) world.log?.error({ err: error }, 'qiwi emulator failed');
    return send(request, reply, plainRefusal(status === 413 || status === 415 ? 400 : status));
  });
  app.setNotFoundHandler((request, reply) => send(request, reply, plainRefusal(404)));
}

/** A field that must be a string. @throws Refusal 400 */
export function text(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : malformed(`${name} must be a string that is not empty`);
}

/** A field that may be absent, and is a string otherwise. @throws Refusal 400 */
export function optionalText(fields: Record<string, unknown>, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === 'string') return value;
  return malformed(`${name} must be a string`);
}

/** A field that must be an object. @throws Refusal 400 */
export function object(fields: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = fields[name];
  if (typeof value === 'object' && value !== null && isPlain(value)) return value as Record<string, unknown>;
  return malformed(`${name} must be an object`);
}

/** A query value of a known set. @throws Refusal 400 */
export function oneOf<T extends string>(query: Call['query'], name: string, values: readonly T[]): T | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  return values.find((known) => known === value) ?? malformed(`${name} must be one of ${values.join(', ')}`);
}

/** A whole number in a range, read from a query or a JSON number. @throws Refusal 400 */
export function whole(value: unknown, name: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const digits = String(value ?? '');
  const read = Number.parseInt(digits, 10);
  if (!/^\d{1,16}$/.test(digits) || !isSafeNumber(digits) || read < min || read > max)
    malformed(`${name} must be a whole number from ${min} to ${max}`);
  return read;
}

/** `name[0]`, `name[1]`, …: indices start at 0 and have no gap (trap T65). @throws Refusal 400 */
export function indexed<T extends string>(query: Call['query'], name: string, values: readonly T[]): T[] {
  const given = Object.keys(query).filter((key) => key.startsWith(`${name}[`));
  return given.map((_, index) => {
    const value = oneOf(query, `${name}[${index}]`, values);
    return value ?? malformed(`${name}[${index}] is missing`);
  });
}
