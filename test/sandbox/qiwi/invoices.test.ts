import { describe, expect, it } from 'vitest';
import { Bench, me, other } from './support.ts';

/** Section 2.8: P2P keys, and the invoices that merchants issue to a wallet. */

const bench = new Bench();
const SEARCH = '/checkout-api/api/bill/search';
const DAY = 86_400_000;
const UNPAID = 'statuses=READY_FOR_PAY';

interface Bill {
  id: number;
  external_id: string;
}

const search = (query = UNPAID, token: string = me.token) => bench.get(`${SEARCH}?${query}`, { token });
const ids = async (query = UNPAID): Promise<number[]> => (await search(query)).json.bills.map(({ id }: Bill) => id);
const pay = (invoice_uid: unknown, currency: unknown = '643', token: string = me.token) =>
  bench.post('/checkout-api/invoice/pay/wallet', { invoice_uid, currency }, { token });
const reject = (id: unknown, token: string = me.token) =>
  bench.post('/checkout-api/api/bill/reject', { id }, { token });
const newKeys = async (body: unknown = { keysPairName: 'Name', serverNotificationsUrl: 'https://test.com' }) =>
  bench.post('/widgets-api/api/p2p/protected/keys/create', body);

function issue(amount = '100', input: Record<string, unknown> = {}): number {
  return (bench.act('invoice.issue', { wallet: me.wallet, amount, ...input }) as { id: number }).id;
}

/** The seed's invoice, so that tests can count from it. */
async function seeded(): Promise<number> {
  const [id = 0] = await ids();
  return id;
}

describe('INV-1', () => {
  it('gives a pair of keys, whose secret one opens the invoice calls', async () => {
    const { status, json } = await newKeys();
    expect(status).toBe(200);
    expect(json).toEqual({ PublicKey: expect.any(String), SecretKey: expect.any(String) });
    expect(json.SecretKey).not.toBe(json.PublicKey);
    expect((await newKeys()).json.SecretKey).not.toBe(json.SecretKey);
    expect((await search(UNPAID, json.SecretKey)).json).toEqual((await search()).json);
  });

  it('needs a name; the address may be absent', async () => {
    expect((await newKeys({ keysPairName: 'Name' })).status).toBe(200);
    expect((await newKeys({})).status).toBe(400);
    expect((await newKeys({ keysPairName: 'Name', serverNotificationsUrl: 'nowhere' })).status).toBe(400);
  });

  it('takes the wallet token only', async () => {
    const { json } = await newKeys();
    const path = '/widgets-api/api/p2p/protected/keys/create';
    expect((await bench.post(path, { keysPairName: 'x' }, { token: json.SecretKey })).status).toBe(401);
  });
});

describe('INV-2', () => {
  it('shows an invoice with every documented field', async () => {
    const { status, json, text } = await search();
    expect(status).toBe(200);
    const id = await seeded();
    expect(json).toEqual({
      bills: [
        {
          id,
          external_id: '154140605',
          creation_datetime: expect.any(Number),
          expiration_datetime: json.bills[0].creation_datetime + 45 * DAY,
          sum: { currency: 643, amount: 100 },
          status: 'READY_FOR_PAY',
          type: 'MERCHANT',
          repetitive: false,
          provider: {
            id: 480706,
            short_name: 'Интернет-магазин цветов',
            long_name: 'ООО «Цветы»',
            logo_url: 'https://static.qiwi.com/img/providers/logoBig/480706_l.png',
          },
          comment: 'Пополнение счета 13515573',
          pay_url: `${bench.sandbox.url}/qiwi/form?shop=480706&transaction=${id}`,
        },
      ],
    });
    expect(text).toContain('"sum":{"amount":100,"currency":643}');
  });

  it('lists the newest first, page by page', async () => {
    const first = await seeded();
    const made = Array.from({ length: 4 }, () => {
      bench.control.advance(1000);
      return issue();
    });
    const all = [...made].reverse().concat(first);
    expect(await ids()).toEqual(all);
    expect(await ids(`${UNPAID}&rows=2`)).toEqual(all.slice(0, 2));
    expect(await ids(`${UNPAID}&rows=2&next_id=${(all[1] ?? 0) - 1}`)).toEqual(all.slice(2, 4));
    expect(await ids(`${UNPAID}&next_id=${all[2]}`)).toEqual(all.slice(2));
    const { bills } = (await search()).json;
    const at = bills[2].creation_datetime;
    expect(await ids(`${UNPAID}&next_creation_datetime=${at}`)).toEqual(all.slice(3));
    expect(await ids(`${UNPAID}&min_creation_datetime=${at}`)).toEqual(all.slice(0, 3));
    expect(await ids(`${UNPAID}&max_creation_datetime=${at}`)).toEqual(all.slice(2));
  });

  it('shows the unpaid ones of the caller only', async () => {
    expect((await search(UNPAID, other.token)).json).toEqual({ bills: [] });
    const invoice = issue('5', { lifetimeMs: 60_000 });
    expect(await ids()).toContain(invoice);
    bench.control.advance(60_000);
    expect(await ids()).not.toContain(invoice);
  });

  it.each(['', 'statuses=PAID', `${UNPAID}&rows=51`, `${UNPAID}&rows=0`, `${UNPAID}&next_id=x`])(
    'refuses ?%s with 400',
    async (query) => expect((await search(query)).status).toBe(400),
  );
});

describe('INV-3', () => {
  it('pays, and the invoice leaves the list', async () => {
    const id = await seeded();
    const { status, json } = await pay(String(id));
    expect(status).toBe(200);
    expect(json).toEqual({ invoice_status: 'PAID_STATUS', is_sms_confirm: false, WALLET_ACCEPT_PAY_RESULT: {} });
    expect(await bench.balance()).toBe(9_900);
    expect(await ids()).toEqual([]);
    const [line] = (await bench.history(me, 'rows=1')).json.data;
    expect(line).toMatchObject({
      type: 'OUT',
      status: 'SUCCESS',
      account: '154140605',
      comment: 'Пополнение счета 13515573',
      total: { amount: 100, currency: 643 },
      provider: { id: 480706 },
    });
  });

  it('pays once: the second call finds no invoice', async () => {
    const id = await seeded();
    await pay(String(id));
    expect((await pay(String(id))).status).toBe(404);
    expect(await bench.balance()).toBe(9_900);
  });

  it('says anything else when it is not paid; the invoice stays', async () => {
    const cheap = await seeded();
    const dear = issue('10000.01');
    const { status, json } = await pay(String(dear));
    expect(status).toBe(200);
    expect(json.invoice_status).not.toBe('PAID_STATUS');
    bench.act('outcome', { status: 'ERROR', errorCode: 300 });
    expect((await pay(String(cheap))).json.invoice_status).not.toBe('PAID_STATUS');
    expect(await bench.balance()).toBe(10_000);
    expect(await ids()).toEqual([dear, cheap]);
    expect((await bench.history(me, 'rows=2')).json.data).toMatchObject([
      { status: 'ERROR', errorCode: 300 },
      { status: 'ERROR', errorCode: 220 },
    ]);
  });

  it('is refused at once when the settings say so, and nothing is kept', async () => {
    bench.act('settings', { refusals: 'http' });
    const { status, json } = await pay(String(issue('10000.01')));
    expect([status, json.errorCode]).toEqual([400, 'QWPRC-220']);
    expect(await bench.balance()).toBe(10_000);
  });

  it('is final, whatever other payments do', async () => {
    bench.act('settings', { execution: 'pending' });
    expect((await pay(String(await seeded()))).json.invoice_status).toBe('PAID_STATUS');
    expect((await bench.history(me, 'rows=1')).json.data).toMatchObject([{ status: 'SUCCESS' }]);
    expect(await bench.balance()).toBe(9_900);
  });

  it('pays from the account of the invoice’s currency', async () => {
    const id = issue('20.50', { currency: 840 });
    expect((await pay(String(id), '643')).status).toBe(400);
    expect(await bench.balance(me, 840)).toBe(100);
    expect((await pay(String(id), '840')).json.invoice_status).toBe('PAID_STATUS');
    expect(await bench.balance(me, 840)).toBe(79.5);
    expect(await bench.balance()).toBe(10_000);
  });

  it.each([
    ['an unknown invoice', async () => pay('1'), 404],
    ['another wallet’s invoice', async () => pay(String(await seeded()), '643', other.token), 404],
    ['a number', async () => pay(await seeded()), 400],
    ['text', async () => pay('x'), 400],
    ['a currency that is a number', async () => pay(String(await seeded()), 643), 400],
    ['no currency', async () => pay(String(await seeded()), ''), 400],
    ['an unknown key', async () => pay(String(await seeded()), '643', 'wrong'), 401],
  ])('refuses %s, and nothing is paid', async (_, act, status) => {
    expect((await act()).status).toBe(status);
    expect(await bench.balance()).toBe(10_000);
    expect(await ids()).toHaveLength(1);
  });

  it.each(['invoice.withdraw', 'invoice.expire'])('finds none after %s', async (action) => {
    const id = await seeded();
    bench.act(action, { invoice: id });
    expect((await pay(String(id))).status).toBe(404);
    expect(await bench.balance()).toBe(10_000);
  });

  it('needs the right to pay', async () => {
    const id = await seeded();
    bench.act('token.issue', { wallet: me.wallet, token: me.token, scopes: ['profile', 'balance'] });
    expect((await pay(String(id))).status).toBe(403);
    expect(await bench.balance()).toBe(10_000);
  });
});

describe('INV-4', () => {
  it('rejects: the invoice leaves the list and cannot be paid', async () => {
    const id = await seeded();
    const { status, text } = await reject(id);
    expect([status, text]).toEqual([200, '']);
    expect(await ids()).toEqual([]);
    expect((await pay(String(id))).status).toBe(404);
    expect((await reject(id)).status).toBe(404);
    expect(await bench.balance()).toBe(10_000);
  });

  it('refuses an id that is text, an unknown one, and another wallet’s', async () => {
    const id = await seeded();
    expect((await reject(String(id))).status).toBe(400);
    expect((await reject(undefined)).status).toBe(400);
    expect((await reject(1)).status).toBe(404);
    expect((await reject(id, other.token)).status).toBe(404);
    expect(await ids()).toEqual([id]);
  });
});
