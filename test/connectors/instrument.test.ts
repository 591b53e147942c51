import { type Span, type Tracer, trace } from '@opentelemetry/api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Call, defineConnector, type Upstream } from '../../src/connectors/connector.ts';
import { outcomeOf, ProviderUnavailable } from '../../src/connectors/outcome.ts';
import type { Connector } from '../../src/connectors/registry.ts';
import { type Bench, openBench } from './kit.ts';
import { type Stub, startStub } from './stub.ts';

/** The smallest provider: one read and one write of one operation each. */
const upstreams = new Map<string, Upstream>();
const tiny = defineConnector({
  code: 'DIWA',
  name: 'Tiny',
  config: z.object({ baseUrl: z.url() }),
  complete: { baseUrl: 'https://tiny.invalid' },
  origin: (config) => config.baseUrl,
  masking: { request: new Set<string>(), answer: new Set<string>() },
  refusals: [],
  create(config, { upstream }) {
    upstreams.set(config.baseUrl, upstream);
    return {
      contacts: {
        operations: ['tiny.find'],
        find: (call: Call) => ask(upstream, config.baseUrl, call, true),
      },
    };
  },
});

const ask = (upstream: Upstream, url: string, call: Call, safe: boolean): Promise<string[]> =>
  upstream.call(
    {
      operation: safe ? 'tiny.find' : 'tiny.write',
      safe,
      request: { method: safe ? 'GET' : 'POST', url },
      read(answer) {
        if (answer.status >= 500)
          throw new ProviderUnavailable('down', {
            provider: 'DIWA',
            operation: 'tiny.find',
            why: 'SERVER_ERROR',
            mayHaveActed: true,
          });
        return JSON.parse(answer.body.toString());
      },
    },
    call.recorder,
  );

let stub: Stub;
let bench: Bench;
let now = new Date('2026-01-01T00:00:00Z');
beforeAll(async () => {
  stub = await startStub();
});
afterEach(() => bench.close());
afterAll(() => stub.close());

const open = (limits = {}): Connector => {
  bench = openBench({ definition: tiny, settings: { baseUrl: stub.url }, limits, clock: { now: () => now } });
  return bench.connector;
};
const write = () => outcomeOf(() => ask(upstreams.get(stub.url) as Upstream, stub.url, bench.call, false));
const fine = { status: 200, body: '[]' };
const broken = { status: 500, body: '' };

describe('an instrumented connector', () => {
  it('repeats a read as often as it may, and a write never', async () => {
    open({ retries: 2 });
    stub.play(broken, broken, fine);
    await bench.connector.contacts?.find(bench.call, []);
    expect(stub.seen.length).toBe(3);
    stub.play(broken, fine);
    expect(await write()).toMatchObject({ kind: 'unknown' });
    expect(stub.seen.length).toBe(1);
    expect(bench.exchanges.map(({ operation, failure }) => [operation, failure])).toEqual([
      ['tiny.find', 'SERVER_ERROR'],
      ['tiny.find', 'SERVER_ERROR'],
      ['tiny.find', null],
      ['tiny.write', 'SERVER_ERROR'],
    ]);
  });

  it('opens the circuit of the operation that fails and of no other', async () => {
    open({ breakAfter: 2, retries: 0, breakMs: 60_000 });
    stub.play(broken);
    await write();
    await write();
    stub.play(fine);
    expect(await write()).toMatchObject({
      kind: 'notSent',
      why: 'CIRCUIT_OPEN',
      retryAt: new Date(now.getTime() + 60_000),
    });
    expect(await bench.connector.contacts?.find(bench.call, [])).toEqual([]);
    expect(bench.connectors.health('DIWA')).toMatchObject({ state: 'DEGRADED', openCircuits: ['tiny.write'] });
    // when it may be tried again it no longer counts as open, or no route would ever try it
    now = new Date(now.getTime() + 60_000);
    expect(bench.connectors.health('DIWA').openCircuits).toEqual([]);
  });

  it('does not repeat a read that was too slow', async () => {
    bench = openBench({ definition: tiny, settings: { baseUrl: stub.url }, limits: { retries: 3 }, deadlineMs: 250 });
    stub.play('SILENCE');
    await expect(bench.connector.contacts?.find(bench.call, [])).rejects.toMatchObject({ why: 'DEADLINE' });
    expect(stub.seen.length).toBe(1);
  });

  it('tells its health over the window that just passed', async () => {
    open({ retries: 0, windowMs: 1_000 });
    expect(bench.connectors.health('DIWA')).toEqual({
      state: 'UP',
      successRate: null,
      latencyP50Ms: null,
      latencyP99Ms: null,
      openCircuits: [],
      checkedAt: now,
    });
    stub.play(fine, fine, fine, broken);
    for (let turn = 0; turn < 4; turn += 1) await write();
    expect(bench.connectors.health('DIWA')).toMatchObject({
      state: 'DEGRADED',
      successRate: 0.75,
      latencyP50Ms: expect.any(Number),
    });
    now = new Date(now.getTime() + 1_001);
    expect(bench.connectors.health('DIWA')).toMatchObject({ state: 'UP', successRate: null });
  });

  it('is not well when half of its answers are slow, though they are right', async () => {
    open({ retries: 0, slowMs: -1 });
    stub.play(fine);
    for (let turn = 0; turn < 4; turn += 1) await write();
    expect(bench.connectors.health('DIWA')).toMatchObject({ state: 'UP', successRate: 1 });
    await write();
    expect(bench.connectors.health('DIWA')).toMatchObject({ state: 'DEGRADED', successRate: 1 });
  });

  it('is down when hardly anything works', async () => {
    open({ retries: 0, breakAfter: 100 });
    stub.play(broken);
    for (let turn = 0; turn < 5; turn += 1) await write();
    expect(bench.connectors.health('DIWA')).toMatchObject({ state: 'DOWN', successRate: 0 });
  });

  it('lets only so many through at once, and refuses the rest before sending', async () => {
    open({ concurrency: 1, queue: 0 });
    stub.play(fine);
    const outcomes = await Promise.all([write(), write()]);
    expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['accepted', 'notSent']);
    expect(outcomes.find((outcome) => outcome.kind === 'notSent')).toMatchObject({ why: 'OVERLOADED' });
  });

  it('counts every try by provider, operation and outcome', async () => {
    open();
    stub.play(broken, fine);
    await bench.connector.contacts?.find(bench.call, []);
    const text = await bench.metrics.metrics();
    expect(text).toContain(
      'koshel_provider_requests_total{provider="DIWA",operation="tiny.find",outcome="unavailable"} 1',
    );
    expect(text).toContain('koshel_provider_requests_total{provider="DIWA",operation="tiny.find",outcome="ok"} 1');
    expect(text).toContain('koshel_provider_request_seconds_count{provider="DIWA",operation="tiny.find"} 2');
  });

  it('opens a span for every try, named for the operation, and marks those that failed', async () => {
    const spans: { name: string; failed: boolean; ended: boolean; attributes: Record<string, unknown> }[] = [];
    const startSpan: Tracer['startSpan'] = (name, about) => {
      const span = {
        name,
        failed: false,
        ended: false,
        attributes: { ...about?.attributes } as Record<string, unknown>,
      };
      spans.push(span);
      const fake = {
        setAttribute: (key: string, value: unknown) => Object.assign(span.attributes, { [key]: value }),
        setStatus: () => Object.assign(span, { failed: true }),
        end: () => Object.assign(span, { ended: true }),
      };
      return fake as unknown as Span;
    };
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as unknown as Tracer });
    open();
    stub.play(broken, fine);
    await bench.connector.contacts?.find(bench.call, []);
    trace.disable();
    const about = { 'koshel.provider': 'DIWA', 'koshel.operation': 'tiny.find' };
    expect(spans).toEqual([
      { name: 'DIWA tiny.find', failed: true, ended: true, attributes: { ...about, 'http.response.status_code': 500 } },
      {
        name: 'DIWA tiny.find',
        failed: false,
        ended: true,
        attributes: { ...about, 'http.response.status_code': 200 },
      },
    ]);
  });

  it('takes a defect in reading an answer for an answer that cannot be read', async () => {
    open();
    stub.play({ status: 200, body: 'oops' });
    expect(await write()).toMatchObject({ kind: 'unknown', why: 'UNREADABLE' });
  });

  it('keeps the outcome of a call whose recording fails', async () => {
    open();
    stub.play(fine);
    const recorder = {
      exchange: () => {
        throw new Error('disk full');
      },
    };
    const outcome = await outcomeOf(() =>
      ask(upstreams.get(stub.url) as Upstream, stub.url, { wallet: null, recorder }, false),
    );
    expect(outcome).toEqual({ kind: 'accepted', value: [] });
    expect(bench.log.some((line) => line.includes('could not be recorded'))).toBe(true);
  });
});

describe('the registry', () => {
  it('opens one connector per account and settings, and names its capabilities', () => {
    open();
    const again = bench.connectors.open({ id: 'account', provider: 'DIWA', settings: { baseUrl: stub.url } });
    expect(again).toBe(bench.connector);
    const moved = bench.connectors.open({
      id: 'account',
      provider: 'DIWA',
      settings: { baseUrl: `${stub.url}/other` },
    });
    expect(moved).not.toBe(again);
    expect(bench.connectors.capabilities('DIWA')).toEqual([{ code: 'CONTACTS', operations: ['tiny.find'] }]);
    expect(bench.connectors.capabilities(moved)).toEqual([{ code: 'CONTACTS', operations: ['tiny.find'] }]);
    expect(bench.connectors.check('DIWA', { baseUrl: 'x' })).toMatchObject([{ path: ['baseUrl'] }]);
    expect(() => bench.connectors.open({ id: 'b', provider: 'DIWA', settings: {} })).toThrow('do not fit DIWA');
  });
});
