import { describe, expect, test } from 'vitest';
import { ConfirmPaymentDocument, LinkWalletDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { openShop, refusal, unique } from '../support/builders.ts';
import { PATIENCE } from '../support/call-faults.ts';
import { figures } from '../support/provider-wallets.ts';
import { lookAfter } from '../support/qiwi-payments.ts';
import { booksStay } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { openedWallet, startVsePlatezhi } from '../support/vseplatezhi.ts';
import { bankId, elsewhere, merchant, toBank, toMerchant, vsePlatezhiMoney } from '../support/vseplatezhi-money.ts';

let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };
const gateway = await startTestApp({ clock, patience: PATIENCE });
const shop = await openShop(gateway);
const { call } = shop;
const theirs = await startVsePlatezhi(gateway, shop.id);
const { confirm, details, lines, payout, reconciled, until } = vsePlatezhiMoney(gateway, theirs, shop.apiKey, call);
const { prisma } = gateway.deps.db;

const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
const spoil = (operation: string, kind: 'hold' | 'close', when: 'before' | 'after') =>
  theirs.sandbox.control.fault({ provider: 'vseplatezhi', operation, kind, when });
async function wallet() {
  const { id, phone } = await openedWallet(call, { identification: 'FULL' });
  const [there] = theirs.wallets(phone);
  const walletId = there?.walletId ?? '';
  theirs.act('deposit', { wallet: walletId, amount: 1_000 });
  await reconciled(id);
  return { id, walletId, phone };
}
const spent = (walletId: string) => lines({ walletId }).filter(({ type }) => type === 'PAYMENT' || type === 'DEBIT');

describe('Proof beats what was held before', () => {
  test('A withdrawal that was given back and made after all is done, and the wallet has paid for it once.', async () => {
    const { id: from, walletId } = await wallet();
    const id = await payout(from, toBank, '100');
    spoil('withdrawal.init', 'hold', 'before');
    expect(await confirm(id)).toMatchObject({ status: 'PROCESSING' });
    await lookAfter(gateway, id, 11);
    expect(await until(id, 'DECLINED')).toMatchObject({ declineReason: 'PROVIDER_REFUSED' });
    expect(await figures(call, from)).toMatchObject({ posted: '1000.00', pending: '0.00' });
    theirs.sandbox.control.releaseAnswers();
    await expect.poll(() => spent(walletId).length).toBe(1);
    expect(await reconciled(from)).toMatchObject({ breaks: [] });
    expect((await details(id)).timeline.at(-1)).toMatchObject({ to: 'COMPLETED', source: 'RECONCILIATION' });
    expect(await prisma.payment.count({ where: { sourceWalletId: from } })).toBe(1);
    expect(await figures(call, from)).toEqual({ posted: '900.00', pending: '0.00', upstream: '900.00' });
    await booksAreRight();
  });

  test('What the provider has refused is not made by an equal payment that somebody makes elsewhere.', async () => {
    const { id: from, walletId } = await wallet();
    theirs.act('outcome', { outcome: 'decline', reason: 'TSP_UNKNOWN' });
    const id = await payout(from, toMerchant, '100');
    expect(await refusal(call(ConfirmPaymentDocument, { paymentId: id }))).toMatchObject({ code: 'PROVIDER_REJECTED' });
    await elsewhere(theirs, walletId, { tsp: merchant }, 100);
    expect(await reconciled(from)).toMatchObject({ breaks: [] });
    expect((await details(id)).status).toBe('DECLINED');
    const learned = await prisma.payment.findMany({ where: { sourceWalletId: from, origin: 'PROVIDER' } });
    expect(learned).toMatchObject([{ status: 'COMPLETED', amountMinor: 10_000n }]);
    expect(await figures(call, from)).toEqual({ posted: '900.00', pending: '0.00', upstream: '900.00' });
    await booksAreRight();
  });
});

describe('A token pays once', () => {
  test.each(['refused', 'answered'])('However a used one is met: it is %s.', async (usedToken) => {
    const { id: from, walletId } = await wallet();
    theirs.act('settings', { usedToken, reportLagMs: 60_000 });
    try {
      const id = await payout(from, toMerchant, '100');
      spoil('payment.execute', 'close', 'after');
      expect(await confirm(id)).toMatchObject({ status: 'PROCESSING' });
      // the report does not show it yet: the same token is sent again
      const before = theirs.asked('payment.execute');
      await lookAfter(gateway, id, 1);
      await expect.poll(() => theirs.asked('payment.execute'), { timeout: 20_000 }).toBe(before + 1);
      expect(spent(walletId)).toHaveLength(1);
      if (usedToken === 'refused') {
        expect((await details(id)).status).toBe('PROCESSING');
        expect(await figures(call, from)).toMatchObject({ posted: '1000.00', pending: '100.00' });
      }
      theirs.sandbox.control.advance(60_000);
      await lookAfter(gateway, id, 0);
      await until(id, 'COMPLETED');
      expect(spent(walletId)).toHaveLength(1);
      expect(await figures(call, from)).toEqual({ posted: '900.00', pending: '0.00', upstream: '900.00' });
    } finally {
      theirs.act('settings', { usedToken: 'refused', reportLagMs: 0 });
    }
    await booksAreRight();
  });
});

describe('A refusal says what to do, in each form that the documents leave open', () => {
  const refused = async (from: string) => {
    const id = await payout(from, { merchant: { reference: 'nobody' } }, '10');
    const answer = await refusal(call(ConfirmPaymentDocument, { paymentId: id }));
    expect((await details(id)).status).toBe('DECLINED');
    return answer;
  };
  const names = ['object', 'array', 'null', 'absent'];

  test.each(names)('The fields of an error: %s.', async (fieldErrors) => {
    const { id: from, walletId } = await wallet();
    theirs.act('settings', { fieldErrors });
    try {
      expect(await refused(from)).toMatchObject({
        code: 'PROVIDER_REJECTED',
        providerCode: 'TSP_UNKNOWN',
        remedy: 'NONE',
      });
    } finally {
      theirs.act('settings', { fieldErrors: 'object' });
    }
    expect(spent(walletId)).toEqual([]);
    expect(await figures(call, from)).toEqual({ posted: '1000.00', pending: '0.00', upstream: '1000.00' });
  });

  test.each([
    [400, 'CHANGE_INPUT'],
    [403, 'NONE'],
    [404, 'NONE'],
    [405, 'NONE'],
  ])('A bare %s ends the payment, and nothing is held.', async (status, remedy) => {
    const { id: from, walletId } = await wallet();
    const id = await payout(from, toMerchant, '10');
    theirs.sandbox.control.fault({ provider: 'vseplatezhi', operation: 'payment.execute', kind: 'status', status });
    const answer = await refusal(call(ConfirmPaymentDocument, { paymentId: id }));
    expect(answer).toMatchObject({ code: 'PROVIDER_REJECTED', remedy });
    expect((await details(id)).status).toBe('DECLINED');
    expect(spent(walletId)).toEqual([]);
    expect(await figures(call, from)).toEqual({ posted: '1000.00', pending: '0.00', upstream: '1000.00' });
    await booksAreRight();
  });

  test.each([502, 503])('A %s says nothing: the payment is asked about, and paid once.', async (status) => {
    const { id: from, walletId } = await wallet();
    const id = await payout(from, toMerchant, '10');
    const fault = { provider: 'vseplatezhi', operation: 'payment.execute', kind: 'status' as const, status };
    theirs.sandbox.control.fault({ ...fault, when: 'after' });
    expect((await confirm(id)).status).toBe('PROCESSING');
    await until(id, 'COMPLETED');
    expect(spent(walletId)).toHaveLength(1);
    await booksAreRight();
  });

  test('A wallet of another partner is not linked.', async () => {
    const input = {
      idempotencyKey: unique('link'),
      providerAccountId: theirs.account.id,
      number: '4000000000000058',
      credentials: [{ name: 'walletId', value: 'e8a5d3b1-6c90-4f17-9b42-3d5e7f1a8c06' }],
    };
    const answer = await booksStay(gateway, () => refusal(call(LinkWalletDocument, { input })));
    expect(answer).toMatchObject({ code: expect.stringMatching(/PROVIDER_REJECTED|INVALID_INPUT/) });
    expect(await prisma.wallet.count({ where: { number: input.number } })).toBe(0);
  });
});

// the last one: from here on the gateway is minutes ahead of its jobs
test('What was paid elsewhere before a payment was confirmed does not prove that payment.', async () => {
  const { id: from, walletId } = await wallet();
  const id = await payout(from, toBank, '100');
  await elsewhere(theirs, walletId, { bankIdentifier: bankId }, 100);
  // the tests above have taken the provider two minutes ahead
  ahead = 360_000;
  theirs.sandbox.control.advance(240_000);
  spoil('withdrawal.init', 'close', 'before');
  expect(await confirm(id)).toMatchObject({ status: 'PROCESSING' });
  await lookAfter(gateway, id, 0);
  const asked = () => prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId: id } });
  await expect.poll(async () => (await asked()).operations).toContain('account.report');
  expect((await details(id)).status).toBe('PROCESSING');
  ahead = 1_080_000;
  await lookAfter(gateway, id, 0);
  await until(id, 'DECLINED');
  expect(await reconciled(from)).toMatchObject({ breaks: [] });
  expect((await details(id)).status).toBe('DECLINED');
  expect(await figures(call, from)).toEqual({ posted: '900.00', pending: '0.00', upstream: '900.00' });
  expect(spent(walletId)).toHaveLength(1);
  await booksAreRight();
});
