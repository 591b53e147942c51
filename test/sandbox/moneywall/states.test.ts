import { describe, expect, it } from 'vitest';
import { Bench, HOUR } from './support.ts';

/** The whole state machine (section 3.2): each event in each state, and none but the documented transitions. */

const bench = new Bench();
const order = { order: 'order-1' };
const act = (action: string) => async () => {
  try {
    bench.act(action, order);
    return true;
  } catch {
    return false;
  }
};
const refund = (amount: number) => async () => (await bench.refund(amount)).status === 200;
const time = (ms: number) => async () => {
  bench.control.advance(ms);
  return true;
};

/** @returns whether the provider did it */
const events: Record<string, () => Promise<boolean>> = {
  approved: act('session.authorize'),
  refused: act('session.cancel'),
  'part refunded': refund(100),
  'all refunded': refund(10000),
  'too much refunded': refund(10000.01),
  '24 hours passed': time(24 * HOUR),
  'the time limit passed': time(HOUR),
};

/** How each state is reached. */
const paths: Record<string, string[]> = {
  processing: [],
  cancelled: ['refused'],
  authorized: ['approved'],
  voided: ['approved', 'all refunded'],
  charged: ['approved', '24 hours passed'],
  refunded: ['approved', '24 hours passed', 'all refunded'],
};

/** What an event makes of a state; an event that is missing is refused, and changes nothing. Time always passes. */
const machine: Record<string, Record<string, string>> = {
  processing: {
    approved: 'authorized',
    refused: 'cancelled',
    '24 hours passed': 'cancelled',
    'the time limit passed': 'cancelled',
  },
  cancelled: { '24 hours passed': 'cancelled', 'the time limit passed': 'cancelled' },
  authorized: {
    'part refunded': 'authorized',
    'all refunded': 'voided',
    '24 hours passed': 'charged',
    'the time limit passed': 'authorized',
  },
  voided: { '24 hours passed': 'voided', 'the time limit passed': 'voided' },
  charged: {
    'part refunded': 'charged',
    'all refunded': 'refunded',
    '24 hours passed': 'charged',
    'the time limit passed': 'charged',
  },
  refunded: { '24 hours passed': 'refunded', 'the time limit passed': 'refunded' },
};

/** A session with an hour's limit, brought into a state. */
async function reach(state: string): Promise<void> {
  await bench.start('order-1', { expires_at: new Date(bench.control.now().getTime() + HOUR).toISOString() });
  for (const event of paths[state] ?? []) expect(await events[event]?.()).toBe(true);
  expect(await bench.stateWord()).toBe(state);
}

const cells = Object.keys(machine).flatMap((state) =>
  Object.keys(events).map((event): [string, string, string | undefined] => [state, event, machine[state]?.[event]]),
);

describe('the state machine', () => {
  it.each(cells)('%s, %s: %s', async (state, event, next) => {
    await reach(state);
    if (next === undefined) return bench.unchanged(async () => expect(await events[event]?.()).toBe(false));
    expect(await events[event]?.()).toBe(true);
    expect(await bench.stateWord()).toBe(next);
    const told = bench.session().callbacks.map(({ kind }: { kind: string }) => kind);
    const approved = bench.session().openedAt !== null;
    expect(told).toEqual(next === 'processing' ? [] : [approved ? 'success' : 'failure']);
  });
});
