import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Call } from '../../../src/connectors/connector.ts';
import type { Outcome } from '../../../src/connectors/outcome.ts';
import { qiwi } from '../../../src/connectors/qiwi/index.ts';
import type { Connector } from '../../../src/connectors/registry.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { type Bench, openBench } from '../kit.ts';
import { type Script, type Stub, startStub } from '../stub.ts';
import { answerOf, documented, golden, sent } from './golden.ts';

export let stub: Stub;
export let bench: Bench;

/** Starts the stub for a file of golden tests, and closes what each test has opened. */
export function goldenTests(): void {
  beforeAll(async () => {
    stub = await startStub();
  });
  afterEach(() => bench.close());
  afterAll(() => stub.close());
}

interface Options {
  /** Which of the documented requests this is; null: none, do not compare. */
  request?: number | null;
  /** The wallet, where the path does not tell. */
  number?: string;
  /** What is played; the documented answer when left out. */
  answers?: Script[];
  clock?: Clock;
}

/** Opens the connector for a wallet whose keys are those of a documented `Authorization`. */
export function openFor(number: string, authorization: string, clock?: Clock): Bench {
  const key = authorization.replace(/^Bearer /, '');
  bench = openBench({
    definition: qiwi,
    settings: { baseUrl: stub.url },
    wallet: { number, credentials: { token: key, p2pSecretKey: key } },
    ...(clock ? { clock } : {}),
  });
  return bench;
}

/** Plays the documented answer of an operation and answers what the connector made of it, having compared the request. */
export async function play(
  id: string,
  run: (connector: Connector, call: Call) => Promise<unknown> | undefined,
  { request = 0, number, answers, clock }: Options = {},
): Promise<unknown> {
  const { requests } = golden(id);
  const example = requests[request ?? 0];
  const wallet = number ?? /\/persons\/(\d+)/.exec(example?.path ?? '')?.[1] ?? '79115221133';
  openFor(wallet, example?.headers['authorization'] ?? '', clock);
  stub.play(...(answers ?? [answerOf(id)]));
  const result = await run(bench.connector, bench.call);
  if (request !== null) expect(sent(stub.seen[0])).toEqual(documented(id, request));
  return result;
}

/** The value of an outcome that has to be accepted. */
export const value = (outcome: unknown): unknown => {
  expect(outcome).toMatchObject({ kind: 'accepted' });
  return (outcome as Outcome<unknown> & { value: unknown }).value;
};
