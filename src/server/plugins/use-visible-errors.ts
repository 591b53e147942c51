import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, mapAsyncIterator } from 'graphql-yoga';
import type { Log } from '../../lib/log.ts';
import type { EdgePlugin } from '../door/known-hooks.ts';
import { visibleError, visibleResult } from '../faults.ts';

/**
 * The last word on errors over HTTP and SSE, wherever they came from: the body, the credential, validation, a resolver.
 * It takes the place of yoga's own masking, which does not know the request. WebSockets do the same in ws.ts.
 */
export function useVisibleErrors(log: Log): EdgePlugin {
  return {
    atDoor: { onResultProcess: 'it is about results with errors' },
    onResultProcess({ result, setResult, serverContext: { requestId } }) {
      const visible = (one: ExecutionResult) => withStatus(visibleResult(one, requestId, log));
      if (isAsyncIterable(result)) {
        setResult(
          mapAsyncIterator(result, visible, (error: unknown) => ({ errors: [visibleError(error, requestId, log)] })),
        );
      } else {
        setResult(Array.isArray(result) ? result.map(visible) : visible(result));
      }
    },
  };
}

/** A fault before anything was executed is the server's, and the status says so. */
function withStatus(result: ExecutionResult): ExecutionResult {
  const fault =
    !('data' in result) && result.errors?.some(({ extensions }) => extensions['code'] === 'INTERNAL_SERVER_ERROR');
  return fault ? { ...result, extensions: { ...result.extensions, http: { status: 500 } } } : result;
}
