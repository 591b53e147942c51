import { describe, expect, it } from 'vitest';
import { account643, Bench, me, other } from './support.ts';

/** Sections 2.6, 2.7, 3.1: payments as they are ordered, and what they do. */

const bench = new Bench();
const house = { wallet: '79990000001', token: '0f0e0d0c0b0a09080706050403020100' };
const last = async (of: { wallet: string; token: string } = me) => (await bench.history(of, 'rows=1')).json.data[0];

describe('PAY-4', () => {
  it('answers the documented pair, moves the money and shows it on both sides', async () => {
    const { status, json } = await bench.post('/sinap/api/v2/terms/99/payments', {
      id: '1514296828893',
      sum: { amount: 99.01, currency: '643' },
      paymentMethod: account643,
      comment: 'comment',
      fields: { account: '+79261112233' },
    });
    expect(status).toBe(200);
    expect(json).toEqual({
      comment: 'comment',
      fields: { account: '+79261112233' },
      id: '1514296828893',
      source: 'account_643',
      sum: { amount: 99.01, currency: '643' },
      terms: '99',
      transaction: { id: expect.stringMatching(/^\d+$/), state: { code: 'Accepted' } },
    });
    expect([await bench.balance(), await bench.balance(other)]).toEqual([9_900.99, 10_099.01]);
    const txnId = Number(json.transaction.id);
    expect(await last()).toMatchObject({ txnId, type: 'OUT', trmTxnId: '1514296828893', account: '+79261112233' });
    expect(await last(other)).toMatchObject({ txnId, type: 'IN', account: '+79115221133', comment: 'comment' });
  });

  it('rounds down to the kopeck, and reads exact decimals', async () => {
    expect((await bench.pay(99, 100.509, { account: other.wallet })).json.sum).toEqual({
      amount: 100.5,
      currency: '643',
    });
    const text = `{"id":"1","sum":{"amount":1e1,"currency":"643"},"paymentMethod":{"type":"Account","accountId":"643"},"fields":{"account":"${other.wallet}"}}`;
    expect((await bench.post('/sinap/api/v2/terms/99/payments', text)).json.sum.amount).toBe(10);
    expect(await bench.balance(other)).toBe(10_110.5);
  });

  it('waits when told so, and then succeeds or gives the money back', async () => {
    bench.act('settings', { execution: 'pending' });
    const first = (await bench.pay(99, 100, { account: other.wallet })).json.transaction.id;
    const second = (await bench.pay(99, 50, { account: other.wallet })).json.transaction.id;
    expect([await bench.balance(), await bench.balance(other)]).toEqual([9_850, 10_000]);
    expect(await last()).toMatchObject({ status: 'WAITING', errorCode: 0, statusText: 'Запрос обрабатывается' });
    bench.act('payment.settle', { id: first });
    bench.act('payment.settle', { id: second, status: 'ERROR', errorCode: 797 });
    expect([await bench.balance(), await bench.balance(other)]).toEqual([9_900, 10_100]);
    expect(await last()).toMatchObject({ status: 'ERROR', errorCode: 797, txnId: Number(second) });
    for (const id of [first, second]) expect(() => bench.act('payment.settle', { id })).toThrow('not WAITING');
    expect(bench.act('payment.get', { id: first })).toMatchObject([{ type: 'OUT' }, { type: 'IN' }]);
  });

  it('is ruled by the command line’s words as well', async () => {
    bench.act('outcome', { outcome: 'pending', times: 2 });
    bench.act('outcome', { outcome: 'decline', reason: '220' });
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.push((await bench.pay(99, 10, { account: other.wallet })).json.transaction.id);
    bench.act('payment.complete', { id: ids[0] });
    bench.act('payment.decline', { id: ids[1], reason: 5 });
    const lines = (await bench.history(me, 'rows=3')).json.data;
    expect(lines.map((line: { errorCode: number }) => line.errorCode)).toEqual([220, 5, 0]);
    expect([await bench.balance(), await bench.balance(other)]).toEqual([9_990, 10_010]);
    bench.act('deposit', { wallet: 79115221133, amount: 5, status: 'WAITING' });
    expect(await bench.balance()).toBe(9_990);
    bench.act('payment.complete', { id: (await last()).txnId });
    expect(await bench.balance()).toBe(9_995);
  });

  it('ends as decided beforehand', async () => {
    bench.act('outcome', { status: 'ERROR', errorCode: 749, times: 2 });
    for (let n = 0; n < 3; n += 1) await bench.pay(99, 10, { account: other.wallet });
    const codes = (await bench.history(me, 'rows=3')).json.data.map(
      ({ errorCode }: { errorCode: number }) => errorCode,
    );
    expect(codes).toEqual([0, 749, 749]);
    expect(await bench.balance()).toBe(9_990);
  });
});

describe('a business refusal', () => {
  const refusals: [name: string, code: number, terms: number, amount: number, account: string, prepare?: () => void][] =
    [
      ['an account of the wrong form', 4, 99, 10, 'nobody'],
      ['a wallet that is not there', 5, 99, 10, '79000000000'],
      ['a blocked recipient', 57, 99, 10, other.wallet, () => bench.act('wallet.block', { wallet: other.wallet })],
      ['a blocked payer', 319, 99, 10, other.wallet, () => bench.act('wallet.block', { wallet: me.wallet })],
      ['too little money', 220, 674, 10_000.01, '111000'],
      ['less than a rouble', 241, 99, 0.99, other.wallet],
      ['above the maximum', 242, 99, 600_000.01, other.wallet],
      ['a wrong phone', 303, 1, 10, '79161112233'],
      ['a wrong card', 522, 1963, 10, '4256'],
      ['a full recipient', 702, 99, 50_000.01, other.wallet],
      ['the month’s turnover', 704, 674, 11, '111000', () => limit('TURNOVER', 199_990)],
      ['the month’s transfers', 943, 99, 11, other.wallet, () => limit('PAYMENTS_P2P', 149_990)],
      ['the month’s payouts', 711, 1963, 11, '4256000000001231', () => limit('PAYMENTS_PROVIDER_PAYOUT', 99_990)],
      ['a suspended service', 131, 674, 10, '111000', () => bench.act('service.suspend', { id: 674, errorCode: 131 })],
    ];
  const limit = (type: string, spent: number) =>
    bench.act('wallet.limits', { wallet: me.wallet, spent: { [type]: spent } });

  it.each(refusals)(
    '%s is code %i, told by the history; nothing moves',
    async (_, code, terms, amount, account, prepare) => {
      prepare?.();
      const { status, json } = await bench.pay(terms, amount, { account });
      expect([status, json.transaction.state.code]).toEqual([200, 'Accepted']);
      expect(await last()).toMatchObject({ status: 'ERROR', errorCode: code, error: expect.any(String) });
      expect([await bench.balance(), await bench.balance(other)]).toEqual([10_000, 10_000]);
    },
  );

  it.each(refusals)(
    '%s is QWPRC-%i at once, when the sandbox is told so',
    async (_, code, terms, amount, account, prepare) => {
      bench.act('settings', { refusals: 'http' });
      prepare?.();
      const before = (await bench.history()).text;
      const { status, json } = await bench.pay(terms, amount, { account });
      expect([status, json]).toEqual([400, { code: `QWPRC-${code}`, message: expect.any(String) }]);
      expect((await bench.history()).text).toBe(before);
      expect([await bench.balance(), await bench.balance(other)]).toEqual([10_000, 10_000]);
    },
  );

  it('a payment id that was used is 408, and pays nothing (trap T17)', async () => {
    const again = () => bench.pay(99, 10, { account: other.wallet }, { id: '21131343' });
    expect((await again()).status).toBe(200);
    expect((await again()).status).toBe(200);
    expect(await last()).toMatchObject({ status: 'ERROR', errorCode: 408, trmTxnId: '21131343' });
    expect(await bench.balance()).toBe(9_990);
    expect((bench.act('payments', { clientId: '21131343' }) as { payments: unknown[] }).payments).toHaveLength(2);
  });
});

describe('a malformed payment is 400, and nothing is kept', () => {
  const good = { account: other.wallet };
  it.each<[string, Record<string, unknown>]>([
    ['no id', { id: undefined }],
    ['a number as id', { id: 21131343 }],
    ['letters in id', { id: '12a' }],
    ['21 digits', { id: '1'.repeat(21) }],
    ['no sum', { sum: undefined }],
    ['an amount of text', { sum: { amount: '10', currency: '643' } }],
    ['zero', { sum: { amount: 0, currency: '643' } }],
    ['less than a kopeck', { sum: { amount: 0.009, currency: '643' } }],
    ['a negative amount', { sum: { amount: -1, currency: '643' } }],
    ['a number as currency', { sum: { amount: 1, currency: 643 } }],
    ['dollars', { sum: { amount: 1, currency: '840' } }],
    ['another account', { paymentMethod: { type: 'Account', accountId: '840' } }],
    ['another method', { paymentMethod: { type: 'Card', accountId: '643' } }],
    ['no method', { paymentMethod: undefined }],
    ['no fields', { fields: undefined }],
    ['no account', { fields: {} }],
    ['a number as a field', { fields: { account: 79261112233 } }],
    ['a number as comment', { comment: 1 }],
  ])('%s', async (_, change) => {
    const before = (await bench.history()).text;
    expect((await bench.pay(99, 10, good, change)).status).toBe(400);
    expect((await bench.history()).text).toBe(before);
    expect(await bench.balance()).toBe(10_000);
  });

  it.each([[424242], [7], [480706]])('provider %i', async (terms) => {
    expect((await bench.pay(terms, 10, good)).status).toBe(400);
    expect(await bench.balance()).toBe(10_000);
  });
});

describe('PAY-5', () => {
  const dollars = (amount: number) => ({ sum: { amount, currency: '840' } });

  it('to the own wallet is a conversion: two lines, the rate of PAY-6', async () => {
    const { json } = await bench.pay(1099, 0, { account: me.wallet }, { id: '77', ...dollars(10) });
    expect(json).toMatchObject({ terms: '1099', sum: { amount: 10, currency: '840' }, source: 'account_643' });
    expect([await bench.balance(), await bench.balance(me, 840)]).toEqual([9_244.89, 110]);
    const [arrived, conversion] = (await bench.history(me, 'rows=2')).json.data;
    expect(conversion).toMatchObject({
      type: 'OUT',
      trmTxnId: '77',
      txnId: Number(json.transaction.id),
      currencyRate: 75.5102,
    });
    expect(conversion.sum).toEqual({ amount: 755.11, currency: 643 });
    expect(arrived).toMatchObject({ type: 'IN', sum: { amount: 10, currency: 840 } });
  });

  it('to another wallet credits it in that currency', async () => {
    await bench.pay(1099, 0, { account: other.wallet }, dollars(10));
    expect([await bench.balance(), await bench.balance(me, 840), await bench.balance(other, 840)]).toEqual([
      9_244.89, 100, 10,
    ]);
    const lines = (await bench.history(me, 'rows=2')).json.data;
    expect(lines.map(({ provider }: { provider: { id: number } }) => provider.id)).toEqual([99, 1099]);
    expect(await last(other)).toMatchObject({ type: 'IN', sum: { amount: 10, currency: 840 } });
  });

  it('without enough roubles moves nothing; roubles are not a target', async () => {
    await bench.pay(1099, 0, { account: me.wallet }, dollars(1_000));
    expect(await last()).toMatchObject({ status: 'ERROR', errorCode: 220 });
    expect((await bench.pay(1099, 10, { account: me.wallet })).status).toBe(400);
    expect([await bench.balance(), await bench.balance(me, 840)]).toEqual([10_000, 100]);
  });
});

describe('the sum of all money', () => {
  it('stays, but for what left through services', async () => {
    const all = async () =>
      ((await bench.balance()) ?? 0) + ((await bench.balance(other)) ?? 0) + ((await bench.balance(house)) ?? 0);
    const before = await all();
    await bench.pay(99, 0.1 + 0.2 + 1, { account: other.wallet });
    await bench.pay(99, 12.34, { account: me.wallet }, {}, { token: other.token });
    await bench.pay(99, 1_000, { account: me.wallet }, {}, { token: house.token });
    expect(await all()).toBeCloseTo(before, 6);
    await bench.pay(1963, 1_000, { account: '4256000000001231' });
    expect(await all()).toBeCloseTo(before - 1_070, 6);
  });
});
