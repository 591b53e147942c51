import { describe, expect, test, vi } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreateTransferDocument,
  LearnedPaymentsDocument,
  PaymentTotalsDocument,
  WalletTotalsDocument,
  type WalletTotalsQueryVariables,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { type Call, done, fault, openShop, rub, unique } from '../support/builders.ts';
import { freePort, linkQiwi, startQiwi } from '../support/qiwi.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() }, patience: { limits: { breakAfter: 1_000 } } });
const shop = await openShop(gateway, { fee: 100 });
const { call } = shop;
const qiwi = await startQiwi(gateway, shop.id);

const HOUR = 3_600_000;
const span = () => ({
  from: new Date(Date.now() - HOUR).toISOString(),
  to: new Date(Date.now() + HOUR).toISOString(),
});

const totalsOf = async (walletId: string, more: Partial<WalletTotalsQueryVariables> = {}, as: Call = call) =>
  (await as(WalletTotalsDocument, { walletId, ...span(), ...more })).wallet?.paymentTotals;
const sumsOf = async (filter: object, as: Call = call) => (await as(PaymentTotalsDocument, { filter })).paymentTotals;

/** A wallet at QIWI that has paid 100.50 and received 250.50, both known here. */
async function usedWallet(): Promise<string> {
  const wallet = qiwi.wallet(1_000);
  const id = await linkQiwi(call, qiwi, wallet);
  const input = { idempotencyKey: unique('transfer'), fromWalletId: id, amount: rub('100.50') };
  const to = { phone: `+${qiwi.wallet(0).number}` };
  const { transferCreate } = await call(CreateTransferDocument, { input: { ...input, to } });
  const { payment } = done(transferCreate, 'TransferCreateSuccess');
  done((await call(ConfirmPaymentDocument, { paymentId: payment.id })).paymentConfirm, 'PaymentConfirmSuccess');
  qiwi.act('deposit', { wallet: wallet.number, amount: 250.5, comment: '' });
  await vi.waitFor(
    async () => {
      const found = (await call(LearnedPaymentsDocument, { walletId: id })).wallet?.payments.edges ?? [];
      expect(found.map(({ node }) => node.status)).toEqual(['COMPLETED', 'COMPLETED']);
    },
    { timeout: 20_000, interval: 100 },
  );
  return id;
}

const used = await usedWallet();

describe('Of a wallet at QIWI', () => {
  test('Own sums and the provider’s agree, whoever made the payments.', async () => {
    const sums = { incoming: [rub('250.50')], outgoing: [rub('100.50')] };
    expect(await totalsOf(used)).toEqual({ ...sums, count: 2, upstream: { ...sums, asOf: expect.any(String) } });
  });

  test('A direction and what paid are asked from both in the same words.', async () => {
    const incoming = { incoming: [rub('250.50')], outgoing: [] };
    expect(await totalsOf(used, { direction: 'IN' })).toMatchObject({ ...incoming, count: 1, upstream: incoming });
    const outgoing = { incoming: [], outgoing: [rub('100.50')] };
    expect(await totalsOf(used, { direction: 'OUT', fundingSources: ['BALANCE'] })).toMatchObject({
      ...outgoing,
      count: 1,
      upstream: outgoing,
    });
    const nothing = { incoming: [], outgoing: [] };
    expect(await totalsOf(used, { fundingSources: ['CARD', 'MOBILE_ACCOUNT'] })).toMatchObject({
      ...nothing,
      count: 0,
      upstream: nothing,
    });
  });

  test('Another span holds nothing, there as here; the ends are from, included, to, excluded.', async () => {
    const past = { from: '2020-01-01T00:00:00Z', to: '2020-12-31T23:59:59Z' };
    const nothing = { incoming: [], outgoing: [] };
    expect(await totalsOf(used, past)).toMatchObject({ ...nothing, count: 0, upstream: nothing });
    const [first] = await gateway.deps.db.prisma.payment.findMany({ where: { sourceWalletId: used } });
    const at = first?.completedAt ?? new Date(0);
    const since = new Date(at.getTime() - HOUR).toISOString();
    const until = (ms: number) => new Date(at.getTime() + ms).toISOString();
    const counted = async (from: string, to: string) => (await totalsOf(used, { from, to, direction: 'OUT' }))?.count;
    expect(await counted(since, until(0))).toBe(0);
    expect(await counted(until(0), until(1))).toBe(1);
  });

  test('The provider is asked only for what it can count, and only when it is selected.', async () => {
    const bounds = `from: "${span().from}", to: "${span().to}"`;
    const planned = { provider: 'qiwi', operation: 'HIS-2', kind: 'status', status: 500, times: 100 } as const;
    const { id } = qiwi.sandbox.control.fault(planned);
    const left = () => qiwi.sandbox.control.faults().find((one) => one.id === id)?.times;
    const ask = (text: string) => gateway.query(shop.apiKey, text);
    try {
      expect((await ask(`{ wallet(id: "${used}") { paymentTotals(${bounds}) { count } } }`)).data).toEqual({
        wallet: { paymentTotals: { count: 2 } },
      });
      const one = `walletId: "${used}", ${bounds}`;
      const upstream = async (filter: string) =>
        (await ask(`{ paymentTotals(filter: { ${filter} }) { count upstream { asOf } } }`)).data;
      expect(await upstream(`${one}, kinds: [TRANSFER]`)).toEqual({ paymentTotals: { count: 1, upstream: null } });
      expect(await upstream(`walletId: "${used}"`)).toEqual({ paymentTotals: { count: 2, upstream: null } });
      expect(left()).toBe(100);
      // it is asked, fails, and what is known here is answered
      expect(await upstream(one)).toEqual({ paymentTotals: { count: 2, upstream: null } });
      expect(left()).toBeLessThan(100);
    } finally {
      qiwi.sandbox.control.clearFaults();
    }
    const { data } = await ask(`{ paymentTotals(filter: { walletId: "${used}", ${bounds} }) { upstream { asOf } } }`);
    expect(data).toEqual({ paymentTotals: { upstream: { asOf: expect.any(String) } } });
  });
});

describe('Of wallets on the ledger here', async () => {
  const [alice, bob] = [await shop.customer(), await shop.customer()];
  const hers = await shop.wallet({ owner: alice, holds: '100.00', also: ['USD'] });
  const his = await shop.wallet({ owner: bob });
  await shop.topUp(hers, '7.00', 'USD');
  await shop.transfer(hers, his, '20.00', true);
  await shop.transfer(hers, his, '30.00');
  const paidWithFee = rub('20.20');

  test('Sums per currency; fees go out with the payer’s money; what has not moved is not counted.', async () => {
    expect(await totalsOf(hers)).toEqual({
      incoming: [rub('100.00'), { amount: '7.00', currency: 'USD' }],
      outgoing: [paidWithFee],
      count: 3,
      upstream: null,
    });
    expect(await totalsOf(his)).toMatchObject({ incoming: [rub('20.00')], outgoing: [], count: 1 });
    const open = await sumsOf({ walletId: hers, statuses: ['CREATED'] });
    expect(open).toEqual({ incoming: [], outgoing: [rub('30.30')], count: 1 });
  });

  test('Of a customer, and of everybody: a payment between two of them comes in and goes out, and is one.', async () => {
    expect(await sumsOf({ customerId: bob.id })).toEqual({ incoming: [rub('20.00')], outgoing: [], count: 1 });
    const both = await sumsOf({ kinds: ['TRANSFER'], provider: 'LOCAL' });
    expect(both).toEqual({ incoming: [rub('20.00')], outgoing: [paidWithFee], count: 1 });
    const large = await sumsOf({ amountMin: '50.00', provider: 'LOCAL' });
    expect(large).toEqual({ incoming: [rub('100.00')], outgoing: [], count: 1 });
    expect(await sumsOf({ provider: 'LOCAL', fundingSources: ['BALANCE'] })).toEqual(both);
  });

  test('Customers see their own sides only, and nobody sees another partner’s.', async () => {
    expect(await sumsOf({}, bob.call)).toEqual({ incoming: [rub('20.00')], outgoing: [], count: 1 });
    const nothing = { incoming: [], outgoing: [], count: 0 };
    expect(await sumsOf({ walletId: hers }, bob.call)).toEqual(nothing);
    expect(await sumsOf({ customerId: alice.id }, bob.call)).toEqual(nothing);
    expect(await sumsOf({ statuses: ['CREATED'] }, bob.call)).toEqual(nothing);
    const other = await openShop(gateway);
    expect(await sumsOf({}, other.call)).toEqual(nothing);
    expect(await sumsOf({ walletId: hers }, other.call)).toEqual(nothing);
  });

  test('What cannot be added up is refused in words that name the argument.', async () => {
    const { from, to } = span();
    const wrong = (variables: WalletTotalsQueryVariables) =>
      fault(gateway, shop.apiKey, WalletTotalsDocument, variables);
    expect(await wrong({ walletId: hers, from: to, to: from })).toEqual({
      code: 'BAD_USER_INPUT',
      message: 'to: must be later than `from`.',
    });
    expect((await wrong({ walletId: used, from: '2019-01-01T00:00:00Z', to: '2020-06-01T00:00:00Z' })).message).toBe(
      'to: must be at most 366 days after `from` where `upstream` is asked for.',
    );
    const filtered = (filter: object) => fault(gateway, shop.apiKey, PaymentTotalsDocument, { filter });
    expect((await filtered({ from, to: from })).message).toBe('filter.to: must be later than `from`.');
    expect((await filtered({ direction: 'IN' })).message).toBe('filter.direction: needs filter.walletId.');
    expect((await filtered({ amountMin: '0.001' })).message).toContain('filter.amountMin');
  });
});

test('Adding up moves nothing: the books are right.', async () => {
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});
