import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishDocuments } from '../../../src/domain/document/publish-documents.ts';
import { bearer, startTestApp } from '../../support/app.ts';
import { codegenManifest, digest } from '../../support/documents.ts';

/** The audit suite of graphql-http with the ids of published documents in place of their texts: what it sends goes to the front door. */

const gateway = await startTestApp();
const texts = ['{ __typename }', 'query Id($id: ID!) { __typename node(id: $id) { id } }'];
const published = new Map(texts.map((text) => [text, digest(text)]));
let key = '';
let rewritten = 0;

beforeAll(async () => {
  const { partnerId, apiKey } = await gateway.partner();
  key = apiKey;
  await publishDocuments(gateway.deps, { partnerId, name: 'audit', manifest: codegenManifest(...texts) });
});

/** fetch, with ids for texts where there are any. */
const byId: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  for (const [name, value] of Object.entries(bearer(key))) headers.set(name, value);
  return fetch(input, { ...init, headers, ...(typeof init?.body === 'string' ? { body: withId(init.body) } : {}) });
};

function withId(body: string): string {
  try {
    const { query, ...rest } = JSON.parse(body) as { query?: unknown };
    const documentId = typeof query === 'string' ? published.get(query) : undefined;
    if (documentId === undefined) return body;
    rewritten += 1;
    return JSON.stringify({ ...rest, documentId });
  } catch {
    return body;
  }
}

const audits = serverAudits({ url: `${gateway.url}/graphql`, fetchFn: byId });

test.each(audits.map(({ id, name, fn }) => [id, name, fn] as const))('%s: %s.', async (_id, _name, fn) => {
  const result = await fn();
  expect(result.status, 'reason' in result ? result.reason : '').toBe('ok');
});

afterAll(() => expect(rewritten).toBeGreaterThan(10));
