import { type DocumentNode, type GraphQLSchema, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { costOf, passedLimits } from './document-cost.ts';

/**
 * Does this document cost the same whatever its variables are, and is that within the limits? Then it need not be counted when it is run.
 * @param document valid, with one operation
 */
export function isPricedForAll(schema: GraphQLSchema, document: DocumentNode): boolean {
  let fixed = true;
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      [Kind.FIELD]() {
        if (typeof types.getFieldDef()?.extensions['complexity'] === 'function') fixed = false;
      },
    }),
  );
  return fixed && passedLimits(costOf(schema, document)).length === 0;
}
