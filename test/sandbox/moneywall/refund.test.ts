import { describe, expect, it } from 'vitest';
import { documented } from './golden.ts';
import { Bench, HOUR, refused } from './support.ts';

/** MW-4 and the 24 hours (sections 2.4 and 3). */

const bench = new Bench();
const DAY = 24 * HOUR;

async function opened(): Promise<void> {
  await bench.start();
  bench.act('session.authorize', { order: 'order-1' });
}

async function charged(): Promise<void> {
  await opened();
  bench.control.advance(DAY);
}

describe('MW-4', () => {
  it('the golden example: 200 without a body; a part leaves the state', async () => {
    await bench.init(documented);
    bench.act('session.authorize', { order: 'partner_order_id' });
    const { status, text } = await bench.refund(100, 'partner_order_id');
    expect([status, text]).toEqual([200, '']);
    expect(bench.session('partner_order_id')).toMatchObject({
      state: 'authorized',
      left: '9900.00',
      refunds: [{ amount: '100.00', effect: 'debt', by: 'partner' }],
    });
  });

  it('within 24 hours a full refund voids: the agreement is cancelled, the first payment goes back', async () => {
    await opened();
    bench.control.advance(DAY - 60_000);
    expect((await bench.refund(10000)).status).toBe(200);
    expect(await bench.stateWord()).toBe('voided');
    expect(bench.session()).toMatchObject({
      left: '0.00',
      refunds: [{ amount: '10000.00', effect: 'voided' }],
      initialPayment: { amount: '4000.00', state: 'returned' },
    });
    bench.control.advance(DAY);
    expect(await bench.stateWord()).toBe('voided');
  });

  it('from 24 hours on it repays: the agreement is closed, the first payment stays', async () => {
    await charged();
    expect(await bench.stateWord()).toBe('charged');
    expect((await bench.refund(10000)).status).toBe(200);
    expect(await bench.stateWord()).toBe('refunded');
    expect(bench.session()).toMatchObject({
      refunds: [{ amount: '10000.00', effect: 'repaid' }],
      initialPayment: { state: 'charged' },
    });
  });

  it('the agreement is charged at 24 hours to the millisecond, whenever it is looked at', async () => {
    await opened();
    const { openedAt, chargeDueAt } = bench.session();
    expect(Date.parse(chargeDueAt) - Date.parse(openedAt)).toBe(DAY);
    bench.control.advance(3 * DAY);
    expect(bench.session().history.at(-1)).toEqual({ to: 'charged', at: chargeDueAt });
  });

  it.each<[when: string, start: () => Promise<void>, between: string, end: string, effect: string]>([
    ['before 24 hours', opened, 'authorized', 'voided', 'voided'],
    ['after 24 hours', charged, 'charged', 'refunded', 'repaid'],
  ])('parts that reach the order amount %s end the agreement', async (_when, start, between, end, effect) => {
    await start();
    await bench.refund(2500.5);
    await bench.refund(7499.49);
    expect([await bench.stateWord(), bench.session().left]).toEqual([between, '0.01']);
    await bench.refund(0.01);
    expect(await bench.stateWord()).toBe(end);
    expect(bench.session().refunds.map((refund: { effect: string }) => refund.effect)).toEqual([
      'debt',
      'debt',
      effect,
    ]);
  });

  it('parts on both sides of the line: the last one repays', async () => {
    await opened();
    await bench.refund(4000);
    bench.control.advance(DAY);
    await bench.refund(6000);
    expect(await bench.stateWord()).toBe('refunded');
  });

  it('each accepted call refunds: there is no id to know a repetition by', async () => {
    await opened();
    await Promise.all([bench.refund(100), bench.refund(100)]);
    expect([bench.session().left, bench.session().refunds.length]).toEqual(['9800.00', 2]);
  });

  it('more than is left is 422, also when two calls come at once', async () => {
    await opened();
    await bench.unchanged(async () => expect(await bench.refund(10000.01)).toMatchObject(refused(422, 'amount')));
    const answers = await Promise.all([bench.refund(6000), bench.refund(6000)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
    expect(bench.session().left).toBe('4000.00');
  });

  const ends: [state: string, path: [action: string, input?: object][]][] = [
    ['processing', []],
    ['cancelled', [['session.cancel']]],
    ['voided', [['session.authorize'], ['session.void']]],
    ['refunded', [['session.authorize'], ['session.charge'], ['session.refund']]],
  ];
  it.each(ends)('a session that is %s is not refunded: 422', async (state, path) => {
    await bench.start();
    for (const [action] of path) bench.act(action, { order: 'order-1' });
    expect(await bench.stateWord()).toBe(state);
    await bench.unchanged(async () => {
      expect(await bench.refund(1)).toMatchObject(refused(422, 'order_id'));
      expect(await bench.refund(10000)).toMatchObject(refused(422, 'order_id'));
    });
  });

  it.each<[field: string, body: object]>([
    ['order_id', { amount: 100 }],
    ['order_id', { amount: 100, order_id: 1 }],
    ['amount', { order_id: 'order-1' }],
    ['amount', { order_id: 'order-1', amount: '100' }],
    ['amount', { order_id: 'order-1', amount: 0 }],
    ['amount', { order_id: 'order-1', amount: -100 }],
    ['amount', { order_id: 'order-1', amount: 0.001 }],
  ])('422 names %s of %j', async (field, body) => {
    await opened();
    await bench.unchanged(async () =>
      expect(await bench.call('POST', '/payments/refund', { body })).toMatchObject(refused(422, field)),
    );
  });

  it('an unknown order is 404', async () => {
    expect(await bench.refund(1, 'nobody')).toMatchObject(refused(404, 'order_id'));
  });
});
