import { expect, test, vi } from 'vitest';
import {
  LearnedPaymentsDocument,
  ProviderBalanceDocument,
  StartReconciliationDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';
import { freePort, linkQiwi, payElsewhere, startQiwi } from '../support/qiwi.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** What was there before a wallet was linked: shown when it is asked for, and in no book but the opening balance. */

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const shop = await openShop(gateway);
const { call } = shop;
const qiwi = await startQiwi(gateway, shop.id);
const { prisma } = gateway.deps.db;

const payments = async (walletId: string) =>
  (await call(LearnedPaymentsDocument, { walletId })).wallet?.payments.edges.map(({ node }) => node) ?? [];
const balances = async (id: string) => (await call(ProviderBalanceDocument, { id })).wallet?.balances;
const lines = () => prisma.accountLine.count();

/** Compares a span that began before the link, to its end. */
async function compared(walletId: string, from: Date) {
  const reconciliation = await vi.waitFor(
    async () => {
      const answer = await call(StartReconciliationDocument, { input: { walletId, from: from.toISOString() } });
      expect(answer.reconciliationStart?.__typename).toBe('ReconciliationStartSuccess');
      return prisma.reconciliation.findFirstOrThrow({ where: { walletId }, orderBy: { id: 'desc' } });
    },
    { timeout: 20_000 },
  );
  await vi.waitFor(
    async () => {
      const { finishedAt } = await prisma.reconciliation.findUniqueOrThrow({ where: { id: reconciliation.id } });
      expect(finishedAt).not.toBeNull();
    },
    { timeout: 30_000 },
  );
  return prisma.reconciliationBreak.findMany({ where: { reconciliationId: reconciliation.id } });
}

test('A span from before the link shows its payments, done and refused, and moves nothing; asking again shows them once.', async () => {
  const wallet = qiwi.wallet(1_000);
  qiwi.act('deposit', { wallet: wallet.number, amount: 70 });
  await payElsewhere(qiwi, wallet, '1', { account: '9161234567' }, 30);
  qiwi.act('outcome', { outcome: 'decline' });
  await payElsewhere(qiwi, wallet, '1', { account: '9161234568' }, 11);
  const id = await linkQiwi(call, qiwi, wallet);
  expect(await payments(id)).toEqual([]);
  const before = { balances: await balances(id), lines: await lines() };

  const yearAgo = new Date(Date.now() - 365 * 86_400_000);
  expect(await compared(id, yearAgo)).toEqual([]);
  const seen = await payments(id);
  expect(seen.map(({ status, direction, amount }) => [status, direction, amount.amount]).sort()).toEqual([
    ['COMPLETED', 'IN', '70.00'],
    ['COMPLETED', 'OUT', '30.00'],
    ['DECLINED', 'OUT', '11.00'],
  ]);
  for (const payment of seen) expect(payment).toMatchObject({ origin: 'PROVIDER', idempotencyKey: null });
  expect({ balances: await balances(id), lines: await lines() }).toEqual({
    balances: before.balances,
    lines: before.lines,
  });

  expect(await compared(id, yearAgo)).toEqual([]);
  expect(await payments(id)).toEqual(seen);
  expect(await lines()).toBe(before.lines);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});
