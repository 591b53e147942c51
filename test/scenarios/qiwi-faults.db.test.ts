import { beforeAll, describe, expect, test } from 'vitest';
import { ConfirmPaymentDocument, ProviderBalanceDocument } from '../../schema/operations.ts';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { newPhone } from '../support/builders.ts';
import { callFaults, PATIENCE } from '../support/call-faults.ts';
import { run } from '../support/operations.ts';
import { freePort, startQiwi } from '../support/qiwi.ts';
import { spoil } from '../support/qiwi-desk.ts';
import {
  kazakhWrite,
  type Pair,
  type PaymentWrite,
  paymentWrites,
  twoWallets,
} from '../support/qiwi-payment-writes.ts';
import { askAfter, lookAfter, payments } from '../support/qiwi-payments.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { fundedWalletOf } from '../support/wallets.ts';

/**
 * Every payment of QIWI, each fault of the call that pays, over HTTP: what was paid is paid once and booked once, what was not
 * is given up when the history proves it. All of them meet a fault at once, so that its silence is waited for once.
 */

const gateway = await startTestApp({ env: { PORT: await freePort() }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const qiwi = await startQiwi(gateway, partnerId);
const desk = { gateway, call, qiwi };
const made = payments(gateway, apiKey, call);
const { details, payout, until } = made;
const pair = () => twoWallets(desk);

const figuresOf = async (id: string, wanted: string) => {
  const balances = (await call(ProviderBalanceDocument, { id })).wallet?.balances ?? [];
  const { posted, pending } = balances.find(({ currency }) => currency === wanted) ?? {};
  return [posted?.amount, pending?.amount];
};
const roubles = (id: string) => figuresOf(id, 'RUB');
const attemptOf = (paymentId: string) =>
  gateway.deps.db.prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId } });
const askedAfter = (paymentId: string, minutes: number) => askAfter(gateway, paymentId, minutes);

type Paying = PaymentWrite & { both: Pair; id: string };

/** The history’s lines of a payment of ours. */
async function linesOf(id: string): Promise<{ status: string }[]> {
  const { clientId } = await attemptOf(id);
  return (qiwi.act('payments', { clientId }) as { payments: { status: string }[] }).payments;
}

/** It was paid once, there and here, and nothing is held any more. */
async function isPaidOnce({ id, both, charge, currency = 'RUB', received }: Paying): Promise<void> {
  await until(id, 'COMPLETED');
  expect(await figuresOf(both.from, currency)).toEqual([(10_000 - Number.parseFloat(charge)).toFixed(2), '0.00']);
  expect(await linesOf(id)).toMatchObject([{ status: 'SUCCESS' }]);
  if (received) expect(await roubles(both.to)).toEqual([received, '0.00']);
}

/** It was not paid, which the history proves ten minutes later: nothing has moved. */
async function isGivenUp({ id, both, currency = 'RUB' }: Paying): Promise<void> {
  const [untouched, held] = await figuresOf(both.from, currency);
  expect([untouched, held === '0.00']).toEqual(['10000.00', false]);
  await askedAfter(id, 1);
  expect((await details(id)).status).toBe('PROCESSING');
  expect((await figuresOf(both.from, currency))[0]).toBe('10000.00');
  await askedAfter(id, 10);
  await until(id, 'DECLINED');
  expect(await figuresOf(both.from, currency)).toEqual(['10000.00', '0.00']);
  expect(await linesOf(id)).toEqual([]);
}

/** It is one payment, and the books are right. */
async function isOne({ both }: Paying): Promise<void> {
  expect(await gateway.deps.db.prisma.payment.count({ where: { sourceWalletId: both.from } })).toBe(1);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
}

const titles = paymentWrites.map(({ title, operation }) => [title, operation] as const);

describe.each(callFaults)('The call of a payment that %s', (_title, fault) => {
  const cases = new Map<string, Paying>();
  beforeAll(async () => {
    for (const write of paymentWrites) {
      const both = await pair();
      cases.set(write.title, { ...write, both, ...(await write.create({ ...made, call }, both)) });
    }
    const begun = [...cases.values()].map(async ({ operation, id }) => {
      spoil(qiwi, operation, fault);
      const { paymentConfirm } = await call(ConfirmPaymentDocument, { paymentId: id });
      expect(paymentConfirm).toMatchObject({ payment: { status: expect.stringMatching(/PROCESSING|COMPLETED/) } });
    });
    await Promise.all(begun);
    expect(qiwi.sandbox.control.faults()).toEqual([]);
    qiwi.sandbox.control.releaseAnswers();
  }, 60_000);

  test.each(titles)('%s (%s): nothing is lost, nothing is paid twice.', async (title) => {
    const paying = present(cases.get(title), title);
    if (fault.when === 'before' && fault.kind !== 'hold') await isGivenUp(paying);
    else await isPaidOnce(paying);
    await isOne(paying);
  });
});

test.each(callFaults)(
  'What is asked before a card of Kazakhstan is paid (PAY-12) %s: it is paid once.',
  async (_title, fault) => {
    const both = await pair();
    const { id } = await kazakhWrite.create({ ...made, call }, both);
    const paying = { ...kazakhWrite, both, id };
    spoil(qiwi, 'PAY-12', fault);
    const { paymentConfirm } = await call(ConfirmPaymentDocument, { paymentId: id });
    expect(paymentConfirm).toMatchObject({ payment: { status: expect.stringMatching(/PROCESSING|COMPLETED/) } });
    expect(qiwi.sandbox.control.faults()).toEqual([]);
    qiwi.sandbox.control.releaseAnswers();
    // without the answer nothing was sent that pays: the resolver may send it, and needs no proof
    await lookAfter(gateway, id, 1);
    await isPaidOnce(paying);
    await isOne(paying);
  },
);

test('An id that was used at QIWI already is no refusal: the history decides, and its second line is not ours.', async () => {
  const { from, at } = await pair();
  const created = await payout(from, { phone: '+79161234567' }, '100');
  const { clientId } = await attemptOf(created.id);
  await call(ConfirmPaymentDocument, { paymentId: created.id });
  await until(created.id, 'COMPLETED');
  const again = await qiwi.elsewhere(at, 'POST', '/sinap/api/v2/terms/1/payments', {
    id: clientId,
    sum: { amount: 100, currency: '643' },
    paymentMethod: { type: 'Account', accountId: '643' },
    fields: { account: '9161234567' },
  });
  expect(again.status).toBe(200);
  const { payments: lines } = qiwi.act('payments', { clientId }) as { payments: { status: string }[] };
  expect(lines.map(({ status }) => status).sort()).toEqual(['ERROR', 'SUCCESS']);
  const learned = () =>
    gateway.deps.db.prisma.payment.findMany({ where: { sourceWalletId: from }, orderBy: { id: 'asc' } });
  await expect.poll(async () => (await learned()).length, { timeout: 20_000 }).toBe(2);
  expect((await learned()).map(({ origin, status }) => [origin, status])).toEqual([
    ['API', 'COMPLETED'],
    ['PROVIDER', 'DECLINED'],
  ]);
  expect(await roubles(from)).toEqual(['9900.00', '0.00']);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('A notification that comes late, and twice, changes nothing.', async () => {
  const { from } = await pair();
  const created = await payout(from, { phone: '+79161234567' }, '100', { confirm: true });
  const { reference, timeline } = await until(created.id, 'COMPLETED');
  qiwi.act('payment.notify', { id: reference });
  qiwi.act('payment.notify', { id: reference });
  const receipts = () => gateway.deps.db.prisma.webhookReceipt.count({ where: { handledAt: null } });
  await expect.poll(receipts, { timeout: 20_000 }).toBe(0);
  expect((await until(created.id, 'COMPLETED')).timeline).toEqual(timeline);
  expect(await roubles(from)).toEqual(['9900.00', '0.00']);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('A price that cannot be asked is no payment: the same key tries again.', async () => {
  const local = await fundedWalletOf(call, newPhone(), '1000');
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation: 'PAY-1', kind: 'status', status: 500, times: 20 });
  await expect(payout(local, { phone: '+79161234567' }, '100', { idempotencyKey: 'the-same' })).rejects.toThrow(
    'ProviderUnavailableError',
  );
  expect(await roubles(local)).toEqual(['1000.00', '0.00']);
  qiwi.sandbox.control.clearFaults();
  const again = await payout(local, { phone: '+79161234567' }, '100', { idempotencyKey: 'the-same' });
  expect(again).toMatchObject({ status: 'CREATED', fee: { amount: '0.00' } });
  expect(await gateway.deps.db.prisma.payment.count({ where: { sourceWalletId: local } })).toBe(1);
});

test('The history shows a payment two minutes late, and its answer is lost: it stays held, and is completed once it is shown.', async () => {
  const { from } = await pair();
  const created = await payout(from, { phone: '+79161234567' }, '100');
  qiwi.act('settings', { historyLagMs: 120_000 });
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation: 'PAY-7', times: 1, kind: 'close', when: 'after' });
  await call(ConfirmPaymentDocument, { paymentId: created.id });
  qiwi.act('settings', { historyLagMs: 0 });
  await askedAfter(created.id, 1);
  expect((await details(created.id)).status).toBe('PROCESSING');
  expect(await roubles(from)).toEqual(['10000.00', '100.00']);
  qiwi.sandbox.control.advance(120_000);
  await askedAfter(created.id, 1);
  await until(created.id, 'COMPLETED');
  expect(await roubles(from)).toEqual(['9900.00', '0.00']);
  expect(await gateway.deps.db.prisma.payment.count({ where: { sourceWalletId: from } })).toBe(1);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});
