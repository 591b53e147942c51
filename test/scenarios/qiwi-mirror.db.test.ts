import { describe, expect, test, vi } from 'vitest';
import { LearnedPaymentsDocument, ProviderBalanceDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';
import { freePort, linkQiwi, payElsewhere, reconciled, startQiwi } from '../support/qiwi.ts';
import { recordedEvents } from '../support/recorded-events.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const shop = await openShop(gateway);
const { call } = shop;
const qiwi = await startQiwi(gateway, shop.id);

const payments = async (walletId: string) =>
  (await call(LearnedPaymentsDocument, { walletId })).wallet?.payments.edges.map(({ node }) => node) ?? [];
/** posted and pending by currency. */
const figures = async (id: string) =>
  Object.fromEntries(
    ((await call(ProviderBalanceDocument, { id })).wallet?.balances ?? []).map(({ currency, posted, pending }) => [
      currency,
      [posted.amount, pending.amount],
    ]),
  );
/** Waits until the wallet's payments, newest first, have these statuses. */
const until = (walletId: string, statuses: string[]) =>
  vi.waitFor(
    async () => {
      const found = await payments(walletId);
      expect(found.map(({ status }) => status)).toEqual(statuses);
      return found;
    },
    { timeout: 20_000, interval: 100 },
  );
const adjustments = async (walletId: string) =>
  (
    await gateway.deps.db.pool.query(
      `SELECT DISTINCT j.id FROM journal_entry j JOIN account_line l ON l.entry_id = j.id
       JOIN ledger_account a ON a.id = l.account_id WHERE a.wallet_id = $1 AND j.code = 'MIRROR_ADJUSTED'`,
      [walletId],
    )
  ).rows.length;
/** The provider's book and ours agree line by line and in every balance, and our books are right. */
async function agreed(walletId: string, matched: number) {
  const [round] = await reconciled(call, { walletId });
  expect(round).toMatchObject({ matched, breaks: [] });
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
}
const settle = (id: string, extra: object = {}) => qiwi.act('payment.settle', { id, ...extra });

describe('Movements that were made elsewhere', () => {
  test('Money that comes in is learned by the notification: booked once, with who sent it and what was written.', async () => {
    const wallet = qiwi.wallet(1_000);
    const id = await linkQiwi(call, qiwi, wallet);
    expect(await figures(id)).toEqual({ RUB: ['1000.00', '0.00'] });
    qiwi.act('deposit', { wallet: wallet.number, amount: 250.5, comment: 'за обед' });
    const [payment] = await until(id, ['COMPLETED']);
    expect(payment).toMatchObject({
      origin: 'PROVIDER',
      idempotencyKey: null,
      kind: 'TOP_UP',
      direction: 'IN',
      note: 'за обед',
      amount: { amount: '250.50', currency: 'RUB' },
      source: { __typename: 'ExternalParty', description: 'Терминал QIWI' },
      timeline: [
        { to: 'CREATED', source: 'WEBHOOK' },
        { to: 'PROCESSING', source: 'WEBHOOK' },
        { to: 'COMPLETED', source: 'WEBHOOK' },
      ],
    });
    await agreed(id, 1);
    expect(await payments(id)).toHaveLength(1);
    expect(await figures(id)).toEqual({ RUB: ['1250.50', '0.00'] });
    // the opening balance, and nothing after it
    expect(await adjustments(id)).toBe(1);
  });

  test('Without notifications the history tells; what was before the link is in the opening balance and nowhere else.', async () => {
    const wallet = qiwi.wallet(500);
    qiwi.act('deposit', { wallet: wallet.number, amount: 70 });
    const id = await linkQiwi(call, qiwi, wallet, { registerWebhook: false });
    expect(await figures(id)).toEqual({ RUB: ['570.00', '0.00'] });
    await agreed(id, 0);
    qiwi.act('deposit', { wallet: wallet.number, amount: 30 });
    const reference = await qiwi.transferElsewhere(wallet, '79121112233', 100, 'долг');
    await agreed(id, 2);
    await agreed(id, 2);
    const [out, incoming] = await payments(id);
    expect(out).toMatchObject({
      origin: 'PROVIDER',
      kind: 'TRANSFER',
      direction: 'OUT',
      reference,
      note: 'долг',
      destination: { __typename: 'WalletParty', wallet: null, phone: '+79121112233' },
      timeline: [
        { source: 'RECONCILIATION' },
        { source: 'RECONCILIATION' },
        { to: 'COMPLETED', source: 'RECONCILIATION' },
      ],
    });
    expect(incoming).toMatchObject({ kind: 'TOP_UP', direction: 'IN' });
    expect(await figures(id)).toEqual({ RUB: ['500.00', '0.00'] });
    expect(await adjustments(id)).toBe(1);
  });

  test('What the provider has taken and not decided is reserved; decided, it is gone, or free again.', async () => {
    const wallet = qiwi.wallet(1_000);
    const id = await linkQiwi(call, qiwi, wallet);
    qiwi.act('outcome', { status: 'WAITING', times: 2 });
    const paid = await qiwi.transferElsewhere(wallet, '79121112233', 100);
    const refused = await qiwi.transferElsewhere(wallet, '79121112233', 40);
    await until(id, ['PROCESSING', 'PROCESSING']);
    expect(await figures(id)).toEqual({ RUB: ['1000.00', '140.00'] });
    settle(paid);
    settle(refused, { status: 'ERROR', errorCode: 220 });
    const [second, first] = await vi.waitFor(
      async () => {
        const found = await payments(id);
        expect(found.every(({ status }) => status !== 'PROCESSING')).toBe(true);
        return found.sort((a, b) => Number(b.reference) - Number(a.reference));
      },
      { timeout: 20_000, interval: 100 },
    );
    expect(first).toMatchObject({ reference: paid, status: 'COMPLETED' });
    expect(second).toMatchObject({ reference: refused, status: 'DECLINED', attempts: [{ providerCode: '220' }] });
    expect(await figures(id)).toEqual({ RUB: ['900.00', '0.00'] });
    await agreed(id, 2);
  });

  test('A purchase by a card of the wallet is a payout from that card, out of the wallet’s money.', async () => {
    const wallet = qiwi.wallet(1_000);
    const id = await linkQiwi(call, qiwi, wallet);
    qiwi.act('card.purchase', { wallet: wallet.number, amount: 12.34, shop: 'BOOKS' });
    const [payment] = await until(id, ['COMPLETED']);
    expect(payment).toMatchObject({ kind: 'PAYOUT', direction: 'OUT', source: { __typename: 'CardParty' } });
    expect(payment?.destination).toMatchObject({ __typename: 'ServiceParty' });
    await agreed(id, 1);
  });

  test('Notifications that come late, twice and in reverse order book each movement once.', async () => {
    const wallet = qiwi.wallet(1_000);
    const id = await linkQiwi(call, qiwi, wallet);
    qiwi.sandbox.control.withholdWebhooks('qiwi');
    qiwi.act('deposit', { wallet: wallet.number, amount: 10 });
    const reference = await qiwi.transferElsewhere(wallet, '79121112233', 20);
    await agreed(id, 2);
    const seen = await payments(id);
    const released = qiwi.sandbox.control.releaseWebhooks('qiwi', 'reverse');
    expect(released.length).toBeGreaterThanOrEqual(3);
    for (const { id: call } of released) qiwi.sandbox.control.duplicateWebhook('qiwi', call);
    await qiwi.sandbox.control.idle();
    await vi.waitFor(async () =>
      expect(await gateway.deps.db.prisma.webhookReceipt.count({ where: { handledAt: null } })).toBe(0),
    );
    expect(await payments(id)).toEqual(seen);
    expect(seen.map((payment) => payment.reference)).toContain(reference);
    await agreed(id, 2);
  });
});

describe('Both sides are known here', () => {
  test('A transfer made elsewhere is one payment with two sides; each book moves once, and both owners hear of it.', async () => {
    const [payer, receiver] = [await shop.customer(), await shop.customer()];
    const [from, to] = [qiwi.wallet(1_000), qiwi.wallet(5)];
    const fromId = await linkQiwi(call, qiwi, from, { customerId: payer.id });
    const toId = await linkQiwi(call, qiwi, to, { customerId: receiver.id });
    const reference = await qiwi.transferElsewhere(from, to.number, 300, 'спасибо');
    const [received] = await until(toId, ['COMPLETED']);
    await vi.waitFor(async () => expect(await figures(toId)).toEqual({ RUB: ['305.00', '0.00'] }));
    const [sent] = await until(fromId, ['COMPLETED']);
    expect(sent?.id).toBe(received?.id);
    expect(sent).toMatchObject({
      reference,
      kind: 'TRANSFER',
      direction: 'OUT',
      source: { wallet: { id: fromId } },
      destination: { wallet: { id: toId } },
    });
    expect(received).toMatchObject({ direction: 'IN' });
    expect(await figures(fromId)).toEqual({ RUB: ['700.00', '0.00'] });
    await agreed(fromId, 1);
    await agreed(toId, 1);
    const told = await recordedEvents(gateway.deps.db, { types: ['BALANCE_CHANGED'], paymentId: sent?.id ?? '' });
    expect(told.map(({ walletIds }) => walletIds[0]).sort()).toEqual([fromId, toId].sort());
  });

  test('The receiver’s side may be learned first: the payer’s joins it.', async () => {
    const [from, to] = [qiwi.wallet(1_000), qiwi.wallet(0)];
    const fromId = await linkQiwi(call, qiwi, from, { registerWebhook: false });
    const toId = await linkQiwi(call, qiwi, to);
    await qiwi.transferElsewhere(from, to.number, 11);
    const [received] = await until(toId, ['COMPLETED']);
    expect(received).toMatchObject({ source: { __typename: 'WalletParty', wallet: null }, direction: 'IN' });
    expect(await figures(fromId)).toEqual({ RUB: ['1000.00', '0.00'] });
    await agreed(fromId, 1);
    const [sent] = await payments(fromId);
    expect(sent).toMatchObject({ id: received?.id, direction: 'OUT', source: { wallet: { id: fromId } } });
    expect(await figures(fromId)).toEqual({ RUB: ['989.00', '0.00'] });
    expect(await figures(toId)).toEqual({ RUB: ['11.00', '0.00'] });
    await agreed(toId, 1);
  });
});

describe('Conversions that were made elsewhere', () => {
  const convert = (wallet: Parameters<typeof payElsewhere>[1], account: string, amount: number) =>
    payElsewhere(qiwi, wallet, '1099', { account }, amount, '840');

  test('Both lines of a conversion are one payment: roubles are gone, dollars are there.', async () => {
    const wallet = qiwi.wallet(10_000);
    const id = await linkQiwi(call, qiwi, wallet);
    const reference = await convert(wallet, wallet.number, 10);
    await vi.waitFor(async () => expect((await figures(id))['USD']).toEqual(['10.00', '0.00']), {
      timeout: 20_000,
      interval: 200,
    });
    await agreed(id, 2);
    const found = await payments(id);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ reference, kind: 'EXCHANGE', status: 'COMPLETED' });
    await agreed(id, 2);
  });

  test('Money that is converted for somebody else passes through: only roubles leave the payer’s book.', async () => {
    const [from, to] = [qiwi.wallet(10_000), qiwi.wallet(0)];
    const fromId = await linkQiwi(call, qiwi, from);
    const toId = await linkQiwi(call, qiwi, to);
    await convert(from, to.number, 20);
    await vi.waitFor(async () => expect((await figures(toId))['USD']).toEqual(['20.00', '0.00']), {
      timeout: 20_000,
      interval: 200,
    });
    await agreed(fromId, 2);
    await agreed(toId, 1);
    expect((await figures(fromId))['USD']).toBeUndefined();
  });
});

test('A transfer that the receiver was known for is in the opening balance of a payer that is linked later, and nowhere else.', async () => {
  const payer = qiwi.wallet(1_000);
  const receiver = qiwi.wallet(0);
  const to = await linkQiwi(call, qiwi, receiver);
  await qiwi.transferElsewhere(payer, receiver.number, 100);
  await until(to, ['COMPLETED']);
  const from = await linkQiwi(call, qiwi, payer);
  expect(await figures(from)).toEqual({ RUB: ['900.00', '0.00'] });
  await agreed(from, 0);
  expect(await figures(from)).toEqual({ RUB: ['900.00', '0.00'] });
  expect(await payments(from)).toEqual([]);
  await agreed(to, 1);
});
