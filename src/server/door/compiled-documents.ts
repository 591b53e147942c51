import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getVariableValues,
  isEnumType,
  Kind,
  OperationTypeNode,
  parse,
  print,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { isPromise } from 'graphql-yoga';
import type { Context } from '../../graphql/context.ts';
import { pricedFor } from '../../graphql/document-price.ts';
import { hasScopes } from '../../graphql/quick-scopes.ts';
import { keepingSerializers, withGuards } from './guards.ts';
import { isBare, leafCheck } from './leaf-check.ts';
import { located, nodesOf } from './located-errors.ts';
import { plainValues } from './plain-values.ts';
import { type Survey, survey } from './survey.ts';

/**
 * Runs a document. Null: what it is given is not what it asks for, or the caller has not every scope that its fields ask for; nothing was run. Or it is a query
 * that has answered something which its types do not allow. The interpreter runs it then, and says what is wrong.
 */
export type Run = (
  context: object,
  variables: Record<string, unknown>,
) => Promise<ExecutionResult | null> | ExecutionResult | null;

/** A document as code. */
export interface CompiledDocument {
  /** Of its operation. */
  operationName: string | null;
  run: Run;
}

/** Registered documents, compiled for one schema when they are first met. */
export interface CompiledDocuments {
  /** @returns null for what the interpreter has to run: see `survey` */
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
      const { unfit, fields } = survey(schema, document);
      const compiled = unfit === null ? compile(schema, document, { fields, customSerializers }) : null;
      known.set(document, compiled);
      if (compiled) onCompiled();
      return compiled;
    },
  };
}

interface Means {
  /** That the document asks for. */
  fields: Survey['fields'];
  customSerializers: Record<string, (value: unknown) => unknown>;
}

function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  { fields, customSerializers }: Means,
): CompiledDocument | null {
  // the compiler writes into the nodes that it reads
  const own = parse(document.loc?.source ?? print(document));
  const operation = own.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  // a query that is found to have answered something wrong is run again; a mutation cannot be, and looks at each value when it writes it
  const bareLeaves = operation?.operation === OperationTypeNode.QUERY && [...fields].every(hasBareLeaves);
  const [compiled, scopes] = withGuards(schema, { fields, bareLeaves }, () =>
    compileQuery(schema, own, undefined, { customSerializers, disableLeafSerialization: bareLeaves }),
  );
  if (!isCompiledQuery(compiled)) return null;
  const isRight: (data: unknown) => boolean = bareLeaves ? leafCheck(schema, own) : () => true;
  const definitions = operation?.variableDefinitions ?? [];
  const isPlain = plainValues(schema, definitions);
  const nodes = nodesOf(own);
  const isPriced = pricedFor(schema, document);
  const finished = (result: ExecutionResult, context: object): ExecutionResult | null => {
    const { data, errors } = result;
    if (!isRight(data)) return null;
    return errors?.length ? located({ ...result, errors }, nodes, context) : result;
  };
  return {
    operationName: operation?.name?.value ?? null,
    run(context, variables) {
      if (!hasScopes((context as Context).viewer, scopes)) return null;
      // the compiled code is kinder to wrong values, and words what it refuses in another way
      if (!isPlain(variables) && getVariableValues(schema, definitions, variables, { maxErrors: 1 }).errors)
        return null;
      (context as Partial<Context>).priced = isPriced(variables);
      const result = compiled.query(undefined, context, variables);
      if (isPromise(result)) return result.then((settled) => finished(settled, context));
      return 'data' in result ? finished(result, context) : null;
    },
  };
}

/** A leaf of another kind is written by its own serializer either way. */
const hasBareLeaves = ({ type }: { type: GraphQLOutputType }): boolean => {
  const named = getNamedType(type);
  return !isEnumType(named) || isBare(named);
};
