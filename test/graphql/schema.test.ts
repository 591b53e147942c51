import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isUnionType,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
} from 'graphql';
import { expect, test } from 'vitest';
import { persistedDocuments, typedOperations } from '../../codegen.ts';
import * as prismaEnums from '../../src/db/generated/enums.ts';
import { errorCodes } from '../../src/errors.ts';
import { eventTypes } from '../../src/events/event.ts';
import { schema } from '../../src/graphql/schema.ts';

/** What every client may rely on, of the schema as a whole. */

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
const builtIn = ['String', 'Int', 'Float', 'Boolean', 'ID'];
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
const capital = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`;

/** The parts of a type that are described one by one, each by its place. */
function parts(type: GraphQLNamedType): [place: string, description: string | null | undefined][] {
  if (isEnumType(type)) return type.getValues().map(({ name, description }) => [`${type.name}.${name}`, description]);
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map(({ name, description }) => [`${type.name}.${name}`, description]);
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap(({ name, description, args }) => [
    [`${type.name}.${name}`, description] as [string, string | null | undefined],
    ...args.map((arg) => [`${type.name}.${name}(${arg.name})`, arg.description] as [string, string | null | undefined]),
  ]);
}

test('Every type, field, argument and value has a description that is a sentence of its own.', () => {
  const all = types
    .filter(({ name }) => !builtIn.includes(name))
    .flatMap((type) => [[type.name, type.description] as [string, string | null | undefined], ...parts(type)]);
  expect(all.length).toBeGreaterThan(500);
  expect(all.filter(([, description]) => !description?.trim()).map(([place]) => place)).toEqual([]);
  expect(all.filter(([, description]) => !/[.?…]$/.test(description?.trim() ?? '')).map(([place]) => place)).toEqual(
    [],
  );
});

test('A mutation takes one `input`, and answers a nullable union of its success and of refusals.', () => {
  expect(mutations.length).toBeGreaterThan(20);
  const odd = mutations.flatMap(({ name, type, args }) => {
    const union = getNamedType(type);
    if (isNonNullType(type) || !isUnionType(union)) return [`${name}: not a nullable union`];
    const [success, ...refusals] = [...union.getTypes()].sort((a) => (a.name.endsWith('Success') ? -1 : 1));
    return [
      ...(union.name === `${capital(name)}Result` ? [] : [`${name}: answers ${union.name}`]),
      ...(success?.name === `${capital(name)}Success` ? [] : [`${name}: succeeds with ${success?.name}`]),
      ...(args.length === 1 && args[0]?.name === 'input' && isNonNullType(args[0].type) ? [] : [`${name}: its input`]),
      ...refusals.filter((refusal) => !isRefusal(refusal)).map((refusal) => `${name}: ${refusal.name} is no Error`),
      ...(refusals.length > 0 ? [] : [`${name}: refuses nothing`]),
    ];
  });
  expect(odd).toEqual([]);
});

const isRefusal = (type: GraphQLObjectType) =>
  type.getInterfaces().some(({ name }) => name === 'Error') && type.name.endsWith('Error');

test('Whatever makes something or moves money takes an idempotency key and says whether it was replayed.', () => {
  // the id of the thing is the key, or a secret is answered that cannot be answered twice
  const without = [
    'customerCreate',
    'paymentConfirm',
    'partnerCreate',
    'apiKeyCreate',
    'sessionTokenCreate',
    'providerAccountCreate',
    'webhookEndpointCreate',
  ];
  const makers = mutations.filter(
    ({ name }) => /(Create|Open|Settle|Refund|Link|Order|Pay|Buy)$/.test(name) && !without.includes(name),
  );
  const odd = makers.flatMap(({ name, type, args }) => {
    const input = getNamedType(args[0]?.type);
    const key = isInputObjectType(input) ? input.getFields()['idempotencyKey'] : undefined;
    const union = getNamedType(type);
    const success = isUnionType(union) ? union.getTypes().find((member) => member.name.endsWith('Success')) : undefined;
    return [
      ...(key && isNonNullType(key.type) ? [] : [`${name} takes no key`]),
      ...(success?.getFields()['replayed'] ? [] : [`${name} does not say whether it was replayed`]),
    ];
  });
  expect(makers.length).toBeGreaterThan(5);
  expect(odd).toEqual([]);
});

test('A list that can grow is a connection with `first` and `after`.', () => {
  const odd = types.filter(isObjectType).flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
      .filter(({ args }) => !['first', 'after'].every((wanted) => args.some((arg) => arg.name === wanted)))
      .map((field) => `${type.name}.${field.name}`),
  );
  expect(odd).toEqual([]);
});

test('Enum values are the same words in GraphQL, in Prisma and in TypeScript.', () => {
  const shared = { ...prismaEnums, ErrorCode: errorCodes, EventType: eventTypes } as Record<string, object>;
  const compared = Object.entries(shared).flatMap(([name, values]) => {
    const type = schema.getType(name);
    if (!isEnumType(type)) return [];
    const shown = type
      .getValues()
      .map((value) => value.name)
      .sort();
    return [{ name, shown, stored: Object.values(values).sort() }];
  });
  expect(compared.length).toBeGreaterThan(10);
  for (const { name, shown, stored } of compared) expect({ [name]: shown }).toEqual({ [name]: stored });
});

test('What was promised to clients by name is there: names.txt only grows.', () => {
  const promised = readFileSync('test/graphql/names.txt', 'utf8').trim().split('\n');
  const printed = new Set(types.flatMap(names));
  expect(promised.length).toBeGreaterThan(1_000);
  expect(promised.filter((name) => !printed.has(name))).toEqual([]);
});

/** Every name of a type with what stands behind it, as names.txt writes them. */
function names(type: GraphQLNamedType): string[] {
  const { name } = type;
  if (isEnumType(type))
    return [`${name}: EnumTypeDefinition`, ...type.getValues().map((value) => `${name}.${value.name}: value`)];
  if (isUnionType(type))
    return [`${name}: UnionTypeDefinition`, ...type.getTypes().map((member) => `${name} | ${member.name}: member`)];
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).map((field) => `${name}.${field.name}: ${field.type}`);
    return [`${name}: InputObjectTypeDefinition`, ...fields];
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [`${name}: ScalarTypeDefinition`];
  return [
    `${name}: ${isObjectType(type) ? 'Object' : 'Interface'}TypeDefinition`,
    ...type.getInterfaces().map((implemented) => `${name} implements ${implemented.name}: interface`),
    ...Object.values(type.getFields()).flatMap((field) => [
      `${name}.${field.name}: ${field.type}`,
      ...field.args.map((arg) => `${name}.${field.name}(${arg.name}): ${arg.type}`),
    ]),
  ];
}

test('The printed schema, the types of our operations and their manifest are up to date (`npm run generate`).', async () => {
  const header = '// Generated by `npm run generate` from schema/operations/*.graphql.\n';
  expect(readFileSync('schema/schema.graphql', 'utf8')).toBe(`${printSchema(lexicographicSortSchema(schema))}\n`);
  expect(readFileSync('schema/operations.ts', 'utf8')).toBe(header + (await typedOperations(schema)));
  expect(readFileSync('schema/persisted-documents.json', 'utf8')).toBe(persistedDocuments());
});

test('Each document that we ship is valid, and stands under the SHA-256 of its text.', () => {
  const manifest = JSON.parse(readFileSync('schema/persisted-documents.json', 'utf8')) as Record<string, string>;
  expect(Object.keys(manifest).length).toBeGreaterThan(25);
  for (const [id, text] of Object.entries(manifest)) {
    expect(id).toBe(`sha256:${createHash('sha256').update(text).digest('hex')}`);
    expect(validate(schema, parse(text))).toEqual([]);
  }
});
