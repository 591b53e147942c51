import { describe, expect, it } from 'vitest';
import { Bench, me, other } from './support.ts';

/** Section 2.5. */

const bench = new Bench();
const DAY = 86_400_000;
const enc = encodeURIComponent;

/** A moment in an offset, as the query writes it. */
function at(ms: number, offset = '+03:00'): string {
  const hours = Number.parseInt(offset, 10);
  return enc(`${new Date(ms + hours * 3_600_000).toISOString().slice(0, 19)}${offset}`);
}
const now = () => bench.control.now().getTime();
const period = (days: number, offset?: string) =>
  `startDate=${at(now() - days * DAY, offset)}&endDate=${at(now() + 60_000, offset)}`;
const accounts = (json: { data: { account: string }[] }) => json.data.map(({ account }) => account);

describe('HIS-1', () => {
  it('shows an item with every documented field', async () => {
    const paid = await bench.pay(1963, 1000, { account: '4256000000001231' }, { id: '1489826461807' });
    const { status, json } = await bench.history(me, 'rows=10');
    expect(status).toBe(200);
    expect(json.data[0]).toEqual({
      txnId: Number(paid.json.transaction.id),
      personId: 79115221133,
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+03:00$/),
      errorCode: 0,
      error: null,
      status: 'SUCCESS',
      type: 'OUT',
      statusText: 'Успешно',
      trmTxnId: '1489826461807',
      account: '4256********1231',
      sum: { amount: 1000, currency: 643 },
      commission: { amount: 70, currency: 643 },
      total: { amount: 1070, currency: 643 },
      provider: {
        id: 1963,
        shortName: 'Перевод на карту Visa',
        longName: 'Перевод на карту Visa',
        logoUrl: null,
        description: null,
        keys: null,
        siteUrl: null,
        extras: [],
      },
      source: expect.objectContaining({ id: 7, shortName: 'QIWI Wallet' }),
      comment: '',
      currencyRate: 1,
    });
  });

  it('without dates goes back one day; with dates as far as they say, in the offset of startDate', async () => {
    expect(accounts((await bench.history()).json)).toEqual(['9031112233', '+79990000001']);
    const { json } = await bench.history(me, `rows=50&${period(6, '-05:00')}`);
    expect(accounts(json)).toEqual(['9031112233', '+79990000001', '4256********1231', '+79990000001']);
    expect(json.data[0].date).toMatch(/-05:00$/);
    expect(json).toMatchObject({ nextTxnId: null, nextTxnDate: null });
  });

  it('is read page by page with the cursor of the answer, inclusive', async () => {
    bench.act('settings', { rateLimit: false });
    const dates = period(85);
    const whole = accounts((await bench.history(me, `rows=50&${dates}`)).json);
    expect(whole).toHaveLength(7);
    const read: string[] = [];
    let cursor = '';
    do {
      const { json } = await bench.history(me, `rows=2&${dates}${cursor}`);
      read.push(...accounts(json));
      cursor = json.nextTxnId === null ? '' : `&nextTxnId=${json.nextTxnId}&nextTxnDate=${enc(json.nextTxnDate)}`;
    } while (cursor !== '');
    expect(read).toEqual(whole);
  });

  it('keeps the order and misses nothing when lines share a second', async () => {
    for (let n = 1; n <= 5; n += 1) bench.act('deposit', { wallet: other.wallet, amount: n, account: `agent ${n}` });
    const first = (await bench.history(other, 'rows=3')).json;
    const next = `nextTxnId=${first.nextTxnId}&nextTxnDate=${enc(first.nextTxnDate)}`;
    const second = (await bench.history(other, `rows=3&${next}`)).json;
    expect([...accounts(first), ...accounts(second)]).toEqual([5, 4, 3, 2, 1].map((n) => `agent ${n}`));
  });

  it('filters by operation and source', async () => {
    bench.act('deposit', { wallet: me.wallet, amount: 1, source: 'CARD', account: 'card' });
    bench.act('deposit', { wallet: me.wallet, amount: 1, currency: 840, account: 'dollars' });
    bench.act('card.purchase', { wallet: me.wallet, amount: 1, shop: 'shop' });
    const found = async (query: string) => accounts((await bench.history(me, `rows=50&${query}`)).json);
    expect(await found('operation=QIWI_CARD')).toEqual(['shop']);
    expect(await found('operation=IN')).toEqual(['dollars', 'card', '+79990000001']);
    expect(await found('operation=ALL&sources%5B0%5D=CARD&sources%5B1%5D=QW_USD')).toEqual(['dollars', 'card']);
    expect(await found('sources[0]=CARD')).toEqual(['card']);
    expect(await found('operation=IN&nextTxnId=&nextTxnDate=')).toHaveLength(3);
  });

  it('without a match is 404, or an empty list when the sandbox is told so (trap T22)', async () => {
    expect((await bench.history(other)).status).toBe(404);
    bench.act('settings', { emptyHistory: 'empty' });
    const { status, json } = await bench.history(other);
    expect([status, json]).toEqual([200, { data: [], nextTxnId: null, nextTxnDate: null }]);
  });

  it('may lag behind', async () => {
    bench.act('settings', { historyLagMs: 60_000 });
    const { json } = await bench.pay(674, 100, { account: '111000' });
    const detail = `/payment-history/v2/transactions/${json.transaction.id}`;
    expect(accounts((await bench.history()).json)).not.toContain('111000');
    expect((await bench.get(detail)).status).toBe(404);
    bench.control.advance(60_000);
    expect(accounts((await bench.history()).json)).toContain('111000');
    expect((await bench.get(detail)).status).toBe(200);
  });

  it.each([
    ['no rows', ''],
    ['rows 0', 'rows=0'],
    ['rows 51', 'rows=51'],
    ['rows of text', 'rows=ten'],
    ['rows given twice', 'rows=1&rows=2'],
    ['an unknown operation', 'rows=1&operation=BOTH'],
    ['an unknown source', 'rows=1&sources[0]=QW_GBP'],
    ['sources that do not start at 0', 'rows=1&sources[1]=QW_RUB'],
    ['one date only', `rows=1&startDate=${at(0)}`],
    ['a plus that became a space', 'rows=1&startDate=2017-05-10T00:00:00+03:00&endDate=2017-05-10T23:59:59+03:00'],
    ['a date without an offset', 'rows=1&startDate=2017-05-10T00:00:00&endDate=2017-05-10T23:59:59'],
    [
      'a day that is none',
      `rows=1&startDate=${enc('2017-02-30T00:00:00+03:00')}&endDate=${enc('2017-03-01T00:00:00+03:00')}`,
    ],
    ['two offsets', `rows=1&startDate=${at(0)}&endDate=${at(DAY, '+04:00')}`],
    ['dates in the wrong order', `rows=1&startDate=${at(DAY)}&endDate=${at(0)}`],
    ['91 days', `rows=1&startDate=${at(0)}&endDate=${at(91 * DAY)}`],
    ['half a cursor', 'rows=1&nextTxnId=5'],
  ])('%s is 400', async (_, query) => expect((await bench.history(me, query)).status).toBe(400));

  it('90 calendar days to the last second are served, also with Z (traps T19, T64)', async () => {
    const dates = 'startDate=2019-04-12T00%3A00%3A00Z&endDate=2019-07-11T23%3A59%3A59Z';
    expect((await bench.history(me, `rows=50&${dates}`)).status).toBe(404);
    expect((await bench.get(`/payment-history/v2/persons/${me.wallet}/payments/total?${dates}`)).status).toBe(200);
  });
});

describe('HIS-2', () => {
  const total = (query: string) => bench.get(`/payment-history/v2/persons/${other.wallet}/payments/total?${query}`);

  it('sums by currency, commissions included, refusals left out', async () => {
    bench.act('deposit', { wallet: other.wallet, amount: 3500 });
    bench.act('deposit', { wallet: other.wallet, amount: 3.33, currency: 840 });
    const token = { token: other.token };
    await bench.pay(99, 1000.5, { account: me.wallet }, {}, token);
    await bench.pay(1963, 100, { account: '4256000000001231' }, {}, token);
    await bench.pay(99, 5, { account: '79000000000' }, {}, token);
    const { json } = await bench.get(`/payment-history/v2/persons/${other.wallet}/payments/total?${period(1)}`, token);
    expect(json.incomingTotal).toContainEqual({ amount: 3500, currency: 643 });
    expect(json.incomingTotal).toContainEqual({ amount: 3.33, currency: 840 });
    expect(json.outgoingTotal).toEqual([{ amount: 1152.5, currency: 643 }]);
  });

  it('is empty without payments, wants both dates, and is closed to others', async () => {
    const path = `/payment-history/v2/persons/${other.wallet}/payments/total`;
    const own = await bench.get(`${path}?${period(1)}`, { token: other.token });
    expect([own.status, own.json]).toEqual([200, { incomingTotal: [], outgoingTotal: [] }]);
    expect((await bench.get(path, { token: other.token })).status).toBe(400);
    expect((await total(period(1))).status).toBe(403);
  });
});

describe('HIS-3', () => {
  it('tells one transaction in Moscow time with the service data', async () => {
    const { transaction } = (await bench.pay(99, 100, { account: other.wallet }, { comment: 'test' })).json;
    const { json } = await bench.get(`/payment-history/v2/transactions/${transaction.id}?type=OUT`);
    const [item] = (await bench.history(me, 'rows=1')).json.data;
    expect(json).toEqual({
      ...item,
      paymentExtras: [],
      serviceExtras: {},
      view: {},
      features: {
        chequeReady: true,
        bankDocumentAvailable: false,
        bankDocumentReady: false,
        repeatPaymentEnabled: true,
        favoritePaymentEnabled: false,
        regularPaymentEnabled: false,
      },
    });
  });

  it('selects by type where both sides share an id (trap T23)', async () => {
    const { transaction } = (await bench.pay(99, 100, { account: me.wallet })).json;
    const detail = async (query: string) =>
      (await bench.get(`/payment-history/v2/transactions/${transaction.id}${query}`)).json.type;
    expect([await detail(''), await detail('?type=IN'), await detail('?type=OUT')]).toEqual(['OUT', 'IN', 'OUT']);
    expect(await bench.balance()).toBe(10_000);
  });

  it('is 404 for an unknown one, another wallet’s, another type; 400 for no number', async () => {
    const { transaction } = (await bench.pay(674, 100, { account: '111000' })).json;
    const status = async (path: string, token: string = me.token) =>
      (await bench.get(`/payment-history/v2/transactions/${path}`, { token })).status;
    expect(await status('1')).toBe(404);
    expect(await status(transaction.id, other.token)).toBe(404);
    expect(await status(`${transaction.id}?type=IN`)).toBe(404);
    expect(await status(`${transaction.id}?type=ALL`)).toBe(400);
    expect(await status('abc')).toBe(400);
  });
});

describe('receipts', () => {
  const pay = async () => (await bench.pay(674, 100, { account: '111000' })).json.transaction.id as string;
  const file = (id: string, query: string) => bench.get(`/payment-history/v1/transactions/${id}/cheque/file?${query}`);

  it('HIS-4 gives a PDF whose table of objects is right, and a JPEG', async () => {
    const id = await pay();
    const paper = await file(id, 'type=OUT&format=PDF');
    expect([paper.status, paper.headers['content-type']]).toEqual([200, 'application/pdf']);
    const text = paper.bytes.toString('latin1');
    const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
    expect(text.slice(start, start + 4)).toBe('xref');
    const offsets = [...text.slice(start).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset));
    expect(offsets.map((offset) => text.slice(offset, offset + 7))).toEqual([1, 2, 3, 4, 5].map((n) => `${n} 0 obj`));
    expect(text).toContain(`Transaction ${id}`);
    const picture = await file(id, 'type=OUT&format=JPEG');
    expect([picture.status, picture.headers['content-type']]).toEqual([200, 'image/jpeg']);
    expect(picture.bytes.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
    expect(picture.bytes.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]));
  });

  it('HIS-4 wants type and format, and a payment that went through', async () => {
    const id = await pay();
    expect((await file(id, 'type=OUT')).status).toBe(400);
    expect((await file(id, 'format=PDF')).status).toBe(400);
    expect((await file(id, 'type=OUT&format=PNG')).status).toBe(400);
    expect((await file('1', 'type=OUT&format=PDF')).status).toBe(404);
    bench.act('outcome', { status: 'WAITING' });
    expect((await file(await pay(), 'type=OUT&format=PDF')).status).toBe(404);
  });

  it('HIS-5 mails one', async () => {
    const id = await pay();
    const mail = (query: string, body: unknown) =>
      bench.post(`/payment-history/v1/transactions/${id}/cheque/send${query}`, body);
    const sent = await mail('?type=OUT', { email: 'my@example.com' });
    expect([sent.status, sent.text]).toEqual([201, '']);
    expect((await mail('', { email: 'my@example.com' })).status).toBe(400);
    expect((await mail('?type=OUT', {})).status).toBe(400);
    expect((await mail('?type=OUT', { email: 'nobody' })).status).toBe(400);
    expect((await mail('?type=IN', { email: 'my@example.com' })).status).toBe(404);
    expect(bench.act('mails')).toMatchObject([{ to: 'my@example.com', transaction: Number(id) }]);
  });
});
