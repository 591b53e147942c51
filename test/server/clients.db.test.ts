import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { afterAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { present } from '../../src/lib/assert.ts';
import { bearer, startTestApp } from '../support/app.ts';
import { unique } from '../support/builders.ts';
import { firstQuestion, payment, sseWatch, webSocketWatch } from '../support/readme.ts';

/** The README's first story, its documents word for word, told by the clients that people use: ask, watch, pay, see it happen. */

const gateway = await startTestApp({ env: { SANDBOX: 'on' } });
const demo = present(gateway.app.demo, 'the demo data');
const url = `${gateway.url}/graphql`;
const headers = bearer(demo.apiKey);
const disposables: { dispose(): void | Promise<void> }[] = [];
afterAll(async () => {
  for (const client of disposables) await client.dispose();
});

interface Answer {
  data?: unknown;
  errors?: readonly { message: string; extensions?: Record<string, unknown> }[];
}

/** A client, as far as the story needs it. */
interface Teller {
  ask(document: string): Promise<Answer>;
  pay(document: string): Promise<Answer>;
  /** Resolves with the first event after `act` that is of this type. */
  watch(document: string, type: string, act: () => Promise<unknown>): Promise<unknown>;
}

const socketClient = () => {
  const client = createWsClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: headers['Authorization'] },
  });
  disposables.push(client);
  return client;
};

/** What observables have in common: Apollo's, urql's. */
interface Observable {
  subscribe(observer: {
    next(result: { data?: unknown; error?: unknown }): void;
    error(error: unknown): void;
    complete(): void;
  }): { unsubscribe(): void };
}

/** Subscribes, acts when the gateway has the subscription, and waits for the event. */
async function awaitEvent(source: Observable, type: string, act: () => Promise<unknown>): Promise<unknown> {
  const before = gateway.deps.hub.size();
  const seen = new Promise((resolve, reject) => {
    const subscription = source.subscribe({
      next({ data, error }) {
        const event = (data as { events?: { type?: string } } | undefined)?.events;
        if (error) reject(error);
        if (event?.type !== type) return;
        subscription.unsubscribe();
        resolve(event);
      },
      error: reject,
      complete: () => reject(new Error('the stream ended')),
    });
  });
  await expect.poll(() => gateway.deps.hub.size()).toBe(before + 1);
  await act();
  const event = await seen;
  await expect.poll(() => gateway.deps.hub.size()).toBe(before);
  return event;
}

/** What Apollo's cache wants to know of unions and interfaces, asked as its documentation says. */
async function possibleTypes(): Promise<Record<string, string[]>> {
  const { data } = await gateway.query<{
    __schema: { types: { name: string; possibleTypes: { name: string }[] | null }[] };
  }>(null, '{ __schema { types { name possibleTypes { name } } } }');
  const types = present(data, 'the schema').__schema.types;
  return Object.fromEntries(
    types.flatMap(({ name, possibleTypes }) => (possibleTypes ? [[name, possibleTypes.map((type) => type.name)]] : [])),
  );
}
const unions = await possibleTypes();

function apollo(): Teller {
  const http = new HttpLink({ uri: url, headers });
  const sockets = new GraphQLWsLink(socketClient());
  const link = ApolloLink.split(({ operationType }) => operationType === 'subscription', sockets, http);
  const client = new ApolloClient({ link, cache: new InMemoryCache({ possibleTypes: unions }) });
  const answer = ({ data, error }: { data?: unknown; error?: unknown }): Answer =>
    error ? { errors: (error as { errors: Answer['errors'] & object }).errors } : { data };
  return {
    ask: async (document) =>
      answer(await client.query({ query: gql(document), errorPolicy: 'all', fetchPolicy: 'network-only' })),
    pay: async (document) => answer(await client.mutate({ mutation: gql(document), errorPolicy: 'all' })),
    watch: (document, type, act) => awaitEvent(client.subscribe({ query: gql(document) }), type, act),
  };
}

function urql(): Teller {
  const sockets = socketClient();
  const client = new Client({
    url,
    preferGetMethod: false,
    fetchOptions: { headers },
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: sockets.subscribe({ query, variables: variables as Record<string, unknown> }, sink as never),
          }),
        }),
      }),
    ],
  });
  const answer = ({
    data,
    error,
  }: {
    data?: unknown;
    error?: { graphQLErrors: Answer['errors'] & object } | undefined;
  }): Answer => (error ? { errors: error.graphQLErrors } : { data });
  return {
    ask: async (document) => answer(await client.query(document, {}, { requestPolicy: 'network-only' }).toPromise()),
    pay: async (document) => answer(await client.mutation(document, {}).toPromise()),
    watch: (document, type, act) => {
      const results = client.subscription(document, {});
      return awaitEvent({ subscribe: ({ next }) => results.subscribe(next) }, type, act);
    },
  };
}

/** graphql-sse for all of it: it can ask and pay, too. */
function sse(): Teller {
  const client = createSseClient({ url, headers, retryAttempts: 0 });
  disposables.push(client);
  const once = async (query: string): Promise<Answer> => {
    for await (const result of client.iterate({ query })) return result as Answer;
    throw new Error('no answer');
  };
  return {
    ask: once,
    pay: once,
    watch: (query, type, act) =>
      awaitEvent(
        { subscribe: (observer) => ({ unsubscribe: client.subscribe({ query }, observer as never) }) },
        type,
        act,
      ),
  };
}

const someWallet = {
  node: {
    id: expect.stringMatching(/^wal_/),
    balances: expect.arrayContaining([
      expect.objectContaining({ available: expect.objectContaining({ formatted: expect.stringMatching(/₽$/) }) }),
    ]),
  },
};
/** The other has the phone that the README pays to. */
const payer = present(demo.wallets[0], 'a wallet').id;

describe.each([
  ['Apollo Client', apollo, webSocketWatch],
  ['urql', urql, webSocketWatch],
  ['graphql-sse', sse, sseWatch],
])('%s', (_name, open, watchDocument) => {
  const client = open();

  test('asks the first question.', async () => {
    const answer = await client.ask(firstQuestion);
    expect(answer).toMatchObject({
      data: { viewer: { partner: { name: demo.partnerName } }, wallets: { edges: [someWallet, someWallet] } },
    });
  });

  test('pays, and sees the event of it.', async () => {
    let paid: Answer | undefined;
    const document = payment({ from: payer, key: unique('story') });
    const event = await client.watch(watchDocument, 'PAYMENT_COMPLETED', async () => {
      paid = await client.pay(document);
    });
    expect(paid).toMatchObject({
      data: {
        transferCreate: { __typename: 'TransferCreateSuccess', replayed: false, payment: { status: 'COMPLETED' } },
      },
    });
    expect(event).toMatchObject({ type: 'PAYMENT_COMPLETED' });
    expect(await client.pay(document)).toMatchObject({ data: { transferCreate: { replayed: true } } });
  });

  test('gets a refusal as data, and a fault of its own with its code.', async () => {
    const refused = await client.pay(payment({ from: 'wal_0', key: unique('story') }));
    expect(refused).toMatchObject({ data: { transferCreate: { __typename: 'NotFoundError', code: 'NOT_FOUND' } } });
    const wrong = await client.ask('{ wallet(id: "wal_0") { nothing } }');
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});
