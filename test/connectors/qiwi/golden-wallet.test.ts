import { describe, expect, test } from 'vitest';
import { answerOf, documented, empty, rub, sent } from './golden.ts';
import { goldenTests, openFor, play, stub, value } from './golden-play.ts';

goldenTests();

const NUMBER = '79115221133';
const TOKEN = 'Bearer YUu2qw048gtdsvlk3iu';

describe('Balances', () => {
  const roubles = { kind: 'BALANCE', title: 'QIWI Wallet', reference: 'qw_wallet_rub', currency: 'RUB' };
  const phone = {
    kind: 'MOBILE_ACCOUNT',
    title: 'Счет мобильного кошелька',
    reference: 'mc_beeline_rub',
    currency: 'RUB',
    amount: null,
  };

  test('BAL-1: what can pay, to the kopeck', async () => {
    const sources = await play('BAL-1', (c, call) => c.balances?.sources?.(call));
    expect(sources).toEqual([phone, { ...roubles, amount: rub(874n) }]);
  });

  test('BAL-1: a balance that is left out is asked for once more, and then is unknown, never zero', async () => {
    const { connector, call } = openFor(NUMBER, TOKEN);
    const without = answerOf('BAL-1', { replace: [['{ "amount": 8.74, "currency": 643 }', 'null']] });
    stub.play(without, answerOf('BAL-1'));
    expect(await connector.balances?.sources?.(call)).toEqual([phone, { ...roubles, amount: rub(874n) }]);
    expect(stub.seen.map(({ url }) => url)).toEqual([
      '/funding-sources/v2/persons/79115221133/accounts',
      '/funding-sources/v2/persons/79115221133/accounts?timeout=1000&alias=qw_wallet_rub',
    ]);
    stub.play(without);
    expect(await connector.balances?.sources?.(call)).toEqual([phone, { ...roubles, amount: null }]);
    expect(stub.seen.length).toBe(2);
  });

  test('BAL-1 with PRF-1: balances, and which one is the default', async () => {
    const { connector, call } = openFor(NUMBER, TOKEN);
    stub.play(answerOf('PRF-1'), answerOf('BAL-1'));
    expect(await connector.balances?.list(call)).toEqual([
      { balance: rub(874n), title: 'WALLET', isDefault: true, reference: 'qw_wallet_rub' },
    ]);
  });

  test.each([
    ['an array', '[{"alias":"qw_wallet_eur","currency":978}]'],
    ['an array with an empty object', '[{"alias":"qw_wallet_eur","currency":978},{}]'],
    ['an object of objects', '{"0":{"alias":"qw_wallet_eur","currency":978},"1":{}}'],
  ])('BAL-3: what can be opened, from %s', async (_form, body) => {
    const offered = await play('BAL-3', (c, call) => c.balances?.offered?.(call), { answers: [{ status: 200, body }] });
    expect(offered).toEqual(['EUR']);
  });

  test('BAL-2: an account is opened under the alias that is offered', async () => {
    const { connector, call } = openFor(NUMBER, TOKEN);
    stub.play(answerOf('BAL-3'), empty(201));
    expect(value(await connector.balances?.open?.(call, 'EUR'))).toBeNull();
    expect(sent(stub.seen[1])).toEqual(documented('BAL-2'));
  });

  test('BAL-2: what is open already, or not offered, is refused before anything is opened', async () => {
    const { connector, call } = openFor(NUMBER, TOKEN);
    stub.play({ status: 200, body: '[]' }, answerOf('BAL-1'));
    const open = await connector.balances?.open?.(call, 'RUB');
    expect(open).toMatchObject({ kind: 'rejected', refusal: { errorCode: 'CONFLICT' } });
    stub.play({ status: 200, body: '[]' }, answerOf('BAL-1'));
    const strange = await connector.balances?.open?.(call, 'EUR');
    expect(strange).toMatchObject({
      kind: 'rejected',
      refusal: { errorCode: 'INVALID_INPUT', remedy: 'CHANGE_INPUT' },
    });
    expect(stub.seen.every(({ method }) => method === 'GET')).toBe(true);
  });

  test('BAL-4: the default account is chosen by its currency', async () => {
    const { connector, call } = openFor(NUMBER, TOKEN);
    stub.play(
      answerOf('BAL-1', {
        replace: [
          ['qw_wallet_rub', 'qw_wallet_usd'],
          ['643', '840'],
        ],
      }),
      empty(204),
    );
    expect(value(await connector.balances?.setDefault?.(call, 'USD'))).toBeNull();
    expect(sent(stub.seen[1])).toEqual(documented('BAL-4'));
  });
});

describe('The wallet and its owner', () => {
  test('PRF-1: the profile', async () => {
    expect(await play('PRF-1', (c, call) => c.wallets?.load(call), { number: '+79683851815' })).toEqual({
      number: '79683851815',
      phone: '+79683851815',
      status: 'ACTIVE',
      passwordResetRequired: false,
      restrictions: [],
      balance: null,
      level: 'NONE',
      providerLevel: 'SIMPLE',
      identificationStatus: 'NOT_STARTED',
      name: null,
      pictureUrl: null,
      email: 'm@ya.ru',
      statementPeriod: null,
      features: [],
      attributes: [
        { name: 'defaultPaySource', value: '7' },
        { name: 'firstTxnId', value: '10807097143' },
        { name: 'phoneHash', value: 'lgsco87234f0287', personal: true },
      ],
      defaultCurrency: 'RUB',
      passportExpired: false,
      registeredAt: new Date('2017-01-07T16:51:06.100Z'),
      lastLoginAt: new Date('2017-07-27T06:51:06.099Z'),
      lastLoginIp: '81.210.201.22',
      language: 'string',
      mobileOperator: 'Beeline',
      secrets: [
        {
          kind: 'PASSWORD',
          inUse: true,
          changedAt: new Date('2017-07-21T09:25:06.099Z'),
          nextChangeAt: new Date('2017-08-21T09:25:06.099Z'),
        },
        {
          kind: 'MOBILE_PIN',
          inUse: true,
          changedAt: new Date('2017-07-13T11:22:06.099Z'),
          nextChangeAt: new Date('2017-11-27T06:51:06.099Z'),
        },
        { kind: 'KIOSK_PIN', inUse: true, changedAt: null, nextChangeAt: null },
      ],
    });
  });

  test('PRF-1: a blocked wallet is blocked; a token of another wallet is refused', async () => {
    const blocked = answerOf('PRF-1', { replace: [['"blocked": false', '"blocked": true']] });
    const load = (number: string) => play('PRF-1', (c, call) => c.wallets?.load(call), { number, answers: [blocked] });
    expect(await load('79683851815')).toMatchObject({ status: 'BLOCKED' });
    await expect(load('79115221133')).rejects.toMatchObject({ refusal: { errorCode: 'INVALID_INPUT' } });
  });

  test('PAY-3: the nickname', async () => {
    expect(await play('PAY-3', (c, call) => c.profiles?.nickname?.(call))).toEqual({
      name: 'NICKNAME',
      canChange: true,
      canUse: true,
      description: null,
    });
  });
});

describe('Identification', () => {
  const owner = {
    firstName: 'Иван',
    middleName: 'Иванович',
    lastName: 'Иванов',
    birthDate: '1998-02-11',
    passport: '4400 111222',
    passportIssuedAt: null,
    inn: null,
    snils: null,
  };
  const verified = { status: 'VERIFIED', providerStatus: 'VERIFIED', level: 'SIMPLIFIED', providerLevel: 'VERIFIED' };

  test('IDN-1: the outcome is the type, whatever the status says', async () => {
    const submit = (answers = [answerOf('IDN-1')]) =>
      play('IDN-1', (c, call) => c.identification?.submit?.(call, owner), { answers });
    expect(value(await submit())).toMatchObject({
      ...verified,
      person: { birthDate: '1996-03-18', passport: '1122333000', inn: '7710000001', snils: null },
    });
    const failed = answerOf('IDN-1', { replace: [['"VERIFIED"', '"SIMPLE"']] });
    expect(value(await submit([failed]))).toMatchObject({ status: 'FAILED', level: 'NONE', providerLevel: 'SIMPLE' });
  });

  test('IDN-1: what is missing is named, and nothing is sent', async () => {
    const { connector, call } = openFor('79111234567', TOKEN);
    stub.play('RESET');
    const outcome = await connector.identification?.submit?.(call, { ...owner, middleName: null, passport: null });
    expect(outcome).toMatchObject({ kind: 'rejected', refusal: { errorCode: 'INVALID_INPUT' } });
    expect(JSON.stringify(outcome)).toContain('middleName, passport');
    expect(stub.seen).toEqual([]);
  });

  test('IDN-2: numbers come masked and stay so', async () => {
    expect(await play('IDN-2', (c, call) => c.identification?.load?.(call))).toMatchObject({
      ...verified,
      person: { firstName: 'Иван', passport: '43***11', inn: '77***01', snils: null },
    });
    expect(await play('IDN-2', (c, call) => c.identification?.load?.(call), { answers: [empty(404)] })).toBeNull();
  });

  test('IDN-3, IDN-4, IDN-5: a step down is requested, confirmed, looked at', async () => {
    const reference = '1747ea28-1082-41bc-bde4-72994b3ffeb4';
    const request = await play('IDN-3', (c, call) => c.identification?.downgrades?.request(call, 'SIMPLIFIED'));
    expect(value(request)).toEqual({ reference });
    const confirmed = await play('IDN-4', (c, call) => c.identification?.downgrades?.confirm(call, reference));
    expect(value(confirmed)).toEqual({ state: 'PROCESSING' });
    const status = await play('IDN-5', (c, call) => c.identification?.downgrades?.status(call, reference));
    expect(status).toBe('COMPLETED');
  });
});

describe('Limits and restrictions', () => {
  test('LIM-1: malformed times, as documented, leave the cap as it is', async () => {
    expect(await play('LIM-1', (c, call) => c.limits?.list(call, ['TURNOVER']))).toEqual([
      {
        kind: 'TURNOVER',
        window: 'MONTH',
        title: 'Turnover',
        description: null,
        level: null,
        max: rub(4_000_000n),
        enabled: true,
        spent: rub(3_980_000n),
        remaining: rub(20_000n),
        count: null,
        country: 'RU',
        interval: null,
      },
    ]);
  });

  test('LIM-1, LIM-2: all six types with contiguous indices; transfers come with their number', async () => {
    const { connector, call } = openFor('79999999999', TOKEN);
    const transfers = answerOf('LIM-1', {
      replace: [
        ['TURNOVER', 'PAYMENTS_P2P'],
        ['2019-11-01T:00:00', '2019-11-01T00:00:00'],
        ['2019-12-01T00:00"', '2019-12-01T00:00:00+03:00"'],
      ],
    });
    stub.play(transfers, answerOf('LIM-2'));
    expect(await connector.limits?.list(call)).toMatchObject([
      {
        kind: 'TRANSFER',
        count: 1,
        interval: { from: new Date('2019-10-31T21:00:00Z'), to: new Date('2019-11-30T21:00:00Z') },
      },
    ]);
    expect(stub.seen[0]?.url).toMatch(/\?types%5B0%5D=REFILL&types%5B1%5D=TURNOVER&.*types%5B5%5D=WITHDRAW_CASH$/);
    expect(sent(stub.seen[1])).toEqual(documented('LIM-2'));
  });

  test('RST-1: what is forbidden, in the provider’s words', async () => {
    expect(await play('RST-1', (c, call) => c.limits?.restrictions?.(call))).toEqual([
      { code: 'OUTGOING_PAYMENTS', message: 'Исходящие платежи заблокированы' },
    ]);
  });
});
