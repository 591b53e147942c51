import { beforeAll, describe, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { unique } from '../support/builders.ts';
import { callFaults, PATIENCE } from '../support/call-faults.ts';
import { run } from '../support/operations.ts';
import { figures } from '../support/provider-wallets.ts';
import { freePort, startQiwi } from '../support/qiwi.ts';
import { type Desk, spoil } from '../support/qiwi-desk.ts';
import { askAfter, lookAfter } from '../support/qiwi-payments.ts';
import { HELD, type PreparedPurchase, type Purchase, purchases } from '../support/qiwi-purchases.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/**
 * Invoices and cards that a wallet pays for at QIWI, each fault of the call that pays, over HTTP: the money is held until it is
 * known what came of it, it leaves once or not at all, and what it was for is there when it has left. Nobody calls us: we ask.
 */

const gateway = await startTestApp({ env: { PORT: await freePort() }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const qiwi = await startQiwi(gateway, partnerId);
const desk: Desk = { gateway, call: run(gateway, apiKey), qiwi };
const { prisma } = gateway.deps.db;

const statusOf = async (id: string) => (await prisma.payment.findUniqueOrThrow({ where: { id } })).status;
const untouched = HELD.toFixed(2);

type Paying = Omit<Purchase, 'prepare'> & PreparedPurchase & { key: string; payment: { id: string; status: string } };

/** It was paid once, there and here, and nothing is held any more. */
async function isPaidOnce({ walletId, price, lines, bought, paid }: Paying): Promise<void> {
  await expect.poll(bought, { timeout: 30_000 }).toEqual(paid);
  expect(lines()).toEqual(['SUCCESS']);
  const left = (HELD - Number.parseFloat(price)).toFixed(2);
  const now = () => figures(desk.call, walletId);
  await expect.poll(now, { timeout: 30_000 }).toEqual({ posted: left, pending: '0.00', upstream: left });
  const where = { sourceWalletId: walletId, status: { not: 'DECLINED' as const } };
  expect(await prisma.payment.findMany({ where })).toMatchObject([{ status: 'COMPLETED', origin: 'API' }]);
}

/** It was not paid, which is known once the history has had its time: nothing has moved, and it can be paid for again. */
async function isGivenUp({ walletId, price, question, lines, bought, unpaid, payment }: Paying): Promise<void> {
  await askAfter(gateway, payment.id, 1, question);
  expect(await statusOf(payment.id)).toBe('PROCESSING');
  expect(await figures(desk.call, walletId)).toEqual({ posted: untouched, pending: price, upstream: untouched });
  await askAfter(gateway, payment.id, 10, question);
  await expect.poll(() => statusOf(payment.id), { timeout: 20_000 }).toBe('DECLINED');
  expect(await figures(desk.call, walletId)).toEqual({ posted: untouched, pending: '0.00', upstream: untouched });
  expect(await bought()).toEqual(unpaid);
  expect(lines()).toEqual([]);
}

const titles = purchases.map(({ operation, title }) => [operation, title] as const);

describe.each(callFaults)('The call that pays %s', (_title, fault) => {
  const cases = new Map<string, Paying>();
  beforeAll(async () => {
    const prepared = [];
    for (const purchase of purchases) prepared.push({ ...purchase, ...(await purchase.prepare(desk)) });
    const begun = prepared.map(async (ready) => {
      const key = unique('purchase');
      spoil(qiwi, ready.operation, fault);
      cases.set(ready.operation, { ...ready, key, payment: (await ready.pay(key)).payment });
    });
    await Promise.all(begun);
    expect(qiwi.sandbox.control.faults()).toEqual([]);
    qiwi.sandbox.control.releaseAnswers();
  }, 60_000);

  test.each(titles)('%s (%s): it is paid once or not at all.', async (operation) => {
    const paying = present(cases.get(operation), operation);
    const { payment, key, pay } = paying;
    expect(payment.status).toMatch(/PROCESSING|COMPLETED/);
    expect(await pay(key)).toMatchObject({ replayed: true, payment: { id: payment.id } });
    if (fault.when === 'before' && fault.kind !== 'hold') {
      await isGivenUp(paying);
      expect((await pay(unique('purchase'))).payment.id).not.toBe(payment.id);
    } else await lookAfter(gateway, payment.id, 1);
    await isPaidOnce(paying);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});
