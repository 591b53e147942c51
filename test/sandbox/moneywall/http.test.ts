import { describe, expect, it } from 'vitest';
import { Bench, refused } from './support.ts';

/** What every call has to bring (sections 1 and 4): token, path, method, media type, body. */

const bench = new Bench();
const operations: [id: string, method: string, path: string][] = [
  ['MW-1', 'POST', '/payments/init'],
  ['MW-2', 'POST', '/payments/product'],
  ['MW-3', 'GET', '/payments/state?order_id=order-1'],
  ['MW-4', 'POST', '/payments/refund'],
];

describe('the token', () => {
  const wrong: [what: string, authorization: string | null][] = [
    ['is missing', null],
    ['is empty', ''],
    ['is unknown', 'SuperSecret'],
    ['comes with a scheme', 'Bearer SuperSecretTokenValue'],
    ['comes with another scheme', 'Token SuperSecretTokenValue'],
  ];
  it.each(operations.flatMap(([id, method, path]) => wrong.map(([what, value]) => [id, what, method, path, value])))(
    '%s: 401 when it %s, whatever the body is',
    async (_id, _what, method, path, authorization) => {
      const sending = { headers: { authorization: authorization as string | null } };
      const body = method === 'GET' ? {} : { body: 'not even JSON' };
      expect(await bench.call(method as string, path as string, { ...sending, ...body })).toMatchObject(refused(401));
      expect(bench.sessions()).toEqual([]);
    },
  );

  it('is issued and revoked', async () => {
    const { token } = bench.act('token.issue');
    await bench.start();
    const mine = { headers: { authorization: token as string } };
    expect((await bench.state('order-1', mine)).status).toBe(404);
    bench.act('token.revoke', { token });
    expect((await bench.state('order-1', mine)).status).toBe(401);
    expect((await bench.state()).status).toBe(200);
  });
});

describe('the request', () => {
  it.each([
    ['/payments'],
    ['/payments/init/'],
    ['/payments/states?from=2019-01-01T00:00:00Z&till=2019-01-02T00:00:00Z'],
  ])('%s is 404', async (path) => {
    expect(await bench.call('GET', path)).toMatchObject(refused(404));
  });

  it.each(operations)('%s by another method is 405', async (_id, method, path) => {
    expect(await bench.call(method === 'GET' ? 'POST' : 'GET', path)).toMatchObject(refused(405));
  });

  it.each([
    ['/payments/init', 'application/x-www-form-urlencoded'],
    ['/payments/init', 'text/plain'],
    ['/payments/init', 'multipart/form-data; boundary=mw'],
    ['/payments/init', null],
    ['/payments/refund', 'application/x-www-form-urlencoded'],
    ['/payments/product', 'application/json'],
  ])('%s with %s is 415', async (path, type) => {
    const answer = await bench.call('POST', path, { body: bench.minimal(), headers: { 'content-type': type } });
    expect(answer).toMatchObject(refused(415));
    expect(bench.sessions()).toEqual([]);
  });

  it('a charset may stand beside the media type', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect((await bench.init(bench.minimal(), { headers })).status).toBe(200);
  });

  it.each([[''], ['{"phone":'], ['[]'], ['"text"'], ['null']])('a body of %j is 400', async (body) => {
    expect(await bench.init(body)).toMatchObject(refused(400));
    expect(await bench.call('POST', '/payments/refund', { body })).toMatchObject(refused(400));
    expect(bench.sessions()).toEqual([]);
  });
});

describe('faults', () => {
  it('a call can fail before it did anything, or after', async () => {
    bench.control.fault({ provider: 'moneywall', operation: 'MW-1', kind: 'status', status: 503 });
    expect(await bench.init(bench.minimal())).toMatchObject(refused(503));
    expect(bench.sessions()).toEqual([]);
    bench.control.fault({ provider: 'moneywall', operation: 'MW-1', kind: 'close', when: 'after' });
    await expect(bench.init(bench.minimal())).rejects.toThrow();
    expect(bench.sessions()).toHaveLength(1);
  });

  it('a refund can go through though its answer is spoilt', async () => {
    await bench.start();
    bench.act('session.authorize', { order: 'order-1' });
    bench.control.fault({ provider: 'moneywall', operation: 'MW-4', kind: 'status', when: 'after' });
    expect((await bench.refund(100)).status).toBe(500);
    bench.control.fault({ provider: 'moneywall', operation: 'MW-4', kind: 'garbage' });
    expect(await bench.refund(100)).toMatchObject({ status: 200, json: undefined, text: expect.stringMatching('.') });
    bench.control.fault({ provider: 'moneywall', operation: 'MW-4', kind: 'close', when: 'before' });
    await expect(bench.refund(100)).rejects.toThrow();
    expect(bench.session().left).toBe('9800.00');
  });
});
