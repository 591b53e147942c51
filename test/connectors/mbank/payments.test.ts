import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mbank } from '../../../src/connectors/mbank/index.ts';
import { rublesOut } from '../../../src/connectors/mbank/map.ts';
import { tariffFee } from '../../../src/connectors/mbank/tariff.ts';
import { formatAmount, parseAmount } from '../../../src/money/money.ts';
import { type Bench, openBench } from '../kit.ts';
import { type Stub, startStub } from '../stub.ts';
import { answerOf, PASSWORD, PHONE, refusalOf, rub } from './golden.ts';

let stub: Stub;
let bench: Bench;
beforeAll(async () => {
  stub = await startStub();
});
afterEach(() => bench?.close());
afterAll(() => stub.close());

const open = (settings: Record<string, string> = {}) => {
  bench = openBench({
    definition: mbank,
    settings: { baseUrl: stub.url, phone: PHONE, password: PASSWORD, ...settings },
  });
  return bench;
};
const topUp = {
  clientId: '071c6d23-7508-4e35-ad92-852308a47679',
  reference: '1401089237231',
  order: { amount: rub(10_000n) },
};
const lookAt = (status: string) => answerOf('G-33a', ['"status": "completed"', `"status": "${status}"`]);

describe('a confirmation that finds the payment in another state', () => {
  it.each([
    ['processing', 'PROCESSING'],
    ['completed', 'COMPLETED'],
    ['declined', 'DECLINED'],
  ])('is the echo of an earlier one: the payment is %s, and that is the answer', async (word, status) => {
    const { connector, call } = open();
    stub.play(refusalOf(422, 'invalid_payment_status'), lookAt(word));
    expect(await connector.topUps?.confirm(call, topUp, {})).toMatchObject({ kind: 'accepted', value: { status } });
    expect(stub.seen.map((request) => request.method)).toEqual(['POST', 'GET']);
  });

  it('is refused when the payment still waits where it waited', async () => {
    const { connector, call } = open();
    stub.play(refusalOf(422, 'invalid_next_action'), lookAt('created'));
    expect(await connector.topUps?.confirm(call, topUp, {})).toMatchObject({
      kind: 'rejected',
      refusal: { errorCode: 'PAYMENT_STATE', providerCode: 'invalid_next_action' },
    });
  });

  it('is unknown when the payment cannot be read then', async () => {
    const { connector, call } = open();
    stub.play(refusalOf(422, 'invalid_payment_status'), { status: 500, body: '' });
    expect(await connector.topUps?.confirm(call, topUp, {})).toMatchObject({ kind: 'unknown', why: 'SERVER_ERROR' });
  });
});

describe('the choice of a card', () => {
  it.each([
    [{ cardReference: '7222' }, { type: 'inout', card: 7222 }],
    [{ saveCard: true }, { type: 'inout', store_card: true }],
    [
      { cardReference: '7222', saveCard: true },
      { type: 'inout', card: 7222 },
    ],
    [{}, { type: 'inout' }],
  ])('at the last moment, %o, is sent as %o', async (payWith, body) => {
    const { connector, call } = open();
    stub.play(answerOf('G-29b', ['25818', '25832']));
    const payout = {
      clientId: 'x',
      reference: '25832',
      order: { amount: rub(10_000n), serviceReference: '834', parameters: {} },
    };
    expect(await connector.payouts?.confirm(call, payout, { payWith, embedded: true })).toMatchObject({
      kind: 'accepted',
    });
    expect(JSON.parse(stub.seen[0]?.body.toString() ?? '')).toEqual({ ...body, iframe: true });
  });
});

describe('asking what became of a payment', () => {
  it('answers null when the provider has none', async () => {
    const { connector, call } = open();
    stub.play(refusalOf(404));
    expect(await connector.topUps?.ask(call, topUp)).toBeNull();
  });

  it('finds one whose number was never told, unpaid ones included (T-28)', async () => {
    const { connector, call } = open();
    stub.play(answerOf('G-34'));
    const lost = {
      clientId: '087A9555-d25b-400c-af5b-ef1c5a99b145',
      reference: null,
      order: { amount: rub(100_000n), serviceReference: '6', parameters: {} },
    };
    expect(await connector.payouts?.ask(call, lost)).toMatchObject({ reference: '1401089244492', status: 'COMPLETED' });
    expect(stub.seen[0]?.url).toBe('/v1/payments?page=0&size=35&status=created,processing,completed,declined');
    expect(await connector.payouts?.ask(call, { ...lost, clientId: 'never' })).toBeNull();
  });

  it('does not take an answer about another amount', async () => {
    const { connector, call } = open();
    stub.play(answerOf('G-33a'));
    await expect(connector.topUps?.ask(call, { ...topUp, order: { amount: rub(1n) } })).rejects.toMatchObject({
      why: 'ECHO_MISMATCH',
    });
  });

  it('hands an unmapped status on as UNKNOWN, and logs it', async () => {
    const { connector, call } = open();
    stub.play(lookAt('frozen'));
    expect(await connector.topUps?.ask(call, topUp)).toMatchObject({
      status: 'UNKNOWN',
      providerStatus: 'frozen',
      nextAction: null,
    });
    expect(bench.log.some((line) => line.includes('unmapped status') && line.includes('frozen'))).toBe(true);
  });
});

describe('invoices', () => {
  it('are found by what was not there before, and by nothing else (T-33)', async () => {
    const { connector, call } = open();
    const order = { payerPhone: '+12345671157', amount: rub(10_000n) };
    stub.play(answerOf('G-48'));
    const snapshot = (await connector.invoices?.snapshot?.(call)) ?? [];
    expect(snapshot).toEqual(['5422cebeb7f47b53010041a7', '5422cf7cb7f47b54010041a7']);
    const grown = answerOf('G-48', [
      '"data": [',
      '"data": [{ "_id": "new", "payer": "+12345671157", "amount": 100.00, "recipient": "+1", "message": null, "status": null, "payment_id": null },',
    ]);
    stub.play(answerOf('G-46'), grown);
    expect(await connector.invoices?.create?.(call, order, snapshot)).toMatchObject({
      kind: 'accepted',
      value: [{ reference: 'new', state: 'CREATED' }],
    });
    expect(await connector.invoices?.find?.(call, { ...order, amount: rub(10_001n) }, snapshot)).toEqual([]);
  });

  it('stay accepted when the list cannot be read afterwards', async () => {
    const { connector, call } = open();
    stub.play(answerOf('G-46'), { status: 500, body: '' });
    const order = { payerPhone: '+12345671157', amount: rub(10_000n) };
    expect(await connector.invoices?.create?.(call, order, [])).toEqual({ kind: 'accepted', value: [] });
  });

  it('cancelled already, wallets active already and cards gone already are done', async () => {
    const { connector, call } = open();
    stub.play(refusalOf(422, 'invoice_is_already_canceled'));
    expect(await connector.invoices?.cancel?.(call, 'a')).toEqual({ kind: 'accepted', value: null });
    stub.play(refusalOf(422, 'already_active'));
    expect(await connector.wallets?.activate?.(call, { phone: PHONE, code: '123456' })).toEqual({
      kind: 'accepted',
      value: null,
    });
    stub.play(refusalOf(404, 'card_not_found'));
    expect(await connector.linkedCards?.remove(call, '62')).toEqual({ kind: 'accepted', value: null });
  });
});

describe('a wallet that is not open', () => {
  it.each([
    ['wallet_not_active', { status: 'PENDING_ACTIVATION', balance: null }],
    ['wallet_disabled', { status: 'BLOCKED', restrictions: [{ code: 'wallet_disabled', message: 'нет' }] }],
    ['reset_password', { status: 'ACTIVE', passwordResetRequired: true }],
  ])('is read as such from %s', async (code, wallet) => {
    const { connector, call } = open();
    stub.play(refusalOf(401, code));
    expect(await connector.wallets?.load(call)).toMatchObject({ number: PHONE, ...wallet });
  });
});

describe('the history', () => {
  it('is paged from 0 and ends with a short page, whatever the total says (T-26)', async () => {
    const { connector, call } = open();
    stub.play(answerOf('G-34'));
    expect((await connector.history?.list(call, { pageSize: 5 }))?.next).toBe('1');
    expect(
      (
        await connector.history?.list(call, {
          pageSize: 5,
          cursor: '1',
          kinds: ['TOP_UP', 'PAYOUT'],
          statuses: ['REVERSED', 'DECLINED'],
        })
      )?.next,
    ).toBe('2');
    expect(stub.seen.map((request) => request.url)).toEqual([
      '/v1/payments?page=0&size=5',
      '/v1/payments?page=1&size=5&type=in,out&status=declined',
    ]);
  });

  it('is not asked for what this provider never has', async () => {
    const { connector, call } = open();
    stub.play('RESET');
    expect(await connector.history?.list(call, { kinds: ['EXCHANGE'] })).toEqual({ items: [], next: null });
    expect(await connector.history?.list(call, { statuses: ['EXPIRED'] })).toEqual({ items: [], next: null });
    expect(stub.seen).toEqual([]);
  });
});

describe('money', () => {
  it('leaves as the shortest decimal that means the same', () => {
    expect(
      [1n, 10n, 874n, 10_000n, 1_237_000n, 12_345_678_901_234_567n].map((minor) => rublesOut(rub(minor)).value),
    ).toEqual(['0.01', '0.1', '8.74', '100', '12370', '123456789012345.67']);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 17n }), (minor) => {
        expect(parseAmount(rublesOut(rub(minor)).value, 'RUB')).toEqual(rub(minor));
        expect(formatAmount(rub(minor)).startsWith(rublesOut(rub(minor)).value)).toBe(true);
      }),
    );
  });

  it.each([
    [500n, 300n, '0.5', 303n],
    [200n, 300n, '0.5', 301n],
    [100n, 300n, '0.5', 301n],
    [10_000n, 1_000n, '0.5', 1_050n],
    [1_200_000n, 1_000n, '0.5', 7_000n],
    [10_000n, 0n, '3', 300n],
  ])(
    'is charged as in the documents: %s with %s and %s percent costs %s (contract 1.5)',
    (amount, fixed, percent, fee) => {
      expect(tariffFee(rub(amount), { fixed: rub(fixed), percent, min: null, max: null })).toEqual(rub(fee));
    },
  );

  it('is held between the bounds of the rate', () => {
    const rate = { fixed: rub(0n), percent: '1', min: rub(50n), max: rub(60n) };
    expect([1_000n, 5_500n, 100_000n].map((minor) => tariffFee(rub(minor), rate).minor)).toEqual([50n, 55n, 60n]);
  });

  it('is quoted from the rate of the service', async () => {
    const { connector, call } = open();
    stub.play(answerOf('G-21', ['"fix": 0, "percent": 0', '"fix": 3, "percent": 0.5']));
    expect(await connector.quotes?.quote(call, { amount: rub(500n), serviceReference: '770' })).toEqual({
      fee: rub(303n),
      total: rub(803n),
    });
  });
});
