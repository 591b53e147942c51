import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildASTSchema, buildSchema, parse, visit } from 'graphql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { brokenBy, documentsIn, documentsOf } from '../../scripts/live-documents.ts';
import { apolloManifest, codegenManifest } from '../support/documents.ts';

/** A change of the schema that breaks a document which somebody runs by its id is found, whatever kind of change it is, and no other is. */

const SDL = `
  type Query { wallet(id: ID!, currency: Currency): Wallet found(filter: Filter): [Thing!]! unused: Wallet }
  interface Node { id: ID! }
  type Wallet implements Node { id: ID! identification: String! title: String! secret: String state: State! owner: Person }
  type Person { name: String! age: Int }
  type Card { number: String! }
  union Thing = Wallet | Card
  input Filter { state: State deep: Deep }
  input Deep { text: String }
  enum Currency { RUB USD }
  enum State { ACTIVE CLOSED }
`;
const DOCUMENTS = documentsOf(
  'shop.json',
  codegenManifest(
    'query One($id: ID!, $currency: Currency) { wallet(id: $id, currency: $currency) { ... on Node { id } identification state } }',
    'query Many($filter: Filter) { found(filter: $filter) { __typename ... on Card { number } } }',
  ),
);
const schema = buildSchema(SDL);

function changed(from: string, to: string): ReturnType<typeof buildSchema> {
  expect(SDL.split(from)).toHaveLength(2);
  return buildSchema(SDL.replace(from, to), { assumeValid: true });
}
const broken = (from: string, to: string) => brokenBy(schema, changed(from, to), DOCUMENTS);

describe('Found is', () => {
  test.each([
    ['a field that is removed', 'identification: String! ', '', 'shop.json One'],
    ['a field that may be null now', 'identification: String!', 'identification: String', 'shop.json One'],
    ['a field of another type', 'identification: String!', 'identification: Int!', 'shop.json One'],
    ['an argument that is removed', ', currency: Currency', '', 'shop.json One'],
    ['an argument of another type', 'currency: Currency', 'currency: State', 'shop.json One'],
    [
      'an argument that is required now',
      'id: ID!, currency: Currency)',
      'id: ID!, currency: Currency, reason: String!)',
      'shop.json One',
    ],
    [
      'an input’s field that is removed',
      'input Deep { text: String }',
      'input Deep { other: String }',
      'shop.json Many',
    ],
    [
      'an input’s field that is required now',
      'input Deep { text: String }',
      'input Deep { text: String! }',
      'shop.json Many',
    ],
    [
      'an input’s new field that is required',
      'input Deep { text: String }',
      'input Deep { text: String more: String! }',
      'shop.json Many',
    ],
    ['a value that can no longer be given', 'enum Currency { RUB USD }', 'enum Currency { RUB }', 'shop.json One'],
    ['a value deep in an input', 'enum State { ACTIVE CLOSED }', 'enum State { ACTIVE }', 'shop.json Many'],
    ['a member of a union that is removed', 'union Thing = Wallet | Card', 'union Thing = Wallet', 'shop.json Many'],
    ['an interface that is no longer there', 'type Wallet implements Node {', 'type Wallet {', 'shop.json One'],
  ])('%s.', async (_name, from, to, document) => {
    const lines = await broken(from, to);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).toContain(document);
  });
});

describe('Nobody minds', () => {
  test.each([
    ['a field that nobody asks for', 'secret: String ', ''],
    ['a field whose name begins another’s', 'title: String! ', ''],
    ['a type that nobody asks for', 'type Person { name: String! age: Int }', 'type Person { name: String }'],
    ['a field of the root that nobody asks for', ' unused: Wallet', ''],
    ['an argument that is added', 'currency: Currency)', 'currency: Currency, reason: String)'],
    ['a value that is added', 'enum Currency { RUB USD }', 'enum Currency { RUB USD EUR }'],
    ['a member of a union that nobody names', 'union Thing = Wallet | Card', 'union Thing = Card'],
    ['a field that is never null now', 'secret: String ', 'secret: String! '],
  ])('%s.', async (_name, from, to) => {
    expect(await broken(from, to)).toEqual([]);
  });
});

test('A change of something unused does not hide one of something used whose name it begins.', async () => {
  const documents = documentsOf('shop.json', codegenManifest('query One { wallet(id: "1") { identification } }'));
  const after = changed('id: ID! identification: String!', 'identification: String');
  expect(await brokenBy(schema, after, documents)).toEqual([
    expect.stringMatching(/^Field .*Wallet\.identification.* changed type .*, which is used by shop\.json One\.$/),
  ]);
});

test('The check fails by a partner’s manifest in the repository, and generating writes nothing.', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'koshel-schema-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync('schema', join(folder, 'schema'), { recursive: true });
  const path = join(folder, 'schema', 'schema.graphql');
  // what is published has a field that the code no longer has
  writeFileSync(path, readFileSync(path, 'utf8').replace('type Viewer {', 'type Viewer {\n  nickname: String!\n'));
  const published = readFileSync(path, 'utf8');
  const generate = (...args: string[]) => {
    const script = fileURLToPath(new URL('../../scripts/generate.ts', import.meta.url));
    const loader = import.meta.resolve('tsx');
    return promisify(execFile)(process.execPath, ['--import', loader, script, ...args], { cwd: folder }).then(
      ({ stderr }) => ({ code: 0, stderr }),
      (failed: { code: number; stderr: string }) => failed,
    );
  };
  // nobody uses it: the files are stale, and that is all
  expect((await generate('--check')).stderr).toBe(
    'schema/schema.graphql is not up to date: run `npm run generate` and look at its diff.\n',
  );
  const manifest = codegenManifest('query Nick { viewer { nickname } }');
  writeFileSync(join(folder, 'schema', 'partners', 'shop-app-1.json'), manifest);
  for (const args of [['--check'], []]) {
    const { code, stderr } = await generate(...args);
    expect(code).toBe(1);
    expect(stderr).toContain('shop-app-1.json Nick is no longer valid: Cannot query field "nickname" on type "Viewer"');
    expect(stderr).toContain(
      "Field 'nickname' was removed from object type 'Viewer', which is used by shop-app-1.json Nick.",
    );
  }
  expect(readFileSync(path, 'utf8')).toBe(published);
  expect((await generate('--accept-breaks')).code).toBe(0);
  expect(readFileSync(path, 'utf8')).not.toBe(published);
  // it is still in the folder, and still broken
  expect((await generate('--check')).code).toBe(1);
}, 180_000);

describe('Our own schema', () => {
  const printed = readFileSync('schema/schema.graphql', 'utf8');
  const own = documentsOf('koshel', readFileSync('schema/persisted-documents.json', 'utf8'));

  test('breaks none of the manifests in the repository.', async () => {
    const now = buildSchema(printed);
    expect(own.length).toBeGreaterThan(60);
    expect(await brokenBy(now, now, [...own, ...documentsIn('schema/partners')])).toEqual([]);
  });

  test('would break them without a field that they ask for.', async () => {
    const partner = documentsOf(
      'shop-app-1.json',
      apolloManifest('query Phones { wallets(first: 1) { edges { node { phone } } } }'),
    );
    const after = buildASTSchema(
      visit(parse(printed), {
        ObjectTypeDefinition: (type) =>
          type.name.value === 'Wallet'
            ? { ...type, fields: type.fields?.filter(({ name }) => name.value !== 'phone') ?? [] }
            : undefined,
      }),
    );
    const lines = await brokenBy(buildSchema(printed), after, partner);
    expect(lines).toContain('shop-app-1.json Phones is no longer valid: Cannot query field "phone" on type "Wallet".');
    expect((await brokenBy(buildSchema(printed), after, own)).length).toBeGreaterThan(1);
  });
});
