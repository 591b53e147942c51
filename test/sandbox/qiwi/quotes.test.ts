import { describe, expect, it } from 'vitest';
import { account643, Bench, me, other } from './support.ts';

/** Section 2.7: what is asked before a payment, and the form that a link opens. */

const bench = new Bench();
const last = async () => (await bench.history(me, 'rows=1')).json.data[0];
const VENDOR = { headers: { accept: 'application/vnd.qiwi.v1+json' } };

describe('PAY-1', () => {
  const body = (amount: unknown, change: object = {}) => ({
    account: '4256000000001231',
    paymentMethod: account643,
    purchaseTotals: { total: { amount, currency: '643' } },
    ...change,
  });
  const quote = (terms: number, sent: object) => bench.post(`/sinap/providers/${terms}/onlineCommission`, sent);

  it('tells what the payment then costs', async () => {
    const { status, json } = await quote(1963, body(1000.509));
    expect([status, json]).toEqual([
      200,
      {
        providerId: 1963,
        withdrawSum: { amount: 1070.51, currency: '643' },
        enrollmentSum: { amount: 1000.5, currency: '643' },
        qwCommission: { amount: 70.01, currency: '643' },
        fundingSourceCommission: { amount: 0, currency: '643' },
        withdrawToEnrollmentRate: 1,
      },
    ]);
    await bench.pay(1963, 1000.5, { account: '4256000000001231' });
    expect((await last()).total.amount).toBe(json.withdrawSum.amount);
    bench.act('service.rate', { id: 99, basisPoints: 100 });
    expect((await quote(99, body(1001))).json.withdrawSum.amount).toBe(1011.01);
  });

  it.each<[string, number, object]>([
    ['an unknown provider', 424242, body(1)],
    ['no amount', 1963, body(undefined)],
    ['an amount of text', 1963, body('10')],
    ['zero', 1963, body(0)],
    ['no account', 1963, body(1, { account: undefined })],
    ['another method', 1963, body(1, { paymentMethod: { type: 'Account', accountId: '840' } })],
    ['dollars', 1963, body(1, { purchaseTotals: { total: { amount: 1, currency: '840' } } })],
  ])('%s is 400', async (_, terms, sent) => expect((await quote(terms, sent)).status).toBe(400));
});

describe('what is looked up', () => {
  it('PAY-6: units of `from` for one of `to`, with the documented digits', async () => {
    const { json, text } = await bench.get('/sinap/crossRates');
    expect(json.result.slice(0, 3)).toEqual([
      { set: 'General', from: '398', to: '643', rate: 6.22665 },
      { set: 'General', from: '398', to: '756', rate: 412.0174305 },
      { set: 'General', from: '980', to: '978', rate: 31.4680914 },
    ]);
    expect(text).toContain('"rate":412.0174305');
  });

  it('PAY-8: the operator of a number, or none', async () => {
    const of = (phone: string) => bench.get(`/qw-mobile-providers-resolver/v1/providers?phoneNumber=${phone}`);
    expect((await of('79270010101')).json).toEqual({
      mobileOperatorProviderList: [
        {
          id: 3,
          shortName: 'МегаФон Столичный филиал',
          logoUrl: 'https://static.qiwi.com/img/providers/logoBig/3_l.png',
        },
      ],
    });
    const unknown = await of('79990010101');
    expect([unknown.status, unknown.json]).toEqual([200, { mobileOperatorProviderList: [] }]);
    for (const wrong of ['', '9270010101', '%2B79270010101', '892700101011'])
      expect((await of(wrong)).status).toBe(400);
  });

  it('PAY-9: the provider of a card, written in groups of four', async () => {
    const of = (account: unknown) =>
      bench.post('/sinap/api/refs/bd6fb248-2bdf-49ed-bcb2-9b0a789cfde8/containers', { account }, VENDOR);
    expect((await of('1234 1234 1234 1234')).json).toEqual({
      elements: [{ type: 'field', name: 'termsId', value: '36390' }],
    });
    const { value } = (await of('4256 0000 0000 1231')).json.elements[0];
    await bench.pay(Number(value), 10, { account: '4256000000001231' });
    expect((await last()).status).toBe('SUCCESS');
    for (const wrong of ['1234123412341234', '1234 12', 1234, undefined]) expect((await of(wrong)).status).toBe(400);
  });

  it('PAY-18: all of the words', async () => {
    const find = (query: string) =>
      bench.get(`/search/v1/search?query=${query.split(' ').map(encodeURIComponent).join('+')}`);
    const { json } = await find('мтс Домашний интернет');
    expect(json).toEqual({
      items: [
        {
          name: 'МТС Домашний интернет, ТВ и Телефония РФ',
          description: 'МТС Домашний интернет, ТВ и Телефония РФ',
          uri: null,
          data: {
            id: 23729,
            logoUrl: 'https://static.qiwi.com/img/providers/logoBig/23729_l.png',
            siteUrl: 'http://www.mts.ru/internet/mts_stream/',
            category: { name: 'Интернет, ТВ, IP-телефония' },
            type: 'PROVIDER',
          },
        },
      ],
    });
    expect((await find('домашний интернет')).json.items).toHaveLength(2);
    expect((await find('нет такого')).json).toEqual({ items: [] });
    expect((await find('')).status).toBe(400);
  });
});

describe('PAY-2', () => {
  const link =
    'extra%5B%27account%27%5D=79261112233&amountInteger=1&amountFraction=0&extra%5B%27comment%27%5D=test123&currency=643&blocked[0]=account';
  const open = (id: number, query: string) => bench.get(`/payment/form/${id}?${query}`, { token: null });
  const fill = (id: number, query: string, form: Record<string, string>) =>
    bench.call('POST', `/payment/form/${id}?${query}`, { token: null, form: { wallet: me.wallet, ...form } });

  it('opens filled in, and pays what a person confirms', async () => {
    const { status, headers, text } = await open(99, link);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain('value="79261112233" readonly');
    expect(text).toContain('value="1.00"');
    expect(text).toContain('value="test123"');
    const paid = await fill(99, link, { account: other.wallet, amount: '1,50', comment: 'changed' });
    expect(paid.status).toBe(200);
    expect([await bench.balance(), await bench.balance(other)]).toEqual([9_998.5, 10_001.5]);
    expect((await last()).comment).toBe('changed');
  });

  it('finds a wallet by its nickname', async () => {
    const query = 'extra%5B%27account%27%5D=WALLET2233&extra%5B%27accountType%27%5D=nickname';
    await fill(99999, query, { account: 'WALLET2233', amount: '2', comment: '' });
    expect(await bench.balance()).toBe(9_998);
  });

  it.each<[string, Record<string, string>]>([
    ['a blocked field', { account: me.wallet, amount: '1.00', comment: '' }],
    ['no amount', { account: other.wallet, amount: '', comment: '' }],
    ['more than there is', { account: other.wallet, amount: '10000.01', comment: '' }],
    ['an unknown wallet', { account: other.wallet, amount: '1', comment: '', wallet: '79000000000' }],
  ])('%s is told on the page, and nothing moves', async (_, form) => {
    const { status, text } = await fill(99, link, form);
    expect(status).toBe(422);
    expect(text).toContain('role="alert"');
    expect(await bench.balance()).toBe(10_000);
  });

  it.each([
    ['an unknown provider', 424242, ''],
    ['an amount that is too large', 99, 'amountInteger=100000&currency=643'],
    ['an amount without a currency', 99, 'amountInteger=1'],
  ])('%s is no link', async (_, id, query) => expect((await open(id, query)).status).toBe(400));
});
