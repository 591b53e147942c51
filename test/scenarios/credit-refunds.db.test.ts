import { expect, test } from 'vitest';
import { ResolveCreditRefundDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal, rub, unique } from '../support/builders.ts';
import { type CallFault, PATIENCE } from '../support/call-faults.ts';
import { credit, creditBooks, startMoneywall } from '../support/moneywall.ts';
import { run } from '../support/operations.ts';
import { freePort } from '../support/qiwi.ts';
import { booksStay, invalid } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const moneywall = await startMoneywall(gateway, partnerId);
const { askNow, authorized, of, refund, start, until } = credit(gateway, apiKey, call, moneywall);
const { prisma } = gateway.deps.db;

const resolve = (refundId: string, outcome: 'COMPLETED' | 'DECLINED', evidence = 'The lender’s staff has said so.') =>
  call(ResolveCreditRefundDocument, { input: { refundId, outcome, evidence } });
const atMoneywall = (orderId: string) => moneywall.sessions(orderId)[0]?.refunds.map(({ amount }) => amount);

/** A refund whose answer is lost: `acted` says whether the lender has carried it out. */
async function lost(orderId: string, amount: string, acted: boolean, key = unique('lost')) {
  const fault: CallFault = { kind: 'close', when: acted ? 'after' : 'before' };
  moneywall.sandbox.control.fault({ provider: 'moneywall', operation: 'MW-4', times: 1, ...fault });
  const books = await creditBooks(gateway, partnerId);
  const answer = done(await refund(orderId, amount, key), 'CreditSessionRefundSuccess');
  expect(await creditBooks(gateway, partnerId)).toEqual(books);
  expect(answer.refund).toMatchObject({ outcome: 'UNKNOWN', amount: { amount: `${amount}.00` } });
  return { ...answer, key };
}
/** Has the session looked at as if so many minutes had passed since its refunds were asked for, as far as the rows tell. */
async function lookAfter(orderId: string, minutes: number): Promise<void> {
  await gateway.deps.db.pool.query(
    `UPDATE credit_refund SET created_at = created_at - make_interval(mins => $2)
     WHERE session_id = (SELECT id FROM credit_session WHERE order_id = $1)`,
    [orderId, minutes],
  );
  await askNow(orderId);
}

test('Of many refunds at once no more goes back than was ordered, here and at the lender.', async () => {
  const { orderId } = await authorized();
  const answers = await Promise.all(Array.from({ length: 8 }, () => refund(orderId, '3000')));
  const refused = answers.filter((answer) => answer?.__typename !== 'CreditSessionRefundSuccess');
  expect(refused).toHaveLength(5);
  for (const answer of refused)
    expect(answer).toMatchObject(invalid('input.amount.amount', 'must be at most 1000.00: what is left to give back.'));
  expect(atMoneywall(orderId)).toEqual(['3000.00', '3000.00', '3000.00']);
  expect(await of(orderId)).toMatchObject({ refunded: { amount: '9000.00' }, refundable: { amount: '1000.00' } });
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('One key is one refund, however often and at once it comes; with other input it is refused.', async () => {
  const { orderId } = await authorized();
  const key = unique('key');
  const answers = await Promise.all(Array.from({ length: 6 }, () => refund(orderId, '500', key)));
  const ids = answers.map((answer) => done(answer, 'CreditSessionRefundSuccess').refund.id);
  expect(new Set(ids).size).toBe(1);
  expect(done(await refund(orderId, '500', key), 'CreditSessionRefundSuccess')).toMatchObject({
    replayed: true,
    refund: { outcome: 'ACCEPTED' },
  });
  expect(atMoneywall(orderId)).toEqual(['500.00']);
  expect(await refusal(Promise.resolve({ answer: await refund(orderId, '501', key) }))).toMatchObject({
    code: 'IDEMPOTENCY_CONFLICT',
  });
});

test('A part whose answer is lost is never sent again; its amount is kept until a person has ruled, and booked then.', async () => {
  for (const [acted, outcome, left] of [
    [true, 'COMPLETED', '6000.00'],
    [false, 'DECLINED', '10000.00'],
  ] as const) {
    const { orderId } = await authorized();
    const { refund: unclear, key } = await lost(orderId, '4000', acted);
    expect(await of(orderId)).toMatchObject({ refunded: { amount: '0.00' }, refundable: { amount: '6000.00' } });
    await lookAfter(orderId, 60);
    const asked = () => gateway.logged.filter((line) => line.includes('"operation":"MW-3"')).length;
    const before = asked();
    await askNow(orderId);
    await expect.poll(asked, { timeout: 20_000 }).toBeGreaterThan(before);
    expect(done(await refund(orderId, '4000', key), 'CreditSessionRefundSuccess')).toMatchObject({
      replayed: true,
      refund: { id: unclear.id, outcome: 'UNKNOWN' },
    });
    expect(atMoneywall(orderId)).toEqual(acted ? ['4000.00'] : []);
    const books = await creditBooks(gateway, partnerId);
    const ruled = done((await resolve(unclear.id, outcome)).creditRefundResolve, 'CreditRefundResolveSuccess');
    expect(ruled.creditSession.refundable.amount).toBe(left);
    const after = await creditBooks(gateway, partnerId);
    const moved = BigInt(books['partner-payable'] ?? 0) - BigInt(after['partner-payable'] ?? 0);
    expect(moved).toBe(acted ? 400_000n : 0n);
    expect(await refusal(resolve(unclear.id, outcome))).toMatchObject({
      __typename: 'StateError',
      code: 'CREDIT_STATE',
      allowed: ['UNKNOWN'],
    });
    const { evidence } = await prisma.creditRefund.findUniqueOrThrow({ where: { id: unclear.id } });
    expect(evidence).toBe('The lender’s staff has said so.');
  }
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('A refund of all that is left, its answer lost, is proven by the session’s end.', async () => {
  const { orderId } = await authorized();
  done(await refund(orderId, '2500'), 'CreditSessionRefundSuccess');
  const { refund: unclear } = await lost(orderId, '7500', true);
  const ended = await until(orderId, 'VOIDED');
  expect(ended.refunds.find(({ id }) => id === unclear.id)).toMatchObject({
    outcome: 'ACCEPTED',
    message: 'The session is VOIDED.',
  });
  expect(ended.refunded.amount).toBe('10000.00');
  expect(atMoneywall(orderId)).toEqual(['2500.00', '7500.00']);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('When nothing came of it, the open session proves that ten minutes later: its amount is free again.', async () => {
  const { orderId } = await authorized();
  const { refund: unclear } = await lost(orderId, '10000', false);
  await lookAfter(orderId, 5);
  await askNow(orderId);
  expect((await of(orderId)).refunds).toMatchObject([{ outcome: 'UNKNOWN' }]);
  await lookAfter(orderId, 6);
  const outcomeOf = async () => (await of(orderId)).refunds.find(({ id }) => id === unclear.id)?.outcome;
  await expect.poll(outcomeOf, { timeout: 20_000 }).toBe('REJECTED');
  expect((await of(orderId)).refundable.amount).toBe('10000.00');
  expect(done(await refund(orderId, '10000'), 'CreditSessionRefundSuccess').session.state).toBe('VOIDED');
  expect(atMoneywall(orderId)).toEqual(['10000.00']);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('Parts of unclear outcome are settled when the lender itself gives back the rest; the books end at nothing.', async () => {
  const before = await creditBooks(gateway, partnerId);
  const { orderId } = await authorized();
  await lost(orderId, '4000', true);
  await lost(orderId, '1000', false);
  moneywall.act('session.void', { order: orderId });
  await askNow(orderId);
  const ended = await until(orderId, 'VOIDED');
  expect(ended.refunds.map(({ outcome }) => outcome)).toEqual(['ACCEPTED', 'ACCEPTED']);
  expect(ended).toMatchObject({ refunded: { amount: '10000.00' }, refundable: { amount: '0.00' } });
  expect(await creditBooks(gateway, partnerId)).toEqual(before);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('A refund that died with its process before the answer is as unclear as one whose answer was lost.', async () => {
  const { orderId } = await authorized();
  const { refund: dead } = await lost(orderId, '3000', true);
  await prisma.creditRefund.update({ where: { id: dead.id }, data: { outcome: 'PENDING' } });
  expect(await refusal(resolve(dead.id, 'COMPLETED'))).toMatchObject({ code: 'CREDIT_STATE', state: 'PENDING' });
  await lookAfter(orderId, 1);
  const outcomeOf = async () => (await of(orderId)).refunds[0]?.outcome;
  await expect.poll(outcomeOf, { timeout: 20_000 }).toBe('UNKNOWN');
  done((await resolve(dead.id, 'COMPLETED')).creditRefundResolve, 'CreditRefundResolveSuccess');
  expect((await of(orderId)).refunded.amount).toBe('3000.00');
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('A refund that the lender refuses moves nothing, stays on the record, and frees its key.', async () => {
  const { orderId } = await authorized();
  const key = unique('refused');
  // somebody at the lender was quicker
  moneywall.act('session.refund', { order: orderId, amount: '9500' });
  const answer = await booksStay(gateway, () => refund(orderId, '1000', key));
  expect(answer).toMatchObject({ __typename: 'ProviderRejectedError', remedy: 'CHANGE_INPUT' });
  expect(await of(orderId)).toMatchObject({
    refundable: { amount: '10000.00' },
    refunds: [{ outcome: 'REJECTED', amount: { amount: '1000.00' } }],
  });
  expect(done(await refund(orderId, '100', key), 'CreditSessionRefundSuccess').replayed).toBe(false);
});

test('A lender that cannot be reached is told at once: nothing was sent, nothing is kept, and the key is free.', async () => {
  const { orderId } = await start({ amount: rub('700') });
  moneywall.act('session.authorize', { order: orderId });
  await until(orderId, 'AUTHORIZED');
  const where = { id: moneywall.account.id };
  const { baseUrl } = await prisma.providerAccount.findUniqueOrThrow({ where });
  await prisma.providerAccount.update({ where, data: { baseUrl: 'http://127.0.0.1:1/moneywall' } });
  const key = unique('unsent');
  const answer = await booksStay(gateway, () => refund(orderId, '700', key));
  expect(answer).toMatchObject({ __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' });
  expect((await of(orderId)).refunds).toEqual([]);
  await prisma.providerAccount.update({ where, data: { baseUrl } });
  expect(done(await refund(orderId, '700', key), 'CreditSessionRefundSuccess').session.state).toBe('VOIDED');
});
