import { describe, expect, test } from 'vitest';
import { ConfirmPaymentDocument, CreatePayoutDocument, QuotePaymentDocument } from '../../schema/operations.ts';
import { resolveUpstream } from '../../src/domain/payment/execute-upstream.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal, rub } from '../support/builders.ts';
import { PATIENCE } from '../support/call-faults.ts';
import { beeline, codes, megafon, refuseAt, shopWithTwo } from '../support/failover.ts';
import { run } from '../support/operations.ts';
import { reconciled } from '../support/qiwi.ts';
import { breaksInTheBooks, snapshotOfBooks } from '../support/snapshot.ts';

const gateway = await startTestApp({ patience: PATIENCE });

describe('A payout that names no provider', () => {
  test('goes through mbank while QIWI is down, and the quote says why.', async () => {
    const { call, qiwi, walletId, created, ends, books } = await shopWithTwo(gateway);
    await qiwi.sandbox.close();
    const { paymentQuote } = await call(QuotePaymentDocument, {
      input: { walletId, amount: rub('100'), destination: { phone: megafon } },
    });
    expect(paymentQuote?.routes).toMatchObject([
      { provider: { code: 'MBANK' }, available: true, total: { amount: '103.00' } },
      { provider: { code: 'QIWI' }, available: false, reason: expect.stringContaining('cannot be reached'), fee: null },
    ]);
    const { id } = await created(megafon, { confirm: true });
    expect(codes(await ends(id, 'COMPLETED'))).toEqual([['MBANK', 'ACCEPTED']]);
    expect(await books()).toEqual({ wallet: '-89700', mbank: '-10300', qiwi: '0', held: 0n });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('is quoted with every way, also when all of them have been given up for a while.', async () => {
    const { call, mbank, qiwi, walletId, input } = await shopWithTwo(gateway);
    await qiwi.sandbox.close();
    await mbank.sandbox.close();
    const asked = { walletId, amount: rub('100'), destination: { phone: megafon } };
    const quoted = async () => (await call(QuotePaymentDocument, { input: asked })).paymentQuote?.routes;
    const failed = () => gateway.logged.filter((line) => line.includes('provider call failed')).length;
    // each question fails: after some both count as down, and are not asked any more
    const failures = async () => {
      const before = failed();
      await quoted();
      return failed() - before;
    };
    await expect.poll(failures, { timeout: 20_000 }).toBe(0);
    expect(await quoted()).toMatchObject([
      { available: false, reason: expect.stringContaining('cannot be reached') },
      { available: false, reason: expect.stringContaining('cannot be reached') },
    ]);
    const refused = await refusal(call(CreatePayoutDocument, { input: input(megafon, { confirm: true }) }));
    expect(refused.__typename).toBe('ProviderUnavailableError');
  });

  test('goes on to QIWI when mbank refuses to be called, once it was confirmed.', async () => {
    const { call, mbank, created, ends, books } = await shopWithTwo(gateway);
    const { id } = await created(beeline);
    refuseAt(mbank, 'mbank', 'payments.pay');
    done((await call(ConfirmPaymentDocument, { paymentId: id })).paymentConfirm, 'PaymentConfirmSuccess');
    const payment = await ends(id, 'COMPLETED');
    expect(codes(payment)).toEqual([
      ['MBANK', 'REJECTED'],
      ['QIWI', 'ACCEPTED'],
    ]);
    expect(payment).toMatchObject({ provider: { code: 'QIWI' }, fee: { amount: '0.00' } });
    expect(payment.attempts[1]?.operations).toContain('PAY-7');
    expect(await books()).toEqual({ wallet: '-90000', mbank: '0', qiwi: '-10000', held: 0n });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('goes on to QIWI when mbank cannot be reached any more after the price was told.', async () => {
    const { call, mbank, created, ends, books } = await shopWithTwo(gateway);
    const { id } = await created(beeline);
    await mbank.sandbox.close();
    done((await call(ConfirmPaymentDocument, { paymentId: id })).paymentConfirm, 'PaymentConfirmSuccess');
    expect(codes(await ends(id, 'COMPLETED'))).toEqual([
      ['MBANK', 'REJECTED'],
      ['QIWI', 'ACCEPTED'],
    ]);
    expect(await books()).toEqual({ wallet: '-90000', mbank: '0', qiwi: '-10000', held: 0n });
  });

  test('goes on when the provider’s own processing declines it afterwards.', async () => {
    const { call, mbank, created, ends, books } = await shopWithTwo(gateway);
    const { id } = await created(beeline);
    mbank.act('settings', { execution: 'pending' });
    await call(ConfirmPaymentDocument, { paymentId: id });
    mbank.act('payment.decline', { id: await mbank.referenceOf(id), reason: 'internal_error' });
    expect(codes(await ends(id, 'COMPLETED'))).toEqual([
      ['MBANK', 'REJECTED'],
      ['QIWI', 'ACCEPTED'],
    ]);
    expect(await books()).toEqual({ wallet: '-90000', mbank: '0', qiwi: '-10000', held: 0n });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('goes on when QIWI’s processing declines it afterwards, also where its history is followed.', async () => {
    const { call, mbank, qiwi, created, ends, books, apiKey } = await shopWithTwo(gateway);
    qiwi.act('outcome', { outcome: 'decline', reason: 300 });
    const { id } = await created(megafon, { maxFee: rub('3') });
    await call(ConfirmPaymentDocument, { paymentId: id });
    const payment = await ends(id, 'COMPLETED');
    expect(codes(payment)).toEqual([
      ['QIWI', 'REJECTED'],
      ['MBANK', 'ACCEPTED'],
    ]);
    expect(await books()).toEqual({ wallet: '-89700', mbank: '-10300', qiwi: '0', held: 0n });
    const [found] = await reconciled(run(gateway, apiKey));
    expect(found?.breaks).toEqual([]);
    expect(await gateway.deps.db.prisma.payment.count({ where: { providerAccountId: qiwi.account.id } })).toBe(0);
    expect(await gateway.deps.db.prisma.payment.count({ where: { providerAccountId: mbank.account.id } })).toBe(1);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('is created at the next provider when the first one refuses to create it.', async () => {
    const { mbank, created, tried, ends } = await shopWithTwo(gateway);
    refuseAt(mbank, 'mbank', 'payments.create.out');
    const { id } = await created(beeline, { confirm: true });
    expect(codes(await tried(id))[0]).toEqual(['MBANK', 'REJECTED']);
    expect(codes(await ends(id, 'COMPLETED'))[1]).toEqual(['QIWI', 'ACCEPTED']);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});

describe('It stays where it is', () => {
  test('when the provider’s answer is unclear, however long.', async () => {
    const { call, mbank, created, tried, ends, books } = await shopWithTwo(gateway);
    const { id } = await created(beeline);
    refuseAt(mbank, 'mbank', 'payments.pay', 500);
    mbank.act('settings', { execution: 'pending' });
    await call(ConfirmPaymentDocument, { paymentId: id });
    await resolveUpstream(gateway.deps, id, 1);
    const unclear = await tried(id);
    expect(codes(unclear)).toEqual([['MBANK', 'UNKNOWN']]);
    expect(unclear.status).toBe('PROCESSING');
    expect(await books()).toMatchObject({ qiwi: '0', mbank: '0', held: 10_000n });
    // proven never to have arrived, it is sent again to the same provider
    const earlier = `- interval '1 minute'`;
    await gateway.deps.db.pool.query(`UPDATE payment SET confirmed_at = confirmed_at ${earlier} WHERE id = $1`, [id]);
    await gateway.deps.db.pool.query(
      `UPDATE payment_attempt SET called_at = called_at ${earlier} WHERE payment_id = $1`,
      [id],
    );
    mbank.act('settings', { execution: 'complete' });
    await resolveUpstream(gateway.deps, id, 2);
    expect(codes(await ends(id, 'COMPLETED'))).toEqual([['MBANK', 'ACCEPTED']]);
  });

  test('when the payment itself is refused: its money is free again.', async () => {
    const { call, mbank, created, ends, books } = await shopWithTwo(gateway);
    const { id } = await created(beeline);
    mbank.act('outcome', { outcome: 'decline', reason: 'invalid_data', id: await mbank.referenceOf(id) });
    await call(ConfirmPaymentDocument, { paymentId: id });
    const payment = await ends(id, 'DECLINED');
    expect(payment.declineReason).toBe('INVALID_DATA');
    expect(payment.attempts).toHaveLength(1);
    expect(await books()).toEqual({ wallet: '-100000', mbank: '0', qiwi: '0', held: 0n });
  });

  test('when the next way is dearer than what was confirmed.', async () => {
    const { call, qiwi, created, ends, books } = await shopWithTwo(gateway);
    const { id, fee } = await created(megafon);
    expect(fee).toMatchObject({ amount: '0.00' });
    refuseAt(qiwi, 'qiwi', 'PAY-7');
    expect(await refusal(call(ConfirmPaymentDocument, { paymentId: id }))).toMatchObject({
      __typename: 'ProviderRejectedError',
    });
    expect(codes(await ends(id, 'DECLINED'))).toEqual([['QIWI', 'REJECTED']]);
    expect(await books()).toEqual({ wallet: '-100000', mbank: '0', qiwi: '0', held: 0n });
  });

  test('when a provider was named.', async () => {
    const { mbank, call, input } = await shopWithTwo(gateway);
    refuseAt(mbank, 'mbank', 'payments.create.out');
    const named = input(beeline, { provider: 'MBANK', confirm: true });
    expect((await refusal(call(CreatePayoutDocument, { input: named }))).__typename).toBe('ProviderRejectedError');
  });
});

test('With every provider down nothing is created, and nothing moves.', async () => {
  const { call, mbank, qiwi, input, walletId } = await shopWithTwo(gateway);
  await mbank.sandbox.close();
  await qiwi.sandbox.close();
  const before = await snapshotOfBooks(gateway.deps.db);
  const refused = await refusal(call(CreatePayoutDocument, { input: input(megafon, { confirm: true }) }));
  expect(refused.__typename).toBe('ProviderUnavailableError');
  const { paymentQuote } = await call(QuotePaymentDocument, {
    input: { walletId, amount: rub('100'), destination: { phone: megafon } },
  });
  expect(paymentQuote?.routes.map(({ available }) => available)).toEqual([false, false]);
  expect(await snapshotOfBooks(gateway.deps.db)).toEqual(before);
});
