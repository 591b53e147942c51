import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isSpecifiedScalarType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { present } from '../../lib/assert.ts';

type Check = (value: unknown) => boolean;

/** What the values of the five built-in scalars are beyond doubt, given and answered alike. */
export const PLAIN: Readonly<Record<string, Check>> = {
  ID: (value) => typeof value === 'string',
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Int: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  Float: (value) => Number.isFinite(value),
};
/** What is more than a line of text in JSON (an upload) is looked at by graphql-js. */
const isText: Check = (value) => typeof value === 'string';

/**
 * Are these values plainly good? What is not plain is looked at by graphql-js, which is ten times as dear.
 * @param definitions of a document that is valid for this schema, with no input in its variables that holds itself
 * @returns a function of the values; what it denies may still be good
 */
export function plainValues(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): (values: Readonly<Record<string, unknown>>) => boolean {
  const checks = definitions.map(({ variable, type, defaultValue }) => {
    const given = present(typeFromAST(schema, type as never), 'the type of a variable') as GraphQLInputType;
    return { name: variable.name.value, check: memberCheck(given, isNonNullType(given) && !defaultValue) };
  });
  return (values) => {
    for (const { name, check } of checks) if (!check(ownOf(values, name))) return false;
    return true;
  };
}

const ownOf = (values: object, name: string): unknown =>
  Object.hasOwn(values, name) ? (values as Record<string, unknown>)[name] : undefined;

/** Of a value that may be left out, unless it is required. */
function memberCheck(type: GraphQLInputType, isRequired: boolean): Check {
  const mayBeNull = !isNonNullType(type);
  const isGood = valueCheck(mayBeNull ? type : type.ofType);
  return (value) => (value === undefined ? !isRequired : value === null ? mayBeNull : isGood(value));
}

/** Of a value that is there. */
function valueCheck(type: GraphQLInputType): Check {
  if (isNonNullType(type)) return valueCheck(type.ofType);
  if (isListType(type)) {
    const isGood = memberCheck(type.ofType, true);
    return (value) => Array.isArray(value) && value.every(isGood);
  }
  return isInputObjectType(type) ? objectCheck(type) : leafCheck(type);
}

function leafCheck(type: GraphQLLeafType): Check {
  if (isEnumType(type)) return (value) => typeof value === 'string' && type.getValue(value) !== undefined;
  const plain = isSpecifiedScalarType(type) ? PLAIN[type.name] : undefined;
  if (plain) return plain;
  return (value) => {
    try {
      return isText(value) && type.parseValue(value) !== undefined;
    } catch {
      // it is good enough for graphql-js to say why
      return false;
    }
  };
}

function objectCheck(type: GraphQLInputObjectType): Check {
  const members = new Map(
    Object.values(type.getFields()).map((field) => [field.name, memberCheck(field.type, isRequiredInputField(field))]),
  );
  const required = [...members.keys()].filter((name) => !members.get(name)?.(undefined));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const names = Object.keys(value);
    // one of them and no other, and not null: rare enough to be left to graphql-js
    if (type.isOneOf && (names.length !== 1 || ownOf(value, names[0] ?? '') === null)) return false;
    for (const name of names) if (!members.get(name)?.(ownOf(value, name))) return false;
    for (const name of required) if (!Object.hasOwn(value, name)) return false;
    return true;
  };
}
