import { describe, expect, it } from 'vitest';
import { Bench, me } from './support.ts';

/** Section 2.10: QIWI Master, the package and the orders of cards. */

const bench = new Bench();
const owner = { wallet: '78000008024', token: 'f80f0875d8e45af7bdd244c7df3f1a3f' };
const asOwner = { token: owner.token };
const orders = `/cards/v2/persons/${owner.wallet}/orders`;
const UUID = expect.stringMatching(/^[0-9a-f-]{36}$/);

const buyPackage = (amount = 2999) =>
  bench.pay(28004, amount, { account: owner.wallet, vas_alias: 'qvc-master' }, {}, asOwner);
const order = (cardAlias: unknown = 'qvc-cpa') => bench.post(orders, { cardAlias }, asOwner);
const submit = (id: string) => bench.call('PUT', `${orders}/${id}/submit`, asOwner);
const list = (token: string = owner.token) => bench.get('/cards/v1/cards?vas-alias=qvc-master', { token });
const lastLine = async () => (await bench.history(owner, 'rows=1')).json.data[0];

async function draft(): Promise<string> {
  return (await order()).json.id;
}

async function paidOrder(): Promise<string> {
  bench.act('card.order', { price: 'paid' });
  const id = await draft();
  await submit(id);
  return id;
}

const payFor = (id: string, amount = 99) =>
  bench.pay(32064, amount, { account: owner.wallet, order_id: id }, {}, asOwner);

describe('MST-1', () => {
  it('is an ordinary payment, and makes five cards free', async () => {
    const { status, json } = await buyPackage();
    expect(status).toBe(200);
    expect(json).toMatchObject({
      terms: '28004',
      fields: { account: owner.wallet, vas_alias: 'qvc-master' },
      sum: { amount: 2999, currency: '643' },
      transaction: { state: { code: 'Accepted' } },
    });
    expect(await bench.balance(owner)).toBe(47_001);
    for (let n = 0; n < 5; n += 1) expect((await submit(await draft())).json.status).toBe('COMPLETED');
    expect((await submit(await draft())).json.status).toBe('PAYMENT_REQUIRED');
    expect((await list()).json).toHaveLength(5);
  });

  it.each([
    [2998, 241],
    [3000, 242],
  ])('for %d roubles ends with %d, the money is back', async (amount, errorCode) => {
    await buyPackage(amount);
    expect(await lastLine()).toMatchObject({ status: 'ERROR', errorCode });
    expect(await bench.balance(owner)).toBe(50_000);
    expect((await submit(await draft())).json.status).toBe('PAYMENT_REQUIRED');
  });

  it('gives nothing while it waits', async () => {
    bench.act('outcome', { status: 'WAITING' });
    const { json } = await buyPackage();
    expect((await submit(await draft())).json.status).toBe('PAYMENT_REQUIRED');
    bench.act('payment.settle', { id: json.transaction.id });
    expect((await submit(await draft())).json.status).toBe('COMPLETED');
  });

  it('refuses another vas_alias with 400', async () => {
    const { status } = await bench.pay(28004, 2999, { account: owner.wallet, vas_alias: 'other' }, {}, asOwner);
    expect([status, await bench.balance(owner)]).toEqual([400, 50_000]);
  });
});

describe('MST-2 and MST-3', () => {
  it('order a free card', async () => {
    bench.act('card.order', { price: 'free' });
    const drafted = await order();
    expect(drafted.json).toEqual({ id: UUID, cardAlias: 'qvc-cpa', status: 'DRAFT', price: null, cardId: null });
    const { id } = drafted.json;
    const submitted = await submit(id);
    expect(submitted.json).toEqual({
      id,
      cardAlias: 'qvc-cpa',
      status: 'COMPLETED',
      price: { amount: 0, currency: 643 },
      cardId: expect.stringMatching(/^\d+$/),
    });
    expect(submitted.text).toContain('"price":{"amount":0,');
    const [card] = (await list()).json;
    expect(String(card.qvx.id)).toBe(submitted.json.cardId);
    expect((await submit(id)).json).toEqual(submitted.json);
    expect((await list()).json).toHaveLength(1);
  });

  it('ask for the price of a paid card', async () => {
    const id = await draft();
    expect((await submit(id)).json).toEqual({
      id,
      cardAlias: 'qvc-cpa',
      status: 'PAYMENT_REQUIRED',
      price: { amount: 99, currency: 643 },
      cardId: null,
    });
    expect((await list()).json).toEqual([]);
  });

  it('refuse an unknown card type, order, wallet', async () => {
    expect((await order('qvc')).status).toBe(400);
    expect((await order(null)).status).toBe(400);
    expect((await submit('920fa383-6209-4743-a5d1-883f473f7f95')).status).toBe(404);
    const id = await draft();
    const mine = `/cards/v2/persons/${me.wallet}/orders/${id}/submit`;
    expect((await bench.call('PUT', mine)).status).toBe(404);
    expect((await bench.call('PUT', mine, asOwner)).status).toBe(403);
  });

  it.each(['cards', 'profile', 'history', 'payments'])('need the right of %s too', async (missing) => {
    const scopes = ['cards', 'profile', 'history', 'payments', 'balance'].filter((scope) => scope !== missing);
    bench.act('token.issue', { ...owner, scopes });
    expect((await order()).status).toBe(403);
  });
});

describe('MST-4', () => {
  it('pays for the card, which then stands in the list', async () => {
    const id = await paidOrder();
    const { json } = await payFor(id);
    expect(json).toMatchObject({ terms: '32064', fields: { account: owner.wallet, order_id: id } });
    expect(await lastLine()).toMatchObject({ status: 'SUCCESS', total: { amount: 99, currency: 643 } });
    const [card] = (await list()).json;
    expect(card.qvx).toMatchObject({ status: 'ACTIVE', txnId: json.transaction.id });
    expect((await submit(id)).json).toMatchObject({ status: 'COMPLETED', cardId: String(card.qvx.id) });
  });

  it.each([
    ['a draft', async () => draft(), 99, 202],
    [
      'a free card',
      async () => {
        bench.act('card.order', { price: 'free' });
        const id = await draft();
        await submit(id);
        return id;
      },
      99,
      202,
    ],
    ['less than the price', paidOrder, 98, 241],
    ['more than the price', paidOrder, 100, 242],
    ['an unknown order', async () => '920fa383-6209-4743-a5d1-883f473f7f95', 99, 5],
  ])('for %s ends in ERROR, the money is back and no card comes', async (_, make, amount, errorCode) => {
    const id = await make();
    const before = (await list()).json.length;
    await payFor(id, amount);
    expect(await lastLine()).toMatchObject({ status: 'ERROR', errorCode });
    expect(await bench.balance(owner)).toBe(50_000);
    expect((await list()).json).toHaveLength(before);
  });

  it('ends in ERROR the second time, also while the first one waits', async () => {
    const id = await paidOrder();
    bench.act('outcome', { status: 'WAITING' });
    const first = await payFor(id);
    await payFor(id);
    expect(await lastLine()).toMatchObject({ status: 'ERROR', errorCode: 408 });
    bench.act('payment.settle', { id: first.json.transaction.id });
    await payFor(id);
    expect(await lastLine()).toMatchObject({ status: 'ERROR', errorCode: 408 });
    expect((await list()).json).toHaveLength(1);
    expect(await bench.balance(owner)).toBe(49_901);
  });
});
