import { describe, expect, it } from 'vitest';
import { sandboxCommand } from '../../src/cli/sandbox.ts';
import { Bench, out } from './mbank/support.ts';

/** The control API over HTTP, and the commands over it. */

const bench = new Bench();
const control = (method: string, path: string, body?: unknown) =>
  bench.call(method, `/control${path}`, body === undefined ? {} : { body });

describe('control API', () => {
  it('shows the state, and puts it back', async () => {
    await bench.create(out);
    await control('POST', '/clock', { advanceMs: 3_600_000 });
    const { json } = await control('GET', '/state');
    expect(json.providers.mbank.payments).toMatchObject([{ type: 'out', amount: 100, status: 'created' }]);
    expect(Date.parse(json.now) - Date.now()).toBeGreaterThan(3_500_000);
    await control('POST', '/reset', {});
    const after = (await control('GET', '/mbank/state')).json;
    expect(after.providers.mbank.payments).toEqual([]);
    expect(Date.parse(after.now) - Date.now()).toBeLessThan(1_000);
  });

  it('never gives an identifier twice, also after a reset', async () => {
    const before = (await bench.create(out)).json.data.id;
    await control('POST', '/reset', { provider: 'mbank' });
    expect((await bench.create(out)).json.data.id).toBeGreaterThan(before);
  });

  it('plans, lists and forgets faults', async () => {
    const planned = await control('POST', '/faults', {
      provider: 'mbank',
      operation: 'payments.pay',
      kind: 'close',
      when: 'after',
      times: 3,
    });
    expect(planned.json).toMatchObject({ id: expect.any(Number), times: 3, when: 'after' });
    expect((await control('GET', '/faults')).json).toHaveLength(1);
    expect((await control('DELETE', '/faults')).json).toEqual([]);
    expect((await control('POST', '/faults/release', {})).json).toEqual({ released: 0 });
  });

  it('runs the provider’s actions and lists them', async () => {
    expect((await control('GET', '/mbank/actions')).json).toHaveProperty(['payment.undo']);
    const set = await control('POST', '/mbank/actions/wallet.balance', { phone: '+79261111111', amount: 12.34 });
    expect(set.json).toEqual({ result: null });
    expect(await bench.balance()).toBe(12.34);
  });

  it('drives webhooks', async () => {
    await control('POST', '/webhooks/withhold', { provider: 'mbank' });
    await bench.act('project', { paymentsUrl: 'http://127.0.0.1:1/' });
    await bench.pay((await bench.create(out)).json.data.id);
    expect((await control('GET', '/webhooks')).json).toMatchObject([
      { state: 'withheld', operation: 'notify.payment' },
    ]);
    expect((await control('POST', '/webhooks/release', { provider: 'mbank', order: 'reverse' })).json).toHaveLength(1);
    expect((await control('POST', '/webhooks/duplicate', { provider: 'mbank', times: 2 })).json).toEqual([]);
    await bench.control.idle();
  });

  it.each([
    ['an unknown provider', 'POST', '/faults', { provider: 'bank', kind: 'close' }, 'no provider bank'],
    ['an unknown kind', 'POST', '/faults', { provider: 'mbank', kind: 'magic' }, 'kind'],
    ['an unknown action', 'POST', '/mbank/actions/fly', {}, 'no action fly'],
    ['a wrong field', 'POST', '/mbank/actions/payment.undo', { payment: 1 }, 'id'],
    ['time going back', 'POST', '/clock', { advanceMs: -1 }, 'advanceMs'],
  ])('explains %s', async (_what, method, path, body, words) => {
    const { status, json } = await control(method, path, body);
    expect([status, json.error]).toEqual([400, expect.stringContaining(words)]);
  });

  it('takes JSON only, so that no foreign page can post a form to it', async () => {
    const reply = await bench.call('POST', '/control/reset', { form: {} });
    expect(reply.status).toBe(415);
    expect(
      (await bench.call('POST', '/control/reset', { body: '{}', headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(415);
  });
});

describe('koshel sandbox', () => {
  /** Runs a command line against the running sandbox. */
  async function run(...words: string[]): Promise<void> {
    const command = sandboxCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined });
    for (const child of command.commands) child.exitOverride();
    const write = process.stdout.write;
    process.stdout.write = () => true;
    try {
      await command.parseAsync(['--url', bench.sandbox.url, ...words], { from: 'user' });
    } finally {
      process.stdout.write = write;
    }
  }

  it('forces outcomes and drives payments', async () => {
    await run('outcome', 'mbank', 'pending');
    const id = (await bench.create(out)).json.data.id;
    await bench.pay(id);
    const status = async () => (await bench.get(`payments/${id}`)).json.data.status;
    expect(await status()).toBe('processing');
    await run('complete', 'mbank', String(id));
    await run('undo', 'mbank', String(id), '--reason', 'internal_error');
    expect(await status()).toBe('declined');
    await run('redo', 'mbank', String(id));
    expect(await status()).toBe('completed');
  });

  it('plans faults, moves the clock, withholds webhooks, runs actions, resets', async () => {
    await run('fault', 'mbank', 'wallet.get', 'status', '--status', '503', '--times', '2');
    expect(bench.control.faults()).toMatchObject([{ operation: 'wallet.get', status: 503, times: 2 }]);
    await run('faults', 'clear');
    const before = bench.control.now().getTime();
    await run('advance', '15m');
    expect(bench.control.now().getTime() - before).toBeGreaterThanOrEqual(900_000);
    await run('webhooks', 'withhold', 'mbank');
    await run('webhooks', 'release', 'mbank', '--reverse');
    await run('act', 'mbank', 'wallet.balance', 'phone=+79261111111', 'amount=77');
    expect(await bench.balance()).toBe(77);
    await run('state', 'mbank');
    await run('reset');
    expect(await bench.balance()).toBe(10_000);
  });

  it('says what is wrong', async () => {
    await expect(run('act', 'mbank', 'fly')).rejects.toThrow('no action fly');
    await expect(run('advance', 'soon')).rejects.toThrow('a duration is');
  });
});
