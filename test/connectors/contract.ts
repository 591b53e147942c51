import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Call, ProviderDefinition } from '../../src/connectors/connector.ts';
import { parseJson, stringifyJson } from '../../src/connectors/json.ts';
import { type Outcome, ProtocolError, ProviderRejected, ProviderUnavailable } from '../../src/connectors/outcome.ts';
import type { Connector } from '../../src/connectors/registry.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { type Bench, openBench } from './kit.ts';
import { closedUrl, type Script, type SeenRequest, type Stub, startStub } from './stub.ts';

/** One write of a provider, with the answers that the suite plays. */
export interface ContractWrite {
  name: string;
  run(connector: Connector, call: Call): Promise<Outcome<unknown>>;
  /** Answers, in order, to the calls of one accepted run. */
  accepted: Script[];
  refusal: { answer: Script; providerCode: string | null; remedy: 'RETRY_LATER' | 'CHANGE_INPUT' | 'NONE' };
  /** The accepted answer without a field that its documents promise. */
  missingField?: Script;
  /** The accepted answer with a status that is in no table. */
  unmapped?: Script;
  /** Accepted answers that speak of another amount, another currency, another payment. */
  wrongEcho?: Script[];
  /** The id on which the provider dedupes. */
  upstreamId?(request: SeenRequest): string;
  /** Does the status say it all? Then any body is accepted with it: none is documented. */
  statusAlone?: true;
  /** Do the documents say that nothing was done, whatever the refusing status is? */
  anyRefusal?: true;
}

/** One read, which may be repeated. */
export interface ContractRead {
  name: string;
  run(connector: Connector, call: Call): Promise<unknown>;
  answer: Script;
  refusal: { answer: Script; providerCode: string | null };
  missingField: Script;
}

/** What a provider brings to the suite. */
export interface ProviderContract {
  definition: ProviderDefinition;
  settings(url: string): Record<string, string>;
  wallet?: Call['wallet'];
  /** Where answers tell no time, and ours takes its place. */
  clock?: Clock;
  /** None of these may appear in a log line or a recorded exchange. */
  secrets: string[];
  writes: ContractWrite[];
  reads: ContractRead[];
}

const GARBAGE = {
  status: 200,
  body: '<html>Bad gateway</html>',
  headers: { 'content-type': 'text/html' },
} satisfies Script;
/** Long enough for a busy machine; the short one is for servers that never answer. */
const PATIENT_MS = 10_000;
const SHORT_MS = 200;

/** Adds a field to every object of a JSON answer: providers grow. */
export function withExtraFields(script: Script): Script {
  if (typeof script === 'string') return script;
  const grow = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(grow);
    if (!isPlain(value)) return value;
    return {
      ...Object.fromEntries(Object.entries(value).map(([name, item]) => [name, grow(item)])),
      invented_later: 'x',
    };
  };
  return { ...script, body: stringifyJson(grow(parseJson(script.body))) };
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;

/** The suite that every provider passes: silence is not failure, a proven no is a no, and secrets stay secret. */
export function connectorContract(contract: ProviderContract): void {
  const { definition } = contract;
  let stub: Stub;
  const benches: Bench[] = [];
  const told: string[] = [];
  const open: Open = (url = stub.url, limits = {}, deadlineMs = PATIENT_MS) => {
    const bench = openBench({
      definition,
      settings: contract.settings(url),
      wallet: contract.wallet ?? null,
      ...(contract.clock ? { clock: contract.clock } : {}),
      limits,
      deadlineMs,
    });
    benches.push(bench);
    return bench;
  };

  describe(`${definition.code}: the contract of every connector`, () => {
    beforeAll(async () => {
      stub = await startStub();
    });
    afterEach(async () => {
      for (const bench of benches.splice(0)) {
        told.push(...bench.log, JSON.stringify(bench.exchanges));
        await bench.close();
      }
    });
    afterAll(() => stub.close());

    for (const write of contract.writes) describe(write.name, () => writeCases(write, () => stub, open));
    for (const read of contract.reads) describe(read.name, () => readCases(read, () => stub, open));

    it('lets no secret into a log line or a recorded exchange', () => {
      expect(told.length).toBeGreaterThan(contract.writes.length * 5);
      const everything = told.join('\n');
      for (const secret of contract.secrets) {
        expect(isTold(secret, everything), `"${secret.slice(0, 3)}…" was told`).toBe(false);
        expect(isTold(encodeURIComponent(secret), everything)).toBe(false);
      }
    });
  });
}

type Open = (url?: string, limits?: object, deadlineMs?: number) => Bench;
const patience = (script: Script | undefined): number => (script === 'SILENCE' ? SHORT_MS : PATIENT_MS);

function writeCases(write: ContractWrite, stub: () => Stub, open: Open): void {
  const play: Play = async (...scripts) => {
    const bench = open(undefined, {}, patience(scripts[0]));
    stub().play(...scripts);
    return { outcome: await write.run(bench.connector, bench.call), bench };
  };

  it('is accepted as documented', async () => {
    const { outcome } = await play(...write.accepted);
    expect(outcome).toMatchObject({ kind: 'accepted' });
  });

  it('ignores fields that were invented later', async () => {
    const { outcome } = await play(...write.accepted);
    const grown = await play(...write.accepted.map(withExtraFields));
    expect(grown.outcome).toEqual(outcome);
  });

  const unclear: [string, Script, string][] = [
    ['the deadline passes', 'SILENCE', 'DEADLINE'],
    ['the connection is reset after sending', 'RESET', 'CONNECTION_LOST'],
    ['the answer breaks off', 'HALF', 'CONNECTION_LOST'],
    ['the provider answers 500', { status: 500, body: '{}' }, 'SERVER_ERROR'],
    ['the provider answers 503 in HTML', { ...GARBAGE, status: 503 }, 'SERVER_ERROR'],
    ['the body cannot be read', GARBAGE, 'UNREADABLE'],
    ['the body is empty', { status: 200, body: '' }, 'UNREADABLE'],
  ];
  const told = write.statusAlone ? unclear.filter(([, , why]) => why !== 'UNREADABLE') : unclear;
  it.each(told)('is unknown, and sent once, when %s', async (_when, script, why) => {
    const { outcome } = await play(script);
    expect(outcome).toMatchObject({ kind: 'unknown', why });
    expect(stub().seen.length).toBe(1);
  });

  if (write.statusAlone)
    it.each([GARBAGE, { status: 200, body: '' }])('is accepted whatever the body says', async (script) => {
      const { outcome } = await play(script);
      expect(outcome.kind).toBe('accepted');
    });

  it(`is ${write.anyRefusal ? 'rejected' : 'unknown'} when the HTTP status is not documented`, async () => {
    const { outcome } = await play({ status: 418, body: '{"meta":{"code":418}}' });
    expect(outcome.kind).toBe(write.anyRefusal ? 'rejected' : 'unknown');
  });

  it('is not sent when nobody listens', async () => {
    const bench = open(await closedUrl());
    expect(await write.run(bench.connector, bench.call)).toMatchObject({ kind: 'notSent', why: 'CONNECTION_FAILED' });
  });

  it('is not sent while the circuit is open, and says when to come back', async () => {
    const bench = open(stub().url, { breakAfter: 1, breakMs: 60_000 });
    stub().play({ status: 500, body: '{}' });
    await write.run(bench.connector, bench.call);
    const outcome = await write.run(bench.connector, bench.call);
    expect(outcome).toMatchObject({ kind: 'notSent', why: 'CIRCUIT_OPEN', retryAt: expect.any(Date) });
    expect(stub().seen.length).toBe(1);
    expect(bench.connectors.health(bench.connector).openCircuits.length).toBe(1);
  });

  provenCases(write, play);
  if (write.upstreamId) sameIdCase(write, stub, open);
}

type Play = (...scripts: Script[]) => Promise<{ outcome: Outcome<unknown>; bench: Bench }>;

/** What an answer proves, and what it does not. */
function provenCases(write: ContractWrite, play: Play): void {
  it('is rejected with its code and its remedy', async () => {
    const { outcome } = await play(write.refusal.answer);
    const { providerCode, remedy } = write.refusal;
    expect(outcome).toMatchObject({ kind: 'rejected', refusal: { providerCode, remedy } });
  });

  if (write.missingField)
    it('is unknown when a promised field is missing', async () => {
      const { outcome } = await play(write.missingField ?? 'RESET');
      expect(outcome).toMatchObject({ kind: 'unknown', why: 'MISSING_FIELD' });
    });

  if (write.unmapped)
    it('is unknown, and logged, when the status is in no table', async () => {
      const { outcome, bench } = await play(write.unmapped ?? 'RESET');
      expect(outcome).toMatchObject({ kind: 'unknown', why: 'UNMAPPED_STATUS' });
      expect(bench.log.some((line) => line.includes('unmapped'))).toBe(true);
    });

  if (write.wrongEcho)
    it('is never accepted when the answer speaks of something else', async () => {
      for (const script of write.wrongEcho ?? []) {
        const { outcome } = await play(script);
        const safe =
          outcome.kind === 'unknown' || (outcome.kind === 'rejected' && outcome.refusal.errorCode === 'CONFLICT');
        expect(
          safe,
          JSON.stringify(outcome, (_key, value) => (typeof value === 'bigint' ? String(value) : value)),
        ).toBe(true);
      }
    });
}

function sameIdCase(write: ContractWrite, stub: () => Stub, open: Open): void {
  it('carries the same id when it is repeated', async () => {
    const bench = open();
    stub().play('RESET', ...write.accepted);
    await write.run(bench.connector, bench.call);
    await write.run(bench.connector, bench.call);
    const ids = stub().seen.map((request) => write.upstreamId?.(request));
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(1);
  });
}

function readCases(read: ContractRead, stub: () => Stub, open: Open): void {
  const failing = async (script: Script, url?: string): Promise<unknown> => {
    const bench = open(url, {}, patience(script));
    stub().play(script);
    return read.run(bench.connector, bench.call).then(
      () => expect.unreachable('the read should have thrown'),
      (error: unknown) => error,
    );
  };

  it('answers the same when fields were invented later', async () => {
    const bench = open();
    stub().play(read.answer);
    const value = await read.run(bench.connector, bench.call);
    stub().play(withExtraFields(read.answer));
    expect(await read.run(bench.connector, bench.call)).toEqual(value);
  });

  it('is repeated after a fault that passes', async () => {
    const bench = open();
    stub().play({ status: 502, body: '' }, read.answer);
    await read.run(bench.connector, bench.call);
    expect(stub().seen.length).toBe(2);
  });

  it.each(['SILENCE', 'RESET', 'HALF'] as const)(
    'throws ProviderUnavailable when the answer does not come (%s)',
    async (script) => {
      expect(await failing(script)).toBeInstanceOf(ProviderUnavailable);
    },
  );

  it('throws ProviderUnavailable when nobody listens', async () => {
    expect(await failing('RESET', await closedUrl())).toMatchObject({ why: 'CONNECTION_FAILED', mayHaveActed: false });
  });

  it('throws ProtocolError when the body cannot be read or a promised field is missing', async () => {
    expect(await failing(GARBAGE)).toBeInstanceOf(ProtocolError);
    expect(await failing(read.missingField)).toMatchObject({ why: 'MISSING_FIELD' });
  });

  it('throws the documented refusal, once', async () => {
    const error = await failing(read.refusal.answer);
    expect(error).toBeInstanceOf(ProviderRejected);
    expect((error as ProviderRejected).refusal.providerCode).toBe(read.refusal.providerCode);
    expect(stub().seen.length).toBe(1);
  });
}

/** A few digits may be among those of a duration by chance; they are told when they stand alone. */
const isTold = (secret: string, everything: string): boolean =>
  /^\d{1,7}$/.test(secret) ? new RegExp(`(?<!\\d)${secret}(?!\\d)`).test(everything) : everything.includes(secret);
