import {
  defaultFieldResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type GraphQLTypeResolver,
  isAbstractType,
  isLeafType,
  isObjectType,
  responsePathAsArray,
} from 'graphql';

type Serializers = Record<string, (value: unknown) => unknown>;

/** Why a value had no type, by where it stands, for the operations under way. */
const untyped = new WeakMap<object, Map<string, Error>>();

/** What a type resolver threw for the object at this path of an operation, if it did. */
export const failedTypeAt = (context: object, path: readonly (string | number)[]): Error | undefined =>
  untyped.get(context)?.get(path.join('.'));

/**
 * Compiles with parts of the schema that the compiled code can live with; the schema is as before when this returns.
 * - A type resolver that throws would leave the operation without an answer, because the compiled code does not catch it.
 * - A field without a resolver is read as a plain property, which is the same only where the builder says that it is one (`expose…`).
 * @param compile is not asynchronous
 */
export function withGuards<T>(schema: GraphQLSchema, compile: () => T): T {
  const undo: (() => void)[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isAbstractType(type) && type.resolveType) {
      const { resolveType } = type;
      type.resolveType = guardedType(type, resolveType);
      undo.push(() => {
        type.resolveType = resolveType;
      });
    }
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve || field.extensions['pothosExposedField'] !== undefined) continue;
      const { resolve } = field;
      field.resolve = defaultFieldResolver;
      undo.push(() => {
        field.resolve = resolve;
      });
    }
  }
  try {
    return compile();
  } finally {
    for (const put of undo) put();
  }
}

function guardedType(
  type: GraphQLAbstractType,
  resolveType: GraphQLTypeResolver<unknown, unknown>,
): GraphQLTypeResolver<unknown, unknown> {
  return (value, context, info) => {
    try {
      const found = resolveType(value, context, info, type);
      if (!isThenable(found)) return possibleType(type, found, info);
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
