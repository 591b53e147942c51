import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { isObjectType, parse } from 'graphql';
import { beforeEach, expect, test } from 'vitest';
import type { Scope } from '../../../src/db/generated/enums.ts';
import type { Viewer } from '../../../src/domain/access/viewer.ts';
import { type AuthScopes, authScopes } from '../../../src/graphql/access.ts';
import { asIs } from '../../../src/graphql/as-is.ts';
import type { Context } from '../../../src/graphql/context.ts';
import { useQuickScopes } from '../../../src/graphql/quick-scopes.ts';
import { createCompiledDocuments } from '../../../src/server/door/compiled-documents.ts';

/** Compiled code asks for scopes once, and what it has not looked at is looked at behind it. */

useQuickScopes();
interface Thing {
  colour: unknown;
  size: unknown;
  price: unknown;
}
let thing: Thing;
let asked: string[];
beforeEach(() => {
  thing = { colour: 'RED', size: 3, price: '1.00' };
  asked = [];
});

const builder = new SchemaBuilder<{
  Context: Context;
  AuthScopes: AuthScopes;
  DefaultFieldNullability: true;
  Scalars: { Price: { Input: string; Output: string } };
}>({ plugins: [ScopeAuthPlugin], scopeAuth: { authScopes } } as never);
builder.scalarType('Price', { serialize: asIs });
const Colour = builder.enumType('Colour', { values: ['RED', 'BLUE'] as const });
const Thing = builder.objectRef<Thing>('Thing').implement({
  authScopes: { scope: 'WALLETS_READ' },
  fields: (t) => ({
    colour: t.field({ type: Colour, resolve: ({ colour }) => told('colour', colour) as never }),
    size: t.expose('size', { type: 'Int' } as never) as never,
    price: t.field({ type: 'Price', resolve: ({ price }) => told('price', price) as never }),
    secret: t.string({ authScopes: { scope: 'PAYMENTS_READ' }, resolve: () => told('secret', 'x') as string }),
  }),
});
builder.queryType({
  fields: (t) => ({
    thing: t.field({ type: Thing, resolve: () => thing }),
    things: t.field({ type: [Thing], resolve: () => [thing, thing] }),
  }),
});
builder.mutationType({ fields: (t) => ({ make: t.field({ type: Thing, resolve: () => thing }) }) });
const schema = builder.toSchema();
const documents = createCompiledDocuments(schema, () => undefined);

function told(name: string, value: unknown): unknown {
  asked.push(name);
  return value;
}

const partner = (...scopes: Scope[]): Viewer => ({
  kind: 'PARTNER',
  partnerId: 'par_1',
  apiKeyId: 'key_1',
  scopes: new Set(scopes),
});
const run = (text: string, viewer: Viewer | null) => documents.of(parse(text))?.run({ viewer }, {});
const EVERYTHING = '{ things { colour size price secret } }';

test('Whoever has every scope that the fields ask for is answered; nothing is run for anybody else.', async () => {
  const all = { colour: 'RED', size: 3, price: '1.00', secret: 'x' };
  expect(await run(EVERYTHING, partner('WALLETS_READ', 'PAYMENTS_READ'))).toEqual({ data: { things: [all, all] } });
  asked = [];
  for (const viewer of [null, partner(), partner('WALLETS_READ'), partner('PAYMENTS_READ')])
    expect(run(EVERYTHING, viewer)).toBeNull();
  expect(asked).toEqual([]);
  // no more is asked for than the document needs
  expect(run('{ thing { price } }', partner('WALLETS_READ'))).toEqual({ data: { thing: { price: '1.00' } } });
});

test.each([{ colour: 'GREEN' }, { colour: 7 }, { size: 1.5 }, { size: '3' }, { size: 2 ** 31 }])(
  'An answer with %j is not given: the interpreter says what is wrong.',
  (wrong) => {
    Object.assign(thing, wrong);
    const viewer = partner('WALLETS_READ', 'PAYMENTS_READ');
    expect(run(EVERYTHING, viewer)).toBeNull();
    expect(run('{ a: thing { price } b: thing { price ... on Thing { x: colour y: size } } }', viewer)).toBeNull();
    expect(run('{ thing { price } }', viewer)).toEqual({ data: { thing: { price: '1.00' } } });
  },
);

test('Null is an answer, and an error is one.', () => {
  Object.assign(thing, { colour: null, size: undefined, price: new Error('no price') });
  const result = run(EVERYTHING, partner('WALLETS_READ', 'PAYMENTS_READ'));
  const nothing = { colour: null, size: null, price: null, secret: 'x' };
  expect(result).toMatchObject({ data: { things: [nothing, nothing] }, errors: [{}, {}] });
});

test('A mutation looks at each value when it writes it, because it is not run again.', () => {
  thing.colour = 'GREEN';
  const result = run('mutation { make { colour } }', partner('WALLETS_READ'));
  expect(result).toMatchObject({ data: { make: { colour: null } }, errors: [{}] });
  expect(asked).toEqual(['colour']);
});

test('The schema is as it was.', () => {
  const fields = () =>
    Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()).map(({ resolve, type: of }) => ({ resolve, of })));
  const before = fields();
  expect(documents.of(parse('{ thing { colour price secret } }'))).not.toBeNull();
  for (const [at, { resolve, of }] of fields().entries()) {
    expect(resolve).toBe(before[at]?.resolve);
    expect(of).toBe(before[at]?.of);
  }
});
