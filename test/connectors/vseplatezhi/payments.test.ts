import { describe, expect, test } from 'vitest';
import { present } from '../../../src/lib/assert.ts';
import { answerOf, CREATED, MERCHANT, refusalOf, rub, TOKEN } from './golden.ts';
import { bench, calls, open, play, reportOf, toBank, toMerchant, withStub } from './play.ts';

withStub();

const payouts = () => present(bench.connector.payouts, 'payouts');
const askPayout = (payment = toMerchant({ reference: TOKEN, others: [] })) => payouts().ask(bench.call, payment);
const refill = { clientId: CREATED, reference: CREATED, order: { amount: rub(100_000n) }, others: [] as string[] };
const askTopUp = (payment = refill) => present(bench.connector.topUps, 'topUps').ask(bench.call, payment);
const paid: [string, string, string, string] = ['PAYMENT', '2024-07-09 14:05:31', '1250.50', MERCHANT];

describe('A payment to a merchant whose answer was lost', () => {
  test('Is done when the report shows it', async () => {
    open();
    play(reportOf(paid));
    expect(await askPayout()).toMatchObject({
      reference: TOKEN,
      clientId: CREATED,
      status: 'COMPLETED',
      historyReference: expect.stringMatching(/^PAYMENT-/),
      completedAt: new Date('2024-07-09T11:05:31Z'),
    });
    // from a little before it was made, this amount and no other
    expect(calls()[0]?.url).toMatch(
      /dateFrom=2024-07-09%2013-59-00&operationType=PAYMENT&amountFrom=1250.50&amountTo=1250.50&page=0&size=100$/,
    );
  });

  test('Has not begun when the report does not: its token is good once at most, so it may go again', async () => {
    open();
    play(reportOf(['PAYMENT', '2024-07-09 14:05:31', '1250.50', 'another']));
    expect(await askPayout()).toMatchObject({ reference: TOKEN, status: 'CREATED', nextAction: { kind: 'CONFIRM' } });
  });

  test('Without a token it is none', async () => {
    open();
    play(reportOf(paid));
    expect(await askPayout(toMerchant({ others: [] }))).toBeNull();
    expect(calls()).toEqual([]);
  });

  test('A token that was used proves it together with the report only', async () => {
    open();
    const confirm = () => payouts().confirm(bench.call, toMerchant({ reference: TOKEN, others: [] }), {});
    play(refusalOf('OPERATION_TOKEN_USED'), reportOf(paid));
    expect(await confirm()).toMatchObject({ kind: 'accepted', value: { reference: TOKEN, status: 'COMPLETED' } });
    expect(calls().length).toBe(2);
    play(refusalOf('OPERATION_TOKEN_USED'), reportOf());
    expect(await confirm()).toMatchObject({ kind: 'unknown', why: 'UNMAPPED_STATUS' });
  });

  test('A token that has run out is a refusal: nothing moved', async () => {
    open();
    play(refusalOf('OPERATION_TOKEN_EXPIRED'));
    expect(await payouts().confirm(bench.call, toMerchant({ reference: TOKEN }), {})).toMatchObject({
      kind: 'rejected',
      refusal: { declineReason: 'EXPIRED', remedy: 'CHANGE_INPUT' },
    });
  });

  test('Two equal payments each have a line of their own', async () => {
    open();
    play(reportOf(paid, paid));
    const first = await askPayout();
    const taken = [present(first?.historyReference, 'the first line')];
    const second = await askPayout(toMerchant({ reference: TOKEN, others: taken }));
    expect(second).toMatchObject({ status: 'COMPLETED' });
    expect(second?.historyReference).not.toBe(taken[0]);
    taken.push(present(second?.historyReference, 'the second line'));
    expect(await askPayout(toMerchant({ reference: TOKEN, others: taken }))).toMatchObject({ status: 'CREATED' });
  });

  test('Where nobody tells which lines are others’, a line proves nothing, and its absence does', async () => {
    open();
    play(reportOf(paid));
    await expect(askPayout(toMerchant({ reference: TOKEN }))).rejects.toMatchObject({ why: 'ECHO_MISMATCH' });
    play(reportOf());
    expect(await askPayout(toMerchant({ reference: TOKEN }))).toMatchObject({ status: 'CREATED' });
  });

  test('An id that does not tell its time proves nothing', async () => {
    open();
    play(reportOf());
    const payment = toMerchant({ clientId: '021c6d23-7508-4e35-ad92-852308a47689', reference: TOKEN, others: [] });
    await expect(askPayout(payment)).rejects.toMatchObject({ why: 'MISSING_FIELD' });
  });
});

describe('A withdrawal whose answer was lost', () => {
  test('Is done when the report shows a DEBIT of its amount', async () => {
    open();
    play(reportOf(['DEBIT', '2024-07-09 14:05:31', '500.00']));
    expect(await askPayout(toBank({ reference: CREATED, others: [] }))).toMatchObject({
      reference: CREATED,
      status: 'COMPLETED',
      historyReference: expect.stringMatching(/^DEBIT-/),
    });
  });

  test('Was not made when the report was read and does not; it is not made again by asking', async () => {
    open();
    play(reportOf(['DEBIT', '2024-07-09 14:05:31', '500.01'], ['DEBIT', '2024-07-09 13:00:00', '500.00']));
    expect(await askPayout(toBank({ reference: CREATED, others: [] }))).toBeNull();
    expect(calls().map(({ method }) => method)).toEqual(['GET']);
  });
});

describe('A top-up by fast payment', () => {
  test('Is done when the report shows a CREDIT of its amount, once for each line', async () => {
    open();
    play(reportOf(['CREDIT', '2024-07-09 14:05:31', '1000.00']));
    const done = await askTopUp();
    expect(done).toMatchObject({ reference: CREATED, status: 'COMPLETED', kind: 'TOP_UP', direction: 'IN' });
    const others = [present(done?.historyReference, 'its line')];
    expect(await askTopUp({ ...refill, others })).toMatchObject({ status: 'UNKNOWN', reference: CREATED });
  });

  test('Is open, for all that is known, while the report does not', async () => {
    open();
    play(reportOf(['CREDIT', '2024-07-09 14:05:31', '999.99'], ['REFUND', '2024-07-09 14:05:31', '1000.00']));
    expect(await askTopUp()).toMatchObject({ status: 'UNKNOWN', providerStatus: 'NOT_IN_REPORT' });
  });

  test('An answer about another amount issues no link', async () => {
    open();
    play(answerOf('V-06', { replace: [['1000.00', '1000.01']] }));
    const outcome = await bench.connector.topUps?.confirm(bench.call, refill, {});
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'ECHO_MISMATCH' });
  });
});
