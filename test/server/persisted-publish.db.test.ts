import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { RevokeDocumentsDocument } from '../../schema/operations.ts';
import { Scope } from '../../src/db/generated/enums.ts';
import { SHIPPED_NAME, seedDocuments } from '../../src/domain/seed-documents.ts';
import { documentOperations } from '../../src/graphql/document-operations.ts';
import { publicCoordinates } from '../../src/graphql/document-public.ts';
import { schema } from '../../src/graphql/schema.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, type Shop } from '../support/builders.ts';
import { apolloManifest, codegenManifest, digest, publish, relayManifest, transports } from '../support/documents.ts';
import { run } from '../support/operations.ts';

/** What a manifest may say, and what is answered to one that may not. A refused one leaves nothing behind. */

const gateway = await startTestApp();
const { prisma } = gateway.deps.db;

const WHO = 'query Who { viewer { kind } }';
const WALLETS = 'query Wallets($first: Int = 2) { wallets(first: $first) { edges { node { id } } } }';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(gateway);
});

const stored = () => prisma.persistedDocument.findMany({ orderBy: { id: 'asc' } });
const version = async (id: string) => (await prisma.partner.findUniqueOrThrow({ where: { id } })).documentsVersion;

/** The issues of a refusal, which must have stored nothing. */
async function issuesOf(manifest: string, key = shop.apiKey) {
  const before = await stored();
  const answer = await publish(gateway, key, { name: 'bad', manifest });
  expect(answer?.__typename).toBe('InvalidInputError');
  expect(await stored()).toEqual(before);
  return answer?.__typename === 'InvalidInputError' ? answer.issues : [];
}

describe('A manifest that cannot be used is refused whole, with the reason and the place', () => {
  test.each([
    ['no JSON', 'query Who { viewer { kind } }', /is not JSON/],
    ['a number', '17', /none of the three forms/],
    ['a list', '[]', /none of the three forms/],
    ['null', 'null', /none of the three forms/],
    ['an empty map', '{}', /has no documents/],
    ['an empty Apollo manifest', apolloManifest(), /has no documents/],
  ])('%s', async (_name, manifest, message) => {
    expect(await issuesOf(manifest)).toEqual([
      { path: ['input', 'manifest'], message: expect.stringMatching(message) },
    ]);
  });

  test.each([
    [
      'an Apollo manifest of another version',
      { ...JSON.parse(apolloManifest(WHO)), version: 2 },
      ['version'],
      /must be 1/,
    ],
    ['another format', { format: 'hive', version: 1, operations: [] }, ['format'], /apollo-persisted-query-manifest/],
    [
      'an operation without a text',
      { ...JSON.parse(apolloManifest()), operations: [{ id: 'a' }] },
      ['operations', '0', 'body'],
      /expected string/,
    ],
    ['a text that is none', { a: 17 }, ['a'], /must be the text of a document/],
    ['an empty id', { '': WHO }, [''], /1 to 200 characters/],
    ['an id with a blank', { 'a b': WHO }, ['a b'], /no blanks/],
    ['an id with a zero', { 'a\u0000': WHO }, ['a\u0000'], /no control characters/],
    ['a text that cannot be kept', { a: `# \u0000\n${WHO}` }, ['a'], /U\+0000/],
    ['a digest that is too short', { 'sha256:abc': WHO }, ['sha256:abc'], /64 hexadecimal digits/],
    [
      'a SHA-256 of another text',
      { [`sha256:${digest(WALLETS)}`]: WHO },
      [`sha256:${digest(WALLETS)}`],
      new RegExp(digest(WHO)),
    ],
    ['a bare SHA-256 of another text', { [digest(WALLETS)]: WHO }, [digest(WALLETS)], new RegExp(digest(WHO))],
    ['an MD5 of another text', { [digest(WALLETS, 'md5')]: WHO }, [digest(WALLETS, 'md5')], /md5 of this text/],
    [
      'one id for two texts',
      { [`sha256:${digest(WHO)}`]: WHO, [digest(WHO)]: WALLETS },
      [digest(WHO)],
      /for two texts/,
    ],
  ])('%s', async (_name, manifest, path, message) => {
    const issues = await issuesOf(JSON.stringify(manifest));
    expect(issues).toEqual([{ path: ['input', 'manifest', ...path], message: expect.stringMatching(message) }]);
  });

  test.each([
    ['does not parse', 'query Who { viewer {', /Syntax Error/],
    ['asks for a field that is not there', 'query Who { viewer { nobody } }', /Cannot query field "nobody"/],
    ['has an argument of a wrong type', 'query W { wallets(first: "two") { __typename } }', /Int cannot represent/],
    ['has no operation', 'fragment F on Wallet { id }', /never used|0 operations/],
    ['has two operations', 'query A { viewer { kind } } query B { viewer { kind } }', /2 operations/],
    [
      'is too deep',
      `query D { wallets { ${'edges { node { payments { '.repeat(8)} __typename ${'} } }'.repeat(8)} } }`,
      /epth/,
    ],
    [
      'costs too much',
      'query C { wallets(first: 100) { edges { node { payments(first: 100) { edges { node { id kind status } } } } } } }',
      /asks for too much: complexity \d+, at most 5000/,
    ],
    [
      'has too many aliases',
      `query A { ${Array.from({ length: 40 }, (_, at) => `a${at}: viewer { kind }`).join(' ')} }`,
      /Aliases limit/,
    ],
    [
      'is the administrator’s',
      'mutation M { partnerCreate(input: { name: "x" }) { __typename } }',
      /administrator’s key, which no key/,
    ],
  ])('a document that %s, beside one that is good', async (_name, text, message) => {
    const issues = await issuesOf(codegenManifest(WHO, text));
    expect(issues.length).toBeGreaterThan(0);
    for (const issue of issues) expect(issue.path).toEqual(['input', 'manifest', digest(text)]);
    expect(issues.map((issue) => issue.message).join('\n')).toMatch(message);
  });

  test('documents that need scopes which no key of the partner has, each by name', async () => {
    const { partnerId, apiKey } = await gateway.partner('Reader', ['DOCUMENTS_WRITE', 'WALLETS_READ']);
    const pay = 'mutation Pay($input: PaymentConfirmInput!) { paymentConfirm(input: $input) { __typename } }';
    const books = 'query Books { ledger { trialBalance { balanced } } }';
    const ofNode = 'query Node($id: ID!) { node(id: $id) { ... on Card { id } } }';
    const issues = await issuesOf(codegenManifest(WALLETS, pay, books, ofNode), apiKey);
    expect(issues).toEqual(
      [
        [pay, 'it needs the scope PAYMENTS_WRITE, which no key of the partner has.'],
        [books, 'it needs the scope LEDGER_READ, which no key of the partner has.'],
        [ofNode, 'it needs the scope CARDS_READ, which no key of the partner has.'],
      ].map(([text = '', message]) => ({ path: ['input', 'manifest', digest(text)], message })),
    );
    // another key of the partner has it: the document is good, whichever key publishes it
    const input = { partnerId, name: 'payments', scopes: ['PAYMENTS_WRITE' as const] };
    const create = 'mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { __typename } }';
    await gateway.query(gateway.config.adminKey, create, { input });
    expect(await publish(gateway, apiKey, { name: 'pay', manifest: codegenManifest(pay) })).toMatchObject({ added: 1 });
    // two keys that have it between them are not enough
    const both = `${pay.replace('Pay(', 'PayBooks(').slice(0, -1)} walletActivate(input: { walletId: "x", code: "1" }) { __typename } }`;
    expect((await issuesOf(codegenManifest(both), apiKey))[0]?.message).toMatch(/Cannot|scope/);
  });

  test('a name that is none', async () => {
    const answer = await publish(gateway, shop.apiKey, { name: ' ', manifest: codegenManifest(WHO) });
    expect(answer).toMatchObject({ issues: [{ path: ['input', 'name'], message: 'must have 1 to 100 characters.' }] });
  });

  test('an id that is taken by another text', async () => {
    await publish(gateway, shop.apiKey, { name: 'custom', manifest: JSON.stringify({ 'app-who': WHO }) });
    const before = await stored();
    const input = { name: 'custom 2', manifest: JSON.stringify({ 'app-wallets': WALLETS, 'app-who': WALLETS }) };
    const answer = await publish(gateway, shop.apiKey, input);
    expect(answer).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('app-who (in “custom”)') });
    expect(await stored()).toEqual(before);
    // nor when it is revoked: clients in use still mean the old text
    await shop.call(RevokeDocumentsDocument, { input: { name: 'custom' } });
    expect(await publish(gateway, shop.apiKey, input)).toMatchObject({ code: 'CONFLICT' });
  });
});

describe('Publishing', () => {
  test.each([
    ['codegen’s map', codegenManifest(WHO, WALLETS), [digest(WHO), digest(WALLETS)]],
    ['Relay’s map', relayManifest(WHO, WALLETS), [digest(WHO, 'md5'), digest(WALLETS, 'md5')]],
    ['Apollo’s manifest', apolloManifest(WHO, WALLETS), [digest(WHO), digest(WALLETS)]],
  ])(
    '%s: the documents are answered in its order, with their price; again, nothing changes.',
    async (_name, manifest, ids) => {
      const own = await openShop(gateway);
      const input = { name: ' app 1.0 ', manifest };
      const { documents, ...counts } = done(
        await publish(gateway, own.apiKey, input),
        'PersistedDocumentsPublishSuccess',
      );
      expect(counts).toMatchObject({ added: 2, unchanged: 0 });
      expect(documents).toMatchObject([
        { documentId: ids[0], operationName: 'Who', cost: 2, manifest: 'app 1.0', revokedAt: null, lastUsedAt: null },
        { documentId: ids[1], operationName: 'Wallets', manifest: 'app 1.0' },
      ]);
      const again = done(await publish(gateway, own.apiKey, input), 'PersistedDocumentsPublishSuccess');
      expect(again).toMatchObject({ added: 0, unchanged: 2 });
      expect(again.documents).toEqual(documents);
    },
  );

  test('many at once come to the same as one.', async () => {
    const own = await openShop(gateway);
    const input = { name: 'app', manifest: codegenManifest(WHO, WALLETS) };
    const answers = await Promise.all(Array.from({ length: 8 }, () => publish(gateway, own.apiKey, input)));
    const counts = answers.map((answer) => done(answer, 'PersistedDocumentsPublishSuccess').added);
    expect(counts.reduce((sum, added) => sum + added, 0)).toBe(2);
    expect(await prisma.persistedDocument.count({ where: { partnerId: own.id } })).toBe(2);
  });

  test('for another partner is the administrator’s, who must say for whom.', async () => {
    const own = await openShop(gateway);
    const admin = gateway.config.adminKey;
    const input = { name: 'app', manifest: codegenManifest(WHO) };
    expect(await publish(gateway, admin, { ...input, partnerId: own.id })).toMatchObject({ added: 1 });
    expect(await publish(gateway, admin, input)).toMatchObject({ issues: [{ path: ['input', 'partnerId'] }] });
    expect(await publish(gateway, shop.apiKey, { ...input, partnerId: own.id })).toMatchObject({ code: 'NOT_FOUND' });
    const nobody = own.id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect(await publish(gateway, admin, { ...input, partnerId: nobody })).toMatchObject({ code: 'NOT_FOUND' });
    const { apiKey } = await gateway.partner(
      'Without',
      Object.values(Scope).filter((scope) => scope !== 'DOCUMENTS_WRITE'),
    );
    await expect(publish(gateway, apiKey, input)).rejects.toThrow('DOCUMENTS_WRITE');
  });

  test('a document of the partner is a node for its server, and nobody’s for others.', async () => {
    const own = await openShop(gateway);
    const answer = await publish(gateway, own.apiKey, { name: 'app', manifest: codegenManifest(WHO) });
    const id = done(answer, 'PersistedDocumentsPublishSuccess').documents[0]?.id;
    const query = '{ node(id: "ID") { ... on PersistedDocument { body } } }'.replace('ID', id ?? '');
    expect(await gateway.query(own.apiKey, query)).toEqual({ data: { node: { body: WHO } } });
    expect(await gateway.query(shop.apiKey, query)).toEqual({ data: { node: null } });
    expect(await gateway.query((await own.customer()).token, query)).toEqual({ data: { node: null } });
    const ofPartner = '{ viewer { partner { persistedDocuments(first: 1) { edges { node { body } } } } } }';
    expect(await gateway.query(own.apiKey, ofPartner)).toEqual({
      data: { viewer: { partner: { persistedDocuments: { edges: [{ node: { body: WHO } }] } } } },
    });
  });
});

describe('Revoking', () => {
  test('what is not there is refused, and nothing is revoked; again, nothing changes.', async () => {
    const own = await openShop(gateway);
    await publish(gateway, own.apiKey, { name: 'app', manifest: codegenManifest(WHO, WALLETS) });
    const revoke = async (input: { name: string; documentIds?: string[]; partnerId?: string }, key = own.apiKey) =>
      (await run(gateway, key)(RevokeDocumentsDocument, { input })).persistedDocumentsRevoke;
    const before = await version(own.id);
    expect(await revoke({ name: 'other' })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await revoke({ name: 'app' }, shop.apiKey)).toMatchObject({ code: 'NOT_FOUND' });
    const some = { name: 'app', documentIds: [digest(WHO), digest('nothing')] };
    expect(await revoke(some)).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(digest('nothing')),
    });
    expect(await prisma.persistedDocument.count({ where: { partnerId: own.id, revokedAt: { not: null } } })).toBe(0);
    expect(await version(own.id)).toBe(before);
    const first = done(
      await revoke({ name: 'app', documentIds: [`sha256:${digest(WHO)}`] }),
      'PersistedDocumentsRevokeSuccess',
    );
    expect(first.documents).toMatchObject([{ documentId: digest(WHO), revokedAt: expect.any(String) }]);
    const all = done(await revoke({ name: 'app' }), 'PersistedDocumentsRevokeSuccess');
    expect(all.documents).toHaveLength(2);
    expect(all.documents[0]).toEqual(first.documents[0]);
  });
});

test('The gateway’s own documents are good for every partner whose key may publish.', async () => {
  const { apiKey } = await gateway.partner('Publisher', ['DOCUMENTS_WRITE']);
  const manifest = codegenManifest(...Object.values(documentOperations));
  expect(await publish(gateway, apiKey, { name: 'own', manifest })).toMatchObject({ added: 3 });
});

test('Whatever may be kept by others is in the schema.', () => {
  const missing = publicCoordinates().filter((coordinate) => {
    const [type = '', field = ''] = coordinate.split('.');
    const found = schema.getType(type);
    return !(found && 'getFields' in found && field in found.getFields());
  });
  expect(missing).toEqual([]);
});

test('All that we ship is valid and priced; what partners may run of it is published for the demo partner at the start.', async () => {
  const demo = await startTestApp({ env: { SANDBOX: 'on' } });
  const shipped = Object.entries(JSON.parse(readFileSync('schema/persisted-documents.json', 'utf8')) as object);
  const rows = await demo.deps.db.prisma.persistedDocument.findMany({ where: { manifest: SHIPPED_NAME } });
  const ids = rows.map(({ documentId }) => `sha256:${documentId}`);
  const left = shipped.filter(([id]) => !ids.includes(id)).map(([, body]) => /\w+ (\w+)/.exec(String(body))?.[1]);
  expect(left).toEqual(['CreatePartner']);
  expect(Math.min(...rows.map(({ cost }) => cost))).toBeGreaterThan(0);
  const [who] = rows.filter(({ operationName }) => operationName === 'ListProviderAccounts');
  const asked = { documentId: who?.documentId ?? '' };
  expect(await transports['HTTP POST']?.(demo.url, demo.app.demo?.apiKey ?? '', asked)).not.toHaveProperty('errors');
  // a second start finds them
  await seedDocuments(demo.deps, rows[0]?.partnerId ?? '');
  expect(await demo.deps.db.prisma.persistedDocument.count()).toBe(rows.length);
});
