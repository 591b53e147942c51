import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signature } from '../../../src/sandbox/qiwi/notify.ts';
import { Bench, me, other } from './support.ts';

/** Section 2.9. */

const bench = new Bench();
const HOOKS = '/payment-notifier/v1/hooks';
interface Received {
  headers: Record<string, unknown>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: notification bodies
  body: any;
}
let received: Received[] = [];
let answers: number[] = [];
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    received.push({ headers: request.headers, text, body: JSON.parse(text) });
    response.writeHead(answers.shift() ?? 200).end('{"response":"OK"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterAll(() => server.close());
beforeEach(() => {
  received = [];
  answers = [];
});

const register = (param = url, txnType = '2', hookType = '1', token: string = me.token) =>
  bench.call('PUT', `${HOOKS}?hookType=${hookType}&param=${encodeURIComponent(param)}&txnType=${txnType}`, { token });

/** The check that a receiver makes (section 2.9), over the digits as they came. */
async function verify({ text, body }: Received, token: string = me.token): Promise<boolean> {
  const { json } = await bench.get(`${HOOKS}/${body.hookId}/key`, { token });
  const { sum, type, account, txnId, signFields } = body.payment;
  expect(signFields).toBe('sum.currency,sum.amount,type,account,txnId');
  const amount = /"sum":\{"amount":([^,]+),/.exec(text)?.[1];
  const message = [sum.currency, amount, type, account, txnId].join('|');
  return createHmac('sha256', Buffer.from(json.key, 'base64')).update(message).digest('hex') === body.hash;
}

describe('the signature', () => {
  it.each([
    ['643|1|IN|+79161112233|13353941550', 'f05c4e7bdf00620205d47696d77f924bfd3ba4d02b0398ac8a626e737dc27243'],
    ['643|1.73|OUT|thedandod|13117338074', '7e84513d7d0e63f9888f1475d5ac7ec654ffdacbfab9b24b74d4236cb7f856c7'],
    ['643|1.01|OUT|borya241203|13126423989', '5353723e54ebcf5c84a647c4e69fac948371b0a33355e562e98b0bf340b37f3c'],
    ['643|1.09|IN|79042426915|12565018935', '409a11ac5762368fc1c2c978669a36aeb2d5efe500413a62dc5ee3dd10512566'],
    ['643|1.5|IN|+79161112233|13353941550', 'd424b498d4e08af7c0480fab13020c95e0e377207631dfac93eebb500ba13796'],
    ['643|100|IN|+79161112233|13353941550', '69ff7d0cf7f07574331811c1d72ed00e0cc006fa75735728369a1e8a0871b6b9'],
    ['643|0.01|IN|+79161112233|13353941550', 'ac417f238c115bd1b8f1bde1f1b26a67681aadff0fd8a7913742b7f0bacd0caf'],
    ['643|1.00|IN|+79161112233|13353941550', 'ac170d13c9141ec3c4b241d65018cf68d70f0a4c20fb11232611d45f45e38a0a'],
  ])('of %s', (message, hash) => {
    const key = Buffer.from('JcyVhjHCvHQwufz+IHXolyqHgEc5MoayBfParl6Guoc=', 'base64');
    expect(signature(key, message.split('|'))).toBe(hash);
  });
});

describe('registration', () => {
  it('one webhook lives from HOK-1 to HOK-2', async () => {
    expect((await bench.get(`${HOOKS}/active`)).status).toBe(404);
    const { status, json } = await register('http://example.com/callbacks/');
    const view = {
      hookId: expect.stringMatching(/^[\da-f-]{36}$/),
      hookParameters: { url: 'http://example.com/callbacks/' },
      hookType: 'WEB',
      txnType: 'BOTH',
    };
    expect([status, json]).toEqual([200, view]);
    expect((await bench.get(`${HOOKS}/active`)).json).toEqual(json);
    expect((await register()).status).toBe(422);
    const first = await bench.get(`${HOOKS}/${json.hookId}/key`);
    expect([first.status, Buffer.from(first.json.key, 'base64').length]).toEqual([201, 32]);
    const second = await bench.call('POST', `${HOOKS}/${json.hookId}/newkey`);
    expect(second.status).toBe(201);
    expect(second.json.key).not.toBe(first.json.key);
    expect((await bench.get(`${HOOKS}/${json.hookId}/key`)).json).toEqual(second.json);
    const gone = await bench.call('DELETE', `${HOOKS}/${json.hookId}`);
    expect([gone.status, gone.json]).toEqual([200, { response: 'Hook deleted' }]);
    expect((await bench.get(`${HOOKS}/active`)).status).toBe(404);
  });

  it.each([
    ['DELETE', '/d63a8729-f5c8-486f-907d-9fb8758afcfc'],
    ['GET', '/d63a8729-f5c8-486f-907d-9fb8758afcfc/key'],
    ['POST', '/d63a8729-f5c8-486f-907d-9fb8758afcfc/newkey'],
    ['GET', '/active'],
    ['GET', '/test'],
  ])('without one, %s %s is 404', async (method, path) => {
    expect((await bench.call(method, `${HOOKS}${path}`)).status).toBe(404);
    expect(received).toEqual([]);
  });

  it('another id or another wallet does not reach it', async () => {
    const { hookId } = (await register()).json;
    expect((await bench.call('DELETE', `${HOOKS}/d63a8729-f5c8-486f-907d-9fb8758afcfc`)).status).toBe(404);
    expect((await bench.get(`${HOOKS}/${hookId}/key`, { token: other.token })).status).toBe(404);
    expect((await bench.get(`${HOOKS}/active`)).json.hookId).toBe(hookId);
  });

  it.each([
    ['no URL', 'not a url', '2', '1', 422],
    ['another protocol', 'ftp://example.com/', '2', '1', 422],
    ['a wrong transaction type', 'http://example.com/', '3', '1', 422],
    ['a wrong hook type', 'http://example.com/', '2', '2', 422],
    ['an empty URL', '', '2', '1', 400],
    ['101 characters', `http://example.com/${'x'.repeat(82)}`, '2', '1', 500],
  ])('%s is refused', async (_, param, txnType, hookType, status) => {
    expect((await register(param, txnType, hookType)).status).toBe(status);
    expect((await bench.get(`${HOOKS}/active`)).status).toBe(404);
  });

  it('100 characters are served; private hosts are refused when the sandbox is told so', async () => {
    expect((await register(`http://example.com/${'ё'.repeat(81)}`)).status).toBe(200);
    bench.act('settings', { publicHooksOnly: true });
    expect((await register('http://10.0.0.1/', '2', '1', other.token)).status).toBe(422);
    expect((await register('http://example.com/', '2', '1', other.token)).status).toBe(200);
  });
});

describe('notifications', () => {
  it('tell a payment when it waits and when it ends, signed over what is on the wire', async () => {
    await register();
    bench.act('outcome', { status: 'WAITING' });
    const { json } = await bench.pay(99, 1.5, { account: '+79261112233' }, { comment: 'My comment' });
    await bench.control.idle();
    bench.act('payment.settle', { id: json.transaction.id });
    await bench.control.idle();
    expect(received).toHaveLength(2);
    const [waiting, ended] = received as [Received, Received];
    expect(waiting.headers).toMatchObject({ accept: 'application/json', 'content-type': 'application/json' });
    expect(waiting.body).toEqual({
      hookId: (await bench.get(`${HOOKS}/active`)).json.hookId,
      messageId: expect.stringMatching(/^[\da-f-]{36}$/),
      payment: {
        account: '+79261112233',
        comment: 'My comment',
        commission: null,
        date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+03:00$/),
        errorCode: '0',
        personId: 79115221133,
        provider: 99,
        signFields: 'sum.currency,sum.amount,type,account,txnId',
        status: 'WAITING',
        sum: { amount: 1.5, currency: 643 },
        total: { amount: 1.5, currency: 643 },
        txnId: json.transaction.id,
        type: 'OUT',
      },
      hash: expect.stringMatching(/^[\da-f]{64}$/),
      test: false,
      version: '1.0.0',
    });
    expect(ended.body.payment).toMatchObject({ status: 'SUCCESS', commission: { amount: 0, currency: 643 } });
    expect(ended.body.messageId).not.toBe(waiting.body.messageId);
    expect(await Promise.all([verify(waiting), verify(ended)])).toEqual([true, true]);
  });

  it('tell a refusal with its code, and whole amounts without a point', async () => {
    await register();
    await bench.pay(99, 100, { account: '79000000000' });
    await bench.control.idle();
    const [, last] = received as [Received, Received];
    expect(last.body.payment).toMatchObject({ status: 'ERROR', errorCode: '5', commission: null });
    expect(last.text).toContain('"sum":{"amount":100,"currency":643}');
    expect(await verify(last)).toBe(true);
  });

  it('go to who listens to the direction', async () => {
    await register(url, '1');
    await register(url, '0', '1', other.token);
    await bench.pay(99, 10, { account: other.wallet });
    bench.act('deposit', { wallet: me.wallet, amount: 5 });
    await bench.control.idle();
    const told = received.map(({ body: { payment } }) => [payment.personId, payment.type, payment.status]);
    expect(told).toEqual([
      [79115221133, 'OUT', 'WAITING'],
      [79115221133, 'OUT', 'SUCCESS'],
      [79261112233, 'IN', 'SUCCESS'],
    ]);
    expect(received[2]?.body.payment).toMatchObject({ account: '+79115221133', provider: 7 });
  });

  it('tell a card purchase as outgoing (trap T69)', async () => {
    await register();
    bench.act('card.purchase', { wallet: me.wallet, amount: 7 });
    await bench.control.idle();
    expect(received.map(({ body }) => body.payment.type)).toEqual(['OUT', 'OUT']);
    expect((await bench.history()).json.data[0].type).toBe('QIWI_CARD');
  });

  it('send the test notification as an empty one', async () => {
    const { hookId } = (await register()).json;
    expect((await bench.get(`${HOOKS}/test`)).json).toEqual({ response: 'Webhook sent' });
    await bench.control.idle();
    const messageId = expect.any(String);
    expect(received.map(({ body }) => body)).toEqual([
      { hash: null, hookId, messageId, payment: null, test: true, version: '1.0.0' },
    ]);
  });

  it('are made three times in all while the answer is not 200, with one message id (trap T48)', async () => {
    await register();
    answers = [500, 201, 204, 204];
    bench.act('deposit', { wallet: me.wallet, amount: 5 });
    await bench.control.idle();
    expect(new Set(received.map(({ body }) => body.messageId)).size).toBe(1);
    expect(received).toHaveLength(3);
    expect(bench.control.webhooks('qiwi')).toMatchObject([{ operation: 'HOK-7', state: 'failed' }]);
  });
});
