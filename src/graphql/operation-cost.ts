import { complexityFromQuery } from '@pothos/plugin-complexity';
import { type DocumentNode, GraphQLError, type GraphQLSchema, getOperationAST, Kind } from 'graphql';
import { costRefusal } from './builder.ts';

/** One operation as a caller sends it. */
export interface Asked {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null | undefined;
  variableValues?: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * Prices a valid operation with the variables of this call, before it begins. Queries and mutations are priced by the schema when their
 * first field is asked for; a subscription would be priced at its first event only.
 * @returns the refusal, or null when it is within the limits, or its variables do not fit and execution will say so
 */
export function refusalOf({ schema, document, operationName, variableValues }: Asked): GraphQLError | null {
  const operation = getOperationAST(document, operationName);
  if (!operation) return null;
  const others = document.definitions.filter(({ kind }) => kind !== Kind.OPERATION_DEFINITION);
  const alone: DocumentNode = { ...document, definitions: [operation, ...others] };
  try {
    return costRefusal(complexityFromQuery(alone, { schema, ctx: {}, variables: { ...variableValues } }));
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}
