import { describe, expect, it } from 'vitest';
import { account643, Bench, me, other } from './support.ts';

/** Sections 1.2, 1.6, 1.7, 4.1: what every operation refuses, and in which form. */

const bench = new Bench();
const accounts = `/funding-sources/v2/persons/${me.wallet}/accounts`;
const payment = {
  id: '21131343',
  sum: { amount: 1, currency: '643' },
  paymentMethod: account643,
  fields: { account: other.wallet },
};
const pay = '/sinap/api/v2/terms/99/payments';

describe('headers', () => {
  it.each([['application/json'], ['application/json;charset=UTF-8'], ['*/*'], ['text/html, application/json;q=0.9']])(
    'Accept %s is served',
    async (accept) => expect((await bench.get(accounts, { headers: { accept } })).status).toBe(200),
  );

  it.each([['text/html'], ['application/xml'], ['application/vnd.qiwi.v1+json']])(
    'Accept %s is a format error',
    async (accept) => expect((await bench.get(accounts, { headers: { accept } })).status).toBe(400),
  );

  it('three operations want their vendor type', async () => {
    const prepare = '/sinap/api/refs/bd6fb248-2bdf-49ed-bcb2-9b0a789cfde8/containers';
    const body = { account: '1234 1234 1234 1234' };
    expect((await bench.post(prepare, body)).status).toBe(400);
    expect((await bench.post(prepare, body, { headers: { accept: '*/*' } })).status).toBe(400);
    const headers = { accept: 'application/vnd.qiwi.v1+json' };
    expect((await bench.post(prepare, body, { headers })).status).toBe(200);
  });

  it.each([['text/plain'], ['application/xml'], ['application/x-www-form-urlencoded']])(
    'Content-Type %s is a format error, and nothing is paid',
    async (type) => {
      const { status } = await bench.post(pay, JSON.stringify(payment), { headers: { 'content-type': type } });
      expect(status).toBe(400);
      expect(await bench.balance()).toBe(10_000);
    },
  );

  it.each([['{"id":'], ['[]'], ['"text"'], ['']])('the body %j is a format error', async (body) => {
    expect((await bench.post(pay, body)).status).toBe(400);
    expect(await bench.balance()).toBe(10_000);
  });
});

describe('the token', () => {
  it.each([
    ['no header', { token: null }],
    ['a wrong token', { token: 'wrong' }],
    ['a secret key', { token: 'koshel-sandbox-secret-key' }],
    ['another scheme', { headers: { authorization: `Basic ${me.token}` } }],
    ['no space', { headers: { authorization: `Bearer${me.token}` } }],
    ['lower case', { headers: { authorization: `bearer ${me.token}` } }],
  ])('%s is 401', async (_, sending) => expect((await bench.get(accounts, sending)).status).toBe(401));

  it('lives 180 days', async () => {
    bench.control.advance(180 * 86_400_000 - 60_000);
    expect((await bench.get(accounts)).status).toBe(200);
    bench.control.advance(60_000);
    expect((await bench.get(accounts)).status).toBe(401);
  });

  it('dies when a new one is issued, and when it is expired', async () => {
    bench.act('token.issue', { wallet: me.wallet, token: 'new' });
    expect((await bench.get(accounts)).status).toBe(401);
    expect((await bench.get(accounts, { token: 'new' })).status).toBe(200);
    bench.act('token.expire', { wallet: me.wallet });
    expect((await bench.get(accounts, { token: 'new' })).status).toBe(401);
  });

  it.each([
    ['profile', 'GET', '/person-profile/v1/profile/current'],
    ['profile', 'GET', `/qw-limits/v1/persons/${me.wallet}/p2p-payment-count-limit`],
    ['balance', 'GET', accounts],
    ['history', 'GET', `/payment-history/v2/persons/${me.wallet}/payments?rows=1`],
    ['payments', 'POST', pay],
    ['payments', 'GET', '/payment-notifier/v1/hooks/active'],
  ])('without the scope %s, %s %s is 403', async (scope, method, path) => {
    const all = ['profile', 'balance', 'history', 'payments', 'cards'];
    bench.act('token.issue', { wallet: me.wallet, token: 't', scopes: all.filter((name) => name !== scope) });
    const body = method === 'POST' ? { body: payment } : {};
    expect((await bench.call(method, path, { token: 't', ...body })).status).toBe(403);
    bench.act('token.issue', { wallet: me.wallet, token: 't' });
    expect(await bench.balance({ wallet: me.wallet, token: 't' })).toBe(10_000);
  });
});

describe('paths and error bodies', () => {
  it('an unknown path is 404, another method 405', async () => {
    expect((await bench.get('/funding-sources/v1/nothing')).status).toBe(404);
    expect((await bench.call('DELETE', accounts)).status).toBe(405);
  });

  it('below /sinap an error has two fields, elsewhere six (trap T6)', async () => {
    const two = await bench.get('/sinap/crossRates', { token: 'wrong' });
    expect(two.json).toEqual({ code: 'auth.unauthorized', message: expect.any(String) });
    const six = await bench.get(accounts, { token: 'wrong' });
    expect(six.json).toEqual({
      serviceName: 'funding-sources',
      errorCode: 'auth.unauthorized',
      description: expect.any(String),
      userMessage: expect.any(String),
      dateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+03:00$/),
      traceId: expect.stringMatching(/^[\da-f]{16}$/),
    });
  });
});

describe('faults', () => {
  it.each([[423], [500]])('status %i before: nothing is paid', async (status) => {
    bench.control.fault({ provider: 'qiwi', operation: 'PAY-4', kind: 'status', status });
    expect((await bench.post(pay, payment)).status).toBe(status);
    expect(await bench.balance()).toBe(10_000);
    expect((await bench.post(pay, payment)).status).toBe(200);
  });

  it('a lost answer leaves the payment in the history', async () => {
    bench.control.fault({ provider: 'qiwi', operation: 'PAY-4', kind: 'close', when: 'after' });
    await expect(bench.post(pay, payment)).rejects.toThrow();
    const { json } = await bench.history();
    expect(json.data[0]).toMatchObject({ trmTxnId: payment.id, status: 'SUCCESS' });
    expect(await bench.balance()).toBe(9_999);
  });
});

describe('the rate limit of HIS-1', () => {
  const list = () => bench.history(me, 'rows=1');

  it('shuts a wallet out for five minutes after the 101st call in a minute', async () => {
    for (let call = 1; call <= 100; call += 1) expect((await list()).status).toBe(200);
    expect((await list()).status).toBe(423);
    expect(await bench.balance()).toBe(10_000);
    expect((await bench.history(other, 'rows=1')).status).toBe(404);
    bench.control.advance(5 * 60_000 - 5_000);
    expect((await list()).status).toBe(423);
    bench.control.advance(5_000);
    expect((await list()).status).toBe(200);
  });

  it('can be switched off', async () => {
    bench.act('settings', { rateLimit: false });
    for (let call = 1; call <= 101; call += 1) expect((await list()).status).toBe(200);
  });
});
