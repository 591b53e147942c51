import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { type DocumentNode, print } from 'graphql';
import { expect, test } from 'vitest';
import { updatePartner } from '../../src/domain/access/update-partner.ts';
import { bearer, startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';
import { apolloManifest, becomes, codeOf, digest, publish, transports } from '../support/documents.ts';
import { compile } from '../support/relay.ts';

/** Published documents as the clients that people use send them, from manifests as their tools write them. */

const gateway = await startTestApp();

/** Apollo Client with its persisted query link, and what it sent. */
function apollo(key: string, useGETForHashedQueries: boolean) {
  const sent: { method: string; withText: boolean }[] = [];
  const watched: typeof fetch = (input, init) => {
    const text = String(init?.body ?? decodeURIComponent(String(input)));
    sent.push({ method: init?.method ?? 'GET', withText: /query \w/.test(text) });
    return fetch(input, init);
  };
  const link = ApolloLink.from([
    new PersistedQueryLink({ sha256: (text: string) => digest(text), useGETForHashedQueries }),
    new HttpLink({ uri: `${gateway.url}/graphql`, headers: bearer(key), fetch: watched }),
  ]);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const ask = async (query: DocumentNode) => {
    const result = await client
      .query<{ viewer: { kind: string } }>({ query, fetchPolicy: 'no-cache' })
      .catch((error: unknown) => ({ data: undefined, error }));
    return { kind: result.data?.viewer.kind, error: JSON.stringify(result.error ?? null) };
  };
  return { ask, sent };
}

/** A document as Apollo Client sends it: with the fields that it adds. This is how Apollo's generator makes its manifest. */
async function asSent(query: DocumentNode): Promise<string> {
  let text = '';
  const link = new ApolloLink((operation) => {
    text = print(operation.query);
    throw new Error('it is not sent');
  });
  await new ApolloClient({ link, cache: new InMemoryCache() }).query({ query }).catch(() => undefined);
  return text;
}

const WHO = gql`
  query Who {
    viewer {
      kind
    }
  }
`;
const OTHER = gql`
  query Other {
    viewer {
      kind
      scopes
    }
  }
`;

test.each([true, false])('Apollo Client sends ids only when its manifest is published (GET: %s).', async (get) => {
  const shop = await openShop(gateway);
  await publish(gateway, shop.apiKey, { name: 'app', manifest: apolloManifest(await asSent(WHO)) });
  await updatePartner(gateway.deps, { partnerId: shop.id, documentPolicy: 'PERSISTED_ONLY' });
  await becomes(async () => codeOf(await gateway.query(shop.apiKey, '{ __typename }')), 'PERSISTED_QUERY_ONLY');
  const { ask, sent } = apollo(shop.apiKey, get);
  expect(await ask(WHO)).toEqual({ kind: 'PARTNER', error: 'null' });
  expect(sent).toEqual([{ method: get ? 'GET' : 'POST', withText: false }]);
  // what is not published it repeats with the text, which does not help
  const refused = await ask(OTHER);
  expect(refused.kind).toBeUndefined();
  expect(refused.error).toContain('PERSISTED_QUERY_NOT_FOUND');
  expect(sent.slice(1).map(({ withText }) => withText)).toEqual([false, true]);
});

test('For a partner with an open policy Apollo Client falls back to the text.', async () => {
  const shop = await openShop(gateway);
  const { ask, sent } = apollo(shop.apiKey, false);
  expect(await ask(WHO)).toEqual({ kind: 'PARTNER', error: 'null' });
  expect(sent.map(({ withText }) => withText)).toEqual([false, true]);
});

test('What relay-compiler persists is published as it wrote it, and run by `doc_id`.', async () => {
  const shop = await openShop(gateway);
  const source = 'query WhoQuery { viewer { kind partner { id name } } }';
  const { documents, said } = await compile([{ module: 'Who', source }]);
  const [[id = '', text = ''] = []] = Object.entries(documents);
  expect({ said, text }).toMatchObject({ text: expect.stringContaining('query WhoQuery') });
  const answer = await publish(gateway, shop.apiKey, { name: 'relay', manifest: JSON.stringify(documents) });
  expect(answer).toMatchObject({ added: 1, documents: [{ documentId: id, operationName: 'WhoQuery' }] });
  const run = await transports['HTTP POST']?.(gateway.url, shop.apiKey, { doc_id: id });
  expect(run).toMatchObject({ data: { viewer: { kind: 'PARTNER', partner: { id: shop.id } } } });
});
