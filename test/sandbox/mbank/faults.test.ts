import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Bench, me, out } from './support.ts';

/** What the control API can do to calls: every fault is counted, and `before` and `after` mean the effect. */

const bench = new Bench();
const client_payment_id = randomUUID();
const created = async () => (await bench.get('payments?status=created,processing,completed,declined')).json.data;

describe('faults', () => {
  it('answers an HTTP error without the effect, so many times', async () => {
    bench.control.fault({ provider: 'mbank', operation: 'payments.create.out', kind: 'status', status: 503, times: 2 });
    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await bench.create({ ...out, client_payment_id })).status);
    expect(statuses).toEqual([503, 503, 200]);
    expect(await created()).toHaveLength(1);
    expect(bench.control.faults()).toEqual([]);
  });

  it('answers an HTTP error after the effect', async () => {
    bench.control.fault({ provider: 'mbank', operation: 'payments.create', kind: 'status', when: 'after' });
    expect((await bench.create({ ...out, client_payment_id })).json).toEqual({ meta: { code: 500 } });
    expect(await created()).toMatchObject([{ client_payment_id }]);
  });

  it('closes the connection before the effect', async () => {
    bench.control.fault({ provider: 'mbank', operation: 'payments.create', kind: 'close' });
    await expect(bench.create(out)).rejects.toThrow();
    expect(await created()).toEqual([]);
  });

  it('loses the answer after the effect; the same id finds the one payment', async () => {
    bench.control.fault({ provider: 'mbank', operation: 'payments.create', kind: 'close', when: 'after' });
    await expect(bench.create({ ...out, client_payment_id })).rejects.toThrow();
    const again = await bench.create({ ...out, client_payment_id });
    expect(again.json.data).toMatchObject({ client_payment_id, status: 'created' });
    expect(await created()).toHaveLength(1);
  });

  it('loses the answer to pay: the money has moved, a second pay is refused', async () => {
    const { json } = await bench.create(out);
    bench.control.fault({ provider: 'mbank', operation: 'payments.pay', kind: 'close', when: 'after' });
    await expect(bench.pay(json.data.id)).rejects.toThrow();
    expect((await bench.pay(json.data.id)).json.meta.error).toBe('invalid_payment_status');
    expect(await bench.balance()).toBe(9_897);
  });

  it('answers garbage with 200 after the effect', async () => {
    bench.control.fault({ provider: 'mbank', operation: 'payments.create.out', kind: 'garbage' });
    const reply = await bench.create(out);
    expect([reply.status, reply.json]).toEqual([200, undefined]);
    expect(await created()).toHaveLength(1);
  });

  it('answers 401 although the credentials are right', async () => {
    bench.control.fault({ provider: 'mbank', operation: 'wallet.get', kind: 'status', status: 401 });
    expect((await bench.get('wallet')).json).toEqual({ meta: { code: 401 } });
    expect((await bench.get('wallet')).status).toBe(200);
  });

  it('holds an answer until it is released, with the effect already there', async () => {
    bench.control.fault({ provider: 'mbank', operation: 'payments.create', kind: 'hold' });
    const waiting = bench.create({ ...out, client_payment_id });
    while (bench.control.heldAnswers() === 0) await new Promise(setImmediate);
    expect(await created()).toHaveLength(1);
    bench.control.releaseAnswers();
    expect((await waiting).json.data.client_payment_id).toBe(client_payment_id);
  });

  it('delays an answer', async () => {
    bench.control.fault({ provider: 'mbank', operation: '*', kind: 'delay', ms: 1 });
    expect((await bench.get('wallet')).status).toBe(200);
  });

  it('hits only the operation that it names, OAuth and the page’s neighbours included', async () => {
    bench.control.fault({ provider: 'mbank', operation: 'oauth.token.client', kind: 'status' });
    expect(await bench.token()).toMatch(/^bearer /);
    await expect(bench.application()).rejects.toThrow();
    bench.control.fault({ provider: 'mbank', operation: 'payments.create.anonymous', kind: 'status' });
    expect((await bench.create(out)).status).toBe(200);
  });
});

describe('forced outcomes', () => {
  it('decides the next payments in order', async () => {
    bench.act('outcome', { outcome: 'decline', reason: 'internal_error' });
    bench.act('outcome', { outcome: 'pending' });
    const ids: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { json } = await bench.create(out);
      await bench.pay(json.data.id);
      ids.push(json.data.id);
    }
    const states = await Promise.all(ids.map((id) => bench.get(`payments/${id}`)));
    expect(states.map(({ json }) => json.data.status)).toEqual(['declined', 'processing', 'completed']);
    bench.act('payment.complete', { id: ids[1] });
    expect((await bench.get(`payments/${ids[1]}`)).json.data.status).toBe('completed');
  });

  it('decides one payment by its id, and leaves all pending when set so', async () => {
    bench.act('settings', { execution: 'pending' });
    const one = (await bench.create(out)).json.data.id;
    const two = (await bench.create(out)).json.data.id;
    bench.act('outcome', { id: one, outcome: 'decline', reason: 'invalid_data' });
    await bench.pay(two);
    await bench.pay(one);
    expect((await bench.get(`payments/${one}`)).json.data.decline_reason).toBe('invalid_data');
    expect((await bench.get(`payments/${two}`)).json.data.status).toBe('processing');
    expect(() => bench.act('payment.redo', { id: one })).toThrow('was not undone');
    expect(() => bench.act('payment.undo', { id: two })).toThrow('is processing');
  });

  it.each([
    ['undo', 'declined', 10_000],
    ['redo', 'completed', 9_897],
  ])('%s follows the completion of the next payment at once', async (outcome, status, left) => {
    bench.act('outcome', { outcome });
    const { json } = await bench.create(out);
    await bench.pay(json.data.id);
    expect((await bench.get(`payments/${json.data.id}`)).json.data.status).toBe(status);
    expect(await bench.balance()).toBe(left);
  });

  it('decides what happens after the card’s bank has approved', async () => {
    const { json } = await bench.call('POST', 'payments', {
      auth: me,
      body: { ...out, type: 'inout', client_payment_id },
    });
    await bench.pay(json.data.id);
    bench.act('outcome', { id: json.data.id, outcome: 'decline', reason: 'internal_error' });
    bench.act('page', { payment: json.data.id, result: 'approve' });
    expect((await bench.get(`payments/${json.data.id}`)).json.data).toMatchObject({
      status: 'declined',
      card: { state: 'used' },
    });
  });
});
