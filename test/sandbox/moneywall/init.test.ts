import { describe, expect, it } from 'vitest';
import {
  derived,
  documented,
  flight,
  internationalPassport,
  localPassport,
  meta,
  passenger,
  product,
} from './golden.ts';
import { Bench, refused } from './support.ts';

/** MW-1 and MW-3: sessions are started and read. */

const bench = new Bench();
const OTHER = { headers: { authorization: 'AnotherSecretTokenValue' } };

/** `derived` with one field set, or left out when undefined; the path is that of the error. */
function changed(path: string, value: unknown): object {
  const copy = structuredClone(derived) as object;
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  const last = keys.pop() ?? '';
  const owner = keys.reduce((object, key) => object[key] as Record<string, unknown>, copy as Record<string, unknown>);
  if (value === undefined) delete owner[last];
  else owner[last] = value;
  return copy;
}

describe('MW-1', () => {
  it.each([
    ['as documented', documented],
    ['with every rule kept', derived],
  ])('the golden example, %s', async (_what, body) => {
    const { status, headers, json, text } = await bench.init(body);
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    const { id, frame_url: frame, ...rest } = json;
    expect(rest).toEqual({ amount: 10000 });
    expect(text).toContain('"amount":10000,');
    expect(Number.isSafeInteger(id)).toBe(true);
    expect(frame).toBe(`${bench.sandbox.url}/moneywall/frame/credit_applications/${id}/payment_graph`);
    const state = await bench.state(body.order_id);
    expect([state.status, state.json]).toEqual([200, { order_id: body.order_id, state: 'processing' }]);
    expect(bench.session(body.order_id)).toMatchObject({ state: 'processing', amount: '10000.00', sent: body });
    expect(await bench.calls()).toEqual([]);
  });

  it('the required fields alone are enough; each session has a number of its own', async () => {
    const first = (await bench.init(bench.minimal('a'))).json;
    const second = (await bench.init(bench.minimal('b'))).json;
    expect(second.id).toBeGreaterThan(first.id);
    expect(bench.session('a')).toMatchObject({ webMode: 'standalone', expiresAt: null, partner: 'shop' });
  });

  it.each([
    ['100.50', '100.5'],
    ['0.01', '0.01'],
    ['1234567.1', '1234567.1'],
    ['10', '10'],
  ])('an amount of %s is echoed as %s', async (sent, echoed) => {
    const body = JSON.stringify(bench.minimal()).replace('"amount":10000', `"amount":${sent}`);
    expect((await bench.init(body)).text).toContain(`"amount":${echoed},`);
  });

  const required = [
    ...['phone', 'email', 'amount', 'success_callback_url', 'failure_callback_url', 'redirect_url', 'order_id'],
    ...Object.keys(product).map((name) => `product.${name}`),
    'product.segments[0].flights',
    ...Object.keys(flight).map((name) => `product.segments[0].flights[0].${name}`),
    ...Object.keys(passenger)
      .filter((name) => name !== 'middle_name')
      .map((name) => `product.passengers[0].${name}`),
    ...Object.keys(localPassport).map((name) => `local_passport.${name}`),
    ...['city', 'street', 'building', 'postcode'].map((name) => `address.${name}`),
    ...Object.keys(internationalPassport).map((name) => `international_passport.${name}`),
  ];
  it.each(required)('without %s is 422', async (path) => {
    expect(await bench.init(changed(path, undefined))).toMatchObject(refused(422, path));
    expect(bench.sessions()).toEqual([]);
  });

  const optional = [
    ...['web_mode', 'original_provider_order_id', 'expires_at', 'product_type', 'product', 'local_passport', 'address'],
    ...['international_passport', 'meta', 'calculated_credit_cost', 'product.passengers[0].middle_name'],
    ...['address.housing', 'address.apartment', ...Object.keys(meta).map((name) => `meta.${name}`)],
  ];
  it.each(optional)('goes without %s', async (path) => {
    expect((await bench.init(changed(path, undefined))).status).toBe(200);
  });

  it.each<[path: string, value: unknown]>([
    ['phone', 79588249424],
    ['phone', '+79588249424'],
    ['phone', ''],
    ['email', 'user'],
    ['amount', 0],
    ['amount', -1],
    ['amount', '10000'],
    ['amount', 0.001],
    ['amount', null],
    ['calculated_credit_cost', '12000'],
    ['success_callback_url', '/callbacks/success'],
    ['redirect_url', 'javascript:alert(1)'],
    ['order_id', 10],
    ['order_id', ''],
    ['web_mode', 'popup'],
    ['expires_at', 1498867200],
    ['expires_at', '2017-07-01'],
    ['expires_at', '2017-13-01T00:00:00+03:00'],
    ['product_type', 'railway_tickets'],
    ['product', []],
    ['product', null],
    ['product.cabin_type', 'first'],
    ['product.segments', {}],
    ['product.segments[0]', 'SVO-VIE'],
    ['product.segments[0].flights[0].departure_dt', '10.12.2016'],
    ['product.segments[0].flights[0].flight_number', 606],
    ['product.passengers[0].document_type', 'foreign_passport'],
    ['product.passengers[0].birth_date', '18.07.1987'],
    ['local_passport.sex', 'm'],
    ['local_passport.issue_date', '2001-02-30'],
    ['address.apartment', 616],
    ['international_passport.expiration_date', '2020-1-1'],
    ['meta.client_orders_count', 1.5],
    ['meta.client_login', 'true'],
  ])('%s of %j is 422', async (path, value) => {
    expect(await bench.init(changed(path, value))).toMatchObject(refused(422, path));
    expect(bench.sessions()).toEqual([]);
  });

  it.each([
    ['2030-07-01T15:00:00+03:00'],
    ['2030-07-01T12:00:00Z'],
    ['2030-07-01T15:00:00+0300'],
    ['2030-07-01T15:00:00'],
    ['2030-07-01T17:00:00.000+05:00'],
  ])('a time limit of %s is the same instant', async (expires_at) => {
    await bench.start('order-1', { expires_at });
    expect(bench.session().expiresAt).toBe('2030-07-01T15:00:00+03:00');
  });

  it('an order has one session for ever: 409', async () => {
    await bench.start();
    await bench.unchanged(async () => {
      expect(await bench.init(bench.minimal())).toMatchObject(refused(409, 'order_id'));
      expect(await bench.init({ ...bench.minimal(), amount: 5 })).toMatchObject(refused(409, 'order_id'));
    });
    bench.act('session.cancel', { order: 'order-1' });
    expect((await bench.init(bench.minimal())).status).toBe(409);
  });

  it('strict: a DateTime has a zone, and product and product_type go together', async () => {
    bench.act('settings', { strict: true });
    expect(await bench.init(documented)).toMatchObject(refused(422, 'expires_at'));
    const { expires_at, ...rest } = documented;
    expect(await bench.init(rest)).toMatchObject(refused(422, 'product'));
    expect(await bench.init(changed('product_type', undefined))).toMatchObject(refused(422, 'product_type'));
    expect(bench.sessions()).toEqual([]);
    expect((await bench.init(derived)).status).toBe(200);
  });
});

describe('MW-3', () => {
  it('an unknown order is 404, no order 422', async () => {
    expect(await bench.state('nobody')).toMatchObject(refused(404, 'order_id'));
    expect(await bench.call('GET', '/payments/state')).toMatchObject(refused(422, 'order_id'));
    expect(await bench.call('GET', '/payments/state?order_id=a&order_id=b')).toMatchObject(refused(422, 'order_id'));
  });

  it('a partner sees its own sessions only', async () => {
    await bench.start();
    expect(await bench.state('order-1', OTHER)).toMatchObject(refused(404, 'order_id'));
    await bench.unchanged(async () =>
      expect(await bench.refund(1, 'order-1', OTHER)).toMatchObject(refused(404, 'order_id')),
    );
    expect((await bench.init(bench.minimal(), OTHER)).status).toBe(200);
    expect(bench.sessions().map(({ partner }) => partner)).toEqual(['shop', 'other shop']);
  });
});
