import {
  type DocumentNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Scope } from '../db/generated/enums.ts';
import type { AuthScopes } from './access.ts';

/** What a field or a type asks of its caller, as it is declared beside it. */
type Need = Partial<AuthScopes> & { $any?: Partial<AuthScopes> };
type Declared = GraphQLNamedType | GraphQLField<unknown, unknown> | null | undefined;

/**
 * What a document asks of whoever runs it, in all of its selections.
 * @param document a valid one
 * @returns says of a partner's key with these scopes what it lacks, each in words
 */
export function needsOf(schema: GraphQLSchema, document: DocumentNode): (scopes: ReadonlySet<Scope>) => string[] {
  const needs = new Set<Need>();
  const add = (declared: Declared) => {
    const options = declared?.extensions['pothosOptions'] as { authScopes?: Need } | undefined;
    if (options?.authScopes) needs.add(options.authScopes);
  };
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name }) {
        add(types.getFieldDef());
        if (name.value !== '__typename') add(types.getParentType());
      },
    }),
  );
  return (scopes) => [...new Set([...needs].flatMap((need) => lacking(need, scopes)))].sort();
}

function lacking({ $any, ...all }: Need, scopes: ReadonlySet<Scope>): string[] {
  const each = Object.entries(all).flatMap(([name, value]) => lackingOne(name as keyof AuthScopes, value, scopes));
  if (!$any) return each;
  const ways = Object.entries($any).map(([name, value]) => lackingOne(name as keyof AuthScopes, value, scopes));
  if (ways.some((way) => way.length === 0)) return each;
  // a partner can get a scope, but never the administrator's key
  return [...each, ...(ways.find(([way]) => way !== ADMIN) ?? [ADMIN])];
}

const ADMIN = 'the administrator’s key';

function lackingOne(name: keyof AuthScopes, value: unknown, scopes: ReadonlySet<Scope>): string[] {
  switch (name) {
    case 'signedIn':
      return [];
    case 'admin':
      return [ADMIN];
    case 'scope':
    case 'write':
      return scopes.has(value as Scope) ? [] : [`the scope ${value}`];
    case 'server':
      return value === 'ANY' || scopes.has(value as Scope) ? [] : [`the scope ${value}`];
  }
}
