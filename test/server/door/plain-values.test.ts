import { buildSchema, getVariableValues, Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { plainValues } from '../../../src/server/door/plain-values.ts';

const schema = buildSchema(`
  directive @oneOf on INPUT_OBJECT
  scalar Even
  enum Colour { RED GREEN }
  input Money { amount: String! currency: String! = "RUB" }
  input Target @oneOf { walletId: ID phone: String }
  input Order { key: ID! money: Money! to: Target colours: [Colour!] tags: [[String]] count: Int even: Even }
  type Query { order(input: Order!, ids: [ID!], many: [Order]): Int }
`);
const even = schema.getType('Even');
if (even && 'parseValue' in even)
  even.parseValue = (value: unknown) => {
    if (typeof value !== 'string' || value.length % 2 === 1) throw new TypeError('odd');
    return value;
  };

const [operation] = parse(
  'query Q($input: Order!, $ids: [ID!], $many: [Order] = []) { order(input: $input, ids: $ids, many: $many) }',
).definitions;
const definitions = operation?.kind === Kind.OPERATION_DEFINITION ? (operation.variableDefinitions ?? []) : [];
const isPlain = plainValues(schema, definitions);

const good = { key: 'k', money: { amount: '1.00' } };
const plain: Record<string, unknown>[] = [
  { input: good },
  { input: { ...good, money: { amount: '1.00', currency: 'USD' } }, ids: null, many: [good, null] },
  { input: { ...good, to: { walletId: 'w' }, colours: ['RED', 'GREEN'], tags: [['a', null], null], even: '' } },
  { input: { ...good, to: null, colours: null, count: 2 ** 31 - 1, even: 'ab' }, ids: ['a'], other: 1 },
];
const odd: Record<string, unknown>[] = [
  {},
  { input: null },
  { input: 'x' },
  { input: [good] },
  { input: { key: 'k' } },
  { input: { ...good, key: null } },
  { input: { ...good, key: 7 } },
  { input: { ...good, more: 1 } },
  { input: JSON.parse('{"key":"k","money":{"amount":"1"},"__proto__":{}}') },
  { input: { ...good, money: { amount: '1', currency: null } } },
  { input: { ...good, money: {} } },
  { input: { ...good, to: {} } },
  { input: { ...good, to: { walletId: null } } },
  { input: { ...good, to: { walletId: 'w', phone: '1' } } },
  { input: { ...good, to: { walletId: 'w', phone: null } } },
  { input: { ...good, colours: ['BLUE'] } },
  { input: { ...good, colours: [null] } },
  { input: { ...good, colours: 'RED' } },
  { input: { ...good, tags: [[1]] } },
  { input: { ...good, count: 2 ** 31 } },
  { input: { ...good, count: '1' } },
  { input: { ...good, even: 'a' } },
  { input: { ...good, even: 2 } },
  { input: good, ids: [null] },
];

test('What is plain is good for graphql-js, too, in every kind of type.', () => {
  for (const values of plain) {
    expect([values, isPlain(values)]).toEqual([values, true]);
    expect(getVariableValues(schema, definitions, values).errors).toBeUndefined();
  }
});

test('What graphql-js refuses is never plain, and what it has to make good is left to it.', () => {
  for (const values of odd) expect([values, isPlain(values)]).toEqual([values, false]);
  const refused = odd.filter((values) => getVariableValues(schema, definitions, values).errors);
  expect(odd.length - refused.length).toBe(2);
});
