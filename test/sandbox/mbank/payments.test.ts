import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Bench, me, other, otherPhone, out, phone } from './support.ts';

/** Sections 3.1, 3.2, 3.6 to 3.8: lives of payments and what they do to balances. */

const bench = new Bench();
const p2p = { type: 'p2p', amount: 100.5, destination: otherPhone, message: 'за обед' };

describe('at most once', () => {
  it('answers the same payment in its present state and ignores another body', async () => {
    const id = randomUUID();
    const first = await bench.create({ ...out, client_payment_id: id });
    await bench.pay(first.json.data.id);
    const again = await bench.create({ ...p2p, client_payment_id: id });
    expect(again.status).toBe(200);
    expect(again.json.data).toMatchObject({ id: first.json.data.id, type: 'out', amount: 100, status: 'completed' });
    expect(again.json.meta).not.toHaveProperty('next_action');
  });

  it('creates once however many calls race', async () => {
    const id = randomUUID();
    const all = await Promise.all(Array.from({ length: 20 }, () => bench.create({ ...out, client_payment_id: id })));
    expect(new Set(all.map(({ json }) => json.data.id)).size).toBe(1);
  });

  it('pays once however many calls race', async () => {
    const { json } = await bench.create(out);
    const all = await Promise.all(Array.from({ length: 10 }, () => bench.pay(json.data.id)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await bench.balance()).toBe(10_000 - 103);
  });

  it('is counted per wallet', async () => {
    const id = randomUUID();
    const mine = await bench.create({ ...out, client_payment_id: id });
    const theirs = await bench.create({ ...out, client_payment_id: id }, other);
    expect(theirs.json.data.id).not.toBe(mine.json.data.id);
  });
});

describe('out and p2p', () => {
  it('prices with the fee, answers processing with the new balance, and completes', async () => {
    const { json } = await bench.create({ ...out, amount: 5, service: 834 });
    expect(json.data.total).toBe(5.15);
    const paid = await bench.pay(json.data.id);
    expect(paid.json.meta).toMatchObject({ next_action: 'get', urgent_data: { amount: 9_994.85, unseen_payments: 1 } });
    expect(paid.json.data).toMatchObject({
      status: 'processing',
      parameters: [{ code: 'phoneNumber', value: '9267101283' }],
    });
    const done = await bench.get(`payments/${json.data.id}`);
    expect(done.json.data).toMatchObject({ status: 'completed', remote_check: expect.stringMatching(/^\d+$/) });
    expect(done.json.data.processed_at).toMatch(/\.\d{3}Z$/);
  });

  it('takes ten digits for a +7 phone and answers them with it (T-16)', async () => {
    const { json } = await bench.create({ ...out, parameters: { phoneNumber: '9267101283' } });
    expect(json.data.parameters[0]).toMatchObject({ id: 'phoneNumber', value: '+79267101283' });
  });

  it('accepts an out payment without cover and declines it at pay', async () => {
    bench.act('wallet.balance', { phone, amount: 102.99 });
    const { json } = await bench.create(out);
    expect((await bench.pay(json.data.id)).json.data.status).toBe('processing');
    const { data } = (await bench.get(`payments/${json.data.id}`)).json;
    expect(data).toMatchObject({ status: 'declined', decline_reason: 'insufficient_funds' });
    expect(await bench.balance()).toBe(102.99);
  });

  it('moves a p2p to the receiver, who sees it from the other side', async () => {
    const { json } = await bench.create(p2p);
    expect(json.data).toMatchObject({ total: 100.5, direction: 'out' });
    await bench.pay(json.data.id);
    expect([await bench.balance(), await bench.balance(other)]).toEqual([9_899.5, 10_100.5]);
    const { data } = (await bench.get('payments', other)).json;
    expect(data).toMatchObject([{ direction: 'in', wallet: { phone }, unseen: true, message: 'за обед' }]);
  });

  it.each([
    ['out', out, 9_897],
    ['p2p', p2p, 9_899.5],
  ])('undo of %s reverses exactly, redo applies again', async (_type, body, left) => {
    const { json } = await bench.create(body);
    const { id } = json.data;
    await bench.pay(id);
    const theirs = await bench.balance(other);
    bench.act('payment.undo', { id });
    expect([await bench.balance(), await bench.balance(other)]).toEqual([10_000, 10_000]);
    expect((await bench.get(`payments/${id}`)).json.data.status).toBe('declined');
    bench.act('payment.redo', { id });
    expect([await bench.balance(), await bench.balance(other)]).toEqual([left, theirs]);
    expect((await bench.get(`payments/${id}`)).json.data).toMatchObject({ status: 'completed' });
  });

  it('gives the money back when the provider declines', async () => {
    bench.act('outcome', { outcome: 'decline', reason: 'invalid_data' });
    const { json } = await bench.create(out);
    await bench.pay(json.data.id);
    expect((await bench.get(`payments/${json.data.id}`)).json.data.decline_reason).toBe('invalid_data');
    expect(await bench.balance()).toBe(10_000);
  });
});

describe('cards', () => {
  it('tops up from a stored card without a page', async () => {
    const card = await bench.storedCard();
    const { json } = await bench.create({ type: 'in', amount: 250, card });
    const paid = await bench.pay(json.data.id);
    expect(paid.json.data.card).toEqual({ id: card, state: 'active', title: '541715******7260', type: 'MasterCard' });
    expect(await bench.balance()).toBe(10_250);
  });

  it('leaves the balance alone in inout and keeps the card only when asked', async () => {
    const kept = await bench.create({ ...out, type: 'inout', store_card: true });
    await bench.pay(kept.json.data.id);
    bench.act('page', { payment: kept.json.data.id, result: 'approve' });
    const used = await bench.create({ ...out, type: 'inout' });
    await bench.pay(used.json.data.id);
    bench.act('page', { payment: used.json.data.id, result: 'approve' });
    const states = await Promise.all([kept, used].map(({ json }) => bench.get(`payments/${json.data.id}`)));
    expect(states.map(({ json }) => [json.data.status, json.data.card.state])).toEqual([
      ['completed', 'active'],
      ['completed', 'used'],
    ]);
    expect((await bench.get('cards')).json.data).toHaveLength(1);
    expect(await bench.balance()).toBe(10_000);
  });

  it('turns an out payment into inout at the last moment (section 3.6)', async () => {
    const card = await bench.storedCard();
    const stored = await bench.create(out);
    const paid = await bench.pay(stored.json.data.id, { type: 'inout', card });
    expect(paid.json.data).toMatchObject({
      type: 'inout',
      card: { id: card, state: 'active' },
      inbound: { code: 'ipsp_in' },
    });
    const fresh = await bench.create(out);
    const page = await bench.pay(fresh.json.data.id, { type: 'inout', store_card: true });
    expect(page.json.data.card).toMatchObject({
      id: expect.any(Number),
      state: 'pending',
      payment_page_url: expect.any(String),
    });
    expect(await bench.balance()).toBe(10_000);
  });

  it('hides a deleted card and refuses to charge it', async () => {
    const card = await bench.storedCard();
    await bench.call('DELETE', `cards/${card}`, { auth: me });
    expect((await bench.get(`cards/${card}`)).status).toBe(404);
    expect((await bench.get('cards')).json.data).toEqual([]);
    expect((await bench.create({ type: 'in', amount: 1, card })).json.meta.error).toBe('card_not_found');
  });
});

describe('anonymous', () => {
  it('needs no wallet, shows none, and mails a receipt', async () => {
    const headers = await bench.application();
    const body = { ...out, type: 'inout', client_payment_id: randomUUID() };
    const { json } = await bench.call('POST', 'payments', { headers, body });
    expect(json.meta).not.toHaveProperty('urgent_data');
    expect(json.data).not.toHaveProperty('wallet');
    const { id } = json.data;
    await bench.call('POST', `payments/${id}/pay`, { headers, body: {} });
    bench.act('page', { payment: id, result: 'approve' });
    expect((await bench.call('GET', `payments/${id}`, { headers })).json.data.status).toBe('completed');
    const bill = await bench.call('POST', 'payments/bill', { headers, body: { id, email: 'vasya@petrov.xxx' } });
    expect(bill.json).toEqual({ meta: { code: 200 } });
    expect(bench.act('mails')).toMatchObject([{ to: 'vasya@petrov.xxx', paymentId: id, locale: 'ru_RU' }]);
    expect((await bench.get(`payments/${id}`)).status).toBe(404);
  });
});

describe('multi-step services', () => {
  const steps = async (id: number) => (await bench.get(`payments/${id}`)).json;

  it('asks for more, then asks the provider, then names the price', async () => {
    const first = { BIK: '044583151' };
    const { json } = await bench.create({ type: 'out', amount: 100, service: 61, parameters: first });
    const { id } = json.data;
    expect(json.meta.next_action).toBe('update');
    expect(json.data).not.toHaveProperty('total');
    expect((await steps(id)).meta.current_parameters).toHaveLength(5);
    const update = (parameters: object) => bench.call('POST', `payments/${id}`, { auth: me, body: { parameters } });
    expect((await update(first)).json.meta.error).toBe('invalid_payment_parameters');
    const updated = await update({ ...first, Pname1: '5136913818331704', Pname2: 'fio' });
    expect(updated.json.meta.next_action).toBe('get');
    const priced = await steps(id);
    expect(priced.meta.next_action).toBe('pay');
    expect(priced.data.total).toBe(135);
    await bench.pay(id);
    expect((await steps(id)).data.status).toBe('completed');
  });

  it('begins with get where the server asks the provider first, and clamps the fee', async () => {
    const { json } = await bench.create({
      type: 'out',
      amount: 100,
      service: 62,
      parameters: { phoneNumber: '123456' },
    });
    expect(json.meta.next_action).toBe('get');
    expect((await steps(json.data.id)).data.total).toBe(110);
  });
});

describe('history', () => {
  it('pages from 0, filters, hides created payments, and counts what was not shown', async () => {
    for (let n = 0; n < 3; n += 1) {
      await bench.pay((await bench.create({ ...out, amount: n + 1 })).json.data.id);
      bench.control.advance(1_000);
    }
    await bench.create(out);
    const page = await bench.get('payments?page=0&size=2');
    expect(page.json.data.map(({ amount }: { amount: number }) => amount)).toEqual([3, 2]);
    expect(page.json.meta).toMatchObject({ page: { total_elements: 3 }, urgent_data: { unseen_payments: 3 } });
    expect((await bench.get('wallet')).json.meta.urgent_data.unseen_payments).toBe(1);
    expect((await bench.get('payments?page=1&size=2')).json.data).toMatchObject([{ amount: 1, unseen: true }]);
    expect((await bench.get('wallet')).json.meta.urgent_data).not.toHaveProperty('unseen_payments');
    expect((await bench.get('payments?status=created')).json.data).toMatchObject([{ status: 'created' }]);
    expect((await bench.get('payments?type=in,p2p')).json.data).toEqual([]);
  });

  it('clears the counters on demand, BEST transfers apart', async () => {
    await bench.pay((await bench.create(out)).json.data.id);
    expect((await bench.get('payments/reset_unseen')).json).toMatchObject({ data: 'ok' });
    expect((await bench.get('wallet')).json.meta.urgent_data).not.toHaveProperty('unseen_payments');
    expect((await bench.get('payments/best')).json.meta.urgent_data.unseen_payments_best).toBe(1);
    expect((await bench.get('payments/best')).json.data[0]).not.toHaveProperty('unseen');
  });
});

describe('invoices', () => {
  it('is issued, paid through a p2p payment, and settles with it', async () => {
    await bench.call('POST', 'invoices', { auth: other, body: { payer: phone, amount: 300, message: 'Test' } });
    const [invoice] = (await bench.get('invoices')).json.data;
    expect(invoice).toMatchObject({ status: null, payment_id: null, recipient: otherPhone });
    const { json } = await bench.call('POST', `invoices/${invoice._id}/pay`, { auth: me });
    expect(json.data).toMatchObject({
      meta: { next_action: 'pay' },
      data: { type: 'p2p', status: 'created', amount: 300 },
    });
    const { id } = json.data.data;
    await bench.pay(id);
    expect((await bench.get('invoices/created', other)).json.data).toMatchObject([
      { status: 'completed', payment_id: id },
    ]);
    const copy = await bench.get(`invoices/${invoice._id}/duplicate`, other);
    expect(copy.json.data).toMatchObject({ status: null, amount: 300, message: 'Test' });
    expect(copy.json.data._id).not.toBe(invoice._id);
  });
});
