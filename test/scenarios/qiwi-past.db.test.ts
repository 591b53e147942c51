import { describe, expect, test, vi } from 'vitest';
import {
  LearnedPaymentsDocument,
  ProviderBalanceDocument,
  StartReconciliationDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';
import { freePort, linkQiwi, payElsewhere, type QiwiWallet, startQiwi } from '../support/qiwi.ts';
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
const payment = (id = '') => prisma.payment.findUniqueOrThrow({ where: { id } });

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

/** What a span of a year shows of a wallet, once and again: nothing has moved, and nothing is different. */
async function shownOf(id: string) {
  const before = { balances: await balances(id), lines: await lines() };
  const yearAgo = new Date(Date.now() - 365 * 86_400_000);
  expect(await compared(id, yearAgo)).toEqual([]);
  const seen = await payments(id);
  expect(await compared(id, yearAgo)).toEqual([]);
  const known = seen.map(({ id: paymentId, status, amount, fee }) => ({ id: paymentId, status, amount, fee }));
  expect(await payments(id)).toMatchObject(known);
  expect({ balances: await balances(id), lines: await lines() }).toEqual(before);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  return seen;
}

describe('Of two wallets that are linked here', () => {
  test.each(['payer', 'receiver'])(
    'a transfer from before is one payment, which both see: the %s’s span first.',
    async (first) => {
      const [from, to] = [qiwi.wallet(1_000), qiwi.wallet(0)];
      await qiwi.transferElsewhere(from, to.number, 100);
      const [fromId, toId] = [await linkQiwi(call, qiwi, from), await linkQiwi(call, qiwi, to)];
      const spans = first === 'payer' ? [fromId, toId] : [toId, fromId];
      for (const id of [...spans, ...spans]) expect(await shownOf(id)).toHaveLength(1);
      const [[sent], [received]] = [await payments(fromId), await payments(toId)];
      expect(sent).toMatchObject({
        id: received?.id,
        direction: 'OUT',
        amount: { amount: '100.00' },
        source: { wallet: { id: fromId } },
        destination: { wallet: { id: toId } },
      });
    },
  );
});

describe('A conversion from before the link', () => {
  const convert = (wallet: QiwiWallet, account: string, amount: number) =>
    payElsewhere(qiwi, wallet, '1099', { account }, amount, '840');
  /** A wallet with roubles and a balance in dollars that is empty. */
  const bothCurrencies = () => {
    const wallet = qiwi.wallet(10_000);
    qiwi.act('wallet.balance', { wallet: wallet.number, currency: 840, amount: 0 });
    return wallet;
  };

  test('into the own dollars: both lines are one payment.', async () => {
    const wallet = bothCurrencies();
    const reference = await convert(wallet, wallet.number, 10);
    const id = await linkQiwi(call, qiwi, wallet);
    const [seen, ...more] = await shownOf(id);
    expect(more).toEqual([]);
    expect(seen).toMatchObject({ reference, kind: 'EXCHANGE', status: 'COMPLETED', origin: 'PROVIDER' });
    expect(seen?.amount).toEqual({ amount: '755.11', currency: 'RUB' });
    expect(await payment(seen?.id)).toMatchObject({ destinationMinor: 1_000n, destinationCurrency: 'USD' });
  });

  test.each([
    ['payer', 1],
    ['receiver', 2],
  ])(
    'for somebody else: what passes through is no payment of the payer’s own (the %s’s span first).',
    async (first, all) => {
      const [from, to] = [bothCurrencies(), bothCurrencies()];
      const reference = await convert(from, to.number, 20);
      const [fromId, toId] = [await linkQiwi(call, qiwi, from), await linkQiwi(call, qiwi, to)];
      const spans = first === 'payer' ? [fromId, toId] : [toId, fromId];
      for (const id of [...spans, ...spans]) expect(await shownOf(id)).toHaveLength(1);
      const [[sent], [received]] = [await payments(fromId), await payments(toId)];
      expect(sent).toMatchObject({ reference, kind: 'TRANSFER', amount: { amount: '1510.21', currency: 'RUB' } });
      expect(await payment(sent?.id)).toMatchObject({ destinationMinor: 2_000n, destinationCurrency: 'USD' });
      // the receiver’s line is joined to the payer’s where that is known, and a payment of its own where it is not
      expect(new Set([sent?.id, received?.id]).size).toBe(all);
      expect((await balances(toId))?.find(({ currency }) => currency === 'USD')?.posted.amount).toBe('20.00');
    },
  );
});
