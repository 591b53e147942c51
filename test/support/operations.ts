import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import type { Client } from 'graphql-ws';
import type { TestApp } from './app.ts';

/**
 * Runs typed documents with one credential; an error beside the data fails the test.
 * @returns the data
 */
export function run(gateway: TestApp, token: string | null) {
  return async <Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> => {
    const result = await gateway.query<Data>(token, print(document), variables as Record<string, unknown>);
    if (result.errors || !result.data) throw new Error(JSON.stringify(result));
    return result.data;
  };
}

/** A subscription that is read item by item. It is started at once. */
export function subscribe<Data, Variables>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
) {
  const items = client.iterate<Data>({ query: print(document), variables: variables as Record<string, unknown> });
  const unwrap = (result: { data?: Data | null; errors?: unknown }): Data => {
    if (result.errors || !result.data) throw new Error(JSON.stringify(result));
    return result.data;
  };
  return {
    /** The next item; fails when the subscription has ended. */
    async next(): Promise<Data> {
      const { value, done } = await items.next();
      if (done) throw new Error('the subscription has ended');
      return unwrap(value);
    },
    /** Whatever comes until the server completes it. */
    async *rest(): AsyncGenerator<Data> {
      for await (const result of items) yield unwrap(result);
    },
  };
}
