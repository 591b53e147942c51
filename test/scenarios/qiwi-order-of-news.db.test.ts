import { expect, test } from 'vitest';
import { ConfirmPaymentDocument, ProviderBalanceDocument, ResolvePaymentDocument } from '../../schema/operations.ts';
import { addJob } from '../../src/db/job-queue.ts';
import { executeUpstream } from '../../src/domain/payment/execute-upstream.ts';
import { startTestApp } from '../support/app.ts';
import { PATIENCE } from '../support/call-faults.ts';
import { run } from '../support/operations.ts';
import { freePort, linkQiwi, type QiwiWallet, reconciled, startQiwi } from '../support/qiwi.ts';
import { payments } from '../support/qiwi-payments.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/**
 * One payment is told of by its own answer, by the payer's history and by the receiver's, in any order and late: it is booked
 * once on either side. No webhook calls here, so that the tests decide which is first.
 */

const gateway = await startTestApp({ env: { PORT: await freePort() }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const qiwi = await startQiwi(gateway, partnerId);
qiwi.act('settings', { publicHooksOnly: true });
const { payout, transfer, until } = payments(gateway, apiKey, call);
const { prisma } = gateway.deps.db;

async function linked(amount: number): Promise<{ at: QiwiWallet; id: string }> {
  const at = qiwi.wallet(amount);
  return { at, id: await linkQiwi(call, qiwi, at) };
}
const roubles = async (id: string) => {
  const balances = (await call(ProviderBalanceDocument, { id })).wallet?.balances ?? [];
  const { posted, pending } = balances.find(({ currency }) => currency === 'RUB') ?? {};
  return [posted?.amount, pending?.amount];
};
const ask = (paymentId: string) => addJob(prisma, 'resolve-payment', { paymentId, round: 0 }, {});
const loseAnswer = (operation: string, when: 'before' | 'after') =>
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation, kind: 'close', when, times: 1 });
const attemptOf = (paymentId: string) => prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId } });

test('A receiver that was linked after the payment was created is told of it first: neither side is booked twice.', async () => {
  const from = await linked(10_000);
  const at = qiwi.wallet(0);
  const created = await transfer(from.id, { phone: `+${at.number}` }, '100');
  const to = await linkQiwi(call, qiwi, at);
  loseAnswer('PAY-4', 'after');
  await call(ConfirmPaymentDocument, { paymentId: created.id });
  await reconciled(call, { walletId: to });
  await reconciled(call, { walletId: from.id });
  await ask(created.id);
  await until(created.id, 'COMPLETED');
  for (const walletId of [to, from.id, to])
    expect((await reconciled(call, { walletId }))[0]).toMatchObject({ breaks: [] });
  expect(await roubles(from.id)).toEqual(['9900.00', '0.00']);
  expect(await roubles(to)).toEqual(['100.00', '0.00']);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('An operator has ruled that a transfer was made before either history shows it: the receiver’s line books nothing more.', async () => {
  const from = await linked(10_000);
  const to = await linked(0);
  const created = await transfer(from.id, { walletId: to.id }, '100');
  qiwi.act('settings', { historyLagMs: 3_600_000 });
  loseAnswer('PAY-4', 'after');
  await call(ConfirmPaymentDocument, { paymentId: created.id });
  qiwi.act('settings', { historyLagMs: 0 });
  const ruling = {
    paymentId: created.id,
    outcome: 'COMPLETED' as const,
    evidence: 'The receiver has shown a receipt.',
  };
  await gateway.deps.db.pool.query(
    `UPDATE payment_attempt SET called_at = called_at - interval '1 minute' WHERE payment_id = $1`,
    [created.id],
  );
  expect((await call(ResolvePaymentDocument, { input: ruling })).paymentResolve).toMatchObject({
    payment: { status: 'COMPLETED' },
  });
  qiwi.sandbox.control.advance(3_600_000);
  for (const walletId of [to.id, from.id, to.id]) await reconciled(call, { walletId });
  expect(await roubles(from.id)).toEqual(['9900.00', '0.00']);
  expect(await roubles(to.id)).toEqual(['100.00', '0.00']);
  expect(await prisma.payment.count({ where: { destinationWalletId: to.id } })).toBe(1);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('What was not sent is sent by one of all who try at once.', async () => {
  const { id: from } = await linked(10_000);
  const created = await payout(from, { phone: '+79161234567' }, '100');
  loseAnswer('PAY-7', 'before');
  await call(ConfirmPaymentDocument, { paymentId: created.id });
  const { calledAt, clientId } = await attemptOf(created.id);
  await Promise.all([1, 2, 3].map(() => executeUpstream(gateway.deps, created.id, calledAt)));
  const sent = (await attemptOf(created.id)).operations.filter((operation) => operation === 'PAY-7');
  expect(sent.length).toBe(2);
  const { payments: lines } = qiwi.act('payments', { clientId }) as { payments: object[] };
  expect(lines.length).toBe(1);
  await until(created.id, 'COMPLETED');
  expect(await roubles(from)).toEqual(['9900.00', '0.00']);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});
