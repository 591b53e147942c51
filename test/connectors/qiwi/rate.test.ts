import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../../src/connectors/connector.ts';
import { ProviderUnavailable } from '../../../src/connectors/outcome.ts';
import { qiwi } from '../../../src/connectors/qiwi/index.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts';
import { type Bench, openBench } from '../kit.ts';

/** QIWI's limit on lists of payments (contract 1.7) against the emulator, which enforces it; one clock for both. */

const MINUTE = 60_000;
const LIST = { provider: 'QIWI', operation: 'HIS-1' };
let shift = 0;
const clock = { now: () => new Date(Date.now() + shift) };
let sandbox: Sandbox;
let bench: Bench;
let last = 79_280_000_000;

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, clock });
});
afterEach(() => bench.close());
afterAll(() => sandbox.close());

function open(limits = {}): void {
  bench = openBench({ definition: qiwi, settings: { baseUrl: `${sandbox.url}/qiwi` }, clock, limits });
}

/** A new wallet of the emulator. */
function wallet(): Call {
  last += 1;
  const number = String(last);
  const { token } = sandbox.control.act('qiwi', 'wallet.create', { wallet: number, amount: 100 }) as { token: string };
  return { ...bench.call, wallet: { number, credentials: { token } } };
}

const list = (call: Call) => bench.connector.history?.list(call, {}) ?? Promise.reject(new Error('no history'));
const lists = (call: Call, count: number) => Promise.allSettled(Array.from({ length: count }, () => list(call)));
const retryAts = (outcomes: PromiseSettledResult<unknown>[]) =>
  outcomes.flatMap((outcome) => {
    if (outcome.status === 'fulfilled') return [];
    expect(outcome.reason).toBeInstanceOf(ProviderUnavailable);
    expect(outcome.reason).toMatchObject({ why: 'RATE_LIMITED', mayHaveActed: false });
    return [(outcome.reason as ProviderUnavailable).retryAt?.getTime()];
  });
const statuses = () => [...new Set(bench.exchanges.map(({ answer }) => answer?.status))];
async function figure(name: string, labels: Record<string, string>): Promise<number> {
  const { values } = (await bench.metrics.getSingleMetric(name)?.get()) ?? { values: [] };
  return values.find((value) => JSON.stringify(value.labels) === JSON.stringify(labels))?.value ?? 0;
}
const queue = () => figure('koshel_provider_queue', { provider: 'QIWI', operation: 'HIS-1' });
const held = (outcome: string) =>
  figure('koshel_provider_held_total', { provider: 'QIWI', operation: 'HIS-1', outcome });
const health = () => bench.connectors.health('QIWI').state;

describe('a burst of lists of one wallet', () => {
  it('is cut off before the provider would, and never meets a 423', async () => {
    open();
    const call = wallet();
    const began = clock.now().getTime();
    const outcomes = await lists(call, 150);
    expect(bench.exchanges.length).toBe(90);
    const times = retryAts(outcomes);
    expect(times.length).toBe(60);
    for (const time of times) expect(time).toBeGreaterThanOrEqual(began + MINUTE);
    // another wallet is not delayed
    await list(wallet());
    expect(statuses()).not.toContain(423);
    expect([await queue(), await held('delayed'), await held('refused')]).toEqual([0, 0, 60]);
  });

  it('waits in a queue that shows as a metric, and goes on as time does', async () => {
    open({ rateWaitMs: 2 * MINUTE });
    const call = wallet();
    const burst = lists(call, 150);
    await expect.poll(() => bench.exchanges.length, { timeout: 30_000 }).toBe(90);
    expect(await queue()).toBe(60);
    await list(wallet());
    expect(bench.exchanges.length).toBe(91);
    shift += MINUTE + 1_000;
    // whoever comes next lets in those before him
    await list(call);
    expect(retryAts(await burst)).toEqual([]);
    expect(bench.exchanges.length).toBe(152);
    expect(statuses()).not.toContain(423);
    expect([await queue(), await held('delayed'), await held('refused')]).toEqual([0, 60, 0]);
    expect(health()).toBe('UP');
  });
});

describe('a 423', () => {
  it('is the refusal that it was, and keeps the wallet from asking for five minutes', async () => {
    open();
    const [call, other] = [wallet(), wallet()];
    sandbox.control.fault({ provider: 'qiwi', operation: 'HIS-1', kind: 'status', status: 423 });
    await expect(list(call)).rejects.toMatchObject({ refusal: { ...LIST, httpStatus: 423, remedy: 'RETRY_LATER' } });
    const until = clock.now().getTime() + 5 * MINUTE;
    const [retryAt] = retryAts(await lists(call, 1));
    expect(Math.abs((retryAt ?? 0) - until)).toBeLessThan(MINUTE / 2);
    expect(bench.exchanges.length).toBe(1);
    expect(health()).toBe('DEGRADED');
    await list(other);
    expect(bench.exchanges.length).toBe(2);
    shift += 5 * MINUTE;
    await list(call);
    expect(bench.exchanges.length).toBe(3);
    expect(health()).toBe('UP');
  });

  it('that others have brought about is waited out, too', async () => {
    open();
    const call = wallet();
    const elsewhere = openBench({ definition: qiwi, settings: { baseUrl: `${sandbox.url}/qiwi` }, clock });
    for (const one of [bench, elsewhere])
      await Promise.allSettled(Array.from({ length: 60 }, () => one.connector.history?.list(call, {})));
    await elsewhere.close();
    const sent = bench.exchanges.length;
    await expect(list(call)).rejects.toMatchObject({ refusal: { httpStatus: 423 } });
    retryAts(await lists(call, 3));
    expect(bench.exchanges.length).toBe(sent + 1);
    shift += 5 * MINUTE;
    await list(call);
  });

  it('of another operation is waited out briefly', async () => {
    open({ backOffMs: 3_000 });
    const call = wallet();
    sandbox.control.fault({ provider: 'qiwi', operation: 'BAL-1', kind: 'status', status: 423 });
    const read = () => bench.connector.balances?.list(call);
    await expect(read()).rejects.toMatchObject({ refusal: { operation: 'BAL-1', httpStatus: 423 } });
    await expect(read()).rejects.toMatchObject({ why: 'RATE_LIMITED', operation: 'BAL-1' });
    await list(call);
    shift += 3_000;
    await read();
  });
});

it('The wallet for which is counted is in no metric and no log line.', async () => {
  open();
  const call = wallet();
  await lists(call, 100);
  sandbox.control.fault({ provider: 'qiwi', operation: 'BAL-1', kind: 'status', status: 423 });
  await Promise.allSettled([bench.connector.balances?.list(call)]);
  const [refusal] = (await lists(call, 1)).map((outcome) => (outcome.status === 'rejected' ? outcome.reason : null));
  expect(refusal).toBeInstanceOf(ProviderUnavailable);
  const told = [...bench.log, await bench.metrics.metrics(), String(refusal)];
  expect(
    told.some((text) =>
      text.includes('koshel_provider_held_total{provider="QIWI",operation="HIS-1",outcome="refused"} 11'),
    ),
  ).toBe(true);
  expect(told.some((text) => text.includes('a wallet is shut out'))).toBe(true);
  for (const text of told) expect(text).not.toContain(call.wallet?.number);
});
