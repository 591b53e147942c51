import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isSpecifiedScalarType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { PLAIN } from './plain-values.ts';

/** Is this a good value for its place in an answer? Null is, because that is looked at elsewhere. */
type Check = (value: unknown) => boolean;

/** May a leaf of this type stand in an answer as its resolver gave it, if the value is a good one? An enum may when its values are called what they are. */
export const isBare = (type: GraphQLLeafType): boolean =>
  isEnumType(type) ? type.getValues().every(({ name, value }) => name === value) : isSpecifiedScalarType(type);

/**
 * Looks through what compiled code answers that has written enums and built-in scalars without a look at them. Asks for the fields of one document, by its response names.
 * @param document valid, with one operation
 * @returns of the data of an answer: are all of them what their types may be?
 */
export function leafCheck(schema: GraphQLSchema, document: DocumentNode): Check {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const root = operation && schema.getRootType(operation.operation);
  if (!root) throw new GraphQLError('a document without an operation');
  return objectCheck({ schema, fragments }, [{ type: root, set: operation.selectionSet }]) ?? (() => true);
}

interface Known {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** A selection, and of what type. */
interface Part {
  type: GraphQLNamedType | undefined;
  set: SelectionSetNode;
}

/** Undefined: there is nothing to look at. */
function objectCheck(known: Known, parts: readonly Part[]): Check | undefined {
  // fields of one name have the same leaf type, whichever object they are of: validation has seen to it
  const leaves = new Map<string, GraphQLLeafType>();
  const objects = new Map<string, Part[]>();
  const collect = ({ type, set }: Part): void => {
    for (const selection of set.selections) {
      if (selection.kind !== Kind.FIELD) {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : known.fragments.get(selection.name.value);
        const condition = fragment?.typeCondition?.name.value;
        if (fragment) collect({ type: condition ? known.schema.getType(condition) : type, set: fragment.selectionSet });
        continue;
      }
      const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
      if (!field) continue;
      const name = (selection.alias ?? selection.name).value;
      const named = getNamedType(field.type);
      if (isLeafType(named)) leaves.set(name, named);
      else if (selection.selectionSet)
        objects.set(name, [...(objects.get(name) ?? []), { type: named, set: selection.selectionSet }]);
    }
  };
  for (const part of parts) collect(part);
  const checks = [
    ...[...leaves].map(([name, type]) => ({ name, check: valueCheck(type) })),
    ...[...objects].map(([name, inner]) => ({ name, check: objectCheck(known, inner) })),
  ].filter((entry): entry is { name: string; check: Check } => entry.check !== undefined);
  if (checks.length === 0) return undefined;
  return eachOf((value) => {
    for (const { name, check } of checks) if (!check((value as Record<string, unknown>)[name])) return false;
    return true;
  });
}

function valueCheck(type: GraphQLLeafType): Check | undefined {
  if (!isEnumType(type)) return PLAIN[type.name] && eachOf(PLAIN[type.name] as Check);
  const values = new Set<unknown>(type.getValues().map(({ name }) => name));
  return eachOf((value) => values.has(value));
}

/** Lists are looked through; null is nobody's fault here. */
const eachOf = (check: Check): Check => {
  const all: Check = (value) => {
    if (value === null || value === undefined) return true;
    return Array.isArray(value) ? value.every(all) : check(value);
  };
  return all;
};
