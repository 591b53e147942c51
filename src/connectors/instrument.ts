import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ExponentialBackoff, handleWhen, isBrokenCircuitError, isBulkheadRejectedError, retry } from 'cockatiel';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { ProviderDefinition, Upstream, UpstreamCall } from './connector.ts';
import { type HttpAnswer, type HttpClient, HttpFailure } from './http.ts';
import type { Pass } from './lane.ts';
import type { Limits, Monitor } from './monitor.ts';
import { ProtocolError, ProviderRejected, ProviderUnavailable, type Trouble } from './outcome.ts';
import { maskAnswer, maskRequest, type Recorder } from './recorder.ts';

/** Counters of all providers, by provider and documented operation. */
export interface ConnectorMetrics {
  requests: Counter<'provider' | 'operation' | 'outcome'>;
  seconds: Histogram<'provider' | 'operation'>;
  queue: Gauge<'provider' | 'operation'>;
  held: Counter<'provider' | 'operation' | 'outcome'>;
}

/** Registers the connectors' metrics once in this registry. */
export function createMetrics(register: Registry): ConnectorMetrics {
  return {
    requests: new Counter({
      name: 'koshel_provider_requests_total',
      help: 'Requests to providers, retries included, by what came of them',
      labelNames: ['provider', 'operation', 'outcome'],
      registers: [register],
    }),
    seconds: new Histogram({
      name: 'koshel_provider_request_seconds',
      help: 'From the first byte sent to the last byte read',
      labelNames: ['provider', 'operation'],
      buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10],
      registers: [register],
    }),
    queue: new Gauge({
      name: 'koshel_provider_queue',
      help: 'Requests that wait for their turn at the rate that the provider allows',
      labelNames: ['provider', 'operation'],
      registers: [register],
    }),
    held: new Counter({
      name: 'koshel_provider_held_total',
      help: 'Requests that the rate of the provider has held up: delayed, or refused before sending',
      labelNames: ['provider', 'operation', 'outcome'],
      registers: [register],
    }),
  };
}

/** What every call of a provider goes through. */
export interface Instruments {
  http: HttpClient;
  monitor: Monitor;
  metrics: ConnectorMetrics;
  limits: Limits;
  clock: Clock;
  log: Log;
}

/**
 * The way to one provider: span, metrics, log line and recording around each try; a concurrency limit and a circuit
 * breaker per operation before it; the provider's rates before these, so that who waits for his turn keeps no place from
 * others; and repetition of safe reads, and of nothing else, around it all.
 */
export function createUpstream(definition: ProviderDefinition, instruments: Instruments): Upstream {
  const { monitor, limits } = instruments;
  const provider = definition.code;
  const again = retry(handleWhen(worthRepeating), {
    maxAttempts: limits.retries,
    backoff: new ExponentialBackoff({ initialDelay: limits.retryDelayMs, maxDelay: limits.retryDelayMs * 10 }),
  });
  return {
    perMinute: (operation) => monitor.pace.perMinute(operation),
    call(call, recorder) {
      const send = async (ask: typeof call) => {
        try {
          return await monitor.policyOf(call.operation).execute(() => tryOnce(definition, instruments, ask, recorder));
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          const about = { provider, operation: call.operation, mayHaveActed: false };
          if (isBrokenCircuitError(error)) {
            throw new ProviderUnavailable(`${provider} is not answering ${call.operation}; nothing was sent.`, {
              ...about,
              why: 'CIRCUIT_OPEN',
              retryAt: monitor.closedUntil(call.operation),
            });
          }
          if (isBulkheadRejectedError(error))
            throw new ProviderUnavailable(`Too many requests to ${provider} are waiting; nothing was sent.`, {
              ...about,
              why: 'OVERLOADED',
            });
          throw error;
        }
      };
      const once = () => inTurn(provider, instruments, call, send);
      return call.safe ? again.execute(once) : once();
    },
  };
}

/** Faults that pass by themselves, at once. Whoever was too slow, shut out or crowded out would only be so again. */
const passing = new Set<Trouble>(['CONNECTION_FAILED', 'CONNECTION_LOST', 'SERVER_ERROR']);
const worthRepeating = (error: Error): boolean => error instanceof ProviderUnavailable && passing.has(error.why);

/** Sends a call when it has its turn, and tells the rates what came of it. @throws ProviderUnavailable, and what `send` throws */
async function inTurn<T>(
  provider: string,
  instruments: Instruments,
  call: UpstreamCall<T>,
  send: (call: UpstreamCall<T>) => Promise<T>,
): Promise<T> {
  const { operation } = call;
  const pass = await turnOf(provider, instruments, call);
  const read = (answer: HttpAnswer) => {
    const until = pass.answered(answer);
    if (until) instruments.log.warn({ provider, operation, status: answer.status, until }, 'a wallet is shut out');
    return call.read(answer);
  };
  let sent = true;
  try {
    return await send({ ...call, read });
  } catch (error) {
    sent = !(error instanceof ProviderUnavailable) || error.mayHaveActed;
    throw error;
  } finally {
    pass.leave(sent);
  }
}

async function turnOf(provider: string, { monitor, metrics }: Instruments, call: UpstreamCall<unknown>): Promise<Pass> {
  const labels = { provider, operation: call.operation };
  try {
    const turn = monitor.pace.enter(call);
    if (!(turn instanceof Promise)) return turn;
    metrics.queue.inc(labels);
    const pass = await turn.finally(() => metrics.queue.dec(labels));
    metrics.held.inc({ ...labels, outcome: 'delayed' });
    return pass;
  } catch (error) {
    metrics.held.inc({ ...labels, outcome: 'refused' });
    throw error;
  }
}

async function tryOnce<T>(
  definition: ProviderDefinition,
  instruments: Instruments,
  call: UpstreamCall<T>,
  recorder: Recorder | undefined,
): Promise<T> {
  const { clock, http } = instruments;
  const attributes = { 'koshel.provider': definition.code, 'koshel.operation': call.operation };
  const span = trace
    .getTracer('koshel.connectors')
    .startSpan(`${definition.code} ${call.operation}`, { kind: SpanKind.CLIENT, attributes });
  const startedAt = clock.now();
  const started = performance.now();
  let answer: HttpAnswer | null = null;
  let failed: unknown = null;
  try {
    answer = await http.send(call.request);
    return call.read(answer);
  } catch (error) {
    failed = typed(error, definition.code, call.operation);
    throw failed;
  } finally {
    const durationMs = performance.now() - started;
    report(definition, instruments, call, { span, durationMs, answer, failed });
    if (recorder) keep(definition, instruments.log, call, recorder, { startedAt, durationMs, answer, failed });
  }
}

const troubles: Record<HttpFailure['kind'], Trouble> = {
  CONNECTION_FAILED: 'CONNECTION_FAILED',
  DEADLINE: 'DEADLINE',
  CONNECTION_LOST: 'CONNECTION_LOST',
  TOO_LARGE: 'UNREADABLE',
};

/** Whatever went wrong, as one of the port's errors. A defect in reading an answer is an answer that we cannot read. */
function typed(error: unknown, provider: string, operation: string): unknown {
  if (error instanceof ProviderRejected || error instanceof ProviderUnavailable) return error;
  if (error instanceof HttpFailure) {
    return new ProviderUnavailable(`${provider} ${operation}: ${error.message}.`, {
      provider,
      operation,
      why: troubles[error.kind],
      mayHaveActed: error.maybeSent,
      cause: error,
    });
  }
  return new ProtocolError(`${provider} ${operation}: the answer could not be read.`, {
    provider,
    operation,
    why: 'UNREADABLE',
    cause: error,
  });
}

interface Result {
  durationMs: number;
  answer: HttpAnswer | null;
  failed: unknown;
}

function report(
  definition: ProviderDefinition,
  { monitor, metrics, log }: Instruments,
  call: UpstreamCall<unknown>,
  { span, durationMs, answer, failed }: Result & { span: Span },
): void {
  const labels = { provider: definition.code, operation: call.operation };
  const outcome = outcomeLabel(failed);
  const wellMeant = outcome === 'ok' || outcome === 'rejected';
  monitor.record(wellMeant, durationMs);
  metrics.requests.inc({ ...labels, outcome });
  metrics.seconds.observe(labels, durationMs / 1000);
  if (answer) span.setAttribute('http.response.status_code', answer.status);
  if (!wellMeant) span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
  span.end();
  const line = {
    ...labels,
    outcome,
    status: answer?.status ?? null,
    ms: Math.trunc(durationMs),
    ...(failed instanceof ProviderRejected ? { providerCode: failed.refusal.providerCode } : {}),
    ...(failed instanceof ProviderUnavailable
      ? { why: failed.why, cause: causeOf(failed), detail: failed.message }
      : {}),
  };
  if (wellMeant) log.debug(line, 'provider call');
  else log.warn(line, 'provider call failed');
}

function outcomeLabel(failed: unknown): string {
  if (failed === null) return 'ok';
  if (failed instanceof ProviderRejected) return 'rejected';
  if (failed instanceof ProtocolError) return 'protocol_error';
  return failed instanceof ProviderUnavailable && !failed.mayHaveActed ? 'not_sent' : 'unavailable';
}

/** The class and code of the underlying error: its message could quote an answer. */
function causeOf(error: ProviderUnavailable): string | null {
  const inner = error.cause instanceof HttpFailure ? error.cause.cause : error.cause;
  if (!(inner instanceof Error)) return null;
  return 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.name;
}

function keep(
  { code, masking }: ProviderDefinition,
  log: Log,
  call: UpstreamCall<unknown>,
  recorder: Recorder,
  { startedAt, durationMs, answer, failed }: Result & { startedAt: Date },
): void {
  const hide = call.hide ?? [];
  try {
    recorder.exchange({
      provider: code,
      operation: call.operation,
      startedAt,
      durationMs,
      request: maskRequest(call.request, masking, hide),
      answer: answer ? maskAnswer(answer, masking, hide) : null,
      failure: failed instanceof ProviderUnavailable ? failed.why : null,
    });
  } catch (error) {
    // the call has been made: losing its recording must not lose its outcome
    log.error({ provider: code, operation: call.operation, err: error }, 'an exchange could not be recorded');
  }
}
