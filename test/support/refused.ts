import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { expect, test } from 'vitest';
import type { TestApp } from './app.ts';
import { fault, type Refused, refusal } from './builders.ts';
import { snapshotOfBooks } from './snapshot.ts';

/** One thing that cannot be done, and how exactly it is refused. */
export interface Refusal {
  /** A sentence. */
  title: string;
  send(): Promise<object>;
  answer: Omit<Refused, 'message' | 'issues'> & Record<string, unknown>;
}

/** Does the work and asserts that the books are as they were. */
export async function booksStay<T>(gateway: TestApp, work: () => Promise<T>): Promise<T> {
  const before = await snapshotOfBooks(gateway.deps.db);
  const answer = await work();
  expect(await snapshotOfBooks(gateway.deps.db)).toEqual(before);
  return answer;
}

/** One test for each: the typed answer is exactly this, and nothing moved. */
export function refuses(gateway: TestApp, refusals: Refusal[]): void {
  for (const { title, send, answer } of refusals) {
    test(title, async () => {
      expect(await booksStay(gateway, () => refusal(send()))).toMatchObject(answer);
    });
  }
}

/** One thing that is no answer of the schema's unions: a wrong document, right or argument. */
export interface Fault {
  title: string;
  token: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: documents of any shape stand in one list
  document: TypedDocumentNode<any, any> | string;
  variables?: Record<string, unknown>;
  code: string;
  message?: RegExp;
}

/** One test for each: exactly this error beside the data, and nothing moved. */
export function faults(gateway: TestApp, list: Fault[]): void {
  for (const { title, token, document, variables = {}, code, message = /./ } of list) {
    test(title, async () => {
      const met = await booksStay(gateway, () => fault(gateway, token, document, variables));
      expect(met).toMatchObject({ code, message: expect.stringMatching(message) });
    });
  }
}

/** INVALID_INPUT about one field; `path` is dotted. */
export const invalid = (path: string, message?: string) => ({
  __typename: 'InvalidInputError',
  code: 'INVALID_INPUT',
  issues: [{ path: path.split('.'), ...(message === undefined ? {} : { message }) }],
});

export const notFound = { __typename: 'NotFoundError', code: 'NOT_FOUND' };

/** A wallet that is in a state in which this cannot be done. */
export const walletState = (state: string, allowed = ['ACTIVE']) => ({
  __typename: 'StateError',
  code: 'WALLET_STATE',
  state,
  allowed,
});

/** A payment that is in a state in which this cannot be done. */
export const paymentState = (state: string, allowed: string[]) => ({
  __typename: 'StateError',
  code: 'PAYMENT_STATE',
  state,
  allowed,
});
