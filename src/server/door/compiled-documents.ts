import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  parse,
  print,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { isPromise } from 'graphql-yoga';
import type { Context } from '../../graphql/context.ts';
import { isPricedForAll } from '../../graphql/document-price.ts';
import { keepingSerializers, withGuards } from './guards.ts';
import { located, nodesOf } from './located-errors.ts';
import { plainValues } from './plain-values.ts';
import { unfitness } from './survey.ts';

/** Runs a document. Null: what it is given is not what it asks for, and nothing was run. */
export type Run = (
  context: object,
  variables: Record<string, unknown>,
) => Promise<ExecutionResult> | ExecutionResult | null;

/** A document as code. */
export interface CompiledDocument {
  /** Of its operation. */
  operationName: string | null;
  run: Run;
}

/** Registered documents, compiled for one schema when they are first met. */
export interface CompiledDocuments {
  /** @returns null for what the interpreter has to run: see `unfitness` */
  of(document: DocumentNode): CompiledDocument | null;
}

/**
 * @param schema that requests are answered by; a document and its code are forgotten together
 * @param onCompiled told of each document that is compiled
 */
export function createCompiledDocuments(schema: GraphQLSchema, onCompiled: () => void): CompiledDocuments {
  const known = new WeakMap<DocumentNode, CompiledDocument | null>();
  const customSerializers = keepingSerializers(schema);
  return {
    of(document) {
      const before = known.get(document);
      if (before !== undefined) return before;
      const compiled = unfitness(schema, document) === null ? compile(schema, document, customSerializers) : null;
      known.set(document, compiled);
      if (compiled) onCompiled();
      return compiled;
    },
  };
}

function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  customSerializers: Record<string, (value: unknown) => unknown>,
): CompiledDocument | null {
  // the compiler writes into the nodes that it reads
  const own = parse(document.loc?.source ?? print(document));
  const compiled = withGuards(schema, () => compileQuery(schema, own, undefined, { customSerializers }));
  if (!isCompiledQuery(compiled)) return null;
  const operation = own.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const definitions = operation?.variableDefinitions ?? [];
  const isPlain = plainValues(schema, definitions);
  const nodes = nodesOf(own);
  const priced = isPricedForAll(schema, document);
  const finished = (result: ExecutionResult, context: object): ExecutionResult => {
    const { errors } = result;
    return errors?.length ? located({ ...result, errors }, nodes, context) : result;
  };
  return {
    operationName: operation?.name?.value ?? null,
    run(context, variables) {
      // the compiled code is kinder to wrong values, and words what it refuses in another way
      if (!isPlain(variables) && getVariableValues(schema, definitions, variables, { maxErrors: 1 }).errors)
        return null;
      (context as Partial<Context>).priced = priced;
      const result = compiled.query(undefined, context, variables);
      if (isPromise(result)) return result.then((settled) => finished(settled, context));
      return 'data' in result ? finished(result, context) : null;
    },
  };
}
