import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { answerThroughFaults, type HttpAnswer } from '../faults.ts';
import { readBody } from './body.ts';
import { type Answer, createClient, getClientId, getClientInfo } from './clients.ts';
import { errorAnswer, plainRefusal, Refusal, wrongHeaders } from './errors.ts';
import type { World } from './world.ts';

interface Operation {
  /** The contract's id (section 2.1). */
  id: string;
  method: 'GET' | 'POST';
  path: string;
  handle: (world: World, request: FastifyRequest) => Answer;
}

const userIdOf = (request: FastifyRequest): string => (request.params as { userId: string }).userId;

const operations: Operation[] = [
  {
    id: 'clients.create',
    method: 'POST',
    path: '/api/wallets/createClient',
    handle: (world, { headers, body }) =>
      createClient(world, readBody(headers['content-type'], (body as string | undefined) ?? '')),
  },
  {
    id: 'clients.getId',
    method: 'GET',
    path: '/api/wallets/getClientId/:userId',
    handle: (world, request) => getClientId(world, userIdOf(request)),
  },
  {
    id: 'clients.getInfo',
    method: 'GET',
    path: '/api/wallets/getClientInfo/:userId',
    handle: (world, request) => getClientInfo(world, userIdOf(request)),
  },
];

const METHODS: HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** `Accept` must name JSON itself: any type does not count (section 4). @throws Refusal 302 */
function checkAccept({ headers }: FastifyRequest): void {
  const named = (headers.accept ?? '').split(',').map((type) => type.split(';')[0]?.trim().toLowerCase());
  if (!named.includes('application/json')) wrongHeaders();
}

/** @throws Refusal 401 */
function checkToken(world: World, { headers }: FastifyRequest): void {
  const [, token = ''] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (!world.tokens.has(token)) throw plainRefusal(401);
}

function run(world: World, operation: Operation, request: FastifyRequest, reply: FastifyReply) {
  const act = (): HttpAnswer => {
    try {
      checkAccept(request);
      checkToken(world, request);
      const { status, json } = operation.handle(world, request);
      return { status, body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
    } catch (error) {
      if (error instanceof Refusal) return errorAnswer(error);
      world.log?.error({ err: error, operation: operation.id }, 'diwa emulator failed');
      return errorAnswer(plainRefusal(500));
    }
  };
  const call = { provider: 'diwa', operation: operation.id };
  return answerThroughFaults(world.faults, call, reply, act, (status) => errorAnswer(plainRefusal(status)));
}

/** Errors that arise before a method is reached; a wrong `Accept` is a redirect there too. */
function errorAnswers(app: FastifyInstance, world: World): void {
  const send = (request: FastifyRequest, reply: FastifyReply, refusal: Refusal) => {
    let told = refusal;
    try {
      checkAccept(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      told = error;
    }
    const { status, headers = {}, body } = errorAnswer(told);
    return reply.code(status).headers(headers).send(body);
  };
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Refusal) return send(request, reply, error);
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status >= 500) world.log?.error({ err: error }, 'diwa emulator failed');
    return send(request, reply, plainRefusal(status));
  });
  app.setNotFoundHandler((request, reply) => send(request, reply, plainRefusal(404)));
}

/** Adds the routes: the three methods, 405 beside them, 404 for the rest. Bodies are read after the token was. */
export async function routes(app: FastifyInstance, world: World): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  errorAnswers(app, world);
  for (const operation of operations)
    app.route({
      method: METHODS,
      url: operation.path,
      onRequest: async (request) => {
        if (request.method !== operation.method) throw plainRefusal(405);
      },
      handler: (request, reply) => run(world, operation, request, reply),
    });
}
