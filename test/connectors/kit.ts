import { Writable } from 'node:stream';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { Call, ProviderDefinition } from '../../src/connectors/connector.ts';
import type { Limits } from '../../src/connectors/monitor.ts';
import type { Exchange } from '../../src/connectors/recorder.ts';
import { type Connector, type Connectors, createConnectors } from '../../src/connectors/registry.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Money } from '../../src/money/money.ts';

/** One provider account, opened, with everything that it says and keeps. */
export interface Bench {
  connector: Connector;
  connectors: Connectors;
  metrics: Registry;
  log: string[];
  exchanges: Exchange[];
  balances: Money[];
  /** For whom calls are made; recorded. */
  call: Call;
  close(): Promise<void>;
}

export interface BenchOptions {
  definition: ProviderDefinition;
  settings: Record<string, string>;
  wallet?: Call['wallet'];
  clock?: Clock;
  limits?: Partial<Limits>;
  deadlineMs?: number;
}

/** Opens a connector with short deadlines, a log in memory and a recorder. */
export function openBench(options: BenchOptions): Bench {
  const log: string[] = [];
  const exchanges: Exchange[] = [];
  const balances: Money[] = [];
  const lines = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(chunk.toString());
      done();
    },
  });
  const metrics = new Registry();
  const connectors = createConnectors({
    clock: options.clock ?? { now: () => new Date() },
    log: pino({ level: 'trace' }, lines),
    metrics,
    http: { deadlineMs: options.deadlineMs ?? 5_000 },
    limits: { retries: 1, retryDelayMs: 1, ...options.limits },
    providers: [options.definition],
  });
  const connector = connectors.open({ id: 'account', provider: options.definition.code, settings: options.settings });
  const call: Call = {
    wallet: options.wallet ?? null,
    recorder: { exchange: (exchange) => exchanges.push(exchange) },
    onBalance: (balance) => balances.push(balance),
  };
  return { connector, connectors, metrics, log, exchanges, balances, call, close: () => connectors.close() };
}
