import type { Plugin } from 'graphql-yoga';
import type { Deps } from '../../deps.ts';
import { unauthenticated } from '../faults.ts';
import type { RateLimiter } from '../rate.ts';
import type { RequestState } from '../request.ts';
import { signIn } from '../sign-in.ts';

/**
 * Says who is asking and counts the request, before the body is read. A wrong credential is refused here with 401; a missing one is not, because
 * some of the schema is for everybody: the schema itself refuses what needs a viewer, and then the status is 401 too.
 * WebSockets authenticate once, when they connect (ws.ts).
 */
export function useAuthentication(deps: Deps, limiter: RateLimiter): Plugin<object, RequestState> {
  return {
    async onRequestParse({ serverContext }) {
      await signIn(deps, limiter, serverContext, serverContext.bearer);
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
