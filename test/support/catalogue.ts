import pg from 'pg';
import { expect, vi } from 'vitest';
import {
  CreateProviderAccountDocument,
  FindServicesDocument,
  type FindServicesQueryVariables,
} from '../../schema/operations.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import type { TestApp } from './app.ts';
import { type Call, done } from './builders.ts';
import { run } from './operations.ts';

/** Credentials of the emulator's house wallet. */
export const house = [
  { name: 'phone', value: '+79990000001' },
  { name: 'password', value: 'house-p@ss' },
];

/** An emulator of its own, whose catalogue is older than the next reading of it. */
export async function emulator() {
  const sandbox = await startSandbox({ port: 0 });
  // a catalogue that was changed in the very second of its reading counts as unseen
  sandbox.control.advance(5_000);
  return { ...sandbox, baseUrl: `${sandbox.url}/mbank`, mserverUrl: `${sandbox.url}/mbank/mserver2-dev` };
}

/** A new partner with an account at this emulator, when its catalogue has been read by the job. */
export async function shopAt(gateway: TestApp, baseUrl: string, credentials = house) {
  const { apiKey } = await gateway.partner();
  const call = run(gateway, apiKey);
  const input = { provider: 'MBANK' as const, name: 'mbank', baseUrl, credentials };
  const { providerAccountCreate } = await call(CreateProviderAccountDocument, { input });
  const account = done(providerAccountCreate, 'ProviderAccountCreateSuccess').providerAccount;
  await vi.waitFor(async () => expect(await waitingSyncs(gateway, account.id)).toEqual(['later']), { timeout: 20_000 });
  return { apiKey, call, account };
}

/** Syncs of an account that wait: now, or later. One that runs counts as now. */
export async function waitingSyncs(gateway: TestApp, accountId: string): Promise<string[]> {
  const { rows } = await gateway.deps.db.pool.query<{ due: string }>(
    `SELECT CASE WHEN run_at > now() + interval '1 minute' THEN 'later' ELSE 'now' END AS due
     FROM graphile_worker.jobs WHERE key = $1 OR locked_at IS NOT NULL`,
    [`sync-services:${accountId}`],
  );
  return rows.map(({ due }) => due);
}

/** Statuses that the provider answered to one operation since the log had this many lines. */
export const statusesOf = (gateway: TestApp, operation: string, since = 0): (number | null)[] =>
  gateway.logged
    .slice(since)
    .map((line) => JSON.parse(line) as { operation?: string; status?: number | null })
    .filter((line) => line.operation === operation)
    .map(({ status }) => status ?? null);

/** A page of services, of a hundred unless said otherwise. */
export const find = async (call: Call, variables: FindServicesQueryVariables) =>
  (await call(FindServicesDocument, { first: 100, ...variables })).services;

/** Their names. */
export const names = async (call: Call, variables: FindServicesQueryVariables) =>
  (await find(call, variables)).edges.map(({ node }) => node.name);

/** Runs something and counts the statements on tables of the catalogue that it took. */
export async function statements<T>(work: () => Promise<T>): Promise<{ answer: T; count: number }> {
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  try {
    const answer = await work();
    const texts = spy.mock.calls.map(([query]) =>
      typeof query === 'string' ? query : String((query as { text?: string })?.text),
    );
    return { answer, count: texts.filter((text) => /\b(service|service_\w+|provider_account)\b/.test(text)).length };
  } finally {
    spy.mockRestore();
  }
}
