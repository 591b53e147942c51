import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { parse, stringify } from 'lossless-json';
import { answerThroughFaults, type HttpAnswer } from '../faults.ts';
import { authenticate } from './auth.ts';
import { errorAnswer, plainRefusal, Refusal, wrong } from './errors.ts';
import type { Partner } from './model.ts';
import type { World } from './world.ts';

/** One request, after the checks of token and body. JSON numbers are `LosslessNumber`. */
export interface Call {
  params: Record<string, string>;
  query: Record<string, string>;
  /** The body's fields; empty when the operation has none. */
  body: Record<string, unknown>;
  partner: Partner;
}

export interface Operation {
  /** The contract's id (section 2.1); the token endpoint serves two and decides by the body as it was sent. */
  id: string | ((body: string) => string);
  method: 'GET' | 'POST';
  path: string;
  /** Absent: a body is neither needed nor read. */
  body?: 'json' | 'form';
  /** Called without an access token. */
  open?: boolean;
  /** @returns the answer's JSON object */
  handle: (call: Call) => object;
}

/** Section 2.1. */
export const ACCOUNT = '/api/wallet/v1/account';

const METHODS: HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const mediaTypes = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;
const NOBODY: Partner = Object.freeze({ clientId: '', clientSecret: '', partnerId: '' });

const sentBody = ({ body }: FastifyRequest): string => (typeof body === 'string' ? body : '');

function jsonFields(text: string): Record<string, unknown> {
  let read: unknown;
  try {
    read = parse(text);
  } catch {
    return wrong('body', 'is not JSON');
  }
  return isObject(read) ? read : wrong('body', 'is not a JSON object');
}

/** Each name once. */
function pairsOnce(pairs: Iterable<[string, string]>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of pairs) {
    if (Object.hasOwn(found, name)) wrong(name, 'is given more than once');
    found[name] = value;
  }
  return found;
}

function bodyOf(request: FastifyRequest, kind: Operation['body']): Record<string, unknown> {
  if (kind === undefined) return {};
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== mediaTypes[kind]) wrong('Content-Type', `is not ${mediaTypes[kind]}`);
  const text = sentBody(request);
  return kind === 'json' ? jsonFields(text) : pairsOnce(new URLSearchParams(text));
}

function queryOf(request: FastifyRequest): Record<string, string> {
  const [, query = ''] = /\?([^#]*)/.exec(request.url) ?? [];
  return pairsOnce(new URLSearchParams(query));
}

function run(world: World, operation: Operation, request: FastifyRequest, reply: FastifyReply) {
  const { id, body, open, handle } = operation;
  const name = typeof id === 'string' ? id : id(sentBody(request));
  const act = (): HttpAnswer => {
    try {
      const partner = open ? NOBODY : authenticate(world, request.headers.authorization);
      const params = request.params as Call['params'];
      const json = handle({ params, query: queryOf(request), body: bodyOf(request, body), partner });
      const type = 'application/json; charset=utf-8';
      return { status: 200, body: stringify(json) ?? '', headers: { 'content-type': type } };
    } catch (error) {
      if (error instanceof Refusal) return errorAnswer(world.settings, error);
      world.log?.error({ err: error, operation: name }, 'vseplatezhi emulator failed');
      return errorAnswer(world.settings, plainRefusal(500));
    }
  };
  const fail = (status: number) => errorAnswer(world.settings, plainRefusal(status));
  return answerThroughFaults(world.faults, { provider: 'vseplatezhi', operation: name }, reply, act, fail);
}

/** Registers a table of operations: routes, 405 for other methods, token, bodies, faults, error answers. */
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

/** Bodies stay text until the token was read: a call without access learns nothing else. */
export function textBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
}

/** Errors that arise before an operation is reached, in the provider's own form. */
export function errorAnswers(app: FastifyInstance, world: World): void {
  const send = (reply: FastifyReply, refusal: Refusal) => {
    const { status, headers = {}, body } = errorAnswer(world.settings, refusal);
    return reply.code(status).headers(headers).send(body);
  };
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof Refusal) return send(reply, error);
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status >= 500) world.log?.error({ err: error }, 'vseplatezhi emulator failed');
    return send(reply, plainRefusal(status === 413 || status === 415 ? 400 : status));
  });
  app.setNotFoundHandler((_request, reply) => send(reply, plainRefusal(404)));
}

/** Whether a value read from JSON is an object; numbers are objects of their own class. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
