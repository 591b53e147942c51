import { type GraphQLSchema, isObjectType } from 'graphql';
import { type InputIssue, InvalidInputError } from '../errors.ts';

const UNSTORABLE = 'has a character that no text can have (U+0000, or half of a surrogate pair).';

/**
 * Refuses texts that are none: the database cannot keep them, and would say so as a fault. JSON can carry both.
 * @param path where `value` stands in the arguments
 * @throws InvalidInputError naming each text that cannot be kept
 */
export function checkTexts(value: unknown, path: string[] = []): void {
  const issues = [...unstorable(value, path)];
  if (issues.length > 0) throw new InvalidInputError(issues);
}

function* unstorable(value: unknown, path: string[]): Generator<InputIssue> {
  if (typeof value === 'string') {
    if (value.includes('\0') || /\p{Cs}/u.test(value)) yield { path, message: UNSTORABLE };
  } else if (typeof value === 'object' && value !== null && !(value instanceof Date) && !('arrayBuffer' in value)) {
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
