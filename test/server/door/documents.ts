import { doingNames } from './schema.ts';

/** Documents over the schema of the two paths, each with the variables that it is sent with. */
export interface Sample {
  text: string;
  variables?: Record<string, unknown>;
  /** More than one error: their order, and what else fails under a place that is null already, is nobody's promise. */
  many?: boolean;
}

const suffixes = ['', 'Sure', 'Later', 'SureLater'];

/** Every way to fail, at each depth at which a null can stop. */
const failing: Sample[] = doingNames.flatMap((name) => [
  ...suffixes.map((suffix) => ({
    text: `query Fails { hello thing { id ${name}${suffix} } }`,
    many: name === 'several',
  })),
  { text: `query FailsDeep { hello sure { id sure { id ${name}Sure } } }`, many: name === 'several' },
  { text: `query FailsInList { hello thing { things { id other: ${name} } } }`, many: true },
  { text: `mutation Fails { ${name} }`, many: name === 'several' },
  { text: `mutation FailsSure { thing { id } ${name}Sure }`, many: name === 'several' },
  // what must not be null ends the operation: no mutation behind it is begun
  { text: `mutation FailsFirst { ${name}Sure thing { id } last: thing { id } }`, many: name === 'several' },
  { text: `mutation FailsLater { first: thing { id } ${name}Later last: thing { id } }`, many: name === 'several' },
]);

const at = (field: string, count: number): Sample[] =>
  Array.from({ length: count }, (_, index) => ({
    text: `query At($at: Int!) { hello ${field}(at: $at) }`,
    variables: { at: index },
  }));

const shapes: Sample[] = [
  { text: 'query Hello { hello }' },
  { text: '{ hello }' },
  { text: 'query Who { who __typename }' },
  { text: 'query Many { hello again: hello thing { thing { id __typename things { id } } } }' },
  {
    text: 'query Fragments { thing { ...A ...B } } fragment A on Thing { id fine } fragment B on Thing { id sure { ...A } }',
  },
  { text: 'query Mixed { thing { mixed } }' },
  { text: 'query Gaps { thing { gaps } }' },
  { text: 'query Broken { thing { broken } }' },
  { text: 'query NotList { hello thing { notList } }' },
  { text: 'query Zoo { hello zoo { __typename name ... on Cat { lives } ... on Dog { barks } } }', many: true },
  { text: 'query SureZoo { hello sureZoo { name } }', many: true },
  { text: 'query Pets { pets { __typename ... on Named { name } ... on Cat { lives } } }' },
  ...['cat', 'dog', 'fault', 'none'].map((name) => ({
    text: 'query Named($name: String!) { hello named(name: $name) { __typename name ... on Dog { barks } } }',
    variables: { name },
  })),
  ...at('colour', 4),
  ...at('even', 3),
  ...at('float', 4),
  ...at('int', 4),
  // what is not compiled is run all the same
  { text: 'query Skip($no: Boolean!) { hello @skip(if: $no) who @include(if: $no) }', variables: { no: true } },
  { text: 'query Skip($no: Boolean!) { hello @skip(if: $no) who @include(if: $no) }', variables: { no: false } },
  { text: 'query Odd { thing { an_odd: id idx0: fine Thing: id __proto: id } }' },
  { text: 'query Proto { __proto__: hello hello }' },
  { text: 'query Schema { __schema { queryType { name } } __type(name: "Thing") { kind } }' },
  { text: 'mutation Touch { first: thing { id } second: thing { fine } }' },
];

const values = [
  ...[null, 0, 1, -1, 1.5, 2 ** 31, -(2 ** 31), 1e300, '', '1', 'text', 'RED', 'r', true, false],
  ...[[], [1], ['1'], [null], [[1]], {}, { must: true }, { must: null }, { must: true, unknown: 1 }],
  ...[
    { must: true, many: 1 },
    { must: true, many: [1, null] },
    { must: true, colour: 'BLUE', text: null },
  ],
  ...[{ must: true, inner: { must: false, inner: null } }, { must: true, inner: { text: 'x' } }, { must: 'true' }],
];
const types = {
  Int: 'Int',
  SureInt: 'Int!',
  Text: 'String',
  Id: 'ID',
  Float: 'Float',
  Flag: 'Boolean',
  Colour: 'Colour',
  Even: 'Even',
  Ints: '[Int!]',
  Filter: 'Filter',
};

/** Every value for a variable of every type, and in a document's own words where they have defaults. */
const variables: Sample[] = Object.entries(types).flatMap(([name, type]) => {
  const text = `query Value($value: ${type}) { hello echo${name}(value: $value) }`;
  return [{ text }, { text, variables: { other: 1 } }, ...values.map((value) => ({ text, variables: { value } }))];
});

const defaults: Sample[] = [
  ...[{}, { value: null }, { value: 3 }, { value: '3' }].flatMap((given) => [
    { text: 'query Default($value: Int = 4) { echoInt(value: $value) hello }', variables: given },
    { text: 'query Default($value: Int! = 4) { echoSureInt(value: $value) hello }', variables: given },
    { text: 'query Default($value: Int = 4) { echoSureInt(value: $value) hello }', variables: given },
    { text: 'query Default($value: Int) { echoDefault(value: $value) hello }', variables: given },
  ]),
  {
    text: 'query Inner($many: [Int!], $must: Boolean!) { echoFilter(value: { many: $many, must: $must }) }',
    variables: { must: true },
  },
  {
    text: 'query Inner($many: [Int!], $must: Boolean!) { echoFilter(value: { many: $many, must: $must }) }',
    variables: { must: true, many: [3] },
  },
  {
    text: 'query Literals { echoFilter(value: { many: 3, must: true, colour: GREEN }) echoEven(value: 4) echoColour(value: RED) echoText(value: "a\\u2028\\"b") }',
  },
  {
    text: 'mutation Filter($value: Filter) { echoFilter(value: $value) thing { id } }',
    variables: { value: { must: 1 } },
  },
  {
    text: 'mutation Filter($value: Filter) { echoFilter(value: $value) thing { id } }',
    variables: { value: { must: true } },
  },
];

const endless = 'query Endless($value: Endless) { hello echoEndless(value: $value) }';
defaults.push(
  { text: endless, variables: { value: { inner: [{ inner: { text: 'x' } }] } } },
  { text: endless, variables: { value: { inner: { inner: 7 } } } },
);

export const samples: readonly Sample[] = [...failing, ...shapes, ...variables, ...defaults];
