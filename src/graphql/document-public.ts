import { type DocumentNode, type GraphQLSchema, OperationTypeNode, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

/**
 * Fields whose answer is the same for every caller who has signed in: nothing about the viewer, its partner, its accounts at
 * providers or the present moment is in them. Everything else is somebody's own.
 */
const publicFields = new Set([
  'Query.providers',
  'Query.provider',
  'Provider.id',
  'Provider.code',
  'Provider.name',
  'Provider.capabilities',
  'ProviderCapability.code',
  'ProviderCapability.operations',
]);

/**
 * Is the answer to this document the same for all who may ask? Then it may be kept by whoever carries it.
 * @param document a valid one
 */
export function isPublic(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let all = true;
  visit(
    document,
    visitWithTypeInfo(types, {
      OperationDefinition({ operation }) {
        all &&= operation === OperationTypeNode.QUERY;
      },
      Field({ name }) {
        const coordinate = `${types.getParentType()?.name}.${name.value}`;
        all &&= name.value === '__typename' || publicFields.has(coordinate);
      },
    }),
  );
  return all;
}

/** The list above, for the test that each of them is there. */
export const publicCoordinates = (): string[] => [...publicFields];
