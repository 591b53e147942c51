import fc from 'fast-check';
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { rootsOf } from './schema-walk.ts';

/** GraphQL documents from a grammar over a schema: most of them valid, some not quite, some noise. */

/** What is asked, and with which variables. */
export interface FuzzedDocument {
  query: string;
  variables: Record<string, unknown>;
}

/** Ids, keys and texts that mean something to the gateway that is asked. */
export type Words = readonly string[];

const strange = [
  '',
  ' ',
  '\0',
  '\ud800',
  '💸',
  "'; DROP TABLE wallet; --",
  '{{7*7}}',
  '../../etc/passwd',
  '%00',
  'null',
  '-0',
  'x'.repeat(300),
];

/** What scalars should be. */
const usual: Record<string, fc.Arbitrary<unknown>> = {
  Int: fc.integer({ min: 1, max: 100 }),
  Float: fc.double({ min: -90, max: 90, noNaN: true }),
  Boolean: fc.boolean(),
  Decimal: fc.constantFrom('1', '0.01', '250.50', '0', '-1', '99999999999999999999'),
  Currency: fc.constantFrom('RUB', 'USD', 'JPY'),
  PhoneNumber: fc.constantFrom('+79261110001', '+79261110002', '+12025550123'),
  DateTime: fc.constantFrom('2026-01-02T03:04:05Z', '2099-01-01T00:00:00Z', '1970-01-01T00:00:00Z'),
  OffsetDateTime: fc.constantFrom('2026-01-02T03:04:05+03:00', '2026-01-02T03:04:05Z'),
  Date: fc.constantFrom('2026-01-02', '2026-12-31', '1900-01-01'),
  URL: fc.constantFrom('https://shop.example/back', 'http://localhost/'),
  EmailAddress: fc.constantFrom('a@example.org', 'b+c@example.org'),
};

/** What they should not be. */
const unusual: Record<string, fc.Arbitrary<unknown>> = {
  Int: fc.constantFrom(0, -1, 101, 2_147_483_647, -2_147_483_648, 2 ** 53),
  Decimal: fc.constantFrom('0.001', '1e3', 'NaN', '1,5', ' 1', '0x10', ''),
  Currency: fc.constantFrom('rub', 'XXX', ''),
  PhoneNumber: fc.constantFrom('89261110001', '+7', 'phone', ''),
  DateTime: fc.constantFrom('2026-13-01T00:00:00Z', '0000-00-00', '+275760-09-13T00:00:00Z', 'yesterday'),
  Date: fc.constantFrom('2026-02-30', '', '20260102'),
  URL: fc.constantFrom('javascript:alert(1)', 'file:///etc/passwd', 'http://[', ''),
  EmailAddress: fc.constantFrom('a@b@c', '@', 'a\r\nBcc: b@c.d'),
};

/** Which of the words may be meant by an id of this name: those of its kind, where there are some. */
function meant(name: string, words: Words): Words {
  const [kind = ''] = /wallet|payment|customer|partner/i.exec(name) ?? [];
  const fitting = words.filter((word) => kind !== '' && word.startsWith(`${kind.slice(0, 3).toLowerCase()}_`));
  return fitting.length > 0 ? fitting : words;
}

/** The value of a scalar: as it should be, or, in the wild, as it should not be or of another kind. */
function scalar(name: string, words: Words, wild: boolean): fc.Arbitrary<unknown> {
  const text = fc.oneof(
    { weight: wild ? 2 : 12, arbitrary: fc.constantFrom(...words) },
    fc.constantFrom(...strange),
    fc.string(),
  );
  const good = usual[name] ?? text;
  if (!wild) return good;
  const other = fc.constantFrom<unknown>(null, 7, -1.5, true, 'text', [], {}, [[]], { a: 1 });
  return fc.oneof({ weight: 6, arbitrary: good }, { weight: 2, arbitrary: unusual[name] ?? text }, other);
}

/** How values are made up. */
interface Taste {
  words: Words;
  /** Are there values that do not fit? */
  wild: boolean;
}

/** A value of an input type; optional fields are there or not, and in the wild one that there is not. */
function value(type: GraphQLInputType, name: string, taste: Taste, depth: number): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return value(type.ofType, name, taste, depth);
  if (isListType(type)) return fc.array(value(type.ofType, name, taste, depth + 1), { maxLength: 3 });
  if (isEnumType(type)) {
    const known = fc.constantFrom(...type.getValues().map(({ name }) => name));
    return taste.wild ? fc.oneof({ weight: 9, arbitrary: known }, fc.constant('NONE_SUCH')) : known;
  }
  if (!isInputObjectType(type)) {
    const words = type.name === 'ID' ? meant(name, taste.words) : taste.words;
    return scalar(type.name, words, taste.wild);
  }
  const every = Object.values(type.getFields());
  const fields = every.filter((field) => isRequiredInputField(field) || type.isOneOf || depth < 3);
  const shape = Object.fromEntries(
    fields.map((field) => [field.name, value(field.type, field.name, taste, depth + 1)]),
  );
  const requiredKeys = fields.filter(isRequiredInputField).map(({ name }) => name);
  const one = fc
    .constantFrom(...fields.map(({ name }) => name))
    .chain((name) => fc.record({ [name]: shape[name] ?? fc.constant(null) }));
  const fitting = type.isOneOf ? one : fc.record(shape, { requiredKeys });
  if (!taste.wild) return fitting;
  const unfit = fc.record({ ...shape, noSuchField: fc.constant(1) }, { requiredKeys: [] });
  return fc.oneof({ weight: 15, arbitrary: fitting }, unfit);
}

/** A few leaves of an answer, and deeper what is an object, as far as `depth` goes. */
function selection(schema: GraphQLSchema, type: GraphQLOutputType, depth: number): fc.Arbitrary<string> {
  const answer = getNamedType(type);
  if (isLeafType(answer)) return fc.constant('');
  const members = isObjectType(answer) ? [answer] : schema.getPossibleTypes(answer as never);
  return fc.constantFrom(...members).chain((member) => {
    const fields = Object.values(member.getFields()).filter((field) => !field.args.some(isRequiredArgument));
    const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)));
    const deep = fields.filter((field) => !isLeafType(getNamedType(field.type)));
    const some = leaves.length > 0 ? fc.subarray(leaves, { maxLength: Math.min(6, leaves.length) }) : fc.constant([]);
    const below =
      deep.length === 0 || depth === 0
        ? fc.constant('')
        : fc
            .constantFrom(...deep)
            .chain((field) => selection(schema, field.type, depth - 1).map((inner) => `${field.name} ${inner}`));
    return fc.tuple(some, below).map(([shown, inner]) => {
      const body = `__typename ${shown.map(({ name }) => name).join(' ')} ${inner}`;
      return isObjectType(answer) ? `{ ${body} }` : `{ __typename ... on ${member.name} { ${body} } }`;
    });
  });
}

/** A document that asks for one field of a root, with its arguments as variables. */
function asked(
  schema: GraphQLSchema,
  root: string,
  field: GraphQLField<unknown, unknown>,
  taste: Taste,
): fc.Arbitrary<FuzzedDocument> {
  // a page is asked for from one end, and cursors are opaque
  const wanted = field.args.filter(({ name }) => taste.wild || !['after', 'before', 'last'].includes(name));
  const shape = Object.fromEntries(
    wanted.map((arg) => [arg.name, value(arg.type, arg.name === 'id' ? field.name : arg.name, taste, 0)]),
  );
  const requiredKeys = field.args.filter(isRequiredArgument).map(({ name }) => name);
  const variables = fc.record(shape, { requiredKeys }) as fc.Arbitrary<Record<string, unknown>>;
  return fc
    .tuple(variables, selection(schema, field.type, 2), fc.integer({ min: 1, max: 3 }))
    .map(([given, shown, times]) => {
      const args = field.args.filter(({ name }) => name in given);
      const declared = args.map(({ name, type }) => `$${name}: ${type}`).join(', ');
      const said = args.map(({ name }) => `${name}: $${name}`).join(', ');
      const one = `${field.name}${said ? `(${said})` : ''} ${shown}`;
      const fields = times === 3 ? `a: ${one} b: ${one}` : one;
      return { query: `${root} Fuzz${declared ? `(${declared})` : ''} { ${fields} }`, variables: given };
    });
}

/** Documents over a schema; of ten, six ask, three would change something, one would subscribe. */
function documents(schema: GraphQLSchema, taste: Taste): fc.Arbitrary<FuzzedDocument> {
  const weights = { query: 6, mutation: 3, subscription: 1 };
  const roots = rootsOf(schema).map(([root, type]) => ({
    weight: weights[root],
    arbitrary: fc.constantFrom(...Object.values(type.getFields())).chain((field) => asked(schema, root, field, taste)),
  }));
  return fc.oneof(...roots);
}

/** Tokens of GraphQL, in an order that rarely makes sense. */
const noise = fc
  .array(
    fc.constantFrom(
      'query',
      'mutation',
      'subscription',
      'fragment',
      'on',
      '{',
      '}',
      '(',
      ')',
      ':',
      '$',
      '@',
      '...',
      '!',
      '[',
      ']',
      '"',
      '"""',
      '#',
      '\n',
      '__schema',
      '__type',
      'wallets',
      'viewer',
      'id',
      '1e999',
      '-',
      '&',
      '\ufeff',
      '\u2028',
      '@skip(if: true)',
      '@defer',
      'true',
      'null',
    ),
    { maxLength: 40 },
  )
  .map((tokens) => tokens.join(' '));

/** The same document with a hole, a stutter or a stranger in it. */
function damaged(document: fc.Arbitrary<FuzzedDocument>): fc.Arbitrary<FuzzedDocument> {
  return fc
    .tuple(document, fc.nat(), fc.nat({ max: 12 }), fc.constantFrom('cut', 'twice', 'put'), noise)
    .map(([whole, where, length, how, put]) => {
      const { query } = whole;
      const at = where % (query.length + 1);
      const [before, part, after] = [query.slice(0, at), query.slice(at, at + length), query.slice(at + length)];
      const middle = { cut: '', twice: part + part, put: part + put }[how];
      return { ...whole, query: before + middle + after };
    });
}

/** What a caller may send as a document. */
export function anyDocument(schema: GraphQLSchema, words: Words): fc.Arbitrary<FuzzedDocument> {
  const [tame, wild] = [documents(schema, { words, wild: false }), documents(schema, { words, wild: true })];
  return fc.oneof(
    { weight: 6, arbitrary: tame },
    { weight: 2, arbitrary: wild },
    { weight: 1, arbitrary: damaged(wild) },
    {
      weight: 1,
      arbitrary: fc.oneof(noise, fc.string(), fc.string({ unit: 'binary' })).map((query) => ({ query, variables: {} })),
    },
  );
}
