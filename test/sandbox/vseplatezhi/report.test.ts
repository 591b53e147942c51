import { beforeEach, describe, expect, it } from 'vitest';
import { Bench, bare, empty, golden, refused, rich, shop, testBank } from './support.ts';

/** `account.report`: filters, pages, forms. */

const bench = new Bench();
const query = (fields: Record<string, string | number>) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');

describe('the golden wallet', () => {
  it('V-05 word for word', async () => {
    const { status, text } = await bench.get(
      `/${golden}/report?dateFrom=2024-07-01%2000-00-00&dateTo=2024-07-10%2023-59-59&operationType=PAYMENT&amountFrom=1.00&amountTo=5000.00&page=0&size=100`,
    );
    expect(status).toBe(200);
    expect(text).toBe(
      `{"content":[{"operationType":"PAYMENT","description":"Payment for services","operationDate":"2024-07-09 14:05:31","amount":1250.50,"formattedAmount":"1250.50","tcp":"${shop}"}]}`,
    );
  });

  it.each<[why: string, fields: Record<string, string>, found: number]>([
    ['from its very second', { dateFrom: '2024-07-09 14-05-31' }, 1],
    ['from the next one', { dateFrom: '2024-07-09 14-05-32' }, 0],
    ['till its very second', { dateTo: '2024-07-09 14-05-31' }, 1],
    ['till the one before', { dateTo: '2024-07-09 14-05-30' }, 0],
    ['with colons (trap T-02)', { dateFrom: '2024-07-09 14:05:31', dateTo: '2024-07-09 14:05:31' }, 1],
    ['of its amount', { amountFrom: '1250.50', amountTo: '1250.5' }, 1],
    ['from a kopeck more', { amountFrom: '1250.51' }, 0],
    ['till a kopeck less', { amountTo: '1250.49' }, 0],
    ['of another type', { operationType: 'CREDIT' }, 0],
    ['of no time at all', { dateFrom: '2025-01-01 00-00-00', dateTo: '2024-01-01 00-00-00' }, 0],
    ['on the second page', { page: '1' }, 0],
  ])('%s', async (_, fields, found) => {
    expect(await bench.report(golden, query(fields))).toHaveLength(found);
  });

  it.each<Record<string, string>>([
    { dateFrom: '2024-07-09' },
    { dateFrom: '2024-07-09T14:05:31' },
    { dateTo: '2024-02-30 00-00-00' },
    { dateTo: '2024-07-09 14-05:31' },
    { dateTo: '2024-07-09 25-00-00' },
    { operationType: 'payment' },
    { operationType: '' },
    { amountFrom: '1,00' },
    { amountTo: '-1.00' },
    { amountTo: '1.001' },
    { page: '-1' },
    { page: 'first' },
    { size: '0' },
    { size: '101' },
    { size: '1e1' },
  ])('%j is 400', async (fields) => {
    expect(await bench.get(`/${golden}/report?${query(fields)}`)).toMatchObject(bare(400));
  });

  it('a parameter that is given twice is 400', async () => {
    expect(await bench.get(`/${golden}/report?page=0&page=1`)).toMatchObject(bare(400));
  });
});

describe('a wallet with a life', () => {
  beforeEach(async () => {
    const { payload } = (await bench.post(`/${rich}/refill`, { amount: 300 })).json;
    bench.act('refill.confirm', { link: payload });
    await bench.pay(200, { wallet: rich });
    bench.act('outcome', { outcome: 'refund' });
    await bench.withdraw(100, { wallet: rich });
  });

  it('each type is there, newest first, with a receiver or null', async () => {
    const lines = await bench.report(rich);
    expect(lines).toMatchObject([
      { operationType: 'REFUND', amount: 100, formattedAmount: '100.00', tcp: null },
      { operationType: 'DEBIT', amount: 100, tcp: null },
      { operationType: 'PAYMENT', amount: 200, tcp: shop },
      { operationType: 'CREDIT', amount: 300, tcp: null },
    ]);
    for (const line of lines) expect(line.operationDate).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    for (const { operationType } of lines)
      expect(await bench.report(rich, query({ operationType }))).toMatchObject([{ operationType }]);
  });

  it('pages hold each line once; 20 by default', async () => {
    const all = await bench.report(rich);
    const pages = await Promise.all([0, 1, 2].map((page) => bench.report(rich, query({ page, size: 3 }))));
    expect(pages.map((page) => page.length)).toEqual([3, 1, 0]);
    expect(pages.flat()).toEqual(all);
    for (let n = 0; n < 20; n += 1) bench.act('deposit', { wallet: rich, amount: 1 });
    expect(await bench.report(rich, '')).toHaveLength(20);
    expect(await bench.report(rich, 'page=1')).toHaveLength(4);
    expect(await bench.report(rich, 'size=100')).toHaveLength(24);
  });

  it('a new operation can be late in the report; its money has moved', async () => {
    bench.act('settings', { reportLagMs: 60_000 });
    expect((await bench.pay(50, { wallet: rich })).status).toBe(200);
    expect(await bench.balance(rich)).toBe(100_050);
    expect(await bench.report(rich)).toHaveLength(4);
    bench.control.advance(60_000);
    expect(await bench.report(rich)).toMatchObject([{ operationType: 'PAYMENT', amount: 50 }, {}, {}, {}, {}]);
  });

  it('the forms that the documents leave open: text amounts, tsp, a single record', async () => {
    bench.act('settings', { amounts: 'text', receiver: 'tsp', single: 'object' });
    const line = await bench.report(rich, 'operationType=PAYMENT');
    expect(line).toMatchObject({ operationType: 'PAYMENT', amount: '200.00', tsp: shop });
    expect(line).not.toHaveProperty('tcp');
    expect(await bench.report(rich)).toHaveLength(4);
    expect(await bench.report(empty)).toEqual([]);
  });
});

describe('withdrawals', () => {
  it('V-09: the banks, and a logo that opens', async () => {
    const { json } = await bench.get('/wifhdrawal/banks');
    const root = `${bench.sandbox.url}/vseplatezhi`;
    expect(json.banks[0]).toEqual({
      bankIdentifier: testBank,
      name: 'Test Bank',
      originalName: 'Test Bank Joint Stock Company',
      bic: '044000999',
      logoUrl: `${root}/logo/${testBank}.png`,
    });
    expect(json.banks.length).toBeGreaterThan(1);
    const logo = await bench.send('GET', `/logo/${testBank}.png`, {});
    expect([logo.status, logo.headers['content-type']]).toEqual([200, 'image/png']);
    expect(await bench.send('GET', '/logo/1.png', {})).toMatchObject(bare(404));
  });

  it('V-10: the balance falls at once, and the report has the debit', async () => {
    const { status, text } = await bench.withdraw(500);
    expect([status, text]).toEqual([200, `{"walletId":"${golden}","amount":500.00}`]);
    expect(await bench.balance()).toBe(11_845);
    expect((await bench.report())[0]).toMatchObject({ operationType: 'DEBIT', amount: 500, tcp: null });
  });

  it.each<[body: unknown]>([
    [{ bankIdentifier: testBank }],
    [{ amount: 500 }],
    [{ bankIdentifier: 100000000999, amount: 500 }],
    [{ bankIdentifier: testBank, amount: 0 }],
    [{ bankIdentifier: testBank, amount: -1 }],
    [{ bankIdentifier: testBank, amount: 1.001 }],
    [{ bankIdentifier: testBank, amount: '1,50' }],
    ['{"bankIdentifier": "100000000999", "amount": 1e2}'],
  ])('%j is 400, and nothing moves', async (body) => {
    await bench.unmoved(async () => {
      expect(await bench.post(`/${golden}/wifhdrawal`, body)).toMatchObject(bare(400));
    });
  });

  it('more than the balance, an unknown bank and a removed one are refused, and nothing moves', async () => {
    await bench.unmoved(async () => {
      expect(await bench.withdraw(12_345.01)).toMatchObject(refused('INSUFFICIENT_FUNDS'));
      expect(await bench.withdraw(1, { bankIdentifier: '1' })).toMatchObject(refused('BANK_UNKNOWN'));
      bench.act('bank.remove', { bankIdentifier: testBank });
      expect(await bench.withdraw(1)).toMatchObject(refused('BANK_UNKNOWN'));
    });
    bench.act('bank.restore', { bankIdentifier: testBank });
    expect((await bench.withdraw('12345.00')).status).toBe(200);
    expect(await bench.balance()).toBe(0);
  });

  it('a repetition is another withdrawal (trap T-22)', async () => {
    await bench.withdraw(100);
    await bench.withdraw(100);
    expect(await bench.balance()).toBe(12_145);
  });

  it('a pending one that fails comes back as a REFUND; one that arrived does not', async () => {
    bench.act('outcome', { outcome: 'pending', times: 2 });
    await bench.withdraw(100);
    await bench.withdraw(200);
    const [, first, second] = bench.operationIds();
    bench.act('payment.complete', { id: first });
    bench.act('payment.decline', { id: second });
    expect(await bench.balance()).toBe(12_245);
    expect((await bench.report())[0]).toMatchObject({ operationType: 'REFUND', amount: 200 });
    expect(() => bench.act('payment.decline', { id: first })).toThrow('is settled');
    expect(() => bench.act('payment.complete', { id: second })).toThrow('is refunded');
    expect(await bench.balance()).toBe(12_245);
  });

  it('an answer lost after the effect: the report has the debit', async () => {
    bench.control.fault({ provider: 'vseplatezhi', operation: 'withdrawal.init', kind: 'close', when: 'after' });
    await expect(bench.withdraw(100)).rejects.toThrow();
    expect((await bench.report())[0]).toMatchObject({ operationType: 'DEBIT', amount: 100 });
    bench.control.fault({ provider: 'vseplatezhi', operation: 'withdrawal', kind: 'status', status: 502 });
    await bench.unmoved(async () => expect(await bench.withdraw(100)).toMatchObject(bare(502)));
  });
});
