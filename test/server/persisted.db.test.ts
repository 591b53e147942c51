import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RevokeDocumentsDocument } from '../../schema/operations.ts';
import { startApp } from '../../src/app.ts';
import { updatePartner } from '../../src/domain/access/update-partner.ts';
import { documentOperations } from '../../src/graphql/document-operations.ts';
import { createLog } from '../../src/lib/log.ts';
import { startTestApp } from '../support/app.ts';
import { openShop, type Shop } from '../support/builders.ts';
import {
  type Asked,
  apolloManifest,
  becomes,
  codegenManifest,
  codeOf,
  digest,
  publish,
  relayManifest,
  transports,
} from '../support/documents.ts';

/** Documents that are run by their ids, over every transport, on two gateways with one database. */

const gateway = await startTestApp();
const second = await startApp(gateway.config, { log: createLog('silent') });
// before the database goes
afterAll(() => second.stop());
const urls = [gateway.url, second.url];

const WHO = 'query Who { viewer { kind } }';
const WALLETS = 'query Wallets($first: Int = 2) { wallets(first: $first) { edges { node { id } } } }';
const PROVIDERS = 'query Providers { providers { code name } }';
const WATCH = 'subscription Watch($id: ID!) { walletUpdated(id: $id) { status } }';
const UNPUBLISHED = 'query Unpublished { viewer { kind } }';
const NOBODYS = '0'.repeat(64);

const ways = Object.entries(transports).map(([name, send]) => ({ name, send }));
const forms: [name: string, ask: (id: string) => Asked][] = [
  ['documentId', (id) => ({ documentId: id })],
  ['documentId with sha256:', (id) => ({ documentId: `sha256:${id}` })],
  ['Apollo’s extension', (id) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: id } } })],
  ['doc_id', (id) => ({ doc_id: id })],
  ['id', (id) => ({ id })],
];

let shop: Shop;
/** Another partner, which has published nothing. */
let other: Shop;

beforeAll(async () => {
  shop = await openShop(gateway);
  other = await openShop(gateway);
  await publish(gateway, shop.apiKey, { name: 'app', manifest: codegenManifest(WHO, WALLETS, PROVIDERS, WATCH) });
});

const setPolicy = (partnerId: string, documentPolicy: 'OPEN' | 'PERSISTED_ONLY') =>
  updatePartner(gateway.deps, { partnerId, documentPolicy });

/** A partner whose policy is PERSISTED_ONLY, on all gateways, with documents. */
async function closedShop(...texts: string[]): Promise<Shop & { token: string }> {
  const closed = await openShop(gateway);
  const { token } = await closed.customer();
  await publish(gateway, closed.apiKey, { name: 'app', manifest: codegenManifest(...texts) });
  await setPolicy(closed.id, 'PERSISTED_ONLY');
  for (const url of urls) {
    const ask = () => transports['HTTP POST']?.(url, closed.apiKey, { query: UNPUBLISHED });
    await becomes(async () => codeOf((await ask()) ?? {}), 'PERSISTED_QUERY_ONLY');
  }
  return { ...closed, token };
}

describe.each(ways)('Over $name', ({ name, send }) => {
  test.each(forms)('a published document is run by its id: %s.', async (_form, ask) => {
    for (const url of urls) {
      const answer = await send(url, shop.apiKey, ask(digest(WHO)));
      expect(answer).toEqual({ data: { viewer: { kind: 'PARTNER' } } });
    }
  });

  test('variables and an operation name go with it.', async () => {
    const asked = { documentId: digest(WALLETS), variables: { first: 1 }, operationName: 'Wallets' };
    expect(await send(gateway.url, shop.apiKey, asked)).toEqual({ data: { wallets: { edges: expect.any(Array) } } });
    const wrong = await send(gateway.url, shop.apiKey, { ...asked, operationName: 'Other' });
    expect(wrong).not.toHaveProperty('data.wallets');
  });

  test('a customer’s session runs its partner’s documents.', async () => {
    const { token } = await shop.customer();
    const answer = await send(gateway.url, token, { documentId: digest(WHO) });
    expect(answer).toEqual({ data: { viewer: { kind: 'CUSTOMER' } } });
  });

  test('an id that is unknown, revoked or another partner’s is answered in the same words.', async () => {
    const revoked = 'query Revoked { viewer { kind } }';
    await publish(gateway, shop.apiKey, { name: 'old', manifest: codegenManifest(revoked) });
    await shop.call(RevokeDocumentsDocument, { input: { name: 'old' } });
    const told = async (key: string, id: string) => {
      const { data, errors } = await send(gateway.url, key, { documentId: id });
      const [error] = errors ?? [];
      return { data, message: error?.message, ...error?.extensions, requestId: null };
    };
    const unknown = await told(shop.apiKey, NOBODYS);
    expect(unknown).toMatchObject({ message: 'PersistedQueryNotFound', code: 'PERSISTED_QUERY_NOT_FOUND' });
    expect(await told(shop.apiKey, digest(revoked))).toEqual(unknown);
    expect(await told(other.apiKey, digest(WHO))).toEqual(unknown);
    expect(await told(gateway.config.adminKey, digest(WHO))).toEqual(unknown);
    for (const odd of ['\0', 'a b', '\ud800', '%00', "'; --", 'x'.repeat(5_000)])
      expect(await told(shop.apiKey, odd)).toEqual(unknown);
  });

  test('a partner that may run published documents only, and its customers, run nothing else.', async () => {
    const closed = await closedShop(WHO);
    for (const url of urls) {
      for (const credential of [closed.apiKey, closed.token]) {
        const ask = async (asked: Asked) => codeOf(await send(url, credential, asked));
        expect(await ask({ query: UNPUBLISHED })).toBe('PERSISTED_QUERY_ONLY');
        // the text of a published document is no id
        expect(await ask({ query: WHO })).toBe('PERSISTED_QUERY_ONLY');
        expect(await ask({ query: '{ __typename }' })).toBe('PERSISTED_QUERY_ONLY');
        expect(await ask({ query: UNPUBLISHED, documentId: digest(UNPUBLISHED) })).toBe('PERSISTED_QUERY_NOT_FOUND');
        expect(await ask({ query: UNPUBLISHED, documentId: digest(WHO) })).toBe('PERSISTED_QUERY_MISMATCH');
        expect(await ask({ query: WHO, documentId: digest(WHO) })).toBeNull();
        expect(await ask({ documentId: digest(WHO) })).toBeNull();
      }
    }
  });

  test('a partner with an open policy sends texts as before; with a hash beside it only its own.', async () => {
    const ask = async (asked: Asked) => codeOf(await send(gateway.url, other.apiKey, asked));
    const hash = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });
    expect(await ask({ query: UNPUBLISHED })).toBeNull();
    // what Apollo Client repeats after PersistedQueryNotFound
    expect(await ask({ query: UNPUBLISHED, ...hash(digest(UNPUBLISHED)) })).toBeNull();
    expect(await ask({ query: UNPUBLISHED, ...hash(NOBODYS) })).toBe('PERSISTED_QUERY_MISMATCH');
    // and nothing was registered by it
    expect(await ask(hash(digest(UNPUBLISHED)))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  test('neither a text nor an id is a bad request.', async () => {
    if (name === 'HTTP GET') return expect(codeOf(await send(gateway.url, shop.apiKey, {}))).toBe('BAD_REQUEST');
    expect(codeOf(await send(gateway.url, shop.apiKey, { query: '' }))).toBe('BAD_REQUEST');
  });
});

test('Relay’s ids and Apollo’s manifest work as well as codegen’s.', async () => {
  const own = await openShop(gateway);
  await publish(gateway, own.apiKey, { name: 'relay', manifest: relayManifest(WHO) });
  await publish(gateway, own.apiKey, { name: 'apollo', manifest: apolloManifest(WALLETS) });
  const ask = async (asked: Asked) => transports['HTTP POST']?.(second.url, own.apiKey, asked);
  expect(await ask({ doc_id: digest(WHO, 'md5') })).toEqual({ data: { viewer: { kind: 'PARTNER' } } });
  expect(await ask({ extensions: { persistedQuery: { version: 1, sha256Hash: digest(WALLETS) } } })).toEqual({
    data: { wallets: { edges: [] } },
  });
});

describe('A partner that may run published documents only', () => {
  test('publishes, lists and revokes by the gateway’s own documents.', async () => {
    const closed = await closedShop(WHO);
    const send = async (text: string, variables: object): Promise<unknown> =>
      (await transports['HTTP POST']?.(second.url, closed.apiKey, {
        documentId: digest(text),
        variables: variables as Record<string, unknown>,
      })) ?? {};
    const { publish: add, list, revoke } = documentOperations;
    expect(await send(add, { input: { name: 'app 2', manifest: codegenManifest(WALLETS) } })).toMatchObject({
      data: { persistedDocumentsPublish: { added: 1, unchanged: 0 } },
    });
    expect(await send(list, {})).toMatchObject({
      data: {
        persistedDocuments: { edges: [{ node: { operationName: 'Wallets' } }, { node: { operationName: 'Who' } }] },
      },
    });
    expect(await send(revoke, { input: { name: 'app 2' } })).toMatchObject({
      data: { persistedDocumentsRevoke: { documents: [{ documentId: digest(WALLETS) }] } },
    });
  });

  test('is not helped by a key without DOCUMENTS_WRITE.', async () => {
    const { apiKey } = await gateway.partner('Reader', ['WALLETS_READ']);
    const variables = { input: { name: 'app', manifest: codegenManifest(WHO) } };
    const asked = { documentId: digest(documentOperations.publish), variables };
    expect(codeOf((await transports['HTTP POST']?.(gateway.url, apiKey, asked)) ?? {})).toBe('FORBIDDEN');
  });
});
