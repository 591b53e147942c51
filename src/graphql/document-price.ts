import { complexityFromQuery } from '@pothos/plugin-complexity';
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { costRefusal } from './builder.ts';
import { costOf, passedLimits } from './document-cost.ts';

type Values = Readonly<Record<string, unknown>>;

/** Sizes of pages that a document is remembered with. */
const MOST_KNOWN = 100;

/**
 * Prices a document ahead of its calls: once when its cost is the same whatever its variables are, else once for each set of those that have a part in it.
 * @param document valid, with one operation
 * @returns of the variables of a call: is it known to be within the limits? If not, it is priced when it is run, and refused there
 */
export function pricedFor(schema: GraphQLSchema, document: DocumentNode): (variables: Values) => boolean {
  const names = pricingVariables(schema, document);
  if (names === null) {
    const isWithin = passedLimits(costOf(schema, document)).length === 0;
    return () => isWithin;
  }
  const known = new Map<string, boolean>();
  return (variables) => {
    const key = JSON.stringify(names.map((name) => variables[name]));
    const before = known.get(key);
    if (before !== undefined) return before;
    const isWithin = isWithinLimits(schema, document, variables);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, isWithin);
    return isWithin;
  };
}

function isWithinLimits(schema: GraphQLSchema, document: DocumentNode, variables: Values): boolean {
  try {
    return costRefusal(complexityFromQuery(document, { schema, ctx: {}, variables: { ...variables } })) === null;
  } catch (error) {
    // a value that does not fit its argument: execution says so
    if (error instanceof GraphQLError) return false;
    throw error;
  }
}

/** The variables in the arguments of fields whose cost is worked out from them; null when there is no such field. */
function pricingVariables(schema: GraphQLSchema, document: DocumentNode): string[] | null {
  const names = new Set<string>();
  let worked = false;
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      [Kind.FIELD](field) {
        if (typeof types.getFieldDef()?.extensions['complexity'] !== 'function') return;
        worked = true;
        for (const argument of field.arguments ?? [])
          visit(argument, { Variable: ({ name }) => void names.add(name.value) });
      },
    }),
  );
  return worked ? [...names] : null;
}
