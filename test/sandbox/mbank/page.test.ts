import { beforeEach, describe, expect, it } from 'vitest';
import { SECURE_PASSWORD, testCards } from '../../../src/sandbox/mbank/ipsp.ts';
import { Bench, me, type Reply } from './support.ts';

/** Section 1.9: IPSP's payment page, as a browser would go through it. */

const bench = new Bench();
const [secure, , plain] = testCards;
const addresses = { card_success_url: 'https://shop.example/ok?order=1', card_failure_url: 'https://shop.example/no' };
let url = '';
let id = 0;

beforeEach(async () => {
  const { json } = await bench.create({ type: 'in', amount: 100.5, store_card: true });
  id = json.data.id;
  const paid = await bench.pay(id, addresses);
  url = paid.json.data.card.payment_page_url;
});

/** Sends the page's form as a browser does: to the address it names, with the hidden fields it has. */
async function submit(page: string, action: string, fields: Record<string, string>): Promise<Reply> {
  const target = new RegExp(`action="([^"]*/endpoint/${action}[^"]*)"`).exec(page)?.[1] ?? 'missing';
  const hidden = [...page.matchAll(/type="hidden" name="(\w+)" value="(\w+)"/g)].map(([, name, value]) => [
    name,
    value,
  ]);
  return bench.call('POST', new URL(target, url).href, { form: { ...Object.fromEntries(hidden), ...fields } });
}

const open = async (): Promise<string> => (await bench.call('GET', url)).text;
const card = (chosen: typeof secure) => ({
  pan: chosen?.pan ?? '',
  expiry: chosen?.expiry ?? '',
  cvv: chosen?.cvv ?? '',
});
const payment = async () => (await bench.get(`payments/${id}`)).json.data;

describe('payment page', () => {
  it('is reached by the documented URL', () => {
    const { searchParams } = new URL(url);
    expect(Object.fromEntries(searchParams)).toEqual({
      product_id: '1721',
      desc: 'mserver2',
      payment_type: 'S',
      amount: '100.50',
      currency: 'RUB',
      cf: String(id),
      locale: 'ru',
      biller_client_id: expect.stringMatching(/^\d+$/),
      perspayee_expiry: '0150',
      recur_freq: '1',
      hash: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });

  it('takes a card, asks for the 3-D Secure password, and goes back to the shop', async () => {
    const form = await bench.call('GET', url);
    expect(form.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(form.text).toContain('100,50');
    expect(form.text).not.toMatch(/(src|href)="(https?:)?\/\//);
    const entered = await submit(form.text, 'card', card(secure));
    expect([entered.status, entered.headers['location']]).toEqual([303, url]);
    const approved = await submit(await open(), 'secure', { password: SECURE_PASSWORD });
    expect([approved.status, approved.headers['location']]).toEqual([303, addresses.card_success_url]);
    expect(await payment()).toMatchObject({
      status: 'completed',
      card: { state: 'active', title: '541715******7260' },
    });
    expect(await bench.balance()).toBe(10_100.5);
    expect(await open()).toContain('Карта принята');
  });

  it.each([
    [
      'a wrong password',
      async () => {
        await submit(await open(), 'card', card(secure));
        return submit(await open(), 'secure', { password: '000000' });
      },
    ],
    ['a card without 3-D Secure', async () => submit(await open(), 'card', card(plain))],
    ['a wrong CVV', async () => submit(await open(), 'card', { ...card(secure), cvv: '999' })],
    ['a refusal at the card form', async () => submit(await open(), 'cancel', {})],
    [
      'a refusal at 3-D Secure',
      async () => {
        await submit(await open(), 'card', card(secure));
        return submit(await open(), 'cancel', {});
      },
    ],
  ])('declines on %s', async (_what, act) => {
    const answer = await act();
    expect(answer.headers['location']).toBe(addresses.card_failure_url);
    expect(await payment()).toMatchObject({
      status: 'declined',
      decline_reason: 'invalid_data',
      card: { state: 'failed' },
    });
    expect(await bench.balance()).toBe(10_000);
  });

  it('explains what is mistyped and lets the person try again', async () => {
    const wrong = await submit(await open(), 'card', { ...card(secure), pan: '5417150893587261' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('Проверьте номер карты');
    expect(await payment()).toMatchObject({ status: 'processing', card: { state: 'pending' } });
    const again = await submit(wrong.text, 'card', card(secure));
    expect([again.status, again.headers['location']]).toEqual([303, url]);
  });

  it('leaves the payment as it is when the person goes away', async () => {
    await submit(await open(), 'card', card(secure));
    bench.control.advance(86_400_000);
    expect(await payment()).toMatchObject({ status: 'processing', card: { payment_page_url: url } });
  });

  it('opens only as it was signed', async () => {
    const forged = url.replace('amount=100.50', 'amount=1.00');
    expect((await bench.call('GET', forged)).status).toBe(400);
  });

  it('does not let a stranger confirm: the password goes with the browser that entered the card', async () => {
    await submit(await open(), 'card', card(secure));
    const { searchParams, origin, pathname } = new URL(url);
    const blind = `${origin}${pathname}/secure?hash=${searchParams.get('hash')}`;
    await bench.call('POST', blind, { form: { password: SECURE_PASSWORD } });
    expect((await payment()).status).toBe('processing');
  });

  it('ends once: the second approval finds it finished', async () => {
    await submit(await open(), 'card', card(secure));
    const page = await open();
    await submit(page, 'secure', { password: SECURE_PASSWORD });
    await submit(page, 'secure', { password: SECURE_PASSWORD });
    await submit(page, 'cancel', {});
    expect((await payment()).status).toBe('completed');
    expect(await bench.balance()).toBe(10_100.5);
  });

  it('binds a card for one ruble that is not taken', async () => {
    const { json } = await bench.call('POST', 'cards', { auth: me, body: { ...addresses, iframe: true } });
    url = json.data.payment_page_url;
    const { searchParams } = new URL(url);
    expect(searchParams.get('payment_type')).toBe('A');
    expect([searchParams.get('amount'), searchParams.get('cf'), searchParams.get('iframe')]).toEqual([
      '1.00',
      null,
      'true',
    ]);
    await submit(await open(), 'card', card(secure));
    await submit(await open(), 'secure', { password: SECURE_PASSWORD });
    const stored = await bench.get(`cards/${json.data.id}`);
    expect(stored.json.data).toEqual({
      id: json.data.id,
      state: 'active',
      title: '541715******7260',
      type: 'MasterCard',
    });
    expect(await bench.balance()).toBe(10_000);
  });
});
