import { GraphQLError } from 'graphql';
import { UnauthenticatedError } from '../domain/access/viewer.ts';
import { DomainError, SetupError } from '../errors.ts';
import { InvariantError } from '../lib/assert.ts';
import type { Log } from '../lib/log.ts';

/**
 * What a client may see of an error. Errors that were made for clients pass; everything else is a fault: it is logged whole
 * and answered as an id to report. Fails closed.
 * @param error what was thrown, or graphql's wrapping of it
 */
export function maskError(error: unknown, requestId: string, log: Log): GraphQLError {
  const graphqlError = error instanceof GraphQLError ? error : null;
  const cause = rootOf(error);
  if (graphqlError && cause instanceof GraphQLError) return withCode(graphqlError, cause);
  if (cause instanceof UnauthenticatedError) return rewrite(graphqlError, cause.message, { code: 'UNAUTHENTICATED' });
  // a refusal where the schema has no union for it: a query's argument
  if (cause instanceof DomainError) return rewrite(graphqlError, cause.message, { code: graphqlCode(cause) });

  const kind = cause instanceof InvariantError ? 'invariant' : cause instanceof SetupError ? 'setup' : 'fault';
  log.error({ err: cause, requestId, path: graphqlError?.path, kind }, 'a request met a fault');
  return rewrite(graphqlError, 'Something went wrong on our side. Quote the request id when you report it.', {
    code: 'INTERNAL_SERVER_ERROR',
    requestId,
  });
}

/** What was thrown, under however many wrappings. */
function rootOf(error: unknown): unknown {
  let at = error;
  while (at instanceof GraphQLError && at.originalError) at = at.originalError;
  return at;
}

const graphqlCode = (error: DomainError) => (error.code === 'INVALID_INPUT' ? 'BAD_USER_INPUT' : error.code);

/** graphql-js words these two ways what a variable's value lacks; the document itself is sound then. */
const wrongVariable =
  /^Variable "\$\w+" (got invalid value|of (required|non-null) type "[^"]+" (was not provided|must not be null))/;

function withCode(error: GraphQLError, source: GraphQLError): GraphQLError {
  if (error.extensions['code']) return error;
  const input = error.path !== undefined || wrongVariable.test(error.message);
  const code = source.extensions['code'] ?? (input ? 'BAD_USER_INPUT' : 'GRAPHQL_VALIDATION_FAILED');
  return rewrite(error, error.message, { ...source.extensions, code });
}

function rewrite(error: GraphQLError | null, message: string, extensions: Record<string, unknown>): GraphQLError {
  const place = { ...(error?.nodes ? { nodes: error.nodes } : {}), ...(error?.path ? { path: error.path } : {}) };
  return new GraphQLError(message, {
    ...place,
    ...(error?.source ? { source: error.source, positions: error.positions } : {}),
    extensions,
  });
}
