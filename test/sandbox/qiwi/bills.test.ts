import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { billSignature } from '../../../src/sandbox/qiwi/bill-notify.ts';
import { houseKeys } from '../../../src/sandbox/qiwi/seed.ts';
import { Bench, me, other } from './support.ts';

/** Appendix A: bills of the P2P API, their states and their notification. */

const bench = new Bench();
const house = { wallet: '79990000001', token: '0f0e0d0c0b0a09080706050403020100' };
const secret = { token: houseKeys.secretKey };
const DAY = 86_400_000;
const STAMP = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+03:00$/);
const golden = {
  amount: { currency: 'RUB', value: '1.00' },
  comment: 'Text comment',
  expirationDateTime: '2099-12-10T09:02:00+03:00',
  customer: { phone: '78710009999', email: 'test@example.com', account: '454678' },
  customFields: {
    paySourcesFilter: 'qw',
    themeCode: 'Yvan-YKaSh',
    yourParam1: '64728940',
    yourParam2: 'order 678',
  },
};

interface Received {
  headers: Record<string, string | string[] | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: notification bodies
  body: any;
}
let received: Received[] = [];
let answers: number[] = [];
let server: Server;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    received.push({ headers: request.headers, body: JSON.parse(text) });
    response.writeHead(answers.shift() ?? 200).end('{"error":"0"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());
beforeEach(() => {
  received = [];
  answers = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bills`;
  bench.act('keys.notifications', { secretKey: houseKeys.secretKey, url });
});

const pathOf = (billId: string) => `/partner/bill/v1/bills/${billId}`;
const put = (billId: string, body: unknown = golden, sending: object = secret) =>
  bench.call('PUT', pathOf(billId), { body, ...sending });
const status = (billId: string) => bench.get(pathOf(billId), secret);
const cancel = (billId: string) => bench.call('POST', `${pathOf(billId)}/reject`, secret);
const statusValue = async (billId: string): Promise<string> => (await status(billId)).json.status.value;

async function bill(body: object = {}): Promise<string> {
  const billId = randomUUID();
  expect((await put(billId, { ...golden, ...body })).status).toBe(200);
  return billId;
}

describe('P2P-1 and P2P-2', () => {
  it('make a bill and show it', async () => {
    const billId = 'cc961e8d-d4d6-4f02-b737-2297e51fb48e';
    const created = await put(billId);
    expect(created.status).toBe(200);
    expect(created.json).toEqual({
      ...golden,
      siteId: houseKeys.siteId,
      billId,
      status: { value: 'WAITING', changedDateTime: STAMP },
      creationDateTime: STAMP,
      payUrl: expect.stringMatching(/\/qiwi\/form\/\?invoice_uid=[0-9a-f-]{36}$/),
    });
    expect((await status(billId)).json).toEqual(created.json);
    expect((await put(billId)).json).toEqual(created.json);
  });

  it.each([
    ['100.00', '"100.00"'],
    ['1.509', '"1.50"'],
    ['"7"', '"7.00"'],
    ['999999.99', '"999999.99"'],
  ])('take the amount %s, rounded down', async (value, shown) => {
    const body = JSON.stringify(golden).replace('"value":"1.00"', `"value":${value}`);
    expect((await put(randomUUID(), body)).text).toContain(`"value":${shown}`);
  });

  it('need an amount and an end, and nothing else', async () => {
    const { amount, expirationDateTime } = golden;
    const { json } = await put('a_b-1', { amount, expirationDateTime });
    expect(Object.keys(json)).not.toEqual(expect.arrayContaining(['comment', 'customer', 'customFields']));
    expect((await put('kzt', { amount: { currency: 'KZT', value: '5' }, expirationDateTime })).json.amount).toEqual({
      currency: 'KZT',
      value: '5.00',
    });
  });

  it.each([
    ['no amount', { amount: undefined }],
    ['a zero amount', { amount: { currency: 'RUB', value: '0' } }],
    ['a negative amount', { amount: { currency: 'RUB', value: '-1.00' } }],
    ['seven digits', { amount: { currency: 'RUB', value: '1000000.00' } }],
    ['dollars', { amount: { currency: 'USD', value: '1.00' } }],
    ['no end', { expirationDateTime: undefined }],
    ['an end of another form', { expirationDateTime: '2099-12-10' }],
    ['a comment of 256 characters', { comment: 'x'.repeat(256) }],
    ['a phone that is a number', { customer: { phone: 78710009999 } }],
    ['a custom field that is a number', { customFields: { yourParam1: 1 } }],
    ['an unknown source', { customFields: { paySourcesFilter: 'qw,cash' } }],
  ])('refuse %s with 400', async (_, change) => {
    const billId = randomUUID();
    const answer = await put(billId, { ...golden, ...change });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({
      serviceName: 'invoicing-api',
      errorCode: 'http.message.conversion.failed',
      description: expect.any(String),
      userMessage: expect.any(String),
      dateTime: STAMP,
      traceId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect((await status(billId)).json.errorCode).toBe('api.invoice.not.found');
  });

  it('refuse a bad id, another bill under a known id, and a key that is none', async () => {
    expect((await put('a.b')).status).toBe(400);
    expect((await put('x'.repeat(201))).status).toBe(400);
    expect((await put('x'.repeat(200))).status).toBe(200);
    const billId = await bill();
    expect((await put(billId, { ...golden, amount: { currency: 'RUB', value: '2.00' } })).status).toBe(400);
    expect((await status(billId)).json.amount.value).toBe('1.00');
    expect((await put(randomUUID(), golden, { token: house.token })).status).toBe(401);
    expect((await put(randomUUID(), golden, { token: null })).status).toBe(401);
  });

  it('know a bill by its keys: another pair does not see it', async () => {
    const billId = await bill();
    const keys = await bench.post('/widgets-api/api/p2p/protected/keys/create', { keysPairName: 'x' });
    expect((await bench.get(pathOf(billId), { token: keys.json.SecretKey })).status).toBe(404);
  });
});

describe('P2P-3', () => {
  it('cancels an unpaid bill', async () => {
    const billId = await bill();
    const { json } = await cancel(billId);
    expect(json).toMatchObject({ billId, status: { value: 'REJECTED', changedDateTime: STAMP } });
    expect((await cancel(billId)).json).toEqual(json);
    expect((await status(billId)).json).toEqual(json);
  });

  it.each(['bill.pay', 'bill.expire'])('refuses after %s', async (action) => {
    const billId = await bill();
    bench.act(action, { bill: billId });
    const before = (await status(billId)).json;
    expect((await cancel(billId)).status).toBe(400);
    expect((await status(billId)).json).toEqual(before);
  });

  it('finds no unknown bill', async () => expect((await cancel('nothing')).status).toBe(404));
});

describe('the states of a bill', () => {
  it('expires at its time, and after 45 days at the latest', async () => {
    const soon = new Date(bench.control.now().getTime() + 60_000).toISOString().replace(/\.\d{3}Z$/, '+00:00');
    const [brief, long] = [await bill({ expirationDateTime: soon }), await bill()];
    bench.control.advance(60_000);
    expect([await statusValue(brief), await statusValue(long)]).toEqual(['EXPIRED', 'WAITING']);
    bench.control.advance(45 * DAY);
    expect(await statusValue(long)).toBe('EXPIRED');
    expect(received).toEqual([]);
  });

  it('paid from outside: its owner has the money, once', async () => {
    const billId = await bill({ amount: { currency: 'RUB', value: '12.34' } });
    bench.act('bill.pay', { bill: billId });
    expect(await statusValue(billId)).toBe('PAID');
    expect(await bench.balance(house)).toBe(1_000_012.34);
    expect(() => bench.act('bill.pay', { bill: billId })).toThrow(/PAID/);
    expect(() => bench.act('bill.reject', { bill: billId })).toThrow(/PAID/);
    expect(await bench.balance(house)).toBe(1_000_012.34);
  });

  it('issued to a wallet of the sandbox, it is an invoice there', async () => {
    const billId = await bill({ customer: { phone: `+${me.wallet}` } });
    const { json } = await bench.get('/checkout-api/api/bill/search?statuses=READY_FOR_PAY');
    const found = json.bills.find(({ external_id }: { external_id: string }) => external_id === billId);
    expect(found).toMatchObject({ sum: { amount: 1, currency: 643 }, provider: { long_name: houseKeys.name } });
    expect(found.pay_url).toBe((await status(billId)).json.payUrl);
    await bench.post('/checkout-api/invoice/pay/wallet', { invoice_uid: String(found.id), currency: '643' });
    expect(await statusValue(billId)).toBe('PAID');
    expect([await bench.balance(), await bench.balance(house)]).toEqual([9_999, 1_000_001]);
    await bench.control.idle();
    expect(received.map(({ body }) => body.bill.status.value)).toEqual(['PAID']);
  });

  it('the invoice is rejected with the bill, and the bill with the invoice', async () => {
    const [first, second] = [
      await bill({ customer: { phone: other.wallet } }),
      await bill({ customer: { phone: other.wallet } }),
    ];
    const list = async () =>
      (await bench.get('/checkout-api/api/bill/search?statuses=READY_FOR_PAY', { token: other.token })).json.bills;
    await cancel(first);
    const left = await list();
    expect(left).toMatchObject([{ external_id: second }]);
    await bench.post('/checkout-api/api/bill/reject', { id: left[0].id }, { token: other.token });
    expect([await list(), await statusValue(second)]).toEqual([[], 'REJECTED']);
    expect(await bench.balance(other)).toBe(10_000);
  });
});

describe('P2P-5', () => {
  it('has the documented signature', () => {
    const key = 'test-merchant-secret-for-signature-check';
    const data = { currency: 'RUB', billId: 'test_bill', siteId: 'test', status: 'PAID' };
    expect(billSignature(key, { ...data, value: '1.00' })).toBe(
      '07e0ebb10916d97760c196034105d010607a6c6b7d72bfa1c3451448ac484a3b',
    );
    expect(billSignature(key, { ...data, value: '1' })).toBe(
      '1536ed36e8e5fb82dc5ee3ca360afc307ddb151c65fe6a63becf201e5cc97b12',
    );
  });

  it('tells of the payment, signed with the secret key', async () => {
    const billId = await bill();
    bench.act('bill.pay', { bill: billId });
    await bench.control.idle();
    const [{ headers, body } = { headers: {}, body: {} }] = received;
    const short = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+03$/);
    expect(body).toEqual({
      bill: {
        ...golden,
        siteId: houseKeys.siteId,
        billId,
        status: { value: 'PAID', changedDateTime: short },
        creationDateTime: short,
        expirationDateTime: '2099-12-10T09:02:00+03',
      },
      version: '1',
    });
    const signed = { currency: 'RUB', value: '1.00', billId, siteId: houseKeys.siteId, status: 'PAID' };
    expect(headers['x-api-signature-sha256']).toBe(billSignature(houseKeys.secretKey, signed));
  });

  it('is repeated until it is answered 200', async () => {
    answers = [500, 201];
    const billId = await bill();
    bench.act('bill.pay', { bill: billId });
    await bench.control.idle();
    expect(received).toHaveLength(3);
    expect(received[2]?.body).toEqual(received[0]?.body);
    expect(bench.control.webhooks('qiwi').filter(({ operation }) => operation === 'P2P-5')).toMatchObject([
      { state: 'delivered', attempts: [{ status: 500 }, { status: 201 }, { status: 200 }] },
    ]);
  });

  it('may come twice, and never for a bill that is not paid', async () => {
    const billId = await bill();
    expect(() => bench.act('bill.notify', { bill: billId })).toThrow(/no paid bill/);
    bench.act('bill.reject', { bill: billId });
    const paid = await bill();
    bench.act('bill.pay', { bill: paid });
    bench.act('bill.notify', { bill: paid });
    await bench.control.idle();
    expect(received.map(({ body }) => body.bill.billId)).toEqual([paid, paid]);
  });
});
