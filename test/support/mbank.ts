import type { ProviderAccount } from '../../src/db/generated/client.ts';
import { createProviderAccount } from '../../src/domain/provider/create-provider-account.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import type { TestApp } from './app.ts';
import { atEnd } from './at-end.ts';
import { password } from './provider-wallets.ts';

/** An mbank emulator and a partner's account at it. */
export interface TestMbank {
  sandbox: Sandbox;
  account: ProviderAccount;
  /** Runs a control action of the emulator; see src/sandbox/README.md. */
  act(action: string, input?: unknown): unknown;
  /** The provider's number of a payment, by ours. */
  referenceOf(paymentId: string): Promise<number>;
  /** What the owner of a wallet made by these tests does with another client of mbank; answers `data`. */
  elsewhere(phone: string, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
}

/**
 * Starts an emulator and opens an account of the partner at it; notifications come to the gateway.
 * @param more credentials beside, or in the place of, those of the house wallet and its application; undefined leaves one out
 */
export async function startMbank(
  gateway: TestApp,
  partnerId: string,
  more: Record<string, string | undefined> = {},
): Promise<TestMbank> {
  const sandbox = await startSandbox({ port: 0, webhookRetryDelaysMs: [0, 0, 0] });
  atEnd(() => sandbox.close());
  const credentials: Record<string, string | undefined> = {
    phone: '+79990000001',
    password: 'house-p@ss',
    clientId: 'mbank_storefront',
    clientSecret: 'oklol',
    appId: '42',
    appSecret: 's3cr3t',
    mserverUrl: `${sandbox.url}/mbank/mserver2-dev`,
    ...more,
  };
  const account = await createProviderAccount(gateway.deps, {
    partnerId,
    provider: 'MBANK',
    name: 'Test mbank',
    baseUrl: `${sandbox.url}/mbank/v1`,
    credentials: Object.fromEntries(
      Object.entries(credentials).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  });
  const act = (action: string, input?: unknown) => sandbox.control.act('mbank', action, input);
  const door = `${gateway.url}/webhooks/mbank/${account.id}`;
  act('project', { paymentsUrl: door, cardsUrl: `${door}/cards/status` });
  return {
    sandbox,
    account,
    act,
    async referenceOf(paymentId) {
      const attempt = await gateway.deps.db.prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId } });
      return Number.parseInt(attempt.reference ?? '', 10);
    },
    elsewhere: (phone, method, path, body = {}) =>
      callAsOwner(`${sandbox.url}/mbank/v1${path}`, phone, { method, body: JSON.stringify(body) }),
  };
}

async function callAsOwner(
  url: string,
  phone: string,
  { method, body }: { method: string; body: string },
): Promise<unknown> {
  const headers = new Headers({ Authorization: `Basic ${Buffer.from(`${phone}:${password}`).toString('base64')}` });
  if (method === 'POST') headers.set('Content-Type', 'application/json');
  const answer = await fetch(url, { method, headers, body: method === 'POST' ? body : null });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { data: unknown }).data;
}
