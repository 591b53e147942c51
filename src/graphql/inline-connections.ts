import { type GraphQLSchema, isObjectType } from 'graphql';

/** What a connection and an edge hold under the very name of the field. */
const HELD = new Set(['edges', 'pageInfo', 'node']);

/**
 * Takes the resolvers off the fields of connections and edges that only read the member of the same name: without one, a compiled document
 * reads it in place, where it would make a closure for each row. A field that is guarded keeps its resolver.
 * @returns the same schema
 */
export function inlineConnections(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || !/(Connection|Edge)$/.test(type.name)) continue;
    for (const field of Object.values(type.getFields())) {
      const guarded = field.args.length > 0 || field.extensions['pothosResolveWrapped'] !== false;
      if (!HELD.has(field.name) || guarded) continue;
      field.resolve = undefined;
      // as Pothos says of a field that it exposes
      field.extensions = { ...field.extensions, pothosExposedField: field.name };
    }
  }
  return schema;
}
