import { describe, expect, test, vi } from 'vitest';
import {
  CloseWalletDocument,
  CreateTransferDocument,
  HouseWalletDocument,
  ReconciliationsDocument,
  StartReconciliationDocument,
  UnlinkWalletDocument,
} from '../../schema/operations.ts';
import { compareLine } from '../../src/domain/mirror/compare-line.ts';
import { detailOf } from '../../src/domain/mirror/follow-news.ts';
import { recordMovement } from '../../src/domain/mirror/record-movement.ts';
import { subjectOf } from '../../src/domain/mirror/subject.ts';
import { resolvePayment } from '../../src/domain/payment/resolve-payment.ts';
import { transferReceived } from '../../src/ledger/entries.ts';
import { postEntries } from '../../src/ledger/post.ts';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { openShop, refusal, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { activeWallet } from '../support/provider-wallets.ts';
import { freePort, linkQiwi, reconciled, startQiwi } from '../support/qiwi.ts';
import { booksStay, invalid, notFound } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const shop = await openShop(gateway);
const { call } = shop;
const qiwi = await startQiwi(gateway, shop.id);
const { prisma } = gateway.deps.db;

const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
const breaksOf = async (id: string) =>
  (await call(ReconciliationsDocument, { provider: 'QIWI' })).ledger.reconciliations.edges
    .flatMap(({ node }) => (node.id === id ? [node] : []))
    .flatMap(({ breaks }) => breaks);
const houseOf = async () => {
  const { node } = await call(HouseWalletDocument, { id: qiwi.account.id });
  return node && 'houseWallet' in node ? node.houseWallet : null;
};

describe('A difference is named, and resolved when it is gone', () => {
  test('A balance that no movement explains.', async () => {
    const wallet = qiwi.wallet(100);
    const id = await linkQiwi(call, qiwi, wallet);
    qiwi.act('wallet.balance', { wallet: wallet.number, amount: 90 });
    const [first] = await reconciled(call, { walletId: id });
    expect(first?.breaks).toEqual([
      {
        kind: 'BALANCE_DIFFERS',
        providerReference: null,
        payment: null,
        creditSession: null,
        resolved: false,
        expected: { amount: '100.00', currency: 'RUB' },
        actual: { amount: '90.00', currency: 'RUB' },
      },
    ]);
    qiwi.act('wallet.balance', { wallet: wallet.number, amount: 100 });
    const [second] = await reconciled(call, { walletId: id });
    expect(second?.breaks).toEqual([]);
    expect(await breaksOf(first?.id ?? '')).toMatchObject([{ kind: 'BALANCE_DIFFERS', resolved: true }]);
    await booksAreRight();
  });

  test('A payment that is done here and unknown to the provider.', async () => {
    const wallet = qiwi.wallet(1_000);
    const id = await linkQiwi(call, qiwi, wallet, { registerWebhook: false });
    qiwi.act('deposit', { wallet: wallet.number, amount: 50 });
    await reconciled(call, { walletId: id });
    const { id: paymentId, reference } = await prisma.payment.findFirstOrThrow({ where: { destinationWalletId: id } });
    // by another number the line of the provider is nobody's here, and ours nobody's there; a history may lag for a minute
    const confirmedAt = new Date(Date.now() - 300_000);
    await prisma.payment.update({ where: { id: paymentId }, data: { reference: '1', confirmedAt } });
    await prisma.paymentAttempt.updateMany({ where: { paymentId }, data: { reference: '1' } });
    const [round] = await reconciled(call, { walletId: id });
    const expected = { amount: '50.00', currency: 'RUB' };
    expect(round?.breaks).toMatchObject([
      { kind: 'MISSING_UPSTREAM', providerReference: '1', payment: { id: paymentId }, expected, actual: null },
      { kind: 'BALANCE_DIFFERS', expected: { amount: '1100.00' }, actual: { amount: '1050.00' } },
    ]);
    // the line that had lost its payment was learned anew
    expect(await prisma.payment.count({ where: { reference } })).toBe(1);
  });

  test('A payment that has moved another amount here, and a line that cannot be booked as it is told.', async () => {
    const wallet = qiwi.wallet(1_000);
    const id = await linkQiwi(call, qiwi, wallet, { registerWebhook: false });
    qiwi.act('deposit', { wallet: wallet.number, amount: 50 });
    await reconciled(call, { walletId: id });
    const { id: paymentId, reference } = await prisma.payment.findFirstOrThrow({ where: { destinationWalletId: id } });
    const about = {
      partnerId: shop.id,
      currency: 'RUB',
      reference: unique('too much'),
      paymentId,
      occurredAt: new Date(),
    };
    await postEntries(prisma, [transferReceived({ ...about, amount: 1n, walletId: id })]);
    const [round] = await reconciled(call, { walletId: id });
    expect(round?.breaks).toMatchObject([
      {
        kind: 'AMOUNT_DIFFERS',
        payment: { id: paymentId },
        expected: { amount: '50.01' },
        actual: { amount: '50.00' },
      },
      { kind: 'BALANCE_DIFFERS', expected: { amount: '1050.01' }, actual: { amount: '1050.00' } },
    ]);
    const row = await prisma.wallet.findUniqueOrThrow({ where: { id }, include: { accounts: true } });
    const subject = present(await subjectOf(gateway.deps, prisma, row), 'a wallet whose history is followed');
    const said = present(await detailOf(subject, reference ?? '', 'IN'), 'the line at the provider');
    const odd = { ...said, reference: '2', status: 'UNKNOWN' as const, providerStatus: 'FROZEN' };
    await booksStay(gateway, async () => {
      const recorded = await recordMovement(gateway.deps, subject, odd, 'RECONCILIATION');
      expect(await compareLine(prisma, subject, odd, recorded)).toMatchObject({
        kind: 'MISSING_HERE',
        providerReference: '2',
        actual: { minor: 5_000n, currency: 'RUB' },
      });
    });
  });

  test('An outcome that an operator ruled, and of which the provider says something else.', async () => {
    const wallet = qiwi.wallet(1_000);
    const id = await linkQiwi(call, qiwi, wallet, { registerWebhook: false });
    qiwi.act('outcome', { status: 'WAITING' });
    const reference = await qiwi.transferElsewhere(wallet, '79121112233', 25);
    await reconciled(call, { walletId: id });
    const payment = await prisma.payment.findFirstOrThrow({ where: { reference } });
    expect(payment.status).toBe('PROCESSING');
    const viewer = { kind: 'PARTNER' as const, partnerId: shop.id, apiKeyId: '', scopes: new Set<never>() };
    await resolvePayment(gateway.deps, viewer, {
      paymentId: payment.id,
      outcome: 'COMPLETED',
      evidence: 'the payee called',
    });
    const [round] = await reconciled(call, { walletId: id });
    expect(round?.breaks).toMatchObject([
      { kind: 'STATUS_DIFFERS', payment: { id: payment.id }, providerReference: reference },
    ]);
    qiwi.act('payment.settle', { id: reference });
    const [later] = await reconciled(call, { walletId: id });
    expect(later).toMatchObject({ breaks: [], matched: 1 });
    expect(await breaksOf(round?.id ?? '')).toMatchObject([{ resolved: true }]);
    await booksAreRight();
  });
});

describe('Long histories', () => {
  test('More lines than a page, read within the provider’s limit: each is booked once.', async () => {
    const wallet = qiwi.wallet(0);
    const id = await linkQiwi(call, qiwi, wallet, { registerWebhook: false });
    for (let count = 1; count <= 51; count += 1) qiwi.act('deposit', { wallet: wallet.number, amount: 1 });
    const [round] = await reconciled(call, { walletId: id });
    expect(round).toMatchObject({ matched: 51, breaks: [] });
    expect(await prisma.payment.count({ where: { destinationWalletId: id } })).toBe(51);
    await booksAreRight();
  });
});

describe('The house wallet', () => {
  test('It is the settlement account, shown with the provider’s figure, and nobody pays from it by name or closes it.', async () => {
    const house = await houseOf();
    expect(house).toMatchObject({ number: '79990000001', status: 'ACTIVE' });
    expect(house?.balances.find(({ currency }) => currency === 'RUB')).toMatchObject({
      posted: { amount: '1000000.00' },
    });
    expect((await houseOf())?.id).toBe(house?.id);
    const id = house?.id ?? '';
    const transfer = {
      idempotencyKey: unique('house'),
      fromWalletId: id,
      to: { phone: '+79121112233' },
      amount: rub('1'),
    };
    const state = { __typename: 'StateError', code: 'WALLET_STATE', state: 'HOUSE' };
    await booksStay(gateway, async () => {
      expect(await refusal(call(CreateTransferDocument, { input: transfer }))).toMatchObject(state);
      expect(await refusal(call(UnlinkWalletDocument, { walletId: id }))).toMatchObject(state);
      expect(await refusal(call(CloseWalletDocument, { walletId: id }))).toMatchObject({
        code: expect.any(String),
      });
    });
  });

  test('What it gets and spends elsewhere stands in suspense; it is compared as any other.', async () => {
    const house = await houseOf();
    const walletId = house?.id ?? '';
    qiwi.act('deposit', { wallet: '79990000001', amount: 123.45 });
    await qiwi.transferElsewhere(
      { number: '79990000001', token: '0f0e0d0c0b0a09080706050403020100' },
      '79121112233',
      23.45,
    );
    const [round] = await reconciled(call, { walletId });
    expect(round).toMatchObject({ matched: 2, breaks: [] });
    const after = (await houseOf())?.balances.find(({ currency }) => currency === 'RUB');
    expect(after?.posted.amount).toBe('1000100.00');
    const suspense = await prisma.ledgerAccount.findFirst({
      where: { partnerId: shop.id, code: { startsWith: 'suspense:' }, currency: 'RUB' },
    });
    expect((suspense?.postedCredits ?? 0n) - (suspense?.postedDebits ?? 0n)).toBe(100_010_000n);
    await booksAreRight();
  });

  test('All wallets of a provider are compared at once, the house wallet with them.', async () => {
    const id = await linkQiwi(call, qiwi, qiwi.wallet(1));
    const rounds = await reconciled(call);
    const walletIds = rounds.map(({ wallet }) => wallet?.id);
    expect(walletIds).toContain(id);
    expect(walletIds).toContain((await houseOf())?.id);
  });
});

describe('What cannot be compared', () => {
  test('Spans that are none, strangers’ wallets, and wallets whose history explains nothing are refused.', async () => {
    const walletId = await linkQiwi(call, qiwi, qiwi.wallet(1));
    const start = (input: object, by = call) => refusal(by(StartReconciliationDocument, { input }));
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const now = new Date().toISOString();
    expect(await start({ walletId, to: tomorrow })).toMatchObject(invalid('input.to'));
    expect(await start({ walletId, from: now, to: new Date(Date.now() - 1_000).toISOString() })).toMatchObject(
      invalid('input.from'),
    );
    const stranger = await openShop(gateway, { name: 'Stranger' });
    expect(await start({ walletId }, stranger.call)).toMatchObject(notFound);
    await startMbank(gateway, shop.id);
    const atMbank = await activeWallet(call);
    const unsupported = { __typename: 'NotSupportedError', code: 'NOT_SUPPORTED' };
    expect(await start({ walletId: atMbank })).toMatchObject(unsupported);
    expect(await start({ walletId: await shop.wallet() })).toMatchObject(unsupported);
  });
});

describe('A history that lags', () => {
  test('Lines that the provider shows late are found where the balance asks for them.', async () => {
    const wallet = qiwi.wallet(1_000);
    const id = await linkQiwi(call, qiwi, wallet, { registerWebhook: false });
    await reconciled(call, { walletId: id });
    qiwi.act('settings', { historyLagMs: 3_600_000 });
    qiwi.act('deposit', { wallet: wallet.number, amount: 5 });
    qiwi.act('settings', { historyLagMs: 0 });
    const [early] = await reconciled(call, { walletId: id });
    expect(early?.breaks).toMatchObject([{ kind: 'BALANCE_DIFFERS', actual: { amount: '1005.00' } }]);
    qiwi.sandbox.control.advance(3_700_000);
    // as if the history had been read on and on meanwhile
    await gateway.deps.db.pool.query(
      `UPDATE wallet_mirror SET read_to = now() + interval '1 hour' WHERE wallet_id = $1`,
      [id],
    );
    await vi.waitFor(
      async () => {
        await reconciled(call, { walletId: id });
        expect(await prisma.payment.count({ where: { destinationWalletId: id } })).toBe(1);
      },
      { timeout: 20_000 },
    );
    expect(await breaksOf(early?.id ?? '')).toMatchObject([{ resolved: true }]);
    await booksAreRight();
  });
});
