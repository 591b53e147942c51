import { describe, expect, it } from 'vitest';
import { Bench, me, type Reply } from './support.ts';

/** Section 2.10: the cards of QIWI Master. */

const bench = new Bench();
const owner = { wallet: '78000008024', token: 'f80f0875d8e45af7bdd244c7df3f1a3f' };
const SEEDED = 133789472;
const DAY = 86_400_000;
const MOSCOW = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+03:00$/);

const list = () => bench.get('/cards/v1/cards?vas-alias=qvc-master');

describe('MST-5', () => {
  it('has every documented field, numbers digit by digit', async () => {
    const { status, json, text } = await list();
    expect(status).toBe(200);
    expect(text).toContain('"cardId":2001291110576200000');
    expect(text).toContain('"amount":99.0000,');
    const [card] = json;
    expect(card.qvx).toEqual({
      id: SEEDED,
      maskedPan: '****9078',
      status: 'ACTIVE',
      cardExpire: MOSCOW,
      cardType: 'VIRTUAL',
      cardAlias: 'Yandex',
      cardLimit: null,
      activated: MOSCOW,
      smsResended: MOSCOW,
      postNumber: null,
      blockedDate: null,
      fullPan: null,
      cardId: expect.any(Number),
      txnId: '2001291110576200000',
      cardExpireMonth: card.qvx.cardExpire.slice(5, 7),
      cardExpireYear: card.qvx.cardExpire.slice(0, 4),
    });
    expect(card.balance).toBeNull();
    expect(card.info).toMatchObject({
      id: 12,
      alias: 'qvc-cpa',
      price: { amount: 99, currency: 643 },
      period: 'за год',
      type: 'QVC_CPA',
      features: [],
    });
    expect(card.info.details.requisites).toHaveLength(8);
    expect(card.info.details.requisites[7].value).toBe(`Пополнение QIWI Кошелька\nN +${me.wallet}`);
  });

  it('is served with a slash at the end too', async () => {
    const answer = await bench.get('/cards/v1/cards/?vas-alias=qvc-master');
    expect(answer.json).toEqual((await list()).json);
  });

  it.each(['', '?vas-alias=other'])('refuses %j with 400', async (query) =>
    expect((await bench.get(`/cards/v1/cards${query}`)).status).toBe(400),
  );
});

describe('MST-6', () => {
  const statement = (query: string, card: number | string = SEEDED, wallet: string = me.wallet) =>
    bench.get(`/payment-history/v1/persons/${wallet}/cards/${card}/statement?${query}`);
  const stampOf = (ms: number) =>
    encodeURIComponent(new Date(ms + 3 * 3_600_000).toISOString().replace(/\.\d{3}Z$/, '+03:00'));
  const recent = () => {
    const now = bench.control.now().getTime();
    return `from=${stampOf(now - DAY)}&till=${stampOf(now + 1000)}`;
  };

  it('is a PDF of the card’s purchases', async () => {
    bench.act('card.spend', { card: SEEDED, amount: '150.50' });
    bench.act('card.purchase', { wallet: me.wallet, amount: '7' });
    const { status, headers, bytes } = await statement(recent());
    expect([status, headers['content-type']]).toEqual([200, 'application/pdf']);
    const text = bytes.toString('latin1');
    expect(text.startsWith('%PDF-1.')).toBe(true);
    expect(text).toContain('Card ****9078');
    expect(text).toContain('Operations: 1');
    expect(text).toContain('-150.50 RUB');
    const table = Number(/startxref\n(\d+)\n%%EOF/.exec(text)?.[1]);
    expect(text.slice(table, table + 4)).toBe('xref');
  });

  it.each([
    ['no dates', ''],
    ['no end', 'from=2020-07-01T00%3A00%3A00%2B03%3A00'],
    [
      'the documented period of 266 days (T49)',
      'from=2020-01-01T00%3A00%3A00%2B03%3A00&till=2020-09-23T23%3A59%3A59%2B03%3A00',
    ],
    ['a plus that became a space', 'from=2020-07-01T00:00:00+03:00&till=2020-09-23T23:59:59+03:00'],
    ['two offsets', 'from=2020-07-01T00%3A00%3A00%2B03%3A00&till=2020-09-23T23%3A59%3A59Z'],
    ['the end before the start', 'from=2020-07-02T00%3A00%3A00Z&till=2020-07-01T00%3A00%3A00Z'],
  ])('refuses %s with 400', async (_, query) => expect((await statement(query)).status).toBe(400));

  it('takes 90 days and the rest of the last one', async () => {
    const query = 'from=2020-06-25T00%3A00%3A00%2B03%3A00&till=2020-09-23T23%3A59%3A59%2B03%3A00';
    expect((await statement(query)).status).toBe(200);
  });

  it('refuses a card or a wallet that is not the caller’s', async () => {
    expect((await statement(recent(), 1)).status).toBe(404);
    expect((await statement(recent(), 'x')).status).toBe(404);
    expect((await statement(recent(), SEEDED, owner.wallet)).status).toBe(403);
  });
});

describe('MST-7 and MST-8', () => {
  const block = (card = SEEDED, wallet: string = me.wallet) =>
    bench.call('PUT', `/cards/v2/persons/${wallet}/cards/${card}/block`);
  const unblock = (card = SEEDED) => bench.call('PUT', `/cards/v2/persons/${me.wallet}/cards/${card}/unblock`);
  const card = async () => (await list()).json[0].qvx;
  const told = (status: string) => ({
    status,
    nextConfirmationRequest: null,
    confirmationId: null,
    operationId: null,
  });

  it('block and unblock', async () => {
    const { status, headers, text } = await block();
    expect([status, headers['content-type'], text]).toEqual([202, 'application/json', '']);
    expect(await card()).toMatchObject({ status: 'BLOCKED', blockedDate: MOSCOW, unblockAvailable: true });
    expect(() => bench.act('card.spend', { card: SEEDED, amount: '1' })).toThrow(/BLOCKED/);
    expect((await block()).status).toBe(202);
    const answer = await unblock();
    expect([answer.status, answer.json]).toEqual([200, told('OK')]);
    expect(await card()).toMatchObject({ status: 'ACTIVE', blockedDate: null });
    expect((await unblock()).json).toEqual(told('OK'));
  });

  it('unblock fails 90 days after the block, and after a block that the bank made', async () => {
    await block();
    const blocked = await card();
    bench.control.advance(90 * DAY + 1000);
    expect((await unblock()).json).toEqual(told('FAIL'));
    expect(await card()).toEqual({ ...blocked, unblockAvailable: false });
    bench.control.reset();
    bench.act('card.status', { card: SEEDED, status: 'BLOCKED' });
    expect((await unblock()).json).toEqual(told('FAIL'));
    expect((await card()).status).toBe('BLOCKED');
  });

  it.each(['CONFIRMATION_REQUIRED', 'CONFIRMATION_LIMIT_EXCEED', 'FAIL'])(
    'unblock may answer %s, and nothing changes',
    async (status) => {
      await block();
      bench.act('card.result', { status });
      expect((await unblock()).json).toEqual(told(status));
      expect((await card()).status).toBe('BLOCKED');
    },
  );

  it('refuse a card or a wallet that is not the caller’s', async () => {
    expect((await block(1)).status).toBe(404);
    expect((await unblock(1)).status).toBe(404);
    expect((await block(SEEDED, owner.wallet)).status).toBe(403);
    expect((await card()).status).toBe('ACTIVE');
  });
});

describe('MST-9', () => {
  const details = (body: unknown, card = SEEDED) => bench.call('PUT', `/cards/v1/cards/${card}/details`, { body });
  const operationId = '43555447-a026-4c17-b56d-6956a09249c9';

  it('shows the number and the code', async () => {
    const { status, json } = await details({ operationId });
    expect(status).toBe(200);
    expect(json).toEqual({ status: 'OK', cvv: '111', pan: '4890494512339078', errorCode: '0' });
  });

  it('shows nothing when it is not OK', async () => {
    bench.act('card.result', { status: 'CONFIRMATION_REQUIRED' });
    expect((await details({ operationId })).json).toEqual({ status: 'CONFIRMATION_REQUIRED', errorCode: '1' });
  });

  it('refuses an operationId that is no UUID, and another card', async () => {
    expect((await details({ operationId: '1' })).status).toBe(400);
    expect((await details({})).status).toBe(400);
    expect((await details({ operationId }, 1)).status).toBe(404);
  });
});

describe('MST-10', () => {
  const rename = (body: unknown, card = SEEDED): Promise<Reply> =>
    bench.call('PUT', `/cards/v1/cards/${card}/alias`, { body });
  const name = async () => (await list()).json[0].qvx.cardAlias;

  it('renames', async () => {
    const { status, json } = await rename({ alias: 'new card name' });
    expect([status, json]).toEqual([200, { status: 'OK', error: 'OK', errorCode: 'OK' }]);
    expect(await name()).toBe('new card name');
  });

  it('keeps the name otherwise', async () => {
    bench.act('card.result', { status: 'FAIL' });
    expect((await rename({ alias: 'x' })).json.status).toBe('FAIL');
    expect((await rename({ alias: '' })).status).toBe(400);
    expect((await rename({ alias: 1 })).status).toBe(400);
    expect((await rename({ alias: 'x' }, 1)).status).toBe(404);
    expect(await name()).toBe('Yandex');
  });
});

describe('a purchase by card', () => {
  it('is a QIWI_CARD line, and takes the wallet’s money', async () => {
    bench.act('card.spend', { card: SEEDED, amount: '150.50', shop: 'BOOKS' });
    const { json } = await bench.history(me, 'rows=10&operation=QIWI_CARD');
    expect(json.data).toMatchObject([{ account: 'BOOKS', status: 'SUCCESS', total: { amount: 150.5 } }]);
    expect(await bench.balance()).toBe(9_849.5);
  });
});
