import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { UnauthenticatedError } from '../domain/access/viewer.ts';
import { ResumableError, ShutdownError } from '../events/hub.ts';
import { maskError } from '../graphql/mask-error.ts';
import type { Log } from '../lib/log.ts';

/** Codes with which the gateway ends a stream that can be resumed, and the WebSocket close code of each. */
export const streamEnds: Readonly<Record<string, number>> = Object.freeze({ SHUTTING_DOWN: 1012, SLOW_CONSUMER: 1013 });

/** A refusal by the edge itself: its message and code are for the caller. */
export function edgeError(
  message: string,
  code: string,
  status = 400,
  headers: Record<string, string> = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status, headers } } });
}

/** The credential is missing, wrong or out of date. */
export function unauthenticated(message: string): GraphQLError {
  return edgeError(message, 'UNAUTHENTICATED', 401, { 'WWW-Authenticate': 'Bearer realm="koshel"' });
}

/**
 * The error as the caller may see it. What the edge knows is named here; all else goes through graphql/errors.ts,
 * which masks what is not meant for callers.
 */
export function visibleError(error: unknown, requestId: string, log: Log): GraphQLError {
  const original = rootOf(error);
  if (original instanceof UnauthenticatedError) return withRequestId(unauthenticated(original.message), requestId);
  if (original instanceof ResumableError) {
    const code = original instanceof ShutdownError ? 'SHUTTING_DOWN' : 'SLOW_CONSUMER';
    return new GraphQLError(original.message, { extensions: { code, cursor: original.cursor, requestId } });
  }
  // transports wrap what graphql has wrapped already; the masking looks one wrapping deep
  return maskError(original instanceof GraphQLError ? error : innermost(error), requestId, log);
}

/** A result whose errors are fit for the caller; a result without errors is returned as it is. */
export function visibleResult<R extends ExecutionResult>(result: R, requestId: string, log: Log): R {
  if (!result.errors?.length) return result;
  return { ...result, errors: result.errors.map((error) => visibleError(error, requestId, log)) };
}

/** An error as it leaves on a stream, where there is no status to set. */
export function errorOnStream(error: GraphQLError): GraphQLFormattedError {
  const json = error.toJSON();
  if (!json.extensions?.['http']) return json;
  const { http: _, ...extensions } = json.extensions;
  return { ...json, extensions };
}

function rootOf(error: unknown): unknown {
  let at = error;
  while (at instanceof GraphQLError && at.originalError) at = at.originalError;
  return at;
}

function innermost(error: unknown): unknown {
  let at = error;
  while (at instanceof GraphQLError && at.originalError instanceof GraphQLError) at = at.originalError;
  return at;
}

function withRequestId(error: GraphQLError, requestId: string): GraphQLError {
  return new GraphQLError(error.message, { extensions: { ...error.extensions, requestId } });
}
