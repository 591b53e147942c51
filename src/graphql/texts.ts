import { type GraphQLSchema, isObjectType } from 'graphql';
import { type InputIssue, InvalidInputError } from '../errors.ts';

const UNSTORABLE = 'has a character that no text can have (U+0000, or half of a surrogate pair).';

/**
 * Refuses texts that are none: the database cannot keep them, and would say so as a fault. JSON can carry both.
 * @throws InvalidInputError naming each text that cannot be kept
 */
export function checkTexts(value: unknown): void {
  if (!isStorable(value)) throw new InvalidInputError([...unstorable(value, [])]);
}

const isText = (value: string): boolean => !value.includes('\0') && !/\p{Cs}/u.test(value);

const isTree = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Date) && !('arrayBuffer' in value);

/** As good as always, so nothing is noted down on the way. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return isText(value);
  return !isTree(value) || Object.values(value).every(isStorable);
}

function* unstorable(value: unknown, path: string[]): Generator<InputIssue> {
  if (typeof value === 'string') {
    if (!isText(value)) yield { path, message: UNSTORABLE };
  } else if (isTree(value)) {
    for (const [name, member] of Object.entries(value)) yield* unstorable(member, [...path, name]);
  }
}

/**
 * Looks at the texts in the arguments of every field but mutations, which do it themselves: there the refusal is typed.
 * @returns the same schema
 */
export function guardTexts(schema: GraphQLSchema): GraphQLSchema {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  for (const type of types) {
    if (type === schema.getMutationType() || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.args.length === 0) continue;
      field.resolve = guarded(field.resolve);
      field.subscribe = guarded(field.subscribe);
    }
  }
  return schema;
}

function guarded<Resolve extends (parent: unknown, args: never, ...rest: never[]) => unknown>(
  resolve: Resolve | undefined,
): Resolve | undefined {
  if (!resolve) return undefined;
  const wrapped = (parent: unknown, args: never, ...rest: never[]) => {
    checkTexts(args);
    return resolve(parent, args, ...rest);
  };
  return wrapped as Resolve;
}
