import { expect, test } from 'vitest';
import { makePartitions, monthsOf } from '../../../src/db/partitions.ts';
import { dropExchanges, exchangePartitions } from '../../../src/domain/payment/drop-exchanges.ts';
import { newId } from '../../../src/lib/ids.ts';
import { testDatabase } from '../../support/db.ts';

/** Requests to providers lie in months, and whole months go. */

const db = await testDatabase();
const { prisma, pool } = db;
const now = new Date();
const month = (ahead: number, day = 15) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, day));
const name = (ahead: number) => month(ahead).toISOString().slice(0, 7).replace('-', '_');
const left = async () => (await monthsOf(pool, 'attempt_exchange')).map((one) => one.name);
const kept = async () =>
  (await prisma.attemptExchange.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => Number(id));

await prisma.partner.create({ data: { id: 'par_1', name: 'Shop' } });

/** A payment with one attempt, and an exchange of that instant. */
async function attempted(status: 'PROCESSING' | 'COMPLETED', at: Date): Promise<string> {
  const payment = { id: newId('Payment'), partnerId: 'par_1', kind: 'PAYOUT' as const, status, createdAt: at };
  await prisma.payment.create({ data: { ...payment, amountMinor: 100n, currency: 'RUB', provider: 'QIWI' } });
  const attempt = { id: newId('PaymentAttempt'), paymentId: payment.id, number: 1, startedAt: at, operations: [] };
  const there = { provider: 'QIWI', providerAccountId: 'pac_1', clientId: payment.id };
  await prisma.paymentAttempt.create({ data: { ...attempt, ...there } });
  await prisma.attemptExchange.create({
    data: { attemptId: attempt.id, exchange: { at: at.toISOString() }, createdAt: at },
  });
  return payment.id;
}

test('Whole months go when they are over, but none of which a payment under way still has an exchange; attempts stay.', async () => {
  await attempted('COMPLETED', month(-1));
  await makePartitions(db, exchangePartitions, now);
  expect(await left()).toEqual([
    `attempt_exchange_until_${name(0)}`,
    ...[1, 2, 3].map((n) => `attempt_exchange_${name(n)}`),
  ]);
  const open = await attempted('PROCESSING', month(1));
  await attempted('COMPLETED', month(2));
  await attempted('COMPLETED', month(40));
  expect(await kept()).toEqual([1, 2, 3, 4]);

  expect(await dropExchanges(db, month(0))).toEqual([]);
  expect(await dropExchanges(db, month(1, 1))).toEqual([`attempt_exchange_until_${name(0)}`]);
  expect(await kept()).toEqual([2, 3, 4]);
  // the payment under way keeps its month, and those after it
  expect(await dropExchanges(db, month(50))).toEqual([]);
  await prisma.payment.update({ where: { id: open }, data: { status: 'COMPLETED' } });
  expect(await dropExchanges(db, month(3, 2))).toEqual([1, 2].map((n) => `attempt_exchange_${name(n)}`));
  // what fits no month stays in the rest, and is found there
  expect(await kept()).toEqual([4]);
  expect(await prisma.paymentAttempt.count()).toBe(4);
  await prisma.attemptExchange.deleteMany({ where: { attempt: { payment: { partnerId: 'par_1' } } } });
  expect(await kept()).toEqual([]);
  await expect(
    prisma.attemptExchange.create({ data: { attemptId: 'att_none', exchange: {}, createdAt: month(41) } }),
  ).rejects.toThrow(/foreign key/i);
});
