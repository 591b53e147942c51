import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfirmPaymentDocument, CreateTransitDocument, FindServicesDocument } from '../../schema/operations.ts';
import { ProviderUnavailable } from '../../src/connectors/outcome.ts';
import { transaction } from '../../src/db/transaction.ts';
import { resolveUpstream } from '../../src/domain/payment/execute-upstream.ts';
import { learn } from '../../src/domain/payment/learn.ts';
import { connectorOf } from '../../src/domain/provider/store.ts';
import { present } from '../../src/lib/assert.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, refusal, rub, unique } from '../support/builders.ts';
import { PATIENCE } from '../support/call-faults.ts';
import { codes, refuseAt, shopWithTwo } from '../support/failover.ts';
import { reconciled } from '../support/qiwi.ts';
import { lookAfter } from '../support/qiwi-payments.ts';
import { breaksInTheBooks, snapshotOfBooks } from '../support/snapshot.ts';
import { openWalletOf } from '../support/wallets.ts';

/** A card is charged at mbank, and a service is paid at QIWI, which takes no cards: 200.00 and its fee of 2.00. */

const gateway = await startTestApp({ patience: PATIENCE });

async function shopOfTransits() {
  const shop = await shopWithTwo(gateway);
  const { call, mbank } = shop;
  const found = await call(FindServicesDocument, { provider: 'QIWI', search: 'Билайн' });
  const serviceId = found.services.edges.find(({ node }) => node.providerReference === '491')?.node.id ?? '';
  const service = { serviceId, parameters: [{ id: 'account', value: '012345678901' }] };
  const input = (extra: object = {}) => ({
    idempotencyKey: unique('transit'),
    walletId: shop.walletId,
    amount: rub('200'),
    service,
    returnUrl: 'https://shop.example/ok',
    failureUrl: 'https://shop.example/no',
    ...extra,
  });
  const created = async (extra: object = {}) =>
    done((await call(CreateTransitDocument, { input: input(extra) })).transitCreate, 'TransitCreateSuccess').payment;
  const confirm = async (paymentId: string) =>
    done((await call(ConfirmPaymentDocument, { paymentId })).paymentConfirm, 'PaymentConfirmSuccess').payment;
  /** The person types a card on mbank's page. */
  const cardPays = async (paymentId: string, result: 'approve' | 'decline' = 'approve') =>
    mbank.act('page', { payment: await firstReference(paymentId), result });
  const firstReference = async (paymentId: string) => {
    const attempt = await gateway.deps.db.prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId, number: 1 } });
    return Number.parseInt(attempt.reference ?? '', 10);
  };
  const journalOf = async (paymentId: string) =>
    (await gateway.deps.db.prisma.journalEntry.findMany({ where: { paymentId }, orderBy: { seq: 'asc' } })).map(
      ({ code }) => code,
    );
  const clearing = async () => {
    const { rows } = await gateway.deps.db.pool.query<{ net: string }>(
      `SELECT posted_credits - posted_debits AS net FROM ledger_account a JOIN provider_account p USING (partner_id)
       WHERE p.id = $1 AND code LIKE 'clearing:%'`,
      [mbank.account.id],
    );
    return rows[0]?.net ?? '0';
  };
  return { ...shop, service, input, created, confirm, cardPays, firstReference, journalOf, clearing };
}

describe('A transit that enters at one provider and leaves through another', () => {
  test('charges the card what the service gets and costs, and is done when the service has it.', async () => {
    const shop = await shopOfTransits();
    const { id, fee } = await shop.created();
    expect(fee).toEqual({ amount: '2.00', currency: 'RUB' });
    expect((await shop.confirm(id)).status).toBe('PROCESSING');
    await shop.cardPays(id);
    const payment = await shop.ends(id, 'COMPLETED');
    expect(codes(payment)).toEqual([
      ['MBANK', 'ACCEPTED'],
      ['QIWI', 'ACCEPTED'],
    ]);
    expect(payment.attempts[1]?.operations).toContain('PAY-16');
    expect(payment).toMatchObject({ provider: { code: 'QIWI' }, fee: { amount: '2.00' } });
    expect(await shop.journalOf(id)).toEqual(['TRANSIT_RECEIVED', 'TRANSIT_DELIVERED']);
    expect(await shop.books()).toEqual({ wallet: '-100000', mbank: '20200', qiwi: '-20200', held: 0n });
    expect(await shop.clearing()).toBe('0');
    const [read] = await reconciled(shop.call);
    expect(read?.breaks).toEqual([]);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('lands in the wallet when the service’s provider refuses the second leg.', async () => {
    const shop = await shopOfTransits();
    const { id } = await shop.created();
    await shop.confirm(id);
    refuseAt(shop.qiwi, 'qiwi', 'PAY-16');
    await shop.cardPays(id);
    const payment = await shop.ends(id, 'DECLINED');
    expect(codes(payment)).toEqual([
      ['MBANK', 'ACCEPTED'],
      ['QIWI', 'REJECTED'],
    ]);
    expect(await shop.journalOf(id)).toEqual(['TRANSIT_RECEIVED', 'TRANSIT_LANDED']);
    expect(await shop.books()).toEqual({ wallet: '-120200', mbank: '20200', qiwi: '0', held: 0n });
    expect(await shop.clearing()).toBe('0');
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('waits with its money in clearing while the second provider is down, and goes on when it is back.', async () => {
    const shop = await shopOfTransits();
    const { id } = await shop.created();
    await shop.confirm(id);
    const { port } = new URL(shop.qiwi.sandbox.url);
    await shop.qiwi.sandbox.close();
    await shop.cardPays(id);
    await expect.poll(() => shop.clearing(), { timeout: 15_000 }).toBe('20200');
    // it sends, or asks what became of what the job has just sent: nobody is there
    await resolveUpstream(gateway.deps, id, 1).catch((error: unknown) =>
      expect(error).toBeInstanceOf(ProviderUnavailable),
    );
    expect(await shop.tried(id)).toMatchObject({ status: 'PROCESSING', attempts: [{}, { outcome: 'PENDING' }] });
    expect(await shop.books()).toEqual({ wallet: '-100000', mbank: '20200', qiwi: '0', held: 0n });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
    const back = await startSandbox({ port: Number.parseInt(port, 10) });
    onTestFinished(() => back.close());
    await expect
      .poll(() => resolveUpstream(gateway.deps, id, 1).then(({ payment }) => payment.status), { timeout: 20_000 })
      .toBe('COMPLETED');
    expect(await shop.books()).toEqual({ wallet: '-100000', mbank: '20200', qiwi: '-20200', held: 0n });
    expect(await shop.clearing()).toBe('0');
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('lands in the wallet when a call that was not answered is proven never to have arrived.', async () => {
    const shop = await shopOfTransits();
    const { id } = await shop.created();
    await shop.confirm(id);
    shop.qiwi.sandbox.control.fault({ provider: 'qiwi', operation: 'PAY-16', kind: 'close', when: 'before' });
    await shop.cardPays(id);
    await expect
      .poll(async () => (await shop.tried(id)).attempts.map(({ outcome }) => outcome), { timeout: 15_000 })
      .toEqual(['ACCEPTED', 'UNKNOWN']);
    expect(await shop.clearing()).toBe('20200');
    await lookAfter(gateway, id, 11);
    await shop.ends(id, 'DECLINED');
    expect(await shop.books()).toEqual({ wallet: '-120200', mbank: '20200', qiwi: '0', held: 0n });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('ends when the card is refused: nothing has moved.', async () => {
    const shop = await shopOfTransits();
    const { id } = await shop.created();
    await shop.confirm(id);
    await shop.cardPays(id, 'decline');
    expect(codes(await shop.ends(id, 'DECLINED'))).toHaveLength(1);
    expect(await shop.journalOf(id)).toEqual([]);
    expect(await shop.books()).toEqual({ wallet: '-100000', mbank: '0', qiwi: '0', held: 0n });
  });

  test('is taken out of the wallet again when the card’s bank takes the money back.', async () => {
    const shop = await shopOfTransits();
    const { id } = await shop.created();
    await shop.confirm(id);
    refuseAt(shop.qiwi, 'qiwi', 'PAY-16');
    await shop.cardPays(id);
    await shop.ends(id, 'DECLINED');
    shop.mbank.act('payment.undo', { id: await shop.firstReference(id), reason: 'internal_error' });
    await expect.poll(() => shop.journalOf(id), { timeout: 15_000 }).toContain('TRANSIT_RETURNED');
    expect(await shop.books()).toEqual({ wallet: '-100000', mbank: '0', qiwi: '0', held: 0n });
    expect(await shop.clearing()).toBe('0');
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});

test('What the second provider undoes is the wallet’s, for the card was charged; what it redoes is the service’s again.', async () => {
  const shop = await shopOfTransits();
  const { id } = await shop.created();
  await shop.confirm(id);
  await shop.cardPays(id);
  await shop.ends(id, 'COMPLETED');
  const { db, clock } = gateway.deps;
  const payment = await db.prisma.payment.findUniqueOrThrow({ where: { id } });
  const { history } = connectorOf(gateway.deps, shop.qiwi.account);
  const said = present(await history?.get?.({ wallet: null }, payment.reference ?? '', 'OUT'), 'the line at QIWI');
  const hear = (status: 'REVERSED' | 'COMPLETED') =>
    transaction(db, async (tx) => {
      const now = await tx.payment.findUniqueOrThrow({ where: { id } });
      const news = { said: { ...said, status }, source: 'POLL' as const };
      return learn(tx, now, { member: 'payouts', choice: {} }, news, clock.now());
    });
  expect((await hear('REVERSED')).status).toBe('REVERSED');
  expect(await shop.books()).toEqual({ wallet: '-120200', mbank: '20200', qiwi: '0', held: 0n });
  expect(await shop.clearing()).toBe('0');
  expect((await hear('COMPLETED')).status).toBe('COMPLETED');
  expect(await shop.books()).toEqual({ wallet: '-100000', mbank: '20200', qiwi: '-20200', held: 0n });
  expect(await shop.clearing()).toBe('0');
  expect(await breaksInTheBooks(db)).toEqual([]);
});

describe('Without a wallet', () => {
  test('what the service refused goes back to the card, and waits in clearing until its provider proves that.', async () => {
    const shop = await shopOfTransits();
    const { id } = await shop.created({ walletId: undefined });
    await shop.confirm(id);
    refuseAt(shop.qiwi, 'qiwi', 'PAY-16');
    await shop.cardPays(id);
    await shop.ends(id, 'DECLINED');
    expect(await shop.clearing()).toBe('20200');
    shop.mbank.act('payment.undo', { id: await shop.firstReference(id), reason: 'internal_error' });
    await expect.poll(() => shop.clearing(), { timeout: 15_000 }).toBe('0');
    expect(await shop.journalOf(id)).toEqual(['TRANSIT_RECEIVED', 'TRANSIT_RETURNED']);
    expect(await shop.books()).toEqual({ wallet: '-100000', mbank: '0', qiwi: '0', held: 0n });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});

test('A wallet that could not hold the money is not charged for: nothing is begun.', async () => {
  const shop = await shopOfTransits();
  const walletId = await openWalletOf(shop.call, newPhone());
  await gateway.deps.db.prisma.walletLimit.create({
    data: { walletId, kind: 'BALANCE', window: 'STANDING', currency: 'RUB', maxMinor: 20_100n, enabled: true },
  });
  const before = await snapshotOfBooks(gateway.deps.db);
  const refused = await refusal(shop.call(CreateTransitDocument, { input: shop.input({ walletId }) }));
  expect(refused.__typename).toBe('LimitExceededError');
  const named = await refusal(shop.call(CreateTransitDocument, { input: shop.input({ provider: 'QIWI' }) }));
  expect(named.__typename).toBe('NotSupportedError');
  expect(await snapshotOfBooks(gateway.deps.db)).toEqual(before);
});
