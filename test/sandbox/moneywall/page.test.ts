import { describe, expect, it } from 'vitest';
import { product } from './golden.ts';
import { Bench, HOUR, type Reply } from './support.ts';

/** MW-7 and MW-8: the application page by plain requests and form posts, as a browser makes them. */

const bench = new Bench();
const BACK = 'http://yoursite.com/order/AB123-45';
const DAY = 24 * HOUR;

const filled = {
  do: 'apply',
  last_name: 'Иванов',
  first_name: 'Иван',
  middle_name: 'Александрович',
  birth_date: '1987-07-18',
  passport: '4444 333222',
  pan: '4111 1111 1111 1111',
  expiry: '12/30',
  cvv: '123',
};

const open = (frame: string): Promise<Reply> => bench.send('GET', frame, {});
const press = (frame: string, fields: Record<string, string>): Promise<Reply> =>
  bench.send('POST', frame, { 'content-type': 'application/x-www-form-urlencoded' }, `${new URLSearchParams(fields)}`);

describe('the page', () => {
  it('shows the order, the payment graph and what the shop knows of the shopper', async () => {
    const frame = await bench.start('order-1', {
      local_passport: {
        birth_date: '1987-07-18',
        issue_date: '2001-01-01',
        number: '4444333222',
        last_name: 'Иванов "мл."',
        first_name: 'Иван',
        middle_name: 'Александрович',
        sex: 'male',
        issuing_authority: 'ОВД Района Калитники',
        authority_code: '663402',
      },
    });
    const { status, headers, text } = await open(frame);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const part of ['10 000,00 ₽', 'по 4 000,00 ₽', '12 000,00 ₽', 'Заказ order-1', '79588249424', '4444333222'])
      expect(text).toContain(part);
    expect(text).toContain('value="Иванов &quot;мл.&quot;"');
    expect(text).not.toContain('<script');
  });

  it.each<[days: number, payment: string, total: string]>([
    [63, '4 000,00 ₽', '12 000,00 ₽'],
    [64, '4 000,00 ₽', '12 000,00 ₽'],
    [65, '3 666,67 ₽', '11 000,00 ₽'],
  ])('the earliest departure in %i days: three payments of %s', async (days, payment, total) => {
    const moscowNow = new Date(bench.control.now().getTime() + 3 * HOUR);
    const day = (offset: number) => new Date(moscowNow.getTime() + offset * DAY).toISOString().slice(0, 10);
    const flight = product.segments[0]?.flights[0];
    const flights = [day(days + 10), day(days)].map((date) => ({ ...flight, departure_dt: `${date}T23:30:00+03:00` }));
    const frame = await bench.start('order-1', {
      product_type: 'airline_tickets',
      product: { ...product, segments: [{ flights }] },
    });
    const { text } = await open(frame);
    expect(text).toContain(`первый платеж сегодня: ${payment}`);
    expect(text).toContain(`полная стоимость: ${total}`);
    await press(frame, filled);
    expect(`${bench.session().initialPayment.amount} ₽`.replace('.', ',')).toBe(payment.replace(' ', ''));
  });

  it('an application that is approved: back to the shop, then the success callback; a second press changes nothing', async () => {
    const frame = await bench.start();
    const { status, headers } = await press(frame, filled);
    expect([status, headers['location']]).toEqual([303, BACK]);
    expect(await bench.stateWord()).toBe('authorized');
    expect(bench.session()).toMatchObject({
      applied: { lastName: 'Иванов', firstName: 'Иван', birthDate: '1987-07-18', passport: '4444333222' },
      initialPayment: { amount: '4000.00', card: '4111 **** 1111', state: 'held' },
    });
    expect(await bench.calls()).toEqual(['/callbacks/success']);
    await bench.unchanged(async () => {
      expect((await press(frame, filled)).headers['location']).toBe(new URL(frame).pathname);
      expect((await press(frame, { do: 'abandon' })).status).toBe(303);
      expect((await open(frame)).text).toContain('договор открыт');
    });
    expect(await bench.calls()).toEqual(['/callbacks/success']);
  });

  it('the redirect is the shop’s address to the letter', async () => {
    const redirect = 'http://yoursite.com/order/%D0%B0%20b?x=1&y=%2B#part';
    const frame = await bench.start('order-1', { redirect_url: redirect });
    expect((await press(frame, filled)).headers['location']).toBe(redirect);
  });

  it.each<[how: string, fields: Record<string, string>, as: string, words: string]>([
    ['is refused', { ...filled, decision: 'cancel' }, 'refused', 'По заявке отказано.'],
    ['is given up', { do: 'abandon' }, 'abandoned', 'Вы отказались от заявки.'],
  ])('an application that %s: back to the shop, and the failure callback', async (_how, fields, cancelledAs, words) => {
    const frame = await bench.start();
    const { status, headers } = await press(frame, fields);
    expect([status, headers['location']]).toEqual([303, BACK]);
    expect(bench.session()).toMatchObject({ state: 'cancelled', cancelledAs, initialPayment: null });
    expect(await bench.calls()).toEqual(['/callbacks/failure']);
    expect((await open(frame)).text).toContain(words);
  });

  it.each([
    ['authorize', 'authorized', '/callbacks/success'],
    ['cancel', 'cancelled', '/callbacks/failure'],
  ])('decided later, by the button %s: the shopper is back before the decision', async (button, state, callback) => {
    const frame = await bench.start();
    const { headers } = await press(frame, { ...filled, decision: 'pending' });
    expect(headers['location']).toBe(BACK);
    expect([await bench.stateWord(), await bench.calls()]).toEqual(['processing', []]);
    expect((await open(frame)).text).toContain('Заявка рассматривается.');
    await bench.unchanged(() => press(frame, filled));
    expect((await press(frame, { do: button })).headers['location']).toBe(new URL(frame).pathname);
    expect([await bench.stateWord(), await bench.calls()]).toEqual([state, [callback]]);
  });

  it('decided by what was ordered, and after that by the settings', async () => {
    bench.act('settings', { decision: 'pending' });
    bench.act('outcome', { outcome: 'cancel' });
    bench.act('outcome', { outcome: 'authorize' });
    for (const order of ['a', 'b', 'c']) await press(await bench.start(order), filled);
    expect(bench.sessions().map(({ state }) => state)).toEqual(['cancelled', 'authorized', 'processing']);
    bench.act('session.authorize', { order: 'c' });
    expect(bench.session('c').initialPayment.card).toBe('4111 **** 1111');
  });

  it.each<[what: string, fields: object, words: string]>([
    ['no name', { last_name: ' ' }, 'Заполните фамилию'],
    ['a day that is none', { birth_date: '1987-02-30' }, 'дату рождения'],
    ['a short passport', { passport: '4444' }, 'номер паспорта'],
    ['a wrong card number', { pan: '4111111111111112' }, 'Проверьте номер карты.'],
    ['a wrong expiry', { expiry: '13/30' }, 'Срок действия карты'],
    ['a wrong cvv', { cvv: '12' }, 'CVV'],
    ['a card that the bank declines', { pan: '4000000000000002' }, 'Банк отклонил первый платеж'],
  ])('%s: the page says so, keeps what was entered, and nothing has happened', async (_what, fields, words) => {
    const frame = await bench.start();
    await bench.unchanged(async () => {
      const { status, text } = await press(frame, { ...filled, ...fields });
      expect([status, text.includes(words), text.includes('value="Александрович"')]).toEqual([422, true, true]);
      expect(text).not.toContain('4111 1111 1111 1111');
    });
    expect((await press(frame, filled)).status).toBe(303);
  });

  it('a press on nothing asks for the data; a form of another kind is 415', async () => {
    const frame = await bench.start();
    await bench.unchanged(async () => {
      expect((await press(frame, {})).status).toBe(422);
      expect((await bench.send('POST', frame, { 'content-type': 'application/json' }, '{}')).status).toBe(415);
    });
  });

  it('in an iframe: no header forbids it, no cookie is needed, and its forms take the whole window', async () => {
    const iframe = await open(await bench.start('a', { web_mode: 'iframe' }));
    for (const name of ['x-frame-options', 'content-security-policy', 'set-cookie', 'cross-origin-resource-policy'])
      expect(iframe.headers).not.toHaveProperty([name]);
    expect(iframe.text.match(/<form [^>]*target="_top"/g)).toHaveLength(2);
    const standalone = await open(await bench.start('b', { web_mode: 'standalone' }));
    expect(standalone.text).not.toContain('target=');
  });

  it('each end has its words', async () => {
    const frame = await bench.start();
    await press(frame, filled);
    bench.act('session.void', { order: 'order-1' });
    expect((await open(frame)).text).toContain('первый платеж возвращен на карту');
    const other = await bench.start('order-2');
    await press(other, filled);
    bench.control.advance(DAY);
    expect((await open(other)).text).toContain('Договор открыт окончательно.');
    await bench.refund(10000, 'order-2');
    expect((await open(other)).text).toContain('Договор погашен и закрыт.');
  });

  it('a time limit that passed meanwhile: nothing can be handed in any more', async () => {
    const at = new Date(bench.control.now().getTime() + HOUR).toISOString();
    const frame = await bench.start('order-1', { expires_at: at });
    bench.control.advance(HOUR);
    await press(frame, filled);
    expect(bench.session()).toMatchObject({ state: 'cancelled', cancelledAs: 'expired', applied: null });
    expect((await open(frame)).text).toContain('Время, отведенное на заказ, истекло.');
  });

  it.each([['0'], ['x'], ['99999999999999999999']])('application %s is unknown: 404', async (id) => {
    const page = await open(`${bench.sandbox.url}/moneywall/frame/credit_applications/${id}/payment_graph`);
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
  });
});
