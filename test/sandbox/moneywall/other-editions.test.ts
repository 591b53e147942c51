import { describe, expect, it } from 'vitest';
import { derived, product } from './golden.ts';
import { Bench, HOUR, refused } from './support.ts';

/** Appendix A.2: operations that only other editions have. */

const bench = new Bench();
const { phone, email, amount, product_type } = derived;
const check = { phone, email, amount, registration_date: '2018-01-01', orders_completed: 3, product_type, product };
const validate = (body: object) => bench.call('POST', '/credit_applications/validate', { body });
const states = (from: string, till: string) =>
  bench.call('GET', `/payments/states?${new URLSearchParams({ from, till })}`);
const offer = () => bench.act('settings', { otherEditions: true });

/** `2019-01-01T23:35:14+0300`, as the editions print it. */
const printed = (at: Date): string => new Date(at.getTime() + 3 * HOUR).toISOString().replace(/\.\d+Z$/, '+0300');
const hoursFromNow = (hours: number): string => printed(new Date(bench.control.now().getTime() + hours * HOUR));

describe('appendix A.2', () => {
  it('is unknown unless the settings offer it', async () => {
    expect(await states(hoursFromNow(-1), hoursFromNow(1))).toMatchObject(refused(404));
    expect(await validate(check)).toMatchObject(refused(404));
  });

  it('states of the sessions of a period', async () => {
    offer();
    for (const order of ['a', 'b']) await bench.start(order);
    bench.act('session.cancel', { order: 'b' });
    await bench.init(bench.minimal('foreign'), { headers: { authorization: 'AnotherSecretTokenValue' } });
    bench.control.advance(2 * HOUR);
    await bench.start('c');
    const { status, json } = await states(hoursFromNow(-3), hoursFromNow(-1));
    expect([status, json]).toEqual([
      200,
      [
        { order_id: 'a', state: 'processing' },
        { order_id: 'b', state: 'cancelled' },
      ],
    ]);
    expect((await states(hoursFromNow(-1), hoursFromNow(1))).json).toEqual([{ order_id: 'c', state: 'processing' }]);
    expect(await states('', hoursFromNow(1))).toMatchObject(refused(422, 'from'));
    expect(await states(hoursFromNow(0), '2019-01-01')).toMatchObject(refused(422, 'till'));
  });

  it('the pre-check answers as the settings say, and leaves no trace', async () => {
    offer();
    expect(await validate(check)).toMatchObject({ status: 200, json: { result: 'approved' } });
    bench.act('settings', { precheck: 'declined' });
    const { orig, dest, departure_dt, arrival_dt } = product.segments[0]?.flights[0] ?? {};
    const brief = { segments: [{ flights: [{ orig, dest, departure_dt, arrival_dt }] }] };
    expect((await validate({ ...check, product: brief })).json).toEqual({ result: 'declined' });
    expect(await validate({ ...check, phone: 1 })).toMatchObject(refused(422, 'phone'));
    const without = { segments: [{ flights: [{ orig, dest, departure_dt }] }] };
    expect(await validate({ ...check, product: without })).toMatchObject(
      refused(422, 'product.segments[0].flights[0].arrival_dt'),
    );
    expect(bench.sessions()).toEqual([]);
  });
});
