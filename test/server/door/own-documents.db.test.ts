import { readdirSync, readFileSync } from 'node:fs';
import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  parse,
  print,
  typeFromAST,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { Scope } from '../../../src/db/generated/enums.ts';
import { publishDocuments } from '../../../src/domain/document/publish-documents.ts';
import { schema } from '../../../src/graphql/schema.ts';
import { createCompiledDocuments } from '../../../src/server/door/compiled-documents.ts';
import { survey } from '../../../src/server/door/survey.ts';
import { bearer } from '../../support/app.ts';
import { openShop } from '../../support/builders.ts';
import { codegenManifest, digest } from '../../support/documents.ts';
import { startBothWays } from './both-ways.ts';

/** The documents of schema/operations on the public schema: each answers the same bytes with the door and without. */

const folder = new URL('../../../schema/operations/', import.meta.url);
const everything = parse(
  readdirSync(folder)
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n'),
);
const fragments = new Map(
  everything.definitions.flatMap((node) =>
    node.kind === 'FragmentDefinition' ? [[node.name.value, print(node)] as const] : [],
  ),
);

/** With the fragments that it uses. */
function whole(text: string, known = new Set<string>()): string {
  const more = [...text.matchAll(/\.\.\.\s*(\w+)/g)].flatMap(([, name = '']) => {
    const fragment = known.has(name) ? undefined : fragments.get(name);
    known.add(name);
    return fragment ? [whole(fragment, known)] : [];
  });
  return [text, ...more].join('\n');
}

const operations = everything.definitions.flatMap((node) =>
  node.kind === 'OperationDefinition' && node.operation !== 'subscription'
    ? [{ name: node.name?.value ?? '', text: whole(print(node)), definitions: node.variableDefinitions ?? [] }]
    : [],
);

const ways = await startBothWays();
let apiKey = '';
let walletId = '';
/** Without those of the administrator, which nobody can publish. */
const published: string[] = [];

beforeAll(async () => {
  const shop = await openShop(ways.gateway);
  apiKey = shop.apiKey;
  walletId = await shop.wallet({ holds: '1000.00' });
  const scopes = new Set(Object.values(Scope));
  for (const text of new Set(operations.map((operation) => operation.text))) {
    const verdict = await ways.gateway.deps.documents.check(text);
    if ('problems' in verdict || verdict.lacking(scopes).length > 0) continue;
    published.push(text);
  }
  const manifest = codegenManifest(...published);
  await publishDocuments(ways.gateway.deps, { partnerId: shop.id, name: 'own', manifest });
});

/** A value of the type, the same every time; what is a wallet's id is one. */
function sampleOf(type: GraphQLInputType, name: string): unknown {
  if (isNonNullType(type)) return sampleOf(type.ofType, name);
  if (isListType(type)) return [sampleOf(type.ofType, name)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const given = type.isOneOf ? fields.slice(0, 1) : fields.filter((field) => isNonNullType(field.type));
    return Object.fromEntries(given.map((field) => [field.name, sampleOf(field.type, field.name)]));
  }
  const values: Record<string, unknown> = {
    ...{
      Int: 3,
      Float: 1.5,
      Boolean: false,
      DateTime: '2026-01-02T03:04:05Z',
      OffsetDateTime: '2026-01-02T03:04:05+03:00',
    },
    ...{
      Date: '2026-01-02',
      Decimal: '1.00',
      Currency: 'RUB',
      PhoneNumber: '+79261110001',
      EmailAddress: 'a@example.org',
    },
    ...{ URL: 'https://example.org/', ID: walletId },
  };
  return values[type.name] ?? `${name}-1`;
}

const asked = (text: string, variables: object) => ({
  headers: { 'Content-Type': 'application/json', ...bearer(apiKey) },
  body: JSON.stringify({ documentId: digest(text), variables }),
});

describe.each(operations)('$name', ({ text, definitions }) => {
  test('answers the same when everything is given, only what is needed, nothing, and null.', async () => {
    const given = (needed: boolean) =>
      Object.fromEntries(
        definitions.flatMap(({ variable, type }) => {
          const known = typeFromAST(schema, type as never) as unknown as GraphQLInputType;
          if (needed && !isNonNullType(known)) return [];
          return [[variable.name.value, sampleOf(known, variable.name.value)]];
        }),
      );
    const nulls = Object.fromEntries(definitions.map(({ variable }) => [variable.name.value, null]));
    const answers = [];
    for (const variables of text.startsWith('mutation') ? [{}, nulls] : [given(false), given(true), {}, nulls])
      answers.push(await ways.same(asked(text, variables)));
    expect(answers.filter(({ status }) => status !== 200 && status !== 400)).toEqual([]);
  });
});

test('Most of them are compiled, and it is known why the others are not.', () => {
  const compiled = createCompiledDocuments(schema, () => undefined);
  const reasons = operations.map(({ text }) => survey(schema, parse(text)).unfit);
  expect(operations.filter(({ text }) => compiled.of(parse(text))).length).toBe(
    reasons.filter((reason) => !reason).length,
  );
  expect(reasons.filter((reason) => !reason).length).toBeGreaterThan(operations.length / 2);
  expect(published.length).toBeGreaterThan(operations.length / 2);
  expect([...new Set(reasons)].filter((reason) => reason !== null).sort()).toEqual([
    'ApiKey belongs to the Prisma plugin',
    'Partner belongs to the Prisma plugin',
    'ProviderAccount belongs to the Prisma plugin',
    'it has $reason inside a value',
  ]);
});

test('A page that is too large is refused in the same words, though its document is registered.', async () => {
  const text =
    'query Large($first: Int!) { wallets(first: $first) { edges { node { payments(first: $first) { edges { node { id status } } } } } } }';
  const { partnerId, apiKey: key } = await ways.gateway.partner();
  await publishDocuments(ways.gateway.deps, { partnerId, name: 'large', manifest: codegenManifest(text) });
  const headers = { 'Content-Type': 'application/json', ...bearer(key) };
  const ask = (first: number) =>
    ways.same({ headers, body: JSON.stringify({ documentId: digest(text), variables: { first } }) });
  expect((await ask(5)).body).not.toContain('OPERATION_TOO_COMPLEX');
  expect((await ask(100)).body).toContain('OPERATION_TOO_COMPLEX');
});

test('A mutation that is repeated with its key is answered as before, by either way, and moves nothing twice.', async () => {
  const text =
    'mutation Open($input: WalletOpenInput!) { walletOpen(input: $input) { __typename ... on WalletOpenSuccess { wallet { id phone status } } } }';
  const { partnerId, apiKey: key } = await ways.gateway.partner();
  await publishDocuments(ways.gateway.deps, { partnerId, name: 'open', manifest: codegenManifest(text) });
  const input = { idempotencyKey: 'once', phone: '+79261119999', currency: 'RUB' };
  const headers = { 'Content-Type': 'application/json', ...bearer(key) };
  const first = await ways.same({ headers, body: JSON.stringify({ documentId: digest(text), variables: { input } }) });
  expect(first.body).toContain('WalletOpenSuccess');
  expect(await ways.gateway.deps.db.prisma.wallet.count({ where: { partnerId } })).toBe(1);
});
