import type { ExecutionResult } from 'graphql';
import { type GraphQLParams, isAsyncIterable, type Plugin } from 'graphql-yoga';
import { type Admissions, admitDocument } from '../documents/admit-document.ts';
import { ID_PARAMS } from '../documents/asked-document.ts';
import type { OpenStreams } from '../documents/open-streams.ts';
import type { EdgePlugin } from '../door/known-hooks.ts';
import type { RequestState } from '../request.ts';

/**
 * Lets partners run their published documents by id, and those whose policy says so nothing else: over HTTP (GET, POST, forms, multipart)
 * and SSE here; WebSocket passes the same admission in `pipelineOf`. A published document is parsed once, not per request.
 */
export function usePersistedDocuments(admissions: Admissions): EdgePlugin {
  return {
    atDoor: {
      onRequestParse: 'it is about GET and forms, which the door passes on',
      onParams: 'the door asks the same admission',
      onExecutionResult: 'it is about GET: answers to POST are kept by nobody',
    },
    onRequestParse({ request, url, requestParser, setRequestParser, fetchAPI }) {
      if (!requestParser) return;
      if (request.method === 'GET') {
        setRequestParser(async (original) => withIds(await requestParser(original), url.searchParams));
      } else if (request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')) {
        setRequestParser(async (original) => {
          const body = await original.text();
          const { method, headers } = original;
          const again = new fetchAPI.Request(original.url, { method, headers, body });
          return withIds(await requestParser(again), new URLSearchParams(body));
        });
      }
    },
    async onParams({ params, setParams, setResult, context }) {
      if (context.executed) {
        // the front door has run it; a right that was lost since does not undo that
        setParams({ query: context.executed.query });
        setResult(context.executed.result);
        return;
      }
      const { query, admission } = await admitDocument(admissions, context, params as Record<string, unknown>);
      context.admission = admission;
      const { query: sent, operationName, variables, extensions, ...rest } = params as Record<string, unknown>;
      for (const name of ID_PARAMS) delete rest[name];
      // what is no text is left as it is, so that it is told what it is not
      setParams({ ...rest, operationName, variables, extensions, query: query ?? notText(sent) } as GraphQLParams);
    },
    onParse({ context, setParsedDocument }) {
      const { persisted } = (context as Partial<RequestState>).admission ?? {};
      if (persisted) setParsedDocument(persisted.document);
    },
    onExecutionResult({ request, result, context }) {
      const { persisted } = context.admission ?? {};
      const whole = result && !isAsyncIterable(result) && !Array.isArray(result) && !result.errors?.length;
      context.isCacheable = request.method === 'GET' && persisted?.isPublic === true && whole === true;
    },
  };
}

/**
 * Ends subscriptions whose document is revoked, or is no longer admitted. Stands behind useStreamRelease, so that leaving a stream
 * closes what it waits for.
 */
export function useDocumentWatch(streams: OpenStreams): Plugin {
  return {
    onSubscribe({ args }) {
      const { admission } = args.contextValue as unknown as RequestState;
      return {
        onSubscribeResult({ result, setResult }) {
          if (!admission || !isAsyncIterable<ExecutionResult>(result)) return;
          const { partnerId } = admission;
          if (partnerId !== null) setResult(streams.watch({ ...admission, partnerId }, result));
        },
      };
    },
  };
}

function notText(sent: unknown): unknown {
  return typeof sent === 'string' ? undefined : sent;
}

/** An id that the parser of this kind of request does not know of. */
function withIds<P>(params: P, given: URLSearchParams): P {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return params;
  const ids = ID_PARAMS.flatMap((name) => (given.has(name) ? [[name, given.get(name)] as const] : []));
  return { ...params, ...Object.fromEntries(ids) };
}
