import { type DocumentNode, type ExecutionResult, getOperationAST, Kind } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Metrics } from '../metrics.ts';
import type { RequestState } from '../request.ts';
import { whenEnded } from '../stream-end.ts';

const ROOTS = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

/** Times operations and counts subscriptions, on every transport. */
export function useOperationMetrics(metrics: Metrics): Plugin {
  return {
    onExecute({ args }) {
      const startedAt = performance.now();
      const labels = labelsOf(args);
      return {
        onExecuteDone({ result }) {
          const outcome = isAsyncIterable(result) || !result.errors?.length ? 'ok' : 'error';
          metrics.operation({ ...labels, outcome }, (performance.now() - startedAt) / 1000);
        },
      };
    },
    onSubscribe({ args }) {
      return {
        onSubscribeResult({ result, setResult }) {
          if (!isAsyncIterable<ExecutionResult>(result)) return;
          setResult(whenEnded(result, metrics.subscription(labelsOf(args))));
        },
      };
    },
  };
}

interface Operation {
  document: DocumentNode;
  operationName?: string | null | undefined;
  contextValue?: unknown;
}

/** By the first field, which validation has found in the schema: a caller cannot invent names. */
function labelsOf({ document, operationName, contextValue }: Operation): { transport: string; operation: string } {
  const { transport } = contextValue as RequestState;
  const ast = getOperationAST(document, operationName);
  if (!ast) return { transport, operation: 'unknown' };
  const first = ast.selectionSet.selections[0];
  return {
    transport,
    operation: `${ROOTS[ast.operation]}.${first?.kind === Kind.FIELD ? first.name.value : '(fragment)'}`,
  };
}
