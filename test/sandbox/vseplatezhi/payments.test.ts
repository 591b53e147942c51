import { describe, expect, it } from 'vitest';
import { Bench, bare, golden, nobody, refused, rich, shop } from './support.ts';

/** Payments in two steps (section 3.3), and what is decided about them. */

const bench = new Bench();
const MINUTE = 60_000;
const init = async (wallet = golden): Promise<string> =>
  (await bench.get(`/${wallet}/payment/initialization`)).json.token;
const execute = (token: string, fields: Record<string, unknown> = {}, wallet = golden) =>
  bench.post(`/${wallet}/payment`, { walletId: wallet, token, amount: 1250.5, tsp: shop, ...fields });

describe('payment.init and payment.execute', () => {
  it('V-07: each call makes another token, and nothing is reserved', async () => {
    await bench.unmoved(async () => {
      const { status, json } = await bench.get(`/${golden}/payment/initialization`);
      expect([status, json]).toEqual([200, { walletId: golden, token: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
      expect(await init()).not.toBe(json.token);
    });
  });

  it('V-08: the balance falls, and the report names the receiver', async () => {
    const token = await init();
    const { status, json } = await execute(token);
    expect([status, json]).toEqual([200, { walletId: golden, token }]);
    expect(await bench.balance()).toBe(11_094.5);
    expect((await bench.report())[0]).toMatchObject({ operationType: 'PAYMENT', amount: 1250.5, tcp: shop });
  });

  it('an amount may be a text', async () => {
    expect((await bench.pay('0.01')).status).toBe(200);
    expect(await bench.balance()).toBe(12_344.99);
  });

  it('a token is executed once', async () => {
    const token = await init();
    await execute(token);
    await bench.unmoved(async () => {
      expect(await execute(token)).toMatchObject(refused('OPERATION_TOKEN_USED'));
      expect(await execute(token, { amount: 1 })).toMatchObject(refused('OPERATION_TOKEN_USED'));
      await bench.pass(15 * MINUTE);
      expect(await execute(token)).toMatchObject(refused('OPERATION_TOKEN_USED'));
    });
  });

  it('a used token may be answered again; nothing moves then either', async () => {
    bench.act('settings', { usedToken: 'answered' });
    const token = await init();
    await execute(token);
    await bench.unmoved(async () => {
      expect(await execute(token)).toMatchObject({ status: 200, json: { walletId: golden, token } });
    });
  });

  it('an answer lost after the effect: the same token is used, and was charged once', async () => {
    const token = await init();
    bench.control.fault({ provider: 'vseplatezhi', operation: 'payment.execute', kind: 'close', when: 'after' });
    await expect(execute(token)).rejects.toThrow();
    expect(await execute(token)).toMatchObject(refused('OPERATION_TOKEN_USED'));
    expect(await bench.balance()).toBe(11_094.5);
  });

  it('V-16: above the balance', async () => {
    const token = await init();
    await bench.unmoved(async () => {
      const { status, json } = await execute(token, { amount: 12_345.01 });
      expect([status, json]).toEqual([
        500,
        { code: 'INSUFFICIENT_FUNDS', message: 'Insufficient funds', fieldErrors: {} },
      ]);
    });
    expect((await execute(token)).status).toBe(200);
  });

  it('unknown, foreign and expired tokens, and an unknown receiver, are refused', async () => {
    const token = await init();
    await bench.unmoved(async () => {
      expect(await execute(nobody)).toMatchObject(refused('OPERATION_TOKEN_UNKNOWN'));
      expect(await execute(await init(rich))).toMatchObject(refused('OPERATION_TOKEN_UNKNOWN'));
      expect(await execute(token, { tsp: 'nobody' })).toMatchObject(refused('TSP_UNKNOWN'));
      bench.act('merchant.remove', { tsp: shop });
      expect(await execute(token)).toMatchObject(refused('TSP_UNKNOWN'));
    });
    bench.act('merchant.add', { tsp: 'SHOP-7', name: 'Seventh' });
    expect((await execute(token, { tsp: 'SHOP-7' })).status).toBe(200);
  });

  it('a token lives 15 minutes', async () => {
    const [early, late] = [await init(), await init()];
    await bench.pass(15 * MINUTE - 1000);
    expect((await execute(early)).status).toBe(200);
    await bench.pass(1000);
    await bench.unmoved(async () => expect(await execute(late)).toMatchObject(refused('OPERATION_TOKEN_EXPIRED')));
  });

  it.each<[why: string, fields: Record<string, unknown>]>([
    ['another wallet in the body (trap T-14)', { walletId: rich }],
    ['no wallet in the body', { walletId: undefined }],
    ['no token', { token: undefined }],
    ['a token that is no UUID', { token: '1' }],
    ['no amount', { amount: undefined }],
    ['zero', { amount: 0 }],
    ['three decimals', { amount: 1.234 }],
    ['no receiver', { tsp: undefined }],
    ['a receiver that is no text', { tsp: 7 }],
  ])('%s: 400, and nothing moves', async (_, fields) => {
    const token = await init();
    await bench.unmoved(async () => expect(await execute(token, fields)).toMatchObject(bare(400)));
    expect((await execute(token)).status).toBe(200);
  });
});

describe('calls at the same moment', () => {
  it('one token, many executions: one is charged', async () => {
    const token = await init();
    const answers = await Promise.all(Array.from({ length: 20 }, () => execute(token, { amount: 1 })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await bench.balance()).toBe(12_344);
    expect(await bench.report()).toHaveLength(2);
  });

  it('many withdrawals: no more than the balance holds', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => bench.withdraw(1000)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(12);
    expect(await bench.balance()).toBe(345);
  });
});

describe('what is decided about payments', () => {
  it('a decline is refused with its code, and the token may be tried again', async () => {
    bench.act('outcome', { outcome: 'decline', reason: 'MONTH_LIMIT_EXCEEDED' });
    const token = await init();
    await bench.unmoved(async () => expect(await execute(token)).toMatchObject(refused('MONTH_LIMIT_EXCEEDED')));
    expect((await execute(token)).status).toBe(200);
  });

  it('a code that nobody knows', async () => {
    bench.act('outcome', { outcome: 'decline', reason: 'MOON_PHASE' });
    await bench.unmoved(async () => expect(await bench.pay(1)).toMatchObject(refused('MOON_PHASE')));
  });

  it('a merchant returns money, in parts, and never more than it got', async () => {
    await bench.pay(100);
    const id = bench.operationIds().at(-1);
    bench.act('payment.undo', { id, amount: 30 });
    expect(await bench.balance()).toBe(12_275);
    expect(() => bench.act('payment.undo', { id, amount: 70.01 })).toThrow('no such amount left');
    bench.act('payment.undo', { id });
    expect(() => bench.act('payment.undo', { id })).toThrow('is refunded');
    expect(await bench.balance()).toBe(12_345);
    expect((await bench.report()).slice(0, 2)).toMatchObject([
      { operationType: 'REFUND', amount: 70, tcp: shop },
      { operationType: 'REFUND', amount: 30, tcp: shop },
    ]);
    expect(() => bench.act('payment.undo', { id: bench.operationIds().at(-1) })).toThrow('cannot be returned');
  });

  it('execution=pending leaves all in flight; the balance has fallen', async () => {
    bench.act('settings', { execution: 'pending' });
    await bench.pay(100);
    const [line] = bench.act('operations', { wallet: '9261234567' }).operations.slice(-1);
    expect(line).toMatchObject({ state: 'pending', type: 'PAYMENT', amount: '100.00' });
    expect(await bench.balance()).toBe(12_245);
    bench.act('payment.decline', { id: line.id, reason: 'because' });
    expect(await bench.balance()).toBe(12_345);
  });

  it('deposits arrive whatever the limits say', async () => {
    bench.act('deposit', { wallet: golden, amount: '100000.00', description: 'Salary' });
    expect((await bench.report())[0]).toMatchObject({
      operationType: 'CREDIT',
      description: 'Salary',
      amount: 100_000,
    });
    expect(() => bench.act('deposit', { wallet: golden, amount: 0 })).toThrow('zero');
    expect(() => bench.act('deposit', { wallet: 'x', amount: 1 })).toThrow('no wallet x');
  });
});
