import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  Kind,
  TypeInfo,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { operationLimits } from './builder.ts';

/** Pages whose size is a variable without a default count as this many. */
const USUAL_PAGE = '20';

/** What one operation asks for, in the units of `operationLimits`. */
export type DocumentCost = Record<keyof typeof operationLimits, number>;

/**
 * Prices a valid document before anybody has called it: a variable counts with its default, and where it has none, with the usual
 * size of a page. A call with larger pages is priced again when it comes.
 * @param document with one operation
 */
export function costOf(schema: GraphQLSchema, document: DocumentNode): DocumentCost {
  return complexityFromQuery(withoutVariables(schema, document), { schema, ctx: {} });
}

/** Which limits a cost passes, each in words. */
export function passedLimits(cost: DocumentCost): string[] {
  return (Object.keys(operationLimits) as (keyof DocumentCost)[])
    .filter((kind) => cost[kind] > operationLimits[kind])
    .map((kind) => `it asks for too much: ${kind} ${cost[kind]}, at most ${operationLimits[kind]}.`);
}

/** The same document as it is called when nothing optional is given. */
function withoutVariables(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const defaults = new Map<string, ValueNode>();
  visit(document, {
    VariableDefinition({ variable, defaultValue }) {
      if (defaultValue) defaults.set(variable.name.value, defaultValue);
    },
  });
  const types = new TypeInfo(schema);
  return visit(
    document,
    visitWithTypeInfo(types, {
      OperationDefinition: (node) => ({ ...node, variableDefinitions: [] }),
      Argument(node) {
        if (!hasVariable(node.value)) return undefined;
        if (node.value.kind === Kind.VARIABLE) {
          const value = defaults.get(node.value.name.value);
          if (value && value.kind !== Kind.NULL) return { ...node, value };
        }
        const argument = types.getArgument();
        return argument && isRequiredArgument(argument) ? { ...node, value: anyOf(argument.type) } : null;
      },
    }),
  );
}

function hasVariable(value: ValueNode): boolean {
  let found = false;
  visit(value, {
    Variable() {
      found = true;
    },
  });
  return found;
}

/** Some value of a type; which one does not matter to the price. */
function anyOf(type: GraphQLInputType): ValueNode {
  if (isNonNullType(type)) return anyOf(type.ofType);
  if (isListType(type)) return { kind: Kind.LIST, values: [] };
  if (isEnumType(type)) return { kind: Kind.ENUM, value: type.getValues()[0]?.name ?? '' };
  if (isInputObjectType(type)) {
    const every = Object.values(type.getFields());
    const needed = type.isOneOf ? every.slice(0, 1) : every.filter(isRequiredInputField);
    const fields = needed.map(
      (field) =>
        ({
          kind: Kind.OBJECT_FIELD,
          name: { kind: Kind.NAME, value: field.name },
          value: anyOf(field.type),
        }) as const,
    );
    return { kind: Kind.OBJECT, fields };
  }
  const samples: Record<string, ValueNode> = {
    Int: { kind: Kind.INT, value: USUAL_PAGE },
    Float: { kind: Kind.FLOAT, value: '1.0' },
    Boolean: { kind: Kind.BOOLEAN, value: false },
    DateTime: { kind: Kind.STRING, value: '2026-01-02T03:04:05Z' },
    OffsetDateTime: { kind: Kind.STRING, value: '2026-01-02T03:04:05Z' },
    Date: { kind: Kind.STRING, value: '2026-01-02' },
    Decimal: { kind: Kind.STRING, value: '1.00' },
    Currency: { kind: Kind.STRING, value: 'RUB' },
    PhoneNumber: { kind: Kind.STRING, value: '+79261110001' },
    EmailAddress: { kind: Kind.STRING, value: 'somebody@example.org' },
    URL: { kind: Kind.STRING, value: 'https://example.org/' },
  };
  return samples[type.name] ?? { kind: Kind.STRING, value: 'x' };
}
