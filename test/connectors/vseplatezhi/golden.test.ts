import { describe, expect, test } from 'vitest';
import { answerOf, BANK, CREATED, documented, MERCHANT, refusalOf, rub, sent, TOKEN, WALLET } from './golden.ts';
import { calls, clock, open, play, stub, toBank, toMerchant, withStub } from './play.ts';

withStub();

describe('Wallets', () => {
  test('V-01: a wallet is opened by its phone, whichever way that is written', async () => {
    const { connector, call } = open();
    for (const phone of ['+79261234567', '8 (926) 123-45-67', '9261234567']) {
      play(answerOf('V-01'));
      expect(await connector.wallets?.register?.(call, { phone, level: 'NONE' })).toEqual({
        kind: 'accepted',
        value: { number: WALLET, credentials: { walletId: WALLET } },
      });
      expect(sent(calls()[0])).toEqual(documented('V-01'));
    }
  });

  test('A phone of another country is not sent', async () => {
    const { connector, call } = open();
    play(answerOf('V-01'));
    const outcome = await connector.wallets?.register?.(call, { phone: '+380501234567', level: 'NONE' });
    expect(outcome).toMatchObject({
      kind: 'rejected',
      refusal: { errorCode: 'INVALID_INPUT', remedy: 'CHANGE_INPUT' },
    });
    expect(stub.seen).toEqual([]);
  });

  test.each([
    ['ELEMENTARY', 'NONE', 'NOT_STARTED'],
    ['PERSONALIZED', 'SIMPLIFIED', 'VERIFIED'],
    ['IDENTIFIED', 'FULL', 'VERIFIED'],
    ['BLESSED', null, null],
  ])('V-02: a wallet whose status is %s', async (word, level, identificationStatus) => {
    const { connector, call } = open();
    play(answerOf('V-02', { replace: [['ELEMENTARY', word]] }));
    expect(await connector.wallets?.load(call)).toMatchObject({
      number: '4000000000000017',
      status: 'ACTIVE',
      balance: rub(1_234_500n),
      level,
      providerLevel: word,
      identificationStatus,
    });
    expect(sent(calls()[0])).toEqual(documented('V-02'));
    expect(await connector.balances?.list(call)).toEqual([{ balance: rub(1_234_500n), title: null, isDefault: true }]);
  });

  test('V-02: one that was closed; an amount written as text', async () => {
    const { connector, call } = open();
    const replace: [string, string][] = [
      ['ELEMENTARY', 'CLOSED'],
      ['12345.00', '"0.00"'],
    ];
    play(answerOf('V-02', { replace }));
    expect(await connector.wallets?.load(call)).toMatchObject({ status: 'CLOSED', level: null, balance: rub(0n) });
  });

  test('V-03: closing, also one that is closed already; one with money stays', async () => {
    const { connector, call } = open();
    play(answerOf('V-03'));
    expect(await connector.wallets?.close?.(call)).toEqual({ kind: 'accepted', value: null });
    expect(sent(calls()[0])).toEqual(documented('V-03'));
    play(refusalOf('WALLET_CLOSED'));
    expect(await connector.wallets?.close?.(call)).toEqual({ kind: 'accepted', value: null });
    play(refusalOf('WALLET_BALANCE_NOT_ZERO'));
    expect(await connector.wallets?.close?.(call)).toMatchObject({
      kind: 'rejected',
      refusal: { errorCode: 'WALLET_STATE', remedy: 'CHANGE_INPUT', providerCode: 'WALLET_BALANCE_NOT_ZERO' },
    });
  });

  test('V-04: the partner vouches for a level; an answer with another one proves nothing', async () => {
    const { connector, call } = open();
    const input = { phone: '+79261234567', level: 'SIMPLIFIED' as const };
    play(answerOf('V-04'));
    expect(await connector.identification?.vouch?.(call, input)).toEqual({ kind: 'accepted', value: null });
    expect(sent(calls()[0])).toEqual(documented('V-04'));
    play(answerOf('V-04', { replace: [['PERSONALIZED', 'ELEMENTARY']] }));
    expect(await connector.identification?.vouch?.(call, input)).toMatchObject({
      kind: 'unknown',
      why: 'ECHO_MISMATCH',
    });
  });

  test('A level is never set for the house wallet in another’s place', async () => {
    const { connector, call } = open({ walletId: WALLET });
    play(answerOf('V-04'));
    const input = { phone: '+79261234567', level: 'SIMPLIFIED' as const };
    const outcome = await connector.identification?.vouch?.({ ...call, wallet: null }, input);
    expect(outcome).toMatchObject({ kind: 'rejected', refusal: { errorCode: 'NOT_SUPPORTED' } });
    expect(stub.seen).toEqual([]);
  });

  test('A step down is asked for here and done at once', async () => {
    const { connector, call } = open();
    const downgrades = connector.identification?.downgrades;
    play(answerOf('V-04'), answerOf('V-02', { replace: [['ELEMENTARY', 'PERSONALIZED']] }), answerOf('V-02'));
    expect(await downgrades?.request(call, 'SIMPLIFIED')).toEqual({
      kind: 'accepted',
      value: { reference: 'SIMPLIFIED' },
    });
    expect(calls()).toEqual([]);
    expect(await downgrades?.confirm(call, 'SIMPLIFIED')).toEqual({ kind: 'accepted', value: { state: 'COMPLETED' } });
    expect(await downgrades?.status(call, 'SIMPLIFIED')).toBe('COMPLETED');
    expect(await downgrades?.status(call, 'SIMPLIFIED')).toBe('CREATED');
  });

  test('A wallet without its UUID is not asked for; the house wallet is that of the settings', async () => {
    const { connector, call } = open();
    play(answerOf('V-02'));
    const stranger = { ...call, wallet: { number: '4000000000000017', credentials: {} } };
    await expect(connector.wallets?.load(stranger)).rejects.toMatchObject({ refusal: { errorCode: 'NOT_SUPPORTED' } });
    expect(stub.seen).toEqual([]);
    const house = open({ walletId: WALLET });
    await house.connector.wallets?.load({ ...house.call, wallet: null });
    expect(calls()[0]?.url).toBe(documented('V-02').path);
  });
});

describe('Money', () => {
  test('V-06: a refill answers the link by which it is paid', async () => {
    const { connector, call } = open();
    play(answerOf('V-06'));
    const payment = { clientId: CREATED, reference: null, order: { amount: rub(100_000n) } };
    const outcome = await connector.topUps?.confirm(call, payment, {});
    expect(outcome).toMatchObject({
      kind: 'accepted',
      value: {
        reference: CREATED,
        kind: 'TOP_UP',
        status: 'PROCESSING',
        amount: rub(100_000n),
        direction: 'IN',
        nextAction: {
          kind: 'PAYLOAD',
          payload: 'https://qr.nspk.ru/SANDBOX0000000000000000000000001?type=02&sum=100000&cur=RUB',
        },
      },
    });
    expect(sent(calls()[0])).toEqual(documented('V-06'));
    expect(connector.topUps?.method).toBe('FAST_PAYMENT');
  });

  test('V-07 and V-08: a merchant is paid under the token that was made for it', async () => {
    const { connector, call } = open();
    play(answerOf('V-07'), answerOf('V-08'));
    expect(await connector.payouts?.create?.(call, toMerchant())).toMatchObject({
      kind: 'accepted',
      value: {
        reference: TOKEN,
        status: 'CREATED',
        nextAction: { kind: 'CONFIRM' },
        fee: rub(0n),
        total: rub(125_050n),
      },
    });
    expect(await connector.payouts?.confirm(call, toMerchant({ reference: TOKEN }), {})).toMatchObject({
      kind: 'accepted',
      value: {
        reference: TOKEN,
        status: 'COMPLETED',
        providerStatus: 'PAYMENT',
        nextAction: null,
        destination: { kind: 'MERCHANT', reference: MERCHANT },
        completedAt: clock.at,
      },
    });
    expect(calls().map(sent)).toEqual([documented('V-07'), documented('V-08')]);
  });

  test('V-09: banks, to which the owner’s own account is paid', async () => {
    const { connector, call } = open();
    play(answerOf('V-09'));
    expect(await connector.payouts?.payees?.banks?.(call)).toEqual([
      {
        id: BANK,
        name: 'Test Bank',
        legalName: 'Test Bank Joint Stock Company',
        bic: '044000999',
        logoUrl: 'https://wallet.dev.vseplatezhi.ru/logo/100000000999.png',
        accepts: ['OWN_ACCOUNT'],
        requires: [],
      },
    ]);
    expect(sent(calls()[0])).toEqual(documented('V-09'));
  });

  test('V-10: a withdrawal, in the provider’s own spelling; whatever object it answers', async () => {
    const { connector, call } = open();
    for (const answer of [answerOf('V-10'), { status: 200, body: '{}' }]) {
      play(answer);
      expect(await connector.payouts?.create?.(call, toBank())).toMatchObject({
        kind: 'accepted',
        value: { reference: CREATED, status: 'CREATED' },
      });
      expect(calls()).toEqual([]);
      expect(await connector.payouts?.confirm(call, toBank({ reference: CREATED }), {})).toMatchObject({
        kind: 'accepted',
        value: { reference: CREATED, status: 'COMPLETED' },
      });
      expect(calls().map(sent)).toEqual([documented('V-10')]);
    }
  });

  test('Payees are merchants by their id and banks of the list; of any other the field is named', async () => {
    const { connector, call } = open();
    play(answerOf('V-09'));
    const resolve = connector.payouts?.payees?.resolve;
    expect(await resolve?.(call, { kind: 'MERCHANT', reference: MERCHANT }, {})).toEqual({
      serviceReference: 'merchant',
      serviceName: MERCHANT,
      parameters: { tsp: MERCHANT },
    });
    expect(await resolve?.(call, { kind: 'WITHDRAWAL_BANK', bankId: BANK }, {})).toEqual({
      serviceReference: 'withdrawal',
      serviceName: 'Test Bank',
      parameters: { bankIdentifier: BANK },
    });
    expect(await resolve?.(call, { kind: 'WITHDRAWAL_BANK', bankId: '1' }, {})).toMatchObject({
      issues: [{ of: 'destination', field: 'bankId' }],
    });
    expect(await resolve?.(call, { kind: 'PHONE', phone: '+79261234567' }, {})).toMatchObject({
      issues: [{ of: 'destination', field: 'phone' }],
    });
  });

  test('Other currencies and other services are not sent', async () => {
    const { connector, call } = open();
    play(answerOf('V-06'));
    const dollars = { clientId: CREATED, reference: null, order: { amount: { minor: 1n, currency: 'USD' } } };
    const refused = { kind: 'rejected', refusal: { errorCode: 'INVALID_INPUT', httpStatus: null } };
    expect(await connector.topUps?.confirm(call, dollars, {})).toMatchObject(refused);
    const service = { ...toMerchant().order, serviceReference: '99' };
    expect(await connector.payouts?.create?.(call, toMerchant({ order: service }))).toMatchObject(refused);
    expect(await connector.payouts?.confirm(call, toMerchant({ order: service }), {})).toMatchObject(refused);
    expect(await connector.payouts?.confirm(call, toMerchant(), {})).toMatchObject(refused);
    expect(stub.seen).toEqual([]);
  });
});
