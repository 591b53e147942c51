import { describe, expect, it } from 'vitest';
import { Bench, HOUR } from './support.ts';

/** MW-5 and MW-6 (section 2.5, trap M6), and what the control API can do to them. */

const bench = new Bench();
const SUCCESS = '/callbacks/success';
const FAILURE = '/callbacks/failure';
const authorize = (order = 'order-1') => bench.act('session.authorize', { order });

describe('the callbacks', () => {
  it('MW-5: a POST without a body once the agreement is open; the state stands already', async () => {
    await bench.start();
    authorize();
    expect(await bench.calls()).toEqual([SUCCESS]);
    expect(bench.heard[0]).toMatchObject({ method: 'POST', body: '', headers: { 'content-length': '0' } });
    expect(bench.heard[0]?.headers).not.toHaveProperty(['content-type']);
    expect(await bench.stateWord()).toBe('authorized');
  });

  it('MW-6: a POST without a body once the session is cancelled', async () => {
    await bench.start();
    bench.act('session.cancel', { order: 'order-1' });
    expect(await bench.calls()).toEqual([FAILURE]);
    expect(bench.heard[0]).toMatchObject({ method: 'POST', body: '', headers: { 'content-length': '0' } });
    expect(bench.session()).toMatchObject({ state: 'cancelled', cancelledAs: 'refused' });
  });

  it('the URL is called as it was given, with its query', async () => {
    const url = `${bench.minimal().success_callback_url}?order=1&token=a%20b`;
    await bench.start('order-1', { success_callback_url: url });
    authorize();
    expect(await bench.calls()).toEqual([`${SUCCESS}?order=1&token=a%20b`]);
  });

  it('nothing is called for voided, charged and refunded', async () => {
    for (const order of ['a', 'b']) await bench.start(order);
    for (const order of ['a', 'b']) authorize(order);
    bench.act('session.void', { order: 'a' });
    bench.control.advance(24 * HOUR);
    await bench.refund(10000, 'b');
    expect([await bench.stateWord('a'), await bench.stateWord('b')]).toEqual(['voided', 'refunded']);
    expect(await bench.calls()).toEqual([SUCCESS, SUCCESS]);
  });

  it('a time limit that passes cancels, at its instant; one that passed before the start does not', async () => {
    const at = new Date(bench.control.now().getTime() + HOUR).toISOString();
    await bench.start('short', { expires_at: at });
    await bench.start('late', { expires_at: '2017-07-01T15:00:00+03:00' });
    bench.control.advance(2 * HOUR);
    expect([await bench.stateWord('short'), await bench.stateWord('late')]).toEqual(['cancelled', 'processing']);
    const session = bench.session('short');
    expect(session).toMatchObject({
      cancelledAs: 'expired',
      history: [{}, { to: 'cancelled', at: session.expiresAt }],
    });
    expect(await bench.calls()).toEqual([FAILURE]);
  });

  it('a time limit does nothing to an approved session', async () => {
    await bench.start('order-1', { expires_at: new Date(bench.control.now().getTime() + HOUR).toISOString() });
    authorize();
    bench.control.advance(2 * HOUR);
    expect(await bench.stateWord()).toBe('authorized');
  });

  it('is repeated twice when it is not answered by 2xx', async () => {
    bench.shopAnswers(500, 404, 503, 200);
    await bench.start();
    authorize();
    expect(await bench.calls()).toEqual([SUCCESS, SUCCESS, SUCCESS]);
    expect(bench.control.webhooks('moneywall')).toMatchObject([
      { operation: 'MW-5', state: 'failed', repeat: { delaysMs: [60_000, 600_000] } },
    ]);
  });

  it.each([[200], [204]])('is not repeated after %i', async (status) => {
    bench.shopAnswers(status);
    await bench.start();
    authorize();
    expect(await bench.calls()).toEqual([SUCCESS]);
  });

  it('settings: by GET, and without repetitions', async () => {
    bench.act('settings', { callbackMethod: 'GET', callbackRetryMs: [] });
    bench.shopAnswers(500);
    await bench.start();
    authorize();
    expect(await bench.calls()).toEqual([SUCCESS]);
    expect(bench.heard[0]).toMatchObject({ method: 'GET', body: '' });
  });
});

describe('the control API', () => {
  it('loses callbacks', async () => {
    for (const order of ['a', 'b', 'c']) await bench.start(order);
    bench.act('callback.lose', { times: 2 });
    for (const order of ['a', 'b', 'c']) authorize(order);
    expect(await bench.calls()).toEqual([SUCCESS]);
    const lost = (order: string) => bench.session(order).callbacks[0].lost;
    expect([lost('a'), lost('b'), lost('c')]).toEqual([true, true, false]);
  });

  it('withholds, reorders and duplicates them', async () => {
    for (const order of ['a', 'b']) await bench.start(order);
    bench.control.withholdWebhooks('moneywall');
    authorize('a');
    bench.act('session.cancel', { order: 'b' });
    expect(await bench.calls()).toEqual([]);
    bench.control.releaseWebhooks('moneywall', 'reverse');
    expect(await bench.calls()).toEqual([FAILURE, SUCCESS]);
    bench.control.duplicateWebhook('moneywall', bench.control.webhooks('moneywall')[0]?.id, 2);
    expect(await bench.calls()).toEqual([FAILURE, SUCCESS, SUCCESS, SUCCESS]);
  });

  it('forges one: the state stays what it is', async () => {
    await bench.start();
    await bench.unchanged(async () => {
      bench.act('callback.forge', { order: 'order-1', kind: 'success' });
      const { failure_callback_url: elsewhere } = bench.minimal();
      bench.act('callback.forge', { order: 'order-1', kind: 'success', url: `${elsewhere}?token=x`, method: 'GET' });
      expect(await bench.calls()).toEqual([SUCCESS, `${FAILURE}?token=x`]);
    });
    expect(bench.heard.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(await bench.stateWord()).toBe('processing');
  });

  it.each<[action: string, path: string[], words: string]>([
    ['session.authorize', ['session.authorize'], 'is authorized'],
    ['session.cancel', ['session.authorize'], 'is authorized'],
    ['session.charge', [], 'is processing'],
    ['session.void', ['session.authorize', 'session.charge'], 'is charged'],
    ['session.refund', [], 'is not refunded'],
  ])('%s after %j is refused, as the states allow it not', async (action, path, words) => {
    await bench.start();
    for (const step of path) bench.act(step, { order: 'order-1' });
    await bench.unchanged(async () => expect(() => bench.act(action, { order: 'order-1' })).toThrow(words));
  });

  it('moves a session to every end, found by its order or its number', async () => {
    const frame = await bench.start();
    const [, id] = /credit_applications\/(\d+)\//.exec(frame) ?? [];
    bench.act('session.authorize', { order: Number(id) });
    expect(bench.act('session.refund', { order: 'order-1', amount: 100.5 })).toMatchObject({
      state: 'authorized',
      left: '9899.50',
      refunds: [{ by: 'staff' }],
    });
    expect(bench.act('session.charge', { order: 'order-1' })).toMatchObject({ state: 'charged' });
    expect(bench.act('session.refund', { order: 'order-1' })).toMatchObject({ state: 'refunded', left: '0.00' });
    expect(() => bench.act('session', { order: 'nobody' })).toThrow('no session of order nobody');
    expect(() => bench.act('session.refund', { order: 'order-1', amount: 0 })).toThrow();
  });
});
