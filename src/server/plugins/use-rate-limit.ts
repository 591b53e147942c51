import { type ExecutionArgs, type FragmentDefinitionNode, getOperationAST, Kind, type SelectionSetNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { RateLimiter } from '../rate.ts';
import type { RequestState } from '../request.ts';

/**
 * Counts a mutation once for each of its fields: what is sent in one document with aliases costs what it would cost in documents
 * of its own. The first is counted already, when the caller signed in (HTTP) or asked for the operation (WebSocket).
 */
export function useRateLimit(limiter: RateLimiter): Plugin {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const more = mutationFields(args) - 1;
      if (more < 1) return;
      return limiter.count(args.contextValue as unknown as RequestState, more).catch((refusal: unknown) => {
        setResultAndStopExecution({ errors: [refusal] });
      });
    },
  };
}

/** How many fields of the root a mutation asks for, through fragments too; 0 when it is none. */
export function mutationFields({ document, operationName }: Pick<ExecutionArgs, 'document' | 'operationName'>): number {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'mutation') return 0;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, number>();
  const ofFragment = (name: string): number => {
    const count = known.get(name) ?? inSet(fragments.get(name)?.selectionSet);
    known.set(name, count);
    return count;
  };
  const inSet = (set: SelectionSetNode | undefined): number =>
    (set?.selections ?? []).reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + 1;
      return (
        sum +
        (selection.kind === Kind.INLINE_FRAGMENT ? inSet(selection.selectionSet) : ofFragment(selection.name.value))
      );
    }, 0);
  return inSet(operation.selectionSet);
}
