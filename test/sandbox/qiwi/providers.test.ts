import { describe, expect, it } from 'vitest';
import { Bench, me } from './support.ts';

/** Section 2.7: the payments to providers with fields of their own. */

const bench = new Bench();
const last = async () => (await bench.history(me, 'rows=1')).json.data[0];
const VENDOR = { headers: { accept: 'application/vnd.qiwi.v1+json' } };
const without = (fields: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));

const abroad = {
  account: '402865XXXXXXXXXX',
  rec_address: 'Ленинский проспект 131, 56',
  rec_city: 'Москва',
  rec_country: 'Россия',
  reg_name: 'Виктор',
  reg_name_f: 'Петров',
  rem_name: 'Сергей',
  rem_name_f: 'Иванов',
};
const requisites = {
  extra_to_bik: '044525201',
  requestProtocol: 'qw1',
  city: 'МОСКВА',
  name: 'ПАО АКБ "АВАНГАРД"',
  to_bik: '044525201',
  urgent: '0',
  to_kpp: '772111001',
  is_commercial: '1',
  nds: 'НДС не облагается',
  goal: ' Оплата товара по заказу №090738231',
  from_name_p: 'Николаевич',
  from_name: 'Иван',
  from_name_f: 'Михайлов',
  info: 'Коммерческие организации',
  to_name: 'ООО "Технический Центр ДЕЛЬТА"',
  to_inn: '7726111111',
  account: '40711100000012321',
  toServiceId: '1717',
};
const toAccount = {
  account_type: '2',
  urgent: '0',
  lname: 'Иванов',
  fname: 'Иван',
  mname: 'Иванович',
  mfo: '046577795',
  account: '40817***',
};

describe('the documented pairs', () => {
  it.each<[operation: string, terms: number, amount: number, fields: Record<string, string>, shown: string]>([
    ['PAY-7', 1, 1000, { account: '9161112233' }, '9161112233'],
    ['PAY-10', 1963, 1000, { account: '4256XXXXXXXX1231' }, '4256********1231'],
    ['PAY-11', 1960, 1000, abroad, '4028********XXXX'],
    ['PAY-14', 870, 1000, { account: '4256********1231', account_type: '5' }, '4256********1231'],
    ['PAY-15', 816, 1000, toAccount, '40817***'],
    ['PAY-16', 674, 100, { account: '111000' }, '111000'],
    ['PAY-17', 1717, 1000, requisites, '40711100000012321'],
  ])('%s to %i', async (operation, terms, amount, fields, shown) => {
    bench.control.fault({ provider: 'qiwi', operation, kind: 'status', status: 423 });
    expect((await bench.pay(terms, amount, fields, { id: '21131343' })).status).toBe(423);
    const { status, json } = await bench.pay(terms, amount, fields, { id: '21131343' });
    expect(status).toBe(200);
    expect(json).toEqual({
      id: '21131343',
      terms: String(terms),
      fields: { ...fields, account: shown },
      sum: { amount, currency: '643' },
      source: 'account_643',
      transaction: { id: expect.stringMatching(/^\d+$/), state: { code: 'Accepted' } },
    });
    const item = await last();
    expect(item).toMatchObject({ status: 'SUCCESS', account: shown, provider: { id: terms }, sum: { amount } });
    expect(await bench.balance()).toBeCloseTo(10_000 - item.total.amount, 6);
  });

  it('the comment is echoed and goes no further than transfers (trap T66)', async () => {
    const { json } = await bench.pay(1, 10, { account: '9161112233' }, { comment: 'for the phone' });
    expect(json.comment).toBe('for the phone');
    expect((await last()).comment).toBe('');
  });
});

describe('fields that are missing or wrong are 400, and nothing is kept', () => {
  const cases: [name: string, terms: number, fields: Record<string, string>][] = [
    ...Object.keys(abroad).map((name): [string, number, Record<string, string>] => [
      `1960 without ${name}`,
      1960,
      without(abroad, name),
    ]),
    ...Object.keys(requisites).map((name): [string, number, Record<string, string>] => [
      `1717 without ${name}`,
      1717,
      without(requisites, name),
    ]),
    ...Object.keys(without(toAccount, 'urgent')).map((name): [string, number, Record<string, string>] => [
      `816 without ${name}`,
      816,
      without(toAccount, name),
    ]),
    ['1717 with another VAT', 1717, { ...requisites, nds: '20 %' }],
    ['1717 with two BIKs', 1717, { ...requisites, to_bik: '044525202' }],
    ['464 without exp_date', 464, { account: '4256000000001231', account_type: '1' }],
    ['870 with another account_type', 870, { account: '4256000000001231', account_type: '1' }],
    ['819 by a card number', 819, { account: '4256000000001231', account_type: '1' }],
    ['313 without agrnum', 313, { ...toAccount, account_type: '6' }],
    ['816 with another urgent', 816, { ...toAccount, urgent: '2' }],
    ['27292 at the usual path', 27292, { account: '4256000000001231' }],
  ];
  it.each(cases)('%s', async (_, terms, fields) => {
    expect((await bench.pay(terms, 100, fields)).status).toBe(400);
    expect(await bench.balance()).toBe(10_000);
    expect((await last()).account).toBe('9031112233');
  });
});

describe('card expiry at banks', () => {
  it.each([
    ['0623', 548],
    ['1323', 547],
    ['0699', 0],
  ])('%s is code %i', async (exp_date, code) => {
    await bench.pay(464, 100, { account: '4256000000001231', account_type: '1', exp_date });
    expect((await last()).errorCode).toBe(code);
    expect(await bench.balance()).toBe(code === 0 ? 9_850 : 10_000);
  });

  it('the documented example can be replayed', async () => {
    bench.act('settings', { cardExpiry: false });
    const fields = { account: '4256********1231', account_type: '1', exp_date: '0623' };
    expect((await bench.pay(464, 1000, fields)).json.fields).toEqual(fields);
    expect((await last()).status).toBe('SUCCESS');
  });
});

describe('PAY-12 and PAY-13', () => {
  const card = '4400430000001231';
  const info = 'Для продолжения оплаты, подтвердите, что являетесь держателем указанного банковского счета.';
  const refs = '/sinap/api/refs/a42ebc79-0584-4271-b8a0-15cb4ea8b340/containers';
  const prepare = (body: object) => bench.post(refs, body, VENDOR);
  const asked = { cardNumber: card, version: '2', transferSum: '100', src: 'sinap' };
  const pay = (fields: object, accept = 'application/vnd.qiwi.v2+json', currency = '398') =>
    bench.post(
      '/sinap/api/terms/27292/payments',
      {
        id: '21131343',
        sum: { amount: 1000, currency },
        paymentMethod: { type: 'Account', accountId: currency },
        fields: { cardNumber: card, version: '2', transferSum: '100', info, accept: '1', ...fields },
      },
      { headers: { accept } },
    );

  it('pay from the tenge account with the values that were prepared', async () => {
    const { status, json } = await prepare(asked);
    expect(status).toBe(200);
    const [account, reference] = json.elements;
    expect(account).toEqual({ type: 'field', name: 'account', value: '4400********1231' });
    expect(reference).toEqual({ type: 'field', name: 'ev_account1', value: expect.stringMatching(/^.{100,}$/) });
    const fields = { account: account.value, ev_account1: reference.value };
    const paid = await pay(fields);
    expect(paid.json).toMatchObject({
      terms: '27292',
      source: 'account_398',
      fields: { cardNumber: '4400********1231' },
    });
    expect([await bench.balance(), await bench.balance(me, 398)]).toEqual([10_000, 48_930]);
  });

  it('refuse roubles, another media type, other constants; strange values end in 522', async () => {
    const fields = { account: '4400********1231', ev_account1: 'made up' };
    expect((await pay(fields, 'application/json')).status).toBe(400);
    expect((await pay(fields, undefined, '643')).status).toBe(400);
    expect((await pay({ ...fields, transferSum: '1000' })).status).toBe(400);
    expect((await prepare({ ...asked, src: 'web' })).status).toBe(400);
    expect((await prepare({ ...asked, cardNumber: '4400 4300' })).status).toBe(400);
    expect((await pay(fields)).status).toBe(200);
    expect(await last()).toMatchObject({ errorCode: 522 });
    expect(await bench.balance(me, 398)).toBe(50_000);
  });
});
