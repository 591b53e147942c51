import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HttpAnswer } from '../../src/connectors/http.ts';
import type { Pass } from '../../src/connectors/lane.ts';
import { defaultLimits, type Limits } from '../../src/connectors/monitor.ts';
import { createPace, type Pace, type Rate } from '../../src/connectors/pace.ts';

/** The rates by themselves: no provider, and time that moves when the test says so, timers with it. */

const START = new Date('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const rate: Rate = { operations: ['list', 'sum'], perMinute: 10, per: 'WALLET', shutMs: 5 * MINUTE };
/** Nine tenths of it. */
const ALLOWED = 9;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

const paceOf = (limits: Partial<Limits> = {}, rates = [rate]) =>
  createPace('TINY', rates, { now: () => new Date() }, { ...defaultLimits, ...limits });
const request = { method: 'GET', url: 'https://tiny.invalid' } as const;
const enter = async (pace: Pace, wallet: string | undefined, operation = 'list', deadlineMs?: number): Promise<Pass> =>
  pace.enter({
    operation,
    ...(wallet === undefined ? {} : { wallet }),
    request: { ...request, ...(deadlineMs ? { deadlineMs } : {}) },
  });
const answer = (status: number, headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers,
  body: Buffer.alloc(0),
});
/** Calls that are sent and answered at once. */
async function make(pace: Pace, wallet: string, count: number): Promise<void> {
  for (let call = 0; call < count; call += 1) (await enter(pace, wallet)).leave(true);
}
const afterStart = (ms: number) => new Date(START.getTime() + ms);
const refused = (ms: number) => ({ why: 'RATE_LIMITED', mayHaveActed: false, retryAt: afterStart(ms) });
/** What has come of a promise so far. */
const watched = (promise: Promise<Pass>) => {
  const seen = { what: 'waits', pass: null as Pass | null, error: null as unknown };
  promise.then(
    (pass) => Object.assign(seen, { what: 'went', pass }),
    (error) => Object.assign(seen, { what: 'refused', error }),
  );
  return seen;
};

describe('over any minute', () => {
  it('nine tenths of what is allowed go out, and the next is refused before sending, with the time at which it may go', async () => {
    const pace = paceOf();
    await make(pace, 'a', ALLOWED);
    await expect(enter(pace, 'a')).rejects.toMatchObject(refused(MINUTE));
    // operations that count together
    await expect(enter(pace, 'a', 'sum')).rejects.toMatchObject(refused(MINUTE));
    vi.setSystemTime(afterStart(MINUTE));
    await make(pace, 'a', ALLOWED);
    await expect(enter(pace, 'a')).rejects.toMatchObject(refused(2 * MINUTE));
  });

  it('each wallet has its own, and other operations none', async () => {
    const pace = paceOf();
    await make(pace, 'a', ALLOWED);
    await make(pace, 'b', ALLOWED);
    for (let call = 0; call < 50; call += 1) (await enter(pace, 'a', 'other')).leave(true);
    for (let call = 0; call < 50; call += 1) (await enter(pace, undefined)).leave(true);
    await expect(enter(pace, 'b')).rejects.toMatchObject(refused(MINUTE));
    expect([pace.perMinute('list'), pace.perMinute('other')]).toEqual([ALLOWED, null]);
  });

  it('a call counts until a minute after its answer, for nobody knows when the provider counts it', async () => {
    const pace = paceOf();
    const slow: Pass[] = [];
    for (let call = 0; call < ALLOWED; call += 1) slow.push(await enter(pace, 'a'));
    vi.setSystemTime(afterStart(MINUTE));
    await expect(enter(pace, 'a')).rejects.toMatchObject({ why: 'RATE_LIMITED' });
    vi.setSystemTime(afterStart(MINUTE + 7_000));
    slow[0]?.leave(true);
    await expect(enter(pace, 'a')).rejects.toMatchObject(refused(2 * MINUTE + 7_000));
  });

  it('what was certainly not sent does not count', async () => {
    const pace = paceOf();
    for (let call = 0; call < 50; call += 1) (await enter(pace, 'a')).leave(false);
    await make(pace, 'a', ALLOWED);
    await expect(enter(pace, 'a')).rejects.toMatchObject(refused(MINUTE));
  });

  it('several gateways have equal shares, and each at least one call', async () => {
    expect(paceOf({ processes: 2 }).perMinute('list')).toBe(4);
    expect(paceOf({ processes: 100 }).perMinute('list')).toBe(1);
    const pace = paceOf({ processes: 2 });
    await make(pace, 'a', 4);
    await expect(enter(pace, 'a')).rejects.toMatchObject(refused(MINUTE));
  });
});

describe('the queue', () => {
  /** All used up, a call each second; the first turn is 57 seconds after the last. */
  async function usedUp(limits: Partial<Limits> = {}): Promise<Pace> {
    const pace = paceOf(limits);
    for (let call = 0; call < ALLOWED; call += 1) {
      vi.setSystemTime(afterStart(call * 1_000));
      await make(pace, 'a', 1);
    }
    vi.setSystemTime(afterStart(MINUTE - 3_000));
    return pace;
  }

  it('is left in the order of arrival, each call when its turn has come', async () => {
    const pace = await usedUp({ rateWaitMs: 10_000 });
    const calls = [0, 1, 2].map(() => watched(enter(pace, 'a')));
    const states = () => calls.map(({ what }) => what);
    await vi.advanceTimersByTimeAsync(2_990);
    expect(states()).toEqual(['waits', 'waits', 'waits']);
    await vi.advanceTimersByTimeAsync(20);
    expect(states()).toEqual(['went', 'waits', 'waits']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(states()).toEqual(['went', 'went', 'waits']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(states()).toEqual(['went', 'went', 'went']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets nobody in who would wait longer than he may, or than his own deadline', async () => {
    const pace = await usedUp({ rateWaitMs: 3_500 });
    const first = watched(enter(pace, 'a'));
    await expect(enter(pace, 'a')).rejects.toMatchObject(refused(MINUTE + 1_000));
    await expect(enter(pace, 'a', 'list', 2_000)).rejects.toMatchObject({ why: 'RATE_LIMITED' });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(first.what).toBe('went');
  });

  it('has a bound', async () => {
    const pace = await usedUp({ rateWaitMs: 10_000, rateQueue: 2 });
    const waiting = [watched(enter(pace, 'a')), watched(enter(pace, 'a'))];
    await expect(enter(pace, 'a')).rejects.toMatchObject(refused(MINUTE + 2_000));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(waiting.map(({ what }) => what)).toEqual(['went', 'went']);
  });

  it('is left unheard when the turn does not come in the time that was waited for', async () => {
    let still = true;
    const frozen = new Date(START.getTime() + MINUTE - 1_000);
    const pace = createPace('TINY', [rate], { now: () => (still ? frozen : START) }, defaultLimits);
    still = false;
    await make(pace, 'a', ALLOWED);
    still = true;
    const call = watched(enter(pace, 'a'));
    await vi.advanceTimersByTimeAsync(defaultLimits.rateWaitMs - 10);
    expect(call.what).toBe('waits');
    await vi.advanceTimersByTimeAsync(20);
    expect(call).toMatchObject({ what: 'refused', error: refused(MINUTE) });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('moves up when a call turns out not to have been sent', async () => {
    const pace = await usedUp();
    const [first, second] = [watched(enter(pace, 'a')), watched(enter(pace, 'a'))];
    await vi.advanceTimersByTimeAsync(3_000);
    expect([first.what, second.what]).toEqual(['went', 'waits']);
    first.pass?.leave(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(second.what).toBe('went');
  });
});

describe('a door that the provider shuts', () => {
  it.each([423, 429])(
    'stays shut after a %i as long as the documents say: who waits is sent away, and nobody gets in',
    async (status) => {
      const pace = paceOf();
      (await enter(pace, 'b')).leave(true);
      const last = await enter(pace, 'a');
      expect(last.answered(answer(200))).toBeNull();
      await make(pace, 'a', ALLOWED - 1);
      vi.setSystemTime(afterStart(MINUTE - 1_000));
      const waiting = watched(enter(pace, 'a'));
      expect(last.answered(answer(status))).toEqual(afterStart(6 * MINUTE - 1_000));
      last.leave(true);
      await vi.advanceTimersByTimeAsync(0);
      expect(waiting).toMatchObject({ what: 'refused', error: refused(6 * MINUTE - 1_000) });
      expect(pace.shut()).toBe(true);
      vi.setSystemTime(afterStart(6 * MINUTE - 1_001));
      await expect(enter(pace, 'a', 'sum')).rejects.toMatchObject(refused(6 * MINUTE - 1_000));
      await make(pace, 'b', 1);
      (await enter(pace, 'a', 'other')).leave(true);
      vi.setSystemTime(afterStart(6 * MINUTE - 1_000));
      await make(pace, 'a', 1);
      expect(pace.shut()).toBe(false);
    },
  );

  it.each([
    ['says no time', {}, defaultLimits.backOffMs],
    ['says seconds', { 'retry-after': '20' }, 20_000],
    ['says a time', { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    ['says what cannot be read', { 'retry-after': 'soon' }, defaultLimits.backOffMs],
    ['says a day', { 'retry-after': '86400' }, 60 * MINUTE],
  ])('stays shut where the documents state no rate and the answer %s', async (_what, headers, ms) => {
    const pace = paceOf();
    const call = await enter(pace, 'a', 'pay');
    call.answered(answer(423, headers));
    call.leave(true);
    await expect(enter(pace, 'a', 'pay')).rejects.toMatchObject(refused(ms));
    (await enter(pace, 'b', 'pay')).leave(true);
    vi.setSystemTime(afterStart(ms));
    (await enter(pace, 'a', 'pay')).leave(true);
  });

  it('stays shut for the longer of what the documents and the answer say', async () => {
    const pace = paceOf();
    (await enter(pace, 'a')).answered(answer(423, { 'retry-after': '1' }));
    await expect(enter(pace, 'a')).rejects.toMatchObject(refused(5 * MINUTE));
    (await enter(pace, 'b')).answered(answer(423, { 'retry-after': '600' }));
    await expect(enter(pace, 'b')).rejects.toMatchObject(refused(10 * MINUTE));
  });

  it('is shut by no other answer', async () => {
    const pace = paceOf();
    for (const status of [200, 400, 401, 403, 404, 500, 503])
      expect((await enter(pace, 'a', 'pay')).answered(answer(status))).toBeNull();
    (await enter(pace, 'a', 'pay')).leave(true);
  });
});
