import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLError,
  GraphQLFloat,
  GraphQLID,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLNullableType,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
} from 'graphql';
import { NotFoundError } from '../../../src/errors.ts';
import type { Context } from '../../../src/graphql/context.ts';

/** A schema whose fields answer, take arguments and fail in every way that the two paths of a request could treat differently. */

const need = <T extends GraphQLNullableType>(type: T) => new GraphQLNonNull(type);
const later = async <T>(value: T): Promise<T> => {
  await new Promise((resolve) => setImmediate(resolve));
  return value;
};

/** What each field of a Thing does, by its name: at once, and under `later…` after a turn. */
const doings: Record<string, () => unknown> = {
  fine: () => 'fine',
  empty: () => null,
  missing: () => undefined,
  fault: () => {
    throw new Error('password=hunter2 at db-internal-7');
  },
  returned: () => new Error('password=hunter2 returned'),
  refusal: () => {
    throw new GraphQLError('Not today.', { extensions: { code: 'NOT_TODAY', hint: { of: 'the day' } } });
  },
  refused: () => {
    throw new GraphQLError('Sign in.', { extensions: { code: 'UNAUTHENTICATED' } });
  },
  status: () => {
    throw new GraphQLError('Gone.', {
      extensions: { code: 'GONE', http: { status: 410, headers: { 'X-Gone': 'yes' } } },
    });
  },
  wrapped: () => {
    throw new GraphQLError('outer', { originalError: new Error('password=hunter2 inside') });
  },
  domain: () => {
    throw new NotFoundError('The thing');
  },
  text: () => {
    throw 'password=hunter2 as a text';
  },
  object: () => {
    throw { message: 'password=hunter2 in an object', code: 7 };
  },
  several: () => {
    throw new AggregateError([new Error('password=hunter2 one'), new GraphQLError('two')]);
  },
  unwritable: () => ({ toString: 1 }),
};

const Colour = new GraphQLEnumType({ name: 'Colour', values: { RED: { value: 'r' }, BLUE: { value: 7 }, GREEN: {} } });

/** Refuses in both directions, as a plain error and as one for callers. */
const Even = new GraphQLScalarType<number, number>({
  name: 'Even',
  serialize(value) {
    if (typeof value !== 'number') throw new TypeError(`password=hunter2 in ${String(value)}`);
    if (value % 2) throw new GraphQLError('An even number was expected.');
    return value;
  },
  parseValue(value) {
    if (typeof value !== 'number') throw new TypeError('not a number');
    if (value % 2) throw new GraphQLError('Even is an even number.', { extensions: { code: 'BAD_USER_INPUT' } });
    return value / 2;
  },
});

const Named: GraphQLInterfaceType = new GraphQLInterfaceType({
  name: 'Named',
  fields: { name: { type: need(GraphQLString) } },
  resolveType(value: { name: string }) {
    if (value.name === 'fault') throw new Error('password=hunter2 in a type');
    if (value.name === 'unknown') return 'Unknown';
    if (value.name === 'none') return undefined;
    return value.name.startsWith('c') ? 'Cat' : 'Dog';
  },
});
const Cat = new GraphQLObjectType({
  name: 'Cat',
  interfaces: [Named],
  fields: { name: { type: need(GraphQLString) }, lives: { type: GraphQLInt, resolve: () => 9 } },
});
const Dog = new GraphQLObjectType({
  name: 'Dog',
  interfaces: [Named],
  fields: { name: { type: need(GraphQLString) }, barks: { type: GraphQLBoolean, resolve: () => later(true) } },
});
const Pet = new GraphQLUnionType({
  name: 'Pet',
  types: [Cat, Dog],
  resolveType: ({ name }: { name: string }) => (name.startsWith('c') ? 'Cat' : 'Dog'),
});
const animals = ['cat', 'dog', 'fault', 'unknown', 'none'].map((name) => ({ name }));

const Thing: GraphQLObjectType<unknown, Context> = new GraphQLObjectType<unknown, Context>({
  name: 'Thing',
  fields: () => ({
    id: { type: need(GraphQLID), resolve: () => 7 },
    thing: { type: Thing, resolve: () => ({}) },
    sure: { type: need(Thing), resolve: () => later({}) },
    things: { type: need(new GraphQLList(need(Thing))), resolve: () => [{}, later({}), {}] },
    mixed: { type: new GraphQLList(need(GraphQLString)), resolve: () => ['a', null, 'b'] },
    gaps: {
      type: new GraphQLList(GraphQLString),
      resolve: () => ['a', null, new Error('password=hunter2 in a list'), later('b')],
    },
    broken: {
      type: new GraphQLList(GraphQLString),
      resolve: () => ['a', Promise.reject(new Error('password=hunter2 late'))],
    },
    notList: { type: new GraphQLList(GraphQLString), resolve: () => 'text' },
    ...Object.fromEntries(
      Object.entries(doings).flatMap(([name, act]) => [
        [name, { type: GraphQLString, resolve: act }],
        [`${name}Sure`, { type: need(GraphQLString), resolve: act }],
        [`${name}Later`, { type: GraphQLString, resolve: () => later(null).then(act) }],
        [`${name}SureLater`, { type: need(GraphQLString), resolve: () => later(null).then(act) }],
      ]),
    ),
  }),
});

const Filter: GraphQLInputObjectType = new GraphQLInputObjectType({
  name: 'Filter',
  fields: () => ({
    text: { type: GraphQLString, defaultValue: 'any' },
    many: { type: new GraphQLList(need(GraphQLInt)) },
    colour: { type: Colour, defaultValue: 7 },
    must: { type: need(GraphQLBoolean) },
    inner: { type: Inner },
  }),
});
const Inner = new GraphQLInputObjectType({
  name: 'Inner',
  fields: { text: { type: GraphQLString }, must: { type: need(GraphQLBoolean), defaultValue: true } },
});
/** Holds itself, which the compiler has no end for. */
const Endless: GraphQLInputObjectType = new GraphQLInputObjectType({
  name: 'Endless',
  fields: () => ({ text: { type: GraphQLString }, inner: { type: new GraphQLList(Endless) } }),
});

const shown = (value: unknown) => JSON.stringify(value);
const echo = (type: GraphQLInputType) => ({
  type: GraphQLString,
  args: { value: { type } },
  resolve: (_root: unknown, args: object) => shown(args),
});

const Query = new GraphQLObjectType<unknown, Context>({
  name: 'Query',
  fields: {
    hello: { type: need(GraphQLString), resolve: () => 'world' },
    who: { type: GraphQLString, resolve: (_root, _args, { viewer }) => viewer?.kind ?? 'nobody' },
    thing: { type: Thing, resolve: () => ({}) },
    sure: { type: need(Thing), resolve: () => ({}) },
    named: { type: Named, args: { name: { type: need(GraphQLString) } }, resolve: (_root, { name }) => ({ name }) },
    zoo: { type: new GraphQLList(Named), resolve: () => animals },
    sureZoo: { type: need(new GraphQLList(need(Named))), resolve: () => animals },
    pets: { type: new GraphQLList(Pet), resolve: () => later(animals.slice(0, 2)) },
    colour: {
      type: Colour,
      args: { at: { type: need(GraphQLInt) } },
      resolve: (_root, { at }) => ['r', 7, 'GREEN', 'black'][at],
    },
    even: { type: Even, args: { at: { type: need(GraphQLInt) } }, resolve: (_root, { at }) => [2, 3, 'x'][at] },
    float: {
      type: GraphQLFloat,
      args: { at: { type: need(GraphQLInt) } },
      resolve: (_root, { at }) => [1.5, Number.NaN, 'x', true][at],
    },
    int: {
      type: GraphQLInt,
      args: { at: { type: need(GraphQLInt) } },
      resolve: (_root, { at }) => [1, 1.5, 2 ** 31, '5'][at],
    },
    echoInt: echo(GraphQLInt),
    echoSureInt: echo(need(GraphQLInt)),
    echoDefault: {
      type: GraphQLString,
      args: { value: { type: need(GraphQLInt), defaultValue: 5 } },
      resolve: (_root, args) => shown(args),
    },
    echoText: echo(GraphQLString),
    echoId: echo(GraphQLID),
    echoFloat: echo(GraphQLFloat),
    echoFlag: echo(GraphQLBoolean),
    echoColour: echo(Colour),
    echoEven: echo(Even),
    echoInts: echo(new GraphQLList(need(GraphQLInt))),
    echoFilter: echo(Filter),
    echoEndless: echo(Endless),
  },
});

let touched = 0;
/** How often a mutation was run. */
export const touches = (): number => touched;
const touch = (act: () => unknown) => () => {
  touched += 1;
  return act();
};

const Mutation = new GraphQLObjectType<unknown, Context>({
  name: 'Mutation',
  fields: {
    thing: { type: Thing, resolve: touch(() => ({})) },
    echoFilter: { ...echo(Filter), resolve: (_root: unknown, args: object) => touch(() => shown(args))() },
    ...Object.fromEntries(
      Object.entries(doings).flatMap(([name, act]) => [
        [name, { type: GraphQLString, resolve: touch(act) }],
        [`${name}Sure`, { type: need(GraphQLString), resolve: touch(act) }],
        [`${name}Later`, { type: GraphQLString, resolve: touch(() => later(null).then(act)) }],
      ]),
    ),
  },
});

const Subscription = new GraphQLObjectType({
  name: 'Subscription',
  fields: {
    count: {
      type: GraphQLInt,
      async *subscribe() {
        yield { count: 1 };
      },
    },
  },
});

export const doorSchema = new GraphQLSchema({
  query: Query,
  mutation: Mutation,
  subscription: Subscription,
  types: [Cat, Dog],
});
export const doingNames = Object.keys(doings);
