import type { EdgePlugin } from '../door/known-hooks.ts';
import { unauthenticated } from '../faults.ts';
import type { RequestState } from '../request.ts';

/**
 * Says who is asking and counts the request, before the body is read. A wrong credential is refused here with 401; a missing one is not, because
 * some of the schema is for everybody: the schema itself refuses what needs a viewer, and then the status is 401 too.
 * WebSockets authenticate once, when they connect (ws.ts).
 * @param signInOnce from `oncePerRequest`
 */
export function useAuthentication(signInOnce: (state: RequestState) => Promise<void>): EdgePlugin {
  return {
    atDoor: {
      onRequestParse: 'the door signs in by the same function before it acts upon the body',
      onExecutionResult: 'it is about results with errors',
    },
    async onRequestParse({ serverContext }) {
      await signInOnce(serverContext);
    },
    onExecutionResult({ result, setResult }) {
      if (!result || Symbol.asyncIterator in result || !result.errors?.length) return;
      const refusal = result.errors.find((error) => error.extensions['code'] === 'UNAUTHENTICATED');
      if (!refusal) return;
      setResult({
        ...result,
        extensions: { ...result.extensions, http: unauthenticated(refusal.message).extensions['http'] },
      });
    },
  };
}
