import { describe, expect, test, vi } from 'vitest';
import {
  LearnedPaymentsDocument,
  type LearnedPaymentsQueryVariables,
  ReconciliationsDocument,
  ResolvePaymentDocument,
  StartReconciliationDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, refusal } from '../support/builders.ts';
import { figures } from '../support/provider-wallets.ts';
import { lookAfter } from '../support/qiwi-payments.ts';
import { invalid } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { openedWallet, startVsePlatezhi } from '../support/vseplatezhi.ts';
import {
  bankId,
  bookshop,
  elsewhere,
  merchant,
  toBank,
  toMerchant,
  vsePlatezhiMoney,
} from '../support/vseplatezhi-money.ts';

const gateway = await startTestApp();
const shop = await openShop(gateway);
const { call } = shop;
const theirs = await startVsePlatezhi(gateway, shop.id);
const { confirm, details, lines, payout, reconciled, until } = vsePlatezhiMoney(gateway, theirs, shop.apiKey, call);
const { pool, prisma } = gateway.deps.db;

const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);

interface Wallet {
  id: string;
  phone: string;
  walletId: string;
}
async function wallet(amount = 0): Promise<Wallet> {
  const { id, phone } = await openedWallet(call, { identification: 'FULL' });
  const [there] = theirs.wallets(phone);
  const walletId = there?.walletId ?? '';
  if (amount > 0) {
    theirs.act('deposit', { wallet: walletId, amount });
    await reconciled(id);
  }
  return { id, phone, walletId };
}
const history = async (variables: LearnedPaymentsQueryVariables) => {
  const { wallet: found } = await call(LearnedPaymentsDocument, variables);
  if (!found) throw new Error('there is no such wallet');
  return { ...found.payments, nodes: found.payments.edges.map(({ node }) => node) };
};
const breaksOf = async (id: string) =>
  (await call(ReconciliationsDocument, { provider: 'VSEPLATEZHI' })).ledger.reconciliations.edges.flatMap(({ node }) =>
    node.id === id ? node.breaks : [],
  );

describe('Movements made elsewhere', () => {
  test('Each is learned once, with whom it was paid to, however often the report is read.', async () => {
    const { id, walletId } = await wallet();
    theirs.act('deposit', { wallet: walletId, amount: 500, description: 'Salary' });
    await elsewhere(theirs, walletId, { tsp: merchant }, 30.5);
    await elsewhere(theirs, walletId, { tsp: merchant }, 30.5);
    await elsewhere(theirs, walletId, { bankIdentifier: bankId }, 100);
    expect(await reconciled(id)).toMatchObject({ matched: 4, breaks: [] });
    expect(await reconciled(id)).toMatchObject({ matched: 4, breaks: [] });
    const { nodes } = await history({ walletId: id });
    const shown = nodes.map(({ kind, direction, amount, status, origin }) =>
      [kind, direction, amount.amount, status, origin].join(' '),
    );
    expect(shown.sort()).toEqual([
      'PAYOUT OUT 100.00 COMPLETED PROVIDER',
      'PAYOUT OUT 30.50 COMPLETED PROVIDER',
      'PAYOUT OUT 30.50 COMPLETED PROVIDER',
      'TOP_UP IN 500.00 COMPLETED PROVIDER',
    ]);
    const paid = nodes.filter(({ amount }) => amount.amount === '30.50').map(({ destination }) => destination);
    expect(paid).toMatchObject(Array(2).fill({ __typename: 'MerchantParty', reference: merchant }));
    expect(nodes.find(({ kind }) => kind === 'TOP_UP')?.source).toMatchObject({ description: 'Salary' });
    expect(await figures(call, id)).toEqual({ posted: '339.00', pending: '0.00', upstream: '339.00' });
    await booksAreRight();
  });

  test('Money that comes back undoes the withdrawal that it was taken for, and what a merchant returns its payment.', async () => {
    const { id, walletId, phone } = await wallet(500);
    await elsewhere(theirs, walletId, { bankIdentifier: bankId }, 100);
    await elsewhere(theirs, walletId, { tsp: merchant }, 100);
    await elsewhere(theirs, walletId, { tsp: bookshop }, 100);
    await reconciled(id);
    for (const { id: line, type } of lines({ phone }).slice(1, 3))
      theirs.act('payment.undo', { id: line, reason: type });
    expect(await reconciled(id)).toMatchObject({ breaks: [] });
    const { nodes } = await history({ walletId: id, filter: { direction: 'OUT' } });
    const ends = nodes.map(({ destination, status }) => {
      const to = destination.__typename === 'MerchantParty' ? destination.reference : 'a bank';
      return [to, status];
    });
    expect(Object.fromEntries(ends)).toEqual({ 'a bank': 'REVERSED', [merchant]: 'REVERSED', [bookshop]: 'COMPLETED' });
    expect(await prisma.payment.count({ where: { destinationWalletId: id, kind: 'REFUND' } })).toBe(0);
    expect(await figures(call, id)).toEqual({ posted: '400.00', pending: '0.00', upstream: '400.00' });
    await booksAreRight();
  });

  test.each([
    ['amounts as text', { amounts: 'text' }],
    ['the receiver under its other name', { receiver: 'tsp' }],
    ['a single record without a list', { single: 'object' }],
  ])('They are read in each form that the documents leave open: %s.', async (_form, setting) => {
    const { id, walletId } = await wallet(100);
    theirs.act('settings', setting);
    try {
      await elsewhere(theirs, walletId, { tsp: merchant }, 10.5);
      const paid = await payout(id, toMerchant, '20.25');
      await confirm(paid);
      expect(await reconciled(id)).toMatchObject({ breaks: [] });
      expect(await prisma.payment.count({ where: { sourceWalletId: id } })).toBe(2);
      expect(await figures(call, id)).toEqual({ posted: '69.25', pending: '0.00', upstream: '69.25' });
    } finally {
      theirs.act('settings', { amounts: 'number', receiver: 'tcp', single: 'array' });
    }
    await booksAreRight();
  });

  test('More lines than a page, many of them alike in everything, are booked once each.', async () => {
    const { id, walletId } = await wallet();
    for (let count = 0; count < 120; count += 1) theirs.act('deposit', { wallet: walletId, amount: 1 });
    expect(await reconciled(id)).toMatchObject({ matched: 120, breaks: [] });
    expect(await prisma.payment.count({ where: { destinationWalletId: id } })).toBe(120);
    expect(await figures(call, id)).toEqual({ posted: '120.00', pending: '0.00', upstream: '120.00' });
    await booksAreRight();
  }, 60_000);
});

describe('The history of a wallet', () => {
  test('Every filter of the report, and its pages, over what was made here and elsewhere.', async () => {
    const { id, walletId } = await wallet(1_000);
    await elsewhere(theirs, walletId, { tsp: merchant }, 10);
    await elsewhere(theirs, walletId, { bankIdentifier: bankId }, 20);
    const made = await payout(id, toMerchant, '30');
    await confirm(made);
    await reconciled(id);
    const amounts = async (filter: LearnedPaymentsQueryVariables['filter']) =>
      (await history({ walletId: id, filter })).nodes.map(({ amount }) => amount.amount).sort();
    expect(await amounts({})).toEqual(['10.00', '1000.00', '20.00', '30.00']);
    expect(await amounts({ kinds: ['TOP_UP'] })).toEqual(['1000.00']);
    expect(await amounts({ kinds: ['PAYOUT'] })).toEqual(['10.00', '20.00', '30.00']);
    expect(await amounts({ direction: 'IN' })).toEqual(['1000.00']);
    expect(await amounts({ direction: 'OUT', amountMin: '20', amountMax: '30.00' })).toEqual(['20.00', '30.00']);
    expect(await amounts({ amountMin: '20.01' })).toEqual(['1000.00', '30.00']);
    expect(await amounts({ origin: 'API' })).toEqual(['30.00']);
    const now = Date.now();
    expect(await amounts({ from: new Date(now - 60_000).toISOString() })).toHaveLength(4);
    expect(await amounts({ to: new Date(now - 600_000).toISOString() })).toEqual([]);
    const pages: string[][] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof history>> = await history({ walletId: id, first: 3, after });
      pages.push(page.nodes.map((node) => node.id));
      after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
    } while (after !== null);
    expect(pages.map((page) => page.length)).toEqual([3, 1]);
    expect(new Set(pages.flat()).size).toBe(4);
  });

  test('What was there before the wallet was linked is shown when its span is asked for, and moves nothing.', async () => {
    const { id } = await openedWallet(call, {}, '+79261234567');
    expect(await figures(call, id)).toEqual({ posted: '12345.00', pending: '0.00', upstream: '12345.00' });
    const span = { walletId: id, from: '2024-07-01T00:00:00.000Z', to: '2024-07-31T00:00:00.000Z' };
    const begun = done(
      (await call(StartReconciliationDocument, { input: span })).reconciliationStart,
      'ReconciliationStartSuccess',
    );
    const past = () => history({ walletId: id, filter: { to: '2024-08-01T00:00:00.000Z' } });
    await expect.poll(async () => (await past()).nodes.length, { timeout: 20_000 }).toBe(1);
    expect((await past()).nodes).toMatchObject([
      { kind: 'PAYOUT', amount: { amount: '1250.50' }, destination: { reference: merchant }, status: 'COMPLETED' },
    ]);
    expect(await figures(call, id)).toEqual({ posted: '12345.00', pending: '0.00', upstream: '12345.00' });
    await vi.waitFor(async () => expect(await breaksOf(begun.reconciliations[0]?.id ?? '')).toEqual([]));
    const wrong = { ...span, from: '2024-08-01T00:00:00.000Z' };
    expect(await refusal(call(StartReconciliationDocument, { input: wrong }))).toMatchObject(invalid('input.from'));
    await booksAreRight();
  });
});

describe('A difference is named, and resolved when it is gone', () => {
  test('A payment that is done here and stands in no report; the line of another one is not taken for it.', async () => {
    const { id, walletId } = await wallet(500);
    theirs.sandbox.control.fault({
      provider: 'vseplatezhi',
      operation: 'withdrawal.init',
      kind: 'close',
      when: 'before',
    });
    const lost = await payout(id, toBank, '100');
    await confirm(lost);
    await lookAfter(gateway, lost, 1);
    const ruling = { paymentId: lost, outcome: 'COMPLETED' as const, evidence: 'the bank says so' };
    done((await call(ResolvePaymentDocument, { input: ruling })).paymentResolve, 'PaymentResolveSuccess');
    await elsewhere(theirs, walletId, { tsp: merchant }, 100);
    const round = await reconciled(id);
    const { reference } = await prisma.payment.findUniqueOrThrow({ where: { id: lost } });
    expect(round.breaks).toMatchObject([
      {
        kind: 'MISSING_UPSTREAM',
        providerReference: reference,
        payment: { id: lost },
        expected: { amount: '-100.00' },
      },
      { kind: 'BALANCE_DIFFERS', expected: { amount: '300.00' }, actual: { amount: '400.00' } },
    ]);
    expect((await reconciled(id)).breaks.map(({ kind }) => kind)).toEqual(['MISSING_UPSTREAM', 'BALANCE_DIFFERS']);
    expect((await breaksOf(round.id)).map(({ resolved }) => resolved)).toEqual([false, false]);
    // the withdrawal stands in the report after all
    await elsewhere(theirs, walletId, { bankIdentifier: bankId }, 100);
    expect(await reconciled(id)).toMatchObject({ breaks: [] });
    expect((await breaksOf(round.id)).map(({ resolved }) => resolved)).toEqual([true, true]);
    expect(await prisma.payment.count({ where: { sourceWalletId: id } })).toBe(2);
    await booksAreRight();
  });

  test('A report that shows a payment late: unclear meanwhile, it stays held; its own line proves it.', async () => {
    const { id, phone } = await wallet(500);
    const answered = await payout(id, toBank, '100');
    const unclear = await payout(id, toBank, '100');
    theirs.act('settings', { reportLagMs: 120_000 });
    await confirm(answered);
    theirs.sandbox.control.fault({
      provider: 'vseplatezhi',
      operation: 'withdrawal.init',
      kind: 'close',
      when: 'after',
    });
    await confirm(unclear);
    theirs.act('settings', { reportLagMs: 0 });
    expect(lines({ phone })).toHaveLength(3);
    expect((await reconciled(id)).breaks).toEqual([]);
    expect((await details(answered)).status).toBe('COMPLETED');
    expect((await details(unclear)).status).toBe('PROCESSING');
    expect(await figures(call, id)).toEqual({ posted: '400.00', pending: '100.00', upstream: '300.00' });
    // neither the silence nor the only line that is shown then proves anything about the other payment
    await lookAfter(gateway, unclear, 20);
    await pool.query(`UPDATE payment SET confirmed_at = confirmed_at - interval '5 minutes' WHERE id = $1`, [answered]);
    const [late] = (await reconciled(id)).breaks;
    expect(late).toMatchObject({ kind: 'MISSING_UPSTREAM', payment: { id: answered }, resolved: false });
    expect((await details(unclear)).status).toBe('PROCESSING');
    theirs.sandbox.control.advance(120_000);
    expect(await reconciled(id)).toMatchObject({ breaks: [] });
    await until(unclear, 'COMPLETED');
    const rows = await prisma.payment.findMany({ where: { id: { in: [answered, unclear] } } });
    expect(new Set(rows.map(({ historyReference }) => historyReference)).size).toBe(2);
    expect(await figures(call, id)).toEqual({ posted: '300.00', pending: '0.00', upstream: '300.00' });
    await booksAreRight();
  }, 60_000);
});
