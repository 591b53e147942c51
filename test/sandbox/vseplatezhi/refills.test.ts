import { describe, expect, it } from 'vitest';
import { Bench, bare, golden, refused, testBank } from './support.ts';

/** Refills (section 3.2): the link, the page behind it, and its ends. */

const bench = new Bench();
const MINUTE = 60_000;
const refill = async (amount: number | string = 1000): Promise<string> =>
  (await bench.post(`/${golden}/refill`, { amount })).json.payload;
const pathOf = (payload: string) => payload.slice(`${bench.sandbox.url}/vseplatezhi`.length);
const open = (payload: string) => bench.send('GET', pathOf(payload), {});
const press = (payload: string, fields: Record<string, string>) =>
  bench.send(
    'POST',
    pathOf(payload),
    { 'content-type': 'application/x-www-form-urlencoded' },
    new URLSearchParams(fields).toString(),
  );
const pay = (payload: string) => press(payload, { decision: 'pay', bank: testBank });

describe('account.refill', () => {
  it('V-06: a link; the balance stays', async () => {
    await bench.unmoved(async () => {
      const { status, text, json } = await bench.post(`/${golden}/refill`, { amount: 1000.0 });
      expect(status).toBe(200);
      expect(text).toMatch(/^\{"amount":1000\.00,"payload":"/);
      const link = new URL(json.payload);
      expect(link.pathname).toMatch(/^\/vseplatezhi\/sbp\/SANDBOX[0-9A-F]{25}$/);
      expect(Object.fromEntries(link.searchParams)).toEqual({ type: '02', sum: '100000', cur: 'RUB' });
    });
  });

  it.each<[body: unknown]>([
    [{}],
    [{ amount: 0 }],
    [{ amount: -5 }],
    [{ amount: 0.001 }],
    [{ amount: 'ten' }],
    [{ amount: null }],
    [''],
  ])('%j is 400', async (body) => {
    await bench.unmoved(async () => expect(await bench.post(`/${golden}/refill`, body)).toMatchObject(bare(400)));
    expect(bench.act('refills', { wallet: golden }).refills).toEqual([]);
  });

  it('more than the balance may become is refused', async () => {
    const answer = await bench.post(`/${golden}/refill`, { amount: 2655.01 });
    expect(answer).toMatchObject(refused('BALANCE_LIMIT_EXCEEDED'));
    expect((await bench.post(`/${golden}/refill`, { amount: 2655 })).status).toBe(200);
  });
});

describe('the page', () => {
  it('a person pays: the wallet is credited once, and the report tells it', async () => {
    const payload = await refill('1000.50');
    const page = await open(payload);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toContain('1000,50 ₽');
    expect(page.text).toContain('Test Bank');
    const paid = await pay(payload);
    expect(paid.status).toBe(303);
    expect(await bench.balance()).toBe(13_345.5);
    expect((await bench.report())[0]).toMatchObject({
      operationType: 'CREDIT',
      amount: 1000.5,
      description: 'Refill by SBP, Test Bank',
      tcp: null,
    });
    await bench.unmoved(async () => {
      expect((await pay(payload)).text).toContain('Деньги зачислены.');
      expect((await open(payload)).text).toContain('Деньги зачислены.');
    });
  });

  it('the sum is that of the refill, whatever the link says', async () => {
    const payload = await refill();
    await pay(payload.replace('sum=100000', 'sum=1'));
    expect(await bench.balance()).toBe(13_345);
  });

  it('a person refuses: nothing moves, and the link is over', async () => {
    const payload = await refill();
    await bench.unmoved(async () => {
      expect((await press(payload, { decision: 'decline' })).status).toBe(303);
      expect((await open(payload)).text).toContain('Вы отказались');
      await pay(payload);
    });
  });

  it('a link is over after 15 minutes, and leaves no trace', async () => {
    const payload = await refill();
    bench.control.advance(15 * MINUTE);
    expect((await pay(payload)).text).toContain('Срок действия ссылки истек.');
    expect(bench.act('operations', { wallet: golden }).operations).toHaveLength(1);
    expect(bench.act('refills', { wallet: golden }).refills).toMatchObject([{ state: 'expired' }]);
  });

  it('an unknown link, a missing bank, a press on nothing', async () => {
    expect((await open(`${bench.sandbox.url}/vseplatezhi/sbp/SANDBOX0`)).status).toBe(404);
    const payload = await refill();
    await bench.unmoved(async () => {
      expect((await press(payload, { decision: 'pay', bank: '1' })).status).toBe(422);
      expect((await press(payload, {})).status).toBe(422);
    });
  });

  it('two links that together exceed the balance limit: the second is refused on the page', async () => {
    const [first, second] = [await refill(2000), await refill(2000)];
    await pay(first);
    await bench.unmoved(async () => {
      const page = await pay(second);
      expect([page.status, page.text.includes('Остаток кошелька станет больше')]).toEqual([422, true]);
    });
  });

  it('a wallet that was closed meanwhile takes nothing', async () => {
    const payload = await refill();
    bench.act('wallet.close', { wallet: golden });
    await bench.unmoved(async () => {
      const page = await pay(payload);
      expect([page.status, page.text.includes('Кошелек закрыт.')]).toEqual([422, true]);
      expect(() => bench.act('refill.confirm', { link: payload })).toThrow('WALLET_CLOSED');
    });
  });

  it('limits that were lowered meanwhile are told apart', async () => {
    const payload = await refill();
    const set = (CREDIT: object) => bench.post(`/${golden}/limit`, { operationLimits: { CREDIT } });
    await bench.unmoved(async () => {
      await set({ enabled: false });
      expect((await pay(payload)).text).toContain('отключено');
      await set({ enabled: true, monthLimit: 1 });
      expect((await pay(payload)).text).toContain('Превышен лимит');
    });
  });
});

describe('without a browser', () => {
  it('confirm, decline, expire', async () => {
    const [paid, declined, expired] = [await refill(100), await refill(200), await refill(300)];
    bench.act('refill.confirm', { link: paid });
    bench.act('refill.decline', { link: declined });
    bench.act('refill.expire', { link: expired });
    expect(await bench.balance()).toBe(12_445);
    for (const link of [paid, declined, expired])
      expect(() => bench.act('refill.confirm', { link })).toThrow('not waiting');
    expect(bench.act('refills', { wallet: golden }).refills).toMatchObject([
      { payload: paid, state: 'paid', amount: '100.00' },
      { payload: declined, state: 'declined' },
      { payload: expired, state: 'expired' },
    ]);
    expect(await bench.balance()).toBe(12_445);
  });
});
