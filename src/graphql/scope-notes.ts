import { type GraphQLField, type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import { type AuthScopes, scopeText } from './access.ts';

/** What a field or a type asks of its caller, as it is declared beside it. */
type Need = Partial<AuthScopes> & { $any?: Partial<AuthScopes> };

/**
 * Ends the description of each field and type that asks something of its caller with what it asks, so that the printed schema
 * says who may read or do what.
 * @returns the same schema
 */
export function noteScopes(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    note(type);
    for (const field of Object.values(type.getFields())) note(field);
  }
  return schema;
}

function note(declared: GraphQLObjectType | GraphQLField<unknown, unknown>): void {
  const { authScopes } = (declared.extensions['pothosOptions'] ?? {}) as { authScopes?: Need };
  const needed = authScopes ? needText(authScopes) : '';
  if (needed) declared.description = `${declared.description ?? ''} Needs ${needed}.`.trim();
}

/** In words; nothing where signing in is enough. */
function needText({ $any = {}, ...all }: Need): string {
  const texts = (need: Need) =>
    Object.entries(need).flatMap(([name, value]) => (name === 'signedIn' ? [] : [scopeText(name, value)]));
  return [...texts(all), texts($any).join(' or ')].filter((text) => text !== '').join(' and ');
}
