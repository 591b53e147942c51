import {
  defaultFieldResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLField,
  type GraphQLLeafType,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLString,
  type GraphQLTypeResolver,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  responsePathAsArray,
} from 'graphql';
import type { Scope } from '../../db/generated/enums.ts';
import { asIs } from '../../graphql/as-is.ts';
import { behindScopes } from '../../graphql/quick-scopes.ts';

type Serializers = Record<string, (value: unknown) => unknown>;

/** Why a value had no type, by where it stands, for the operations under way. */
const untyped = new WeakMap<object, Map<string, Error>>();

/** What a type resolver threw for the object at this path of an operation, if it did. */
export const failedTypeAt = (context: object, path: readonly (string | number)[]): Error | undefined =>
  untyped.get(context)?.get(path.join('.'));

type Field = GraphQLField<unknown, unknown>;

/** What is compiled with, in place of what the schema has. */
export interface Guards {
  /** That the document asks for. */
  fields: ReadonlySet<Field>;
  /** Scalars that are written as they are stand as texts, which are read in place. */
  bareLeaves: boolean;
}

/**
 * Compiles with parts of the schema that the compiled code can live with; the schema is as before when this returns.
 * - A type resolver that throws would leave the operation without an answer, because the compiled code does not catch it.
 * - A field without a resolver is read as a plain property, which is the same only where the builder says that it is one (`expose…`).
 * - A field that is guarded by scopes alone stands without its guard: the scopes are looked for once, before the operation begins.
 * @param compile is not asynchronous
 * @returns what it returns, and the scopes without which the compiled code must not be run
 */
export function withGuards<T>(
  schema: GraphQLSchema,
  { fields, bareLeaves }: Guards,
  compile: () => T,
): [T, Set<Scope>] {
  const undo: (() => void)[] = [];
  const scopes = new Set<Scope>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || !isAbstractType(type) || !type.resolveType) continue;
    const { resolveType } = type;
    type.resolveType = guardedType(type, resolveType);
    undo.push(() => {
      type.resolveType = resolveType;
    });
  }
  for (const field of fields) {
    const { resolve, type } = field;
    undo.push(() => {
      field.resolve = resolve;
      field.type = type;
    });
    const open = behindScopes(resolve);
    for (const scope of open?.scopes ?? []) scopes.add(scope);
    const isProperty = field.extensions['pothosExposedField'] === field.name;
    if (open) field.resolve = isProperty ? undefined : open.resolve;
    else if (!resolve && field.extensions['pothosExposedField'] === undefined) field.resolve = defaultFieldResolver;
    if (bareLeaves) field.type = bare(type);
  }
  try {
    return [compile(), scopes];
  } finally {
    for (const put of undo) put();
  }
}

/** A text in place of a scalar that is written as it is. */
function bare(type: GraphQLOutputType): GraphQLOutputType {
  if (isNonNullType(type)) return new GraphQLNonNull(bare(type.ofType) as typeof GraphQLString);
  if (isListType(type)) return new GraphQLList(bare(type.ofType));
  return isScalarType(type) && type.serialize === asIs ? GraphQLString : type;
}

function guardedType(
  type: GraphQLAbstractType,
  resolveType: GraphQLTypeResolver<unknown, unknown>,
): GraphQLTypeResolver<unknown, unknown> {
  const possible = new Set<unknown>();
  return (value, context, info) => {
    try {
      const found = resolveType(value, context, info, type);
      if (possible.has(found)) return found;
      if (!isThenable(found)) {
        const name = possibleType(type, found, info);
        possible.add(name);
        return name;
      }
      found.then(undefined, () => undefined);
      throw new Error(`the type of a ${type.name} is resolved by a promise`);
    } catch (error) {
      const failed = untyped.get(context as object) ?? new Map<string, Error>();
      untyped.set(context as object, failed);
      failed.set(responsePathAsArray(info.path).join('.'), error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  };
}

/** In the words of the interpreter. */
function possibleType(
  type: GraphQLAbstractType,
  found: string | undefined,
  { schema, parentType, fieldNodes }: GraphQLResolveInfo,
): string {
  if (found === undefined || found === null) {
    const field = `${parentType.name}.${fieldNodes[0]?.name.value}`;
    throw new GraphQLError(
      `Abstract type "${type.name}" must resolve to an Object type at runtime for field "${field}". Either the "${type.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`,
    );
  }
  const known = schema.getType(found);
  if (!known)
    throw new GraphQLError(
      `Abstract type "${type.name}" was resolved to a type "${found}" that does not exist inside the schema.`,
    );
  if (!isObjectType(known) || !schema.isSubType(type, known))
    throw new GraphQLError(`Runtime Object type "${found}" is not a possible type for "${type.name}".`);
  return found;
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** What a leaf could not be written as; carried where the compiled code looks for a text. */
export class LeafFailure {
  constructor(readonly cause: Error) {}
}

/** Serializers that do not lose what was thrown: the compiled code keeps only the message, and what is no message is not masked. */
export function keepingSerializers(schema: GraphQLSchema): Serializers {
  const leaves = Object.values(schema.getTypeMap()).filter(isLeafType);
  return Object.fromEntries(leaves.map((type) => [type.name, keeping(type)]));
}

function keeping(type: GraphQLLeafType): (value: unknown) => unknown {
  return (value) => {
    try {
      const written: unknown = type.serialize(value);
      if (written !== null && written !== undefined) return written;
    } catch (error) {
      // yoga's interpreter takes a GraphQLError for a fault of ours, too, and so masks it
      const fault = error instanceof Error && !(error instanceof GraphQLError);
      throw {
        message: new LeafFailure(fault ? error : new Error(error instanceof Error ? error.message : String(error))),
      };
    }
    throw { message: new LeafFailure(new Error(`${type.name} was written as nothing`)) };
  };
}
