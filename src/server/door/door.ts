import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DocumentNode, type ExecutionArgs, type ExecutionResult, GraphQLError, Kind } from 'graphql';
import { isPromise } from 'graphql-yoga';
import { UnauthenticatedError } from '../../domain/access/viewer.ts';
import type { Context } from '../../graphql/context.ts';
import type { Log } from '../../lib/log.ts';
import { type Admission, admitDocument } from '../documents/admit-document.ts';
import type { ReadyText } from '../documents/documents.ts';
import type { PersistedDocuments } from '../documents/start.ts';
import { rateHeaders } from '../rate.ts';
import { commonHeaders, type RequestState } from '../request.ts';
import type { Yoga } from '../yoga.ts';
import { createAnswers } from './answers.ts';
import { type Asked, readAsked } from './asked.ts';
import type { CompiledDocuments } from './compiled-documents.ts';
import type { Execute } from './execute-hooked.ts';

/** How a request at the door ended: answered here; run here and its errors worded by yoga; all of it done by yoga. */
export type DoorOutcome = 'answered' | 'worded' | 'passed_on';

export interface DoorOptions {
  yoga: Yoga;
  /** Within yoga's plugins. */
  execute: Execute;
  compiled: CompiledDocuments;
  persisted: PersistedDocuments;
  /** Signs the caller in and counts the request, once. */
  signInOnce(state: RequestState): Promise<void>;
  contextOf(state: RequestState): Context;
  log: Log;
  /** Told of each request that came to the door. */
  met(outcome: DoorOutcome): void;
}

/**
 * The front door: answers requests for registered documents from node:http. It writes successes only. Everything else
 * (another kind of body, a refusal, a result with errors) is given to yoga with the body that was read, and yoga words it: there is one place
 * that refuses.
 */
export interface Door {
  /** Does ahead of time what the first request for a document would wait for: it is validated, priced and compiled. */
  prepare(text: ReadyText): void;
  /**
   * @param answerType of the answer, from `fitAnswerType`
   * @param passOn gives the request to yoga; `state` says what is done already
   */
  serve(req: IncomingMessage, res: ServerResponse, ask: DoorRequest): Promise<void>;
}

/** One request at the door. */
export interface DoorRequest {
  answerType: string;
  state: RequestState;
  passOn(req: IncomingMessage): Promise<void>;
}

/** A document that may be run from here, and its operation. */
interface Runnable {
  operationName: string | null;
}

/** @param options what yoga has, too */
export function createDoor(options: DoorOptions): Door {
  const { yoga, execute, compiled, persisted, signInOnce, contextOf, met, log } = options;
  const { schema } = yoga.getEnveloped({} as never);
  const write = createAnswers();
  const checked = new WeakMap<DocumentNode, Runnable | null>();
  const runnable = (text: ReadyText): Runnable | null => {
    const known = checked.get(text.document);
    if (known !== undefined) return known;
    const found = check(yoga, text);
    checked.set(text.document, found);
    return found;
  };
  const run = async (state: RequestState, asked: Asked): Promise<ExecutionResult | null> => {
    await signInOnce(state);
    const { query, admission } = await admitDocument(persisted, state, asked.params);
    if (!admission.persisted) return null;
    const { document } = admission.persisted;
    const found = runnable(admission.persisted);
    if (!found || (asked.operationName ?? found.operationName) !== found.operationName) return null;
    state.admission = admission;
    const { variables, operationName } = asked;
    const contextValue = Object.assign(contextOf(state), state);
    const ran = settled(execute, { schema, document, contextValue, variableValues: variables, operationName });
    const result = isPromise(ran) ? await ran : ran;
    state.executed = { result, query: query ?? '' };
    return result;
  };
  return {
    prepare(text) {
      if (runnable(text)) compiled.of(text.document);
    },
    async serve(req, res, { answerType, state, passOn }) {
      // before a byte of the body is acted upon. What it refuses is refused again below, where it is asked for again
      signInOnce(state).catch(() => undefined);
      const body = await readBody(req);
      const asked = readAsked(body);
      let result: ExecutionResult | null = null;
      try {
        if (asked) result = await run(state, asked);
      } catch (error) {
        // nothing was run: yoga asks for the same, is refused the same, and words it
        if (!isRefusal(error)) log.warn({ err: error, requestId: state.requestId }, 'passed on by the front door');
      }
      if (result && !result.errors && !result.extensions) {
        met('answered');
        return write(res, headersOf(state, answerType), JSON.stringify(result));
      }
      met(result ? 'worded' : 'passed_on');
      return passOn(replayed(req, body));
    },
  };
}

/** Meant for the caller. All else is a fault, which must be seen even when it does not come again. */
const isRefusal = (error: unknown): boolean => error instanceof GraphQLError || error instanceof UnauthenticatedError;

/** Once this was called the document is never run again, so what it throws is a result, as yoga makes one of it. */
function settled(execute: Execute, args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  try {
    const result = execute(args);
    return isPromise(result) ? result.then(undefined, failed) : result;
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): ExecutionResult {
  const cause = error instanceof Error ? error : new Error(String(error));
  return {
    errors: [cause instanceof GraphQLError ? cause : new GraphQLError(cause.message, { originalError: cause })],
  };
}

/** By yoga's own parsing and validation, with every limit: once per document, since neither looks at who asks. */
function check(yoga: Yoga, text: ReadyText): Runnable | null {
  const admission: Admission = { partnerId: null, persisted: { documentId: '', ...text }, version: 0 };
  const { parse, validate, schema } = yoga.getEnveloped({ admission } as never);
  try {
    if (validate(schema, parse(text.body)).length > 0) return null;
  } catch {
    // yoga says why, to whoever asks for it
    return null;
  }
  const operations = text.document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (operations.length !== 1 || operation?.kind !== Kind.OPERATION_DEFINITION) return null;
  return operation.operation === 'subscription' ? null : { operationName: operation.name?.value ?? null };
}

/** Yoga reads `body` where the stream is spent. */
function replayed(req: IncomingMessage, body: string): IncomingMessage {
  return Object.create(req, { body: { value: body, enumerable: true }, raw: { value: undefined } }) as IncomingMessage;
}

/** The whole body; what is cut off never ends, and is nobody's any longer. */
function readBody(req: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const [only] = chunks;
      resolve((only && chunks.length === 1 ? only : Buffer.concat(chunks)).toString('utf8'));
    });
  });
}

function headersOf(state: RequestState, answerType: string): string[] {
  const headers = commonHeaders(state.requestId);
  headers.push('Cache-Control', 'no-store', 'Content-Type', `${answerType}; charset=utf-8`);
  const { standing } = state.rate;
  if (standing) headers.push(...rateHeaders(standing));
  return headers;
}
