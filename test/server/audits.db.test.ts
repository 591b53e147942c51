import { auditServer, serverAudits } from 'graphql-http';
import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';

/** The audit suite of graphql-http: what the GraphQL over HTTP specification says a server must, should and may do. */

const gateway = await startTestApp();
const audits = serverAudits({ url: `${gateway.url}/graphql`, fetchFn: fetch });

test.each(audits.map(({ id, name, fn }) => [id, name, fn] as const))('%s: %s.', async (_id, _name, fn) => {
  const result = await fn();
  expect(result.status, 'reason' in result ? result.reason : '').toBe('ok');
});

test('The suite is whole, and a gateway that does not speak GraphQL fails it.', async () => {
  expect(audits.length).toBeGreaterThan(60);
  const elsewhere = await auditServer({ url: `${gateway.url}/health/live`, fetchFn: fetch });
  expect(elsewhere.filter(({ status }) => status !== 'ok')).not.toEqual([]);
});
