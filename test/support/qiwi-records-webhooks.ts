import { expect, vi } from 'vitest';
import {
  RegisterProviderWebhookDocument,
  RemoveProviderWebhookDocument,
  RotateProviderWebhookKeyDocument,
  TestProviderWebhookDocument,
  UnlinkWalletDocument,
} from '../../schema/operations.ts';
import { openKey } from '../../src/domain/webhook/store.ts';
import { done } from './builders.ts';
import { linkQiwi, type QiwiWallet } from './qiwi.ts';
import { type Desk, newWallet, type RecordWrite } from './qiwi-desk.ts';

const HOOKS = '/payment-notifier/v1/hooks';

/** The webhook of a wallet: the one that QIWI has, and those that are kept here with their keys. */
function webhooksOf(desk: Desk, owner: QiwiWallet, walletId: string) {
  const { deps } = desk.gateway;
  const answer = async (path: string) => {
    const told = await desk.qiwi.elsewhere(owner, 'GET', `${HOOKS}/${path}`);
    return told.ok ? ((await told.json()) as Record<string, string>) : null;
  };
  const kept = async () => {
    const found = await deps.db.prisma.providerWebhook.findMany({ where: { walletId, removedAt: null } });
    return found.map((row) => ({ ...row, key: openKey(deps.vault, row) }));
  };
  /** Is the one webhook that QIWI has kept here, with the key that counts? */
  const agrees = async () => {
    const active = await answer('active');
    const key = active && (await answer(`${active['hookId']}/key`));
    const [one, ...more] = await kept();
    const agreed = active !== null && one?.reference === active['hookId'] && one?.key === key?.['key'];
    return { hooks: more.length + 1, agreed, calledAbout: active?.['txnType'], directions: one?.directions };
  };
  /** What is left of it on either side. */
  const left = async () => ({ there: await answer('active'), here: await kept() });
  return { kept, agrees, left };
}

async function webhook(desk: Desk, extra: object = {}) {
  const { owner, walletId } = await newWallet(desk, extra);
  const input = { providerAccountId: desk.qiwi.account.id, walletId };
  const register = async (directions?: ('IN' | 'OUT')[]) => {
    const wanted = { ...input, ...(directions ? { directions } : {}) };
    return (await desk.call(RegisterProviderWebhookDocument, { input: wanted })).providerWebhookRegister;
  };
  const registered = async () => done(await register(), 'ProviderWebhookRegisterSuccess').webhook;
  return { walletId, register, registered, ...webhooksOf(desk, owner, walletId) };
}

const both = { hooks: 1, agreed: true, calledAbout: 'BOTH', directions: ['IN', 'OUT'] };
const none = { there: null, here: [] };

/**
 * A wallet that was linked while QIWI could not say which webhook it has, so that the registration is left to the job; it waits.
 * @returns runs the job once: what became of it
 */
async function leftToTheJob(desk: Desk, owner: QiwiWallet) {
  const { control } = desk.qiwi.sandbox;
  control.fault({ provider: 'qiwi', operation: 'HOK-5', kind: 'status', status: 500, when: 'before', times: 100 });
  const walletId = await linkQiwi(desk.call, desk.qiwi, owner);
  control.clearFaults('qiwi');
  const { pool } = desk.gateway.deps.db;
  const key = `register-webhook:${walletId}`;
  const due = (at: string) =>
    pool.query(
      `SELECT graphile_worker.reschedule_jobs(array_agg(id), run_at := ${at}) FROM graphile_worker.jobs WHERE key = $1`,
      [key],
    );
  const job = async () => {
    const { rows } = await pool.query<{ attempts: number; locked: boolean }>(
      'SELECT attempts, locked_at IS NOT NULL AS locked FROM graphile_worker.jobs WHERE key = $1',
      [key],
    );
    return rows[0];
  };
  expect(await job()).toMatchObject({ attempts: 0 });
  await due(`now() + interval '1 hour'`);
  const runJob = async () => {
    const before = (await job())?.attempts ?? 0;
    await due('now()');
    const over = async () => {
      const now = await job();
      expect(!now || (now.attempts > before && !now.locked)).toBe(true);
      return { __typename: now ? 'ProviderUnavailableError' : 'JobSuccess' };
    };
    return vi.waitFor(over, { timeout: 20_000, interval: 50 });
  };
  return { walletId, runJob };
}

/** The writes about webhooks. */
export const webhookWrites: RecordWrite[] = [
  {
    title: 'webhook registered',
    operation: 'HOK-1',
    async prepare(desk) {
      const { register, agrees } = await webhook(desk);
      return { send: () => register(), outcome: agrees, once: both };
    },
  },
  {
    title: 'webhook of a linked wallet registered by the job',
    operation: 'HOK-1',
    async prepare(desk) {
      const owner = desk.qiwi.wallet(100);
      const { walletId, runJob } = await leftToTheJob(desk, owner);
      return { send: runJob, outcome: webhooksOf(desk, owner, walletId).agrees, once: both };
    },
  },
  {
    title: 'key of a webhook replaced',
    operation: 'HOK-4',
    async prepare(desk) {
      const { registered, kept, agrees } = await webhook(desk);
      const { id: webhookId } = await registered();
      const [before] = await kept();
      const rotate = () => desk.call(RotateProviderWebhookKeyDocument, { webhookId });
      const outcome = async () => ({ ...(await agrees()), replaced: (await kept())[0]?.key !== before?.key });
      const send = async () => (await rotate()).providerWebhookRotateKey;
      return { send, outcome, once: { ...both, replaced: true } };
    },
  },
  {
    title: 'webhook removed',
    operation: 'HOK-2',
    async prepare(desk) {
      const { registered, left } = await webhook(desk);
      const { id: webhookId } = await registered();
      const remove = () => desk.call(RemoveProviderWebhookDocument, { webhookId });
      return { send: async () => (await remove()).providerWebhookRemove, outcome: left, once: none };
    },
  },
  {
    title: 'webhook registered for other directions, in the place of the one before',
    operation: 'HOK-2',
    async prepare(desk) {
      const { registered, register, agrees } = await webhook(desk);
      await registered();
      const once = { hooks: 1, agreed: true, calledAbout: 'IN', directions: ['IN'] };
      return { send: () => register(['IN']), outcome: agrees, once };
    },
  },
  {
    title: 'webhook of a wallet that is unlinked removed',
    operation: 'HOK-2',
    async prepare(desk) {
      // what is in a wallet leaves the books with it
      const { walletId, registered, left } = await webhook(desk, { amount: 0 });
      await registered();
      const unlink = () => desk.call(UnlinkWalletDocument, { walletId });
      return { send: async () => (await unlink()).walletUnlink, outcome: left, once: none };
    },
  },
  {
    title: 'test call asked for',
    operation: 'HOK-6',
    async prepare(desk) {
      const { registered, kept, agrees } = await webhook(desk);
      const { id: webhookId, reference } = await registered();
      const ask = () => desk.call(TestProviderWebhookDocument, { webhookId });
      const outcome = async () => ({ ...(await agrees()), tested: (await kept())[0]?.lastTestAt !== null });
      const times = () =>
        desk.qiwi.sandbox.control.webhooks('qiwi').filter(({ body }) => {
          const { hookId, test } = JSON.parse(body) as { hookId?: string; test?: boolean };
          return hookId === reference && test;
        }).length;
      return { send: async () => (await ask()).providerWebhookTest, outcome, once: { ...both, tested: true }, times };
    },
  },
];
