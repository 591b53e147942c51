import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { expect, vi } from 'vitest';
import { LinkWalletDocument, ReconciliationsDocument, StartReconciliationDocument } from '../../schema/operations.ts';
import type { ProviderAccount } from '../../src/db/generated/client.ts';
import { createProviderAccount } from '../../src/domain/provider/create-provider-account.ts';
import { house } from '../../src/sandbox/qiwi/seed.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import type { TestApp } from './app.ts';
import { atEnd } from './at-end.ts';
import { type Call, done, unique } from './builders.ts';

/**
 * A port that nobody listens on: providers are told an address before the gateway could say which one it got. It is below those that the
 * system gives to whoever wants any, or another might get it before the gateway has started.
 */
export async function freePort(): Promise<string> {
  for (;;) {
    const port = randomInt(15_000, 30_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise<void>((resolve) => server.close(() => resolve()));
    if (free) return String(port);
  }
}

/** A wallet of the emulator. */
export interface QiwiWallet {
  number: string;
  token: string;
}

/** A QIWI emulator and a partner's account at it. */
export interface TestQiwi {
  sandbox: Sandbox;
  account: ProviderAccount;
  /** Runs a control action of the emulator; see src/sandbox/README.md. */
  act(action: string, input?: unknown): unknown;
  /** A new wallet there, with so many roubles. */
  wallet(amount?: number, extra?: object): QiwiWallet;
  /** A request of another client of a wallet: what is done by it was not made here. */
  elsewhere(wallet: QiwiWallet, method: string, path: string, body?: object): Promise<Response>;
  /** A transfer that another client of the wallet makes; answers the provider's number of it. */
  transferElsewhere(from: QiwiWallet, to: string, amount: number, comment?: string): Promise<string>;
}

let last = 79_270_000_000 + Math.trunc(Math.random() * 1_000_000) * 10;

/**
 * Starts an emulator and opens an account of the partner at it, with the emulator's house wallet.
 * @param more credentials beside, or in the place of, those of the house wallet; undefined leaves one out
 */
export async function startQiwi(
  gateway: TestApp,
  partnerId: string,
  more: Record<string, string | undefined> = {},
): Promise<TestQiwi> {
  // a port that is still its own after it was closed for a while
  const port = Number.parseInt(await freePort(), 10);
  const sandbox = await startSandbox({ port, smtpPort: 0, webhookRetryDelaysMs: [100, 100] });
  atEnd(() => sandbox.close());
  const credentials: Record<string, string | undefined> = { wallet: house.personId, token: house.token, ...more };
  const account = await createProviderAccount(gateway.deps, {
    partnerId,
    provider: 'QIWI',
    name: unique('Test QIWI'),
    baseUrl: `${sandbox.url}/qiwi`,
    credentials: Object.fromEntries(
      Object.entries(credentials).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  });
  const act = (action: string, input: unknown = {}) => sandbox.control.act('qiwi', action, input);
  const elsewhere: TestQiwi['elsewhere'] = (wallet, method, path, body) =>
    fetch(`${sandbox.url}/qiwi${path}`, {
      method,
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/json',
        Authorization: `Bearer ${wallet.token}`,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  const qiwi: TestQiwi = {
    sandbox,
    account,
    act,
    wallet(amount = 10_000, extra = {}) {
      last += 1;
      const number = String(last);
      const { token } = act('wallet.create', { wallet: number, amount, ...extra }) as { token: string };
      return { number, token };
    },
    elsewhere,
    transferElsewhere: (from, to, amount, comment = '') =>
      payElsewhere(qiwi, from, '99', { account: to }, amount, '643', comment),
  };
  return qiwi;
}

/** A payment that another client of a wallet makes, from its roubles; answers the provider's number of it. */
export async function payElsewhere(
  qiwi: TestQiwi,
  from: QiwiWallet,
  service: string,
  fields: Record<string, string>,
  amount: number,
  currency = '643',
  comment = '',
): Promise<string> {
  last += 1;
  const paymentMethod = { type: 'Account', accountId: '643' };
  const order = { id: String(last), sum: { amount, currency }, paymentMethod, fields, comment };
  const answer = await qiwi.elsewhere(from, 'POST', `/sinap/api/v2/terms/${service}/payments`, order);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { transaction: { id: string } }).transaction.id;
}

/** The input that links a wallet at QIWI. */
export const linkQiwiInput = (qiwi: TestQiwi, { number, token }: QiwiWallet, extra: object = {}) => ({
  idempotencyKey: unique('link'),
  providerAccountId: qiwi.account.id,
  number,
  credentials: [{ name: 'token', value: token }],
  ...extra,
});

/** Links a wallet of the emulator. Answers its id here. */
export async function linkQiwi(call: Call, qiwi: TestQiwi, wallet: QiwiWallet, extra: object = {}): Promise<string> {
  const { walletLink } = await call(LinkWalletDocument, { input: linkQiwiInput(qiwi, wallet, extra) });
  return done(walletLink, 'WalletLinkSuccess').wallet.id;
}

/** Has the history of a wallet (or of all at QIWI) compared, and waits for the end. Answers the comparisons. */
export async function reconciled(call: Call, input: { walletId?: string } = {}) {
  const asked = { ...input, ...(input.walletId ? {} : { provider: 'QIWI' as const }) };
  const { reconciliationStart } = await vi.waitFor(
    async () => {
      const answer = await call(StartReconciliationDocument, { input: asked });
      // a round of its own may be under way
      expect(answer.reconciliationStart?.__typename).not.toBe('ConflictError');
      return answer;
    },
    { timeout: 50_000, interval: 100 },
  );
  const begun = done(reconciliationStart, 'ReconciliationStartSuccess').reconciliations.map(({ id }) => id);
  return vi.waitFor(
    async () => {
      const { ledger } = await call(ReconciliationsDocument, { provider: 'QIWI', first: 20 });
      const found = ledger.reconciliations.edges.map(({ node }) => node).filter(({ id }) => begun.includes(id));
      expect(found.length).toBe(begun.length);
      expect(found.every(({ finishedAt }) => finishedAt !== null)).toBe(true);
      return found;
    },
    { timeout: 50_000, interval: 100 },
  );
}
