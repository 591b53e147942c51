import { Kind, type TypeNode, type VariableDefinitionNode } from 'graphql';

/** What the values of the five built-in scalars are beyond doubt; other values, and other types, are looked at by graphql-js. */
const PLAIN: Readonly<Record<string, (value: unknown) => boolean>> = {
  ID: (value) => typeof value === 'string',
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Int: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  Float: (value) => Number.isFinite(value),
};

/**
 * Are these values plainly good?
 * @param definitions of a valid document
 * @returns a function of the values; what it denies may still be good
 */
export function plainValues(
  definitions: readonly VariableDefinitionNode[],
): (values: Readonly<Record<string, unknown>>) => boolean {
  const checks = definitions.map(({ variable, type }) => ({ name: variable.name.value, ...checkOf(type) }));
  return (values) =>
    checks.every(({ name, isNeeded, isGood }) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      return value === undefined || value === null ? !isNeeded : isGood(value);
    });
}

function checkOf(type: TypeNode): { isNeeded: boolean; isGood(value: unknown): boolean } {
  if (type.kind === Kind.NON_NULL_TYPE) return { ...checkOf(type.type), isNeeded: true };
  const isGood = type.kind === Kind.NAMED_TYPE ? PLAIN[type.name.value] : undefined;
  return { isNeeded: false, isGood: isGood ?? (() => false) };
}
