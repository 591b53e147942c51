import type { DocumentNode, ExecutionArgs, ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Deps } from '../deps.ts';
import { type Context, createContext } from '../graphql/context.ts';
import { admitDocument } from './documents/admit-document.ts';
import type { PersistedDocuments } from './documents/start.ts';
import type { CompiledDocuments } from './door/compiled-documents.ts';
import { type Execute, hookedExecute } from './door/execute-hooked.ts';
import { assertKnownAtDoor } from './door/known-hooks.ts';
import { useSharedFanOut } from './fan-out/use-shared-fan-out.ts';
import { edgeError } from './faults.ts';
import { type GraphiqlExample, graphiqlOptions, renderGraphiql } from './graphiql.ts';
import type { Limits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { useAuthentication } from './plugins/use-authentication.ts';
import { useBodyLimit } from './plugins/use-body-limit.ts';
import { useCompiledDocuments } from './plugins/use-compiled-documents.ts';
import { useCsrfGuard } from './plugins/use-csrf-guard.ts';
import { useHiddenSchema } from './plugins/use-hidden-schema.ts';
import { useOperationLimits } from './plugins/use-operation-limits.ts';
import { useOperationMetrics } from './plugins/use-operation-metrics.ts';
import { useDocumentWatch, usePersistedDocuments } from './plugins/use-persisted-documents.ts';
import { useRateLimit } from './plugins/use-rate-limit.ts';
import { useReadableRequests } from './plugins/use-readable-requests.ts';
import { useSse } from './plugins/use-sse.ts';
import { operationDeps, useStreamRelease } from './plugins/use-stream-release.ts';
import { useSubscriptionLimit } from './plugins/use-subscription-limit.ts';
import { useUploads } from './plugins/use-uploads.ts';
import { useVisibleErrors } from './plugins/use-visible-errors.ts';
import type { RateLimiter } from './rate.ts';
import type { RequestState } from './request.ts';
import type { SseStreams } from './sse.ts';

export interface YogaOptions {
  schema: GraphQLSchema;
  limits: Limits;
  limiter: RateLimiter;
  /** From `oncePerRequest`. */
  signInOnce(state: RequestState): Promise<void>;
  persisted: PersistedDocuments;
  /** Null: everything is interpreted. */
  compiled: CompiledDocuments | null;
  metrics: Metrics;
  streams: SseStreams;
  /** What GraphiQL opens with; null: it opens with a query that needs no data. */
  example: GraphiqlExample | null;
}

export type Yoga = YogaServerInstance<RequestState, object>;

/** The context of an operation, whichever way it is run. */
export const contextOf =
  (deps: Deps) =>
  ({ viewer, requestId, lastEventId }: RequestState): Context =>
    createContext(operationDeps(deps), { viewer, requestId, lastEventId });

/** The GraphQL server. */
export interface GraphqlServer {
  yoga: Yoga;
  /** Executes a valid operation within the plugins of `yoga`; for the front door. */
  execute: Execute;
}

/** The GraphQL server behind HTTP and SSE, and (through `pipelineOf`) behind WebSocket. Plugins stand in the order of a request's life. */
export function createGraphqlServer(deps: Deps, options: YogaOptions): GraphqlServer {
  const { schema, example } = options;
  const { introspection } = deps.config;
  let all: readonly (object | false)[] = [];
  const yoga = createYoga<RequestState, object>({
    schema,
    plugins: [
      ...pluginsOf(deps, options),
      {
        // the last one sees all: yoga's own, and those that were added
        onPluginInit({ plugins }: { plugins: (object | false)[] }) {
          all = plugins;
        },
      },
    ],
    context: contextOf(deps),
    graphqlEndpoint: '/graphql',
    graphiql: introspection && ((request) => graphiqlOptions(request, deps.config, example)),
    renderGraphiQL: renderGraphiql,
    landingPage: false,
    healthCheckEndpoint: '/yoga-health-is-off',
    // pages get no CORS header, so another site cannot read the demo key out of GraphiQL
    cors: (request) =>
      request.headers.get('accept')?.includes('text/html')
        ? false
        : {
            origin: '*',
            credentials: false,
            methods: ['GET', 'POST', 'OPTIONS'],
            allowedHeaders: ['authorization', 'content-type', 'last-event-id', 'x-request-id', 'x-requested-with'],
            exposedHeaders: ['x-request-id', 'ratelimit', 'ratelimit-policy', 'retry-after'],
            maxAge: 600,
          },
    // useVisibleErrors, useBodyLimit and useUploads do these three
    maskedErrors: false,
    maxRequestBodySize: false,
    multipart: false,
    batching: false,
    logging: {
      debug: () => undefined,
      info: (...args) => deps.log.debug(args.map(String).join(' ')),
      warn: (...args) => deps.log.warn(args.map(String).join(' ')),
      error: (error) => deps.log.error({ err: error }, 'GraphQL server'),
    },
  });
  return { yoga, execute: hookedExecute(all) };
}

/** In the order of a request's life. */
function pluginsOf(deps: Deps, options: YogaOptions) {
  const { limits, limiter, persisted, compiled, metrics, streams } = options;
  const plugins = [
    useCsrfGuard(),
    useAuthentication(options.signInOnce),
    useRateLimit(limiter),
    usePersistedDocuments(persisted),
    useBodyLimit(limits.bodyBytes, limits.uploadBytes),
    useUploads(deps.config.dataDir, limits),
    useReadableRequests(),
    useOperationLimits(limits),
    !deps.config.introspection && useHiddenSchema(),
    useSharedFanOut(deps, limits),
    useSubscriptionLimit(limits.subscriptionsPerCaller),
    compiled !== null && useCompiledDocuments(compiled),
    useOperationMetrics(metrics),
    useStreamRelease(),
    useDocumentWatch(persisted.streams),
    useVisibleErrors(deps.log),
    useSse(streams),
  ];
  assertKnownAtDoor(plugins);
  return plugins;
}

type Enveloped = ReturnType<Yoga['getEnveloped']>;

/** Parse, validate, context and execution as HTTP has them, for another transport. */
export interface GraphqlPipeline {
  /** @returns what to execute, or the errors of validation; throws what admission, parsing and the context throw */
  prepare(state: RequestState, params: GraphqlParams): Promise<ExecutionArgs | readonly GraphQLError[]>;
  /** The functions that belong to a context which `prepare` built. */
  enveloped(contextValue: object): Pipeline;
}

interface GraphqlParams {
  /** Empty, or left out, beside the id of a published document. */
  query?: string;
  variables?: Record<string, unknown> | null | undefined;
  operationName?: string | null | undefined;
  extensions?: Record<string, unknown> | null | undefined;
}

interface Pipeline {
  execute(args: ExecutionArgs): Promise<ExecutionResult>;
  subscribe(args: ExecutionArgs): Promise<ExecutionResult | AsyncIterable<ExecutionResult>>;
}

/** The pipeline of a server. Documents pass the same admission as over HTTP. */
export function pipelineOf(yoga: Yoga, persisted: PersistedDocuments): GraphqlPipeline {
  const pipelines = new WeakMap<object, Enveloped>();
  return {
    async prepare(state, params) {
      const { variables, operationName } = params;
      const { query, admission } = await admitDocument(persisted, state, { ...params });
      if (query === null) throw edgeError('Must provide query string.', 'BAD_REQUEST');
      const enveloped = yoga.getEnveloped({ ...state, admission });
      const document: DocumentNode = enveloped.parse(query);
      const errors: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document);
      if (errors.length > 0) return errors;
      const contextValue = await enveloped.contextFactory();
      pipelines.set(contextValue, enveloped);
      return { schema: enveloped.schema, document, contextValue, variableValues: variables, operationName };
    },
    enveloped(contextValue) {
      const enveloped = pipelines.get(contextValue);
      if (!enveloped) throw new Error('this context was not built by the pipeline');
      // it runs one operation; what stays open needs it no more
      pipelines.delete(contextValue);
      return enveloped as unknown as Pipeline;
    },
  };
}
