import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client';
import type { DoorOutcome } from './door/door.ts';

/** What is counted about one operation. */
export interface OperationLabels {
  transport: string;
  /** The first field that was asked for, such as `Mutation.transferCreate`: a name of the schema, so their number is bounded. */
  operation: string;
  outcome: 'ok' | 'error';
}

/** Where the gauges look when they are read. */
export interface MetricSources {
  connections(): number;
  sockets(): number;
  eventStreams(): number;
  /** Seconds since this process last knew that it had published all events; null before that. */
  eventSilenceSeconds(): number | null;
  /** Seconds from recording to publication of the newest event; null before the first. */
  eventDelaySeconds(): number | null;
  pool(): { total: number; idle: number; waiting: number };
}

/** The process's metrics, in the Prometheus text format. */
export interface Metrics {
  registry: Registry;
  operation(labels: OperationLabels, seconds: number): void;
  /** A subscription began; call what is returned when it ends. */
  subscription(labels: { transport: string; operation: string }): () => void;
  /** A request was refused because its caller has sent too many. */
  rateLimited(policy: string): void;
  /** A request came to the front door. */
  door(outcome: DoorOutcome): void;
  /** A registered document was compiled. */
  compiled(): void;
}

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The edge's metrics.
 * @param registry the app's own, so that two apps in one process do not meet
 */
export function createMetrics(registry: Registry, sources: MetricSources): Metrics {
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'koshel_operation_duration_seconds',
    help: 'Queries and mutations by transport, first field and outcome',
    labelNames: ['transport', 'operation', 'outcome'],
    buckets: BUCKETS_SECONDS,
    registers,
  });
  const subscriptions = new Gauge({
    name: 'koshel_subscriptions',
    help: 'Open subscriptions by transport and field',
    labelNames: ['transport', 'operation'],
    registers,
  });
  const refusals = new Counter({
    name: 'koshel_rate_limited_total',
    help: 'Requests refused because their caller has sent too many, by what is counted: key, customer, address',
    labelNames: ['policy'],
    registers,
  });
  const compiled = new Counter({
    name: 'koshel_documents_compiled_total',
    help: 'Registered documents that were compiled, ahead of time or for their first request',
    registers,
  });
  const door = doorCounts(registry);
  gauge(registry, 'koshel_connections', 'Open connections, WebSockets among them', sources.connections);
  gauge(registry, 'koshel_websockets', 'Open WebSockets', sources.sockets);
  gauge(registry, 'koshel_event_streams', 'Readers of the event log in this process', sources.eventStreams);
  gauge(
    registry,
    'koshel_event_delay_seconds',
    'From recording to publication of the newest event',
    sources.eventDelaySeconds,
  );
  gauge(
    registry,
    'koshel_event_silence_seconds',
    'Since all recorded events were known to be published',
    sources.eventSilenceSeconds,
  );
  const pool = (key: 'total' | 'idle' | 'waiting') => () => sources.pool()[key];
  gauge(registry, 'koshel_pool_connections', 'Connections of the database pool', pool('total'));
  gauge(registry, 'koshel_pool_idle', 'Of these, idle', pool('idle'));
  gauge(registry, 'koshel_pool_waiting', 'Queries that wait for a connection', pool('waiting'));
  return {
    registry,
    operation: (labels, seconds) => durations.observe({ ...labels }, seconds),
    subscription(labels) {
      subscriptions.inc(labels);
      let open = true;
      return () => {
        if (open) subscriptions.dec(labels);
        open = false;
      };
    },
    rateLimited: (policy) => refusals.inc({ policy }),
    compiled: () => compiled.inc(),
    door: (outcome) => {
      door[outcome] += 1;
    },
  };
}

/** Plain numbers, read when they are asked for: this is counted for each request. */
function doorCounts(registry: Registry): Record<DoorOutcome, number> {
  const counts: Record<DoorOutcome, number> = { answered: 0, worded: 0, passed_on: 0 };
  new Counter({
    name: 'koshel_door_requests_total',
    help: 'Requests at the front door: answered there; run there and worded by the full server; passed on to it whole',
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(counts)) this.inc({ outcome }, count);
    },
  });
  return counts;
}

function gauge(registry: Registry, name: string, help: string, read: () => number | null): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read() ?? Number.NaN);
    },
  });
}
