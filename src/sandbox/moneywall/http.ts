import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { parse, stringify } from 'lossless-json';
import { answerThroughFaults, type HttpAnswer } from '../faults.ts';
import { settleDue } from './engine.ts';
import { errorAnswer, invalid, plainRefusal, Refusal } from './errors.ts';
import { isObject } from './fields.ts';
import type { Partner } from './model.ts';
import type { World } from './world.ts';

/** One request, after the checks of token, media type and body. JSON numbers are `LosslessNumber`. */
export interface Call {
  query: Record<string, string>;
  /** The fields of a JSON body; empty for another one. */
  body: Record<string, unknown>;
  partner: Partner;
  raw: FastifyRequest;
}

export interface Operation {
  /** The contract's id (section 2.0). */
  id: string;
  method: 'GET' | 'POST';
  path: string;
  /** Absent: a body is neither needed nor read. */
  body?: 'json' | 'multipart';
  /** The path is unknown while this is false. Absent: always there. */
  offered?: () => boolean;
  /** @returns the answer's JSON, or null when there is no body */
  handle: (call: Call) => unknown;
}

const METHODS: HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const mediaTypes = { json: 'application/json', multipart: 'multipart/form-data' } as const;

/** The partner of a bare token (trap M21). @throws Refusal 401 */
function authenticate(world: World, header: string | undefined): Partner {
  const partner = world.partners.get(header ?? '');
  if (partner === undefined) throw plainRefusal(401);
  return partner;
}

function jsonFields(text: unknown): Record<string, unknown> {
  let read: unknown;
  try {
    read = parse(typeof text === 'string' ? text : '');
  } catch {
    throw new Refusal(400, 'the body is not JSON');
  }
  if (!isObject(read)) throw new Refusal(400, 'the body is not a JSON object');
  return read;
}

function bodyOf(request: FastifyRequest, kind: Operation['body']): Record<string, unknown> {
  if (kind === undefined) return {};
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== mediaTypes[kind]) throw plainRefusal(415);
  return kind === 'json' ? jsonFields(request.body) : {};
}

/** Each name once. */
function queryOf({ url }: FastifyRequest): Record<string, string> {
  const [, query = ''] = /\?([^#]*)/.exec(url) ?? [];
  const found: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (Object.hasOwn(found, name)) invalid(name, 'is given more than once');
    found[name] = value;
  }
  return found;
}

function success(json: unknown): HttpAnswer {
  if (json === null) return { status: 200, body: '' };
  const type = 'application/json; charset=utf-8';
  return { status: 200, body: stringify(json) ?? '', headers: { 'content-type': type } };
}

function run(world: World, { id, body, handle }: Operation, request: FastifyRequest, reply: FastifyReply) {
  const act = async (): Promise<HttpAnswer> => {
    try {
      const partner = authenticate(world, request.headers.authorization);
      settleDue(world);
      const call = { query: queryOf(request), body: bodyOf(request, body), partner, raw: request };
      return success(await handle(call));
    } catch (error) {
      if (error instanceof Refusal) return errorAnswer(error);
      world.log?.error({ err: error, operation: id }, 'moneywall emulator failed');
      return errorAnswer(plainRefusal(500));
    }
  };
  const fail = (status: number) => errorAnswer(plainRefusal(status));
  return answerThroughFaults(world.faults, { provider: 'moneywall', operation: id }, reply, act, fail);
}

/** Registers a table of operations: routes, 405 for other methods, token, bodies, faults, error answers. */
export function route(app: FastifyInstance, world: World, operations: readonly Operation[]): void {
  for (const operation of operations)
    app.route({
      method: METHODS,
      url: operation.path,
      onRequest: async (request) => {
        if (operation.offered?.() === false) throw plainRefusal(404);
        if (request.method !== operation.method) throw plainRefusal(405);
      },
      handler: (request, reply) => run(world, operation, request, reply),
    });
}

/** Bodies stay text until the token was read: a call without access learns nothing else. */
export function textBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
}

/** Errors that arise before an operation is reached, in the provider's own form. */
export function errorAnswers(app: FastifyInstance, world: World): void {
  const send = (reply: FastifyReply, refusal: Refusal) => {
    const { status, headers = {}, body } = errorAnswer(refusal);
    return reply.code(status).headers(headers).send(body);
  };
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof Refusal) return send(reply, error);
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status >= 500) world.log?.error({ err: error }, 'moneywall emulator failed');
    return send(reply, plainRefusal(status));
  });
  app.setNotFoundHandler((_request, reply) => send(reply, plainRefusal(404)));
}
