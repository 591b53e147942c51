import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { DECLINED_CARD, PAYING_CARD } from '../../../src/sandbox/qiwi/bill-pages.ts';
import { houseKeys } from '../../../src/sandbox/qiwi/seed.ts';
import { Bench, me, other, type Reply } from './support.ts';

/** Appendix A.1: the payment page as a browser goes through it, and the link that makes a bill (P2P-4). */

const bench = new Bench();
const house = { wallet: '79990000001', token: '0f0e0d0c0b0a09080706050403020100' };
const secret = { token: houseKeys.secretKey };
const SHOP = 'https://shop.example/thanks?order=1';
let billId = '';
let link = '';

const asBrowser = { token: null, headers: { accept: 'text/html,application/xhtml+xml' } } as const;
const open = (path = link): Promise<Reply> => bench.get(path, asBrowser);
const submit = (form: Record<string, string>, path = link): Promise<Reply> =>
  bench.call('POST', path, { ...asBrowser, form });
const below = (url: string): string => url.replace(`${bench.sandbox.url}/qiwi`, '');
const byCard = (pan: string) => submit({ means: 'card', pan });
const bill = async () => (await bench.get(`/partner/bill/v1/bills/${billId}`, secret)).json;

async function make(change: object = {}): Promise<void> {
  billId = randomUUID();
  const body = {
    amount: { currency: 'RUB', value: '100.50' },
    comment: 'Цветы <b>',
    expirationDateTime: '2099-12-10T09:02:00+03:00',
    ...change,
  };
  const { json } = await bench.call('PUT', `/partner/bill/v1/bills/${billId}`, { ...secret, body });
  link = `${below(json.payUrl)}&successUrl=${encodeURIComponent(SHOP)}`;
}

beforeEach(() => make());

describe('the payment page', () => {
  it('shows the bill, escaped, with every means', async () => {
    const { status, headers, text } = await open();
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const part of ['100,50 ₽', 'Цветы &lt;b&gt;', 'value="qw"', 'value="card"', 'value="mobile"'])
      expect(text).toContain(part);
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it('takes a card, and goes back to the shop', async () => {
    const { status, headers } = await byCard('5555 5555 5555 4444');
    expect([status, headers['location']]).toEqual([303, SHOP]);
    expect((await bill()).status.value).toBe('PAID');
    expect(await bench.balance(house)).toBe(1_000_100.5);
    const [line] = (await bench.history(house, 'rows=1&sources%5B0%5D=CARD')).json.data;
    expect(line).toMatchObject({ type: 'IN', account: '5555********4444', sum: { amount: 100.5 } });
    expect((await open()).text).toContain('Счет оплачен');
    await byCard(PAYING_CARD);
    expect(await bench.balance(house)).toBe(1_000_100.5);
  });

  it('takes a wallet’s money', async () => {
    expect((await submit({ means: 'qw', wallet: other.wallet })).headers['location']).toBe(SHOP);
    expect((await bill()).status.value).toBe('PAID');
    expect([await bench.balance(other), await bench.balance(house)]).toEqual([9_899.5, 1_000_100.5]);
  });

  it('takes a phone account’s money', async () => {
    await submit({ means: 'mobile', phone: '7 900 123-45-67' });
    expect((await bill()).status.value).toBe('PAID');
    const [line] = (await bench.history(house, 'rows=1&sources%5B0%5D=MK')).json.data;
    expect(line).toMatchObject({ account: '79001234567', sum: { amount: 100.5 } });
  });

  it.each([
    ['a declined card', { means: 'card', pan: DECLINED_CARD }, 'Банк отклонил'],
    ['a mistyped card', { means: 'card', pan: '5555555555554445' }, 'Проверьте номер карты'],
    ['a short phone number', { means: 'mobile', phone: '123' }, '11 цифр'],
    ['an unknown wallet', { means: 'qw', wallet: '1' }, 'Выберите кошелек'],
    ['an unknown means', { means: 'cash' }, 'не принимают'],
  ])('%s leaves the bill unpaid and may try again', async (_, form, problem) => {
    const { status, text } = await submit(form as Record<string, string>);
    expect(status).toBe(422);
    expect(text).toContain(problem);
    expect((await bill()).status.value).toBe('WAITING');
    expect(await bench.balance(house)).toBe(1_000_000);
    expect((await byCard(PAYING_CARD)).status).toBe(303);
  });

  it.each(['history', 'http'])(
    'a wallet without the money is told so (refusals: %s), and gets no invoice',
    async (refusals) => {
      bench.act('settings', { refusals });
      bench.act('wallet.balance', { wallet: other.wallet, amount: '1' });
      const { status } = await submit({ means: 'qw', wallet: other.wallet });
      expect(status).toBe(422);
      expect([await bench.balance(other), await bench.balance(house)]).toEqual([1, 1_000_000]);
      const { json } = await bench.get('/checkout-api/api/bill/search?statuses=READY_FOR_PAY', { token: other.token });
      expect(json.bills).toEqual([]);
    },
  );

  it('offers what the bill allows and the link asks for', async () => {
    await make({ customFields: { paySourcesFilter: 'qw,card' } });
    expect((await open()).text).not.toContain('value="mobile"');
    expect((await submit({ means: 'mobile', phone: '79001234567' })).status).toBe(422);
    const { text } = await open(`${link}&paySource=card`);
    expect(text).toContain('value="card"');
    expect(text).not.toContain('value="qw"');
  });

  it('lets the payer refuse', async () => {
    const { status, headers } = await submit({ means: 'reject' });
    expect([status, headers['location']]).toEqual([303, `/qiwi${link}`]);
    expect((await open()).text).toContain('Счет отменен');
    await byCard(PAYING_CARD);
    expect([(await bill()).status.value, await bench.balance(house)]).toEqual(['REJECTED', 1_000_000]);
  });

  it('opens for an invoice of a merchant too', async () => {
    const { json } = await bench.get('/checkout-api/api/bill/search?statuses=READY_FOR_PAY');
    const path = below(json.bills[0].pay_url);
    expect((await open(path)).text).toContain('ООО «Цветы»');
    await submit({ means: 'qw', wallet: me.wallet }, path);
    expect(await bench.balance()).toBe(9_900);
    expect((await open(path)).text).toContain('Счет оплачен');
  });

  it('is not found for an unknown link, and sends nobody to a script', async () => {
    expect((await open('/form/?invoice_uid=1')).status).toBe(404);
    expect((await open('/form?shop=1&transaction=1')).status).toBe(404);
    const evil = link.replace(encodeURIComponent(SHOP), encodeURIComponent('javascript:alert(1)'));
    const { headers } = await submit({ means: 'card', pan: PAYING_CARD }, evil);
    expect(headers['location']).toBe(`/qiwi${evil}`);
    expect((await open(evil)).text).not.toContain('href="javascript');
  });
});

describe('P2P-4', () => {
  const create = (query: Record<string, string>) =>
    open(`/create?${new URLSearchParams({ publicKey: houseKeys.publicKey, ...query })}`);
  const shown = async (id: string) => (await bench.get(`/partner/bill/v1/bills/${id}`, secret)).json;

  it('makes a bill and opens its page', async () => {
    const { status, headers } = await create({
      billId: 'link-1',
      amount: '12.345',
      phone: '78710009999',
      comment: 'За обед',
      'customFields[themeCode]': 'Yvan-YKaSh',
      lifetime: '2099-01-02T0304',
      successUrl: SHOP,
    });
    expect(status).toBe(303);
    const made = await shown('link-1');
    expect(headers['location']).toBe(made.payUrl);
    expect(made).toMatchObject({
      amount: { currency: 'RUB', value: '12.34' },
      status: { value: 'WAITING' },
      customer: { phone: '78710009999' },
      customFields: { themeCode: 'Yvan-YKaSh' },
      comment: 'За обед',
      expirationDateTime: '2099-01-02T03:04:00+03:00',
    });
    const paid = await submit({ means: 'card', pan: PAYING_CARD }, below(made.payUrl));
    expect(paid.headers['location']).toBe(SHOP);
  });

  it('opens the same bill again', async () => {
    const first = await create({ billId: 'link-2', amount: '10' });
    const second = await create({ billId: 'link-2', amount: '20' });
    expect(second.headers['location']).toBe(first.headers['location']);
    expect((await shown('link-2')).amount.value).toBe('10.00');
  });

  it('asks for an amount that the link leaves open', async () => {
    const { status, text } = await create({ billId: 'link-3', comment: 'x"y' });
    expect(status).toBe(200);
    expect(text).toContain('name="amount"');
    expect(text).toContain('value="x&quot;y"');
    expect((await shown('link-3')).errorCode).toBe('api.invoice.not.found');
  });

  it.each([
    ['an unknown key', { publicKey: 'x', amount: '1' }],
    ['a bad amount', { amount: 'x' }],
    ['a bad lifetime', { amount: '1', lifetime: '2099-13-01T0000' }],
    ['a bad id', { amount: '1', billId: 'a b' }],
    ['an address that is none', { amount: '1', successUrl: 'javascript:alert(1)' }],
    ['an unknown source', { amount: '1', 'customFields[paySourcesFilter]': 'cash' }],
  ])('refuses %s with a page', async (_, query) => {
    const { status, headers } = await create({ billId: 'link-4', ...query } as Record<string, string>);
    expect([status, headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
    expect((await shown('link-4')).errorCode).toBe('api.invoice.not.found');
  });

  it('is an operation like others for faults', async () => {
    bench.control.fault({ provider: 'qiwi', operation: 'P2P-4', kind: 'status', status: 503 });
    expect((await create({ billId: 'link-5', amount: '1' })).status).toBe(503);
    expect((await shown('link-5')).errorCode).toBe('api.invoice.not.found');
  });
});
