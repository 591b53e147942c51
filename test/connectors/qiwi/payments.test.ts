import { describe, expect, it, test } from 'vitest';
import type { PaymentHandle, TransferOrder } from '../../../src/connectors/payments.ts';
import { refusals } from '../../../src/connectors/qiwi/status.ts';
import type { Script } from '../stub.ts';
import { answerOf, empty, rub } from './golden.ts';
import { goldenTests, openFor, stub } from './golden-play.ts';

goldenTests();

const NUMBER = '79112223344';
const TOKEN = 'Bearer YUu2qw048gtdsvlk3iu';
/** 2017-03-18T08:41:01.807Z in milliseconds: an id of ours, and the `trmTxnId` of the documented history. */
const ID = '1489826461807';
const clock = { now: () => new Date('2017-03-18T12:00:00Z') };

const transfer = (over: Partial<PaymentHandle<TransferOrder>> = {}): PaymentHandle<TransferOrder> => ({
  clientId: ID,
  reference: null,
  order: { amount: rub(7_000n), recipientPhone: '+79261112233' },
  ...over,
});

const open = () => openFor(NUMBER, TOKEN, clock);
const confirm = (payment = transfer()) => {
  const { connector, call } = open();
  return connector.transfers?.confirm(call, payment, {});
};
const ask = (payment: PaymentHandle<TransferOrder>, ...answers: Script[]) => {
  const { connector, call } = open();
  stub.play(...answers);
  return connector.transfers?.ask(call, payment);
};

/** The documented page of the history, as its only one, and its item in detail. */
const last: [string, string][] = [
  ['"nextTxnId": 9001', '"nextTxnId": null'],
  ['"nextTxnDate": "2017-01-31T15:24:10+03:00"', '"nextTxnDate": null'],
  ['2017-01-21T11:41:07', '2017-03-18T11:41:07'],
];
const page = (...replace: [string, string][]) => answerOf('HIS-1', { replace: [...last, ...replace] });
const detail = (...replace: [string, string][]): Script => {
  const item = JSON.stringify(JSON.parse(page().body).data[0]);
  return { status: 200, body: replace.reduce((text, [from, to]) => text.replaceAll(from, to), item) };
};

describe('A refused or unclear confirm', () => {
  const codes: [code: string, remedy: string, errorCode: string][] = [
    ['220', 'CHANGE_INPUT', 'INSUFFICIENT_FUNDS'],
    ['704', 'CHANGE_INPUT', 'LIMIT_EXCEEDED'],
    ['319', 'CHANGE_INPUT', 'IDENTIFICATION_REQUIRED'],
    ['300', 'RETRY_LATER', 'PROVIDER_REJECTED'],
    ['131', 'NONE', 'PROVIDER_REJECTED'],
    ['99999', 'NONE', 'PROVIDER_REJECTED'],
  ];
  test.each(codes)('QWPRC-%s is a refusal: %s, %s', async (code, remedy, errorCode) => {
    stub.play({ status: 400, body: `{"code":"QWPRC-${code}","message":"Причина"}` });
    expect(await confirm()).toMatchObject({
      kind: 'rejected',
      refusal: { providerCode: code, providerMessage: 'Причина', remedy, errorCode, httpStatus: 400 },
    });
  });

  const statuses: [status: number, remedy: string][] = [
    [400, 'NONE'],
    [401, 'CHANGE_INPUT'],
    [403, 'CHANGE_INPUT'],
    [423, 'RETRY_LATER'],
    [429, 'RETRY_LATER'],
  ];
  test.each(statuses)('status %d without a body is a refusal: %s', async (status, remedy) => {
    stub.play(empty(status));
    expect(await confirm()).toMatchObject({ kind: 'rejected', refusal: { httpStatus: status, remedy } });
  });

  test.each([
    ['code 408', { status: 400, body: '{"code":"QWPRC-408","message":"У Вас уже есть такой же платеж"}' }],
    ['status 408', { status: 408, body: '' }],
  ])('a repeated id (%s) proves nothing against the payment: it is unknown, and sent once', async (_form, answer) => {
    stub.play(answer);
    expect(await confirm()).toMatchObject({ kind: 'unknown' });
    expect(stub.seen.length).toBe(1);
  });

  it('has a meaning for each of the documented codes', () => {
    const codes = refusals.map(({ code }) => code);
    expect(codes.length).toBe(52);
    expect(new Set(codes).size).toBe(52);
  });

  it('is refused before anything is sent when the order does not fit', async () => {
    const { connector, call } = open();
    stub.play('RESET');
    const tenge = { minor: 100n, currency: 'KZT' };
    const outcomes = [
      await connector.transfers?.confirm(call, transfer({ order: { ...transfer().order, amount: tenge } }), {}),
      await connector.transfers?.confirm(call, transfer({ clientId: 'a1' }), {}),
      await connector.payouts?.confirm(
        call,
        { ...transfer(), order: { amount: rub(1n), serviceReference: '27292', parameters: {} } },
        {},
      ),
      await connector.payouts?.confirm(
        call,
        { ...transfer(), order: { amount: rub(1n), serviceReference: '1', parameters: {}, fromCurrency: 'USD' } },
        {},
      ),
      await connector.exchange?.confirm(
        call,
        { ...transfer(), order: { amount: rub(1n), fromCurrency: 'RUB', recipientPhone: NUMBER } },
        {},
      ),
      await connector.exchange?.confirm(
        call,
        { ...transfer(), order: { amount: tenge, fromCurrency: 'USD', recipientPhone: NUMBER } },
        {},
      ),
    ];
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ kind: 'rejected', refusal: { errorCode: 'INVALID_INPUT' } });
    expect(stub.seen).toEqual([]);
  });

  it('is not sent while the Kazakh card could not be prepared', async () => {
    const { connector, call } = open();
    const order = {
      amount: { minor: 100n, currency: 'KZT' },
      serviceReference: '27292',
      parameters: { cardNumber: '4400430000000001' },
    };
    for (const answer of [
      { status: 500, body: '' },
      { status: 200, body: '{"elements":[]}' },
    ]) {
      stub.play(answer);
      expect(await connector.payouts?.confirm(call, { ...transfer(), order }, {})).toMatchObject({ kind: 'notSent' });
      expect(stub.seen.every(({ url }) => url.includes('/refs/'))).toBe(true);
    }
  });
});

describe('A payment that is asked for', () => {
  it('is found by our id since its time, and then read in detail', async () => {
    const found = await ask(transfer(), page(), detail());
    expect(found).toMatchObject({ reference: '9309', clientId: ID, status: 'COMPLETED', amount: rub(7_000n) });
    const list = new URL(stub.seen[0]?.url ?? '', 'http://x').searchParams;
    expect(new Date(list.get('startDate') ?? '').getTime()).toBeLessThanOrEqual(Number.parseInt(ID, 10));
    expect(new Date(list.get('endDate') ?? '').getTime()).toBeGreaterThan(clock.now().getTime());
    expect(list.get('startDate')).toMatch(/\+03:00$/);
    expect(stub.seen[1]?.url).toBe('/payment-history/v2/transactions/9309?type=OUT');
  });

  it('is read by its number when that is known, and searched for when the number is not there yet', async () => {
    await ask(transfer({ reference: '9309' }), detail());
    expect(stub.seen.map(({ url }) => url)).toEqual(['/payment-history/v2/transactions/9309?type=OUT']);
    const found = await ask(transfer({ reference: '9309' }), empty(404), empty(404), page(), detail());
    expect(found).toMatchObject({ reference: '9309', status: 'COMPLETED' });
  });

  it('is still under way while it is WAITING, and declined with the reason of its code when it is an ERROR', async () => {
    const waiting = await ask(transfer({ reference: '9309' }), detail(['SUCCESS', 'WAITING']));
    expect(waiting).toMatchObject({ status: 'PROCESSING', providerStatus: 'WAITING' });
    const declined = await ask(
      transfer({ reference: '9309' }),
      detail(['SUCCESS', 'ERROR'], ['"errorCode":0', '"errorCode":220']),
    );
    expect(declined).toMatchObject({ status: 'DECLINED', declineReason: 'INSUFFICIENT_FUNDS', providerCode: '220' });
  });

  it('is proved not to be there by a history that was read to its end, or is empty', async () => {
    expect(await ask(transfer(), page([ID, '1']))).toBeNull();
    expect(await ask(transfer(), empty(404))).toBeNull();
  });

  it('is not proved not to be there when its id does not tell its time', async () => {
    await expect(ask(transfer({ clientId: '21131343' }), empty(404))).rejects.toMatchObject({ why: 'MISSING_FIELD' });
  });

  it('is not taken for a refused repetition of itself', async () => {
    const { data } = JSON.parse(page().body);
    const twice = [{ ...data[0], txnId: 9310, status: 'ERROR', errorCode: 408 }, ...data];
    const both = { status: 200, body: JSON.stringify({ data: twice, nextTxnId: null, nextTxnDate: null }) };
    expect(await ask(transfer(), both, detail())).toMatchObject({ reference: '9309', status: 'COMPLETED' });
  });

  it('is unknown when the history speaks of another amount', async () => {
    const other = transfer({ order: { ...transfer().order, amount: rub(7_001n) } });
    await expect(ask(other, page(), detail())).rejects.toMatchObject({ why: 'ECHO_MISMATCH' });
    await expect(ask(transfer({ reference: '1' }), detail())).rejects.toMatchObject({ why: 'ECHO_MISMATCH' });
  });

  it('tells of a conversion what was bought, and what it took from the paying balance', async () => {
    const { connector, call } = open();
    const amount = { minor: 42_296n, currency: 'KZT' };
    const order = { amount, fromCurrency: 'RUB', recipientPhone: `+${NUMBER}` };
    stub.play(detail(['"id":1,', '"id":1099,'], ['"currencyRate":1', '"currencyRate":0.1655']));
    expect(await connector.exchange?.ask(call, { clientId: ID, reference: '9309', order })).toMatchObject({
      kind: 'EXCHANGE',
      status: 'COMPLETED',
      amount,
      destinationAmount: amount,
      total: rub(7_000n),
      fee: rub(0n),
      exchangeRate: '0.1655',
    });
  });

  it('throws while the provider does not answer', async () => {
    await expect(ask(transfer(), { status: 500, body: '' })).rejects.toMatchObject({ why: 'SERVER_ERROR' });
  });
});
