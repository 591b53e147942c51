import { describe, expect, it } from 'vitest';
import { Bench, me, other } from './support.ts';

/** Sections 2.2 and 2.4: profile, limits, restrictions. */

const bench = new Bench();
const LIMITS = `/qw-limits/v1/persons/${me.wallet}`;
const UTC = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('PRF-1', () => {
  const profile = (query = '') => bench.get(`/person-profile/v1/profile/current${query}`);

  it('has every documented field', async () => {
    const { status, json } = await profile('?authInfoEnabled=true&contractInfoEnabled=true&userInfoEnabled=true');
    expect(status).toBe(200);
    expect(json).toEqual({
      authInfo: {
        boundEmail: 'm@ya.ru',
        ip: '81.210.201.22',
        lastLoginDate: UTC,
        mobilePinInfo: { lastMobilePinChange: UTC, mobilePinUsed: true, nextMobilePinChange: UTC },
        passInfo: { lastPassChange: UTC, nextPassChange: UTC, passwordUsed: true },
        personId: 79115221133,
        pinInfo: { pinUsed: true },
        registrationDate: UTC,
      },
      contractInfo: {
        blocked: false,
        contractId: 79115221133,
        creationDate: UTC,
        features: [],
        identificationInfo: [{ bankAlias: 'QIWI', identificationLevel: 'VERIFIED', passportExpired: false }],
      },
      userInfo: {
        defaultPayCurrency: 643,
        defaultPaySource: 7,
        email: 'm@ya.ru',
        firstTxnId: expect.any(Number),
        language: expect.any(String),
        operator: 'Beeline',
        phoneHash: 'lgsco87234f0287',
        promoEnabled: null,
      },
    });
  });

  it('leaves out what is switched off', async () => {
    expect(Object.keys((await profile('?authInfoEnabled=false')).json)).toEqual(['contractInfo', 'userInfo']);
    expect(Object.keys((await profile('?contractInfoEnabled=false&userInfoEnabled=false')).json)).toEqual(['authInfo']);
    expect((await profile('?authInfoEnabled=yes')).status).toBe(400);
  });

  it('shows a blocked wallet', async () => {
    bench.act('wallet.block', { wallet: me.wallet });
    expect((await profile()).json.contractInfo.blocked).toBe(true);
  });
});

describe('LIM-1', () => {
  it('shows the limits asked for, in that order, with the Moscow month', async () => {
    bench.act('wallet.limits', { wallet: me.wallet, max: { TURNOVER: 40_000 }, spent: { TURNOVER: 36_800 } });
    const before = (await bench.get(`${LIMITS}/actual-limits?types%5B0%5D=TURNOVER`)).json.limits.RU[0];
    await bench.pay(99, 100.5, { account: other.wallet });
    const { status, json } = await bench.get(`${LIMITS}/actual-limits?types[0]=TURNOVER&types[1]=REFILL`);
    expect(status).toBe(200);
    const [turnover, refill] = json.limits.RU;
    const first = /^\d{4}-\d\d-01T00:00:00\+03:00$/;
    expect(turnover).toEqual({
      type: 'TURNOVER',
      currency: 'RUB',
      rest: before.rest - 100.5,
      max: 40_000,
      spent: before.spent + 100.5,
      interval: { dateFrom: expect.stringMatching(first), dateTill: expect.stringMatching(first) },
    });
    expect(refill).toMatchObject({ type: 'REFILL', max: 60_000, spent: 9_899.5, rest: 50_100.5 });
  });

  it.each([
    ['no type', ''],
    ['an unknown type', '?types[0]=ALL'],
    ['an index that is not 0', '?types[1]=REFILL'],
    ['no index', '?types=REFILL'],
  ])('%s is 400', async (_, query) => expect((await bench.get(`${LIMITS}/actual-limits${query}`)).status).toBe(400));

  it('is 404 for an unknown wallet and 403 for another one’s', async () => {
    const of = (wallet: string) => bench.get(`/qw-limits/v1/persons/${wallet}/actual-limits?types[0]=REFILL`);
    expect((await of('79000000000')).status).toBe(404);
    expect((await of(other.wallet)).status).toBe(403);
  });
});

describe('LIM-2', () => {
  it('counts the month’s payments to people', async () => {
    const count = async () => (await bench.get(`${LIMITS}/p2p-payment-count-limit`)).json.p2pPaymentCountLimit;
    const before = await count();
    await bench.pay(99, 10, { account: other.wallet });
    await bench.pay(674, 10, { account: '111000' });
    expect(await count()).toBe(before + 1);
  });
});

describe('RST-1', () => {
  it('is empty, or says that outgoing payments are blocked', async () => {
    const path = `/person-profile/v1/persons/${me.wallet}/status/restrictions`;
    expect((await bench.get(path)).json).toEqual([]);
    bench.act('wallet.restrict', { wallet: me.wallet });
    expect((await bench.get(path)).json).toEqual([
      { restrictionCode: 'OUTGOING_PAYMENTS', restrictionDescription: 'Исходящие платежи заблокированы' },
    ]);
    await bench.pay(99, 10, { account: other.wallet });
    expect((await bench.history(me, 'rows=1')).json.data[0]).toMatchObject({ status: 'ERROR', errorCode: 319 });
    expect(await bench.balance()).toBe(10_000);
    bench.act('wallet.restrict', { wallet: me.wallet, outgoing: false });
    expect((await bench.get(path)).json).toEqual([]);
  });
});
