import { setTimeout as delay } from 'node:timers/promises';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Deps } from '../deps.ts';
import { attemptDelivery, type Outgoing, readOutgoing } from '../domain/webhook-endpoint/attempt-delivery.ts';
import { type Claim, claimDeliveries } from '../domain/webhook-endpoint/claim-deliveries.ts';
import { fanOut, passOver } from '../domain/webhook-endpoint/fan-out.ts';
import { createAlarm } from '../lib/alarm.ts';
import { limitConcurrency } from '../lib/concurrency.ts';

/** Sends events to partners' endpoints, in this process; any number of processes share the work. */
export interface WebhookDelivery {
  /** Takes nothing new, and waits for what is under way. */
  stop(): Promise<void>;
}

/**
 * Who does not answer has places of its own: however many receivers are dead or slow, and however much waits for them, the
 * others' places are free.
 */
const lanes = [
  { strained: false, places: 512, perEndpoint: 8 },
  { strained: true, places: 64, perEndpoint: 1 },
] as const;
/** The net under the events of this process: what another one recorded, what is due again. */
const POLL_MS = 1_000;
/** What happens within this time is worked off together. */
const GATHER_MS = 20;
/** The same while there is no endpoint: whoever makes the first waits this long for its first event. */
const QUIET_MS = 250;
/** Work at the database at a time, so that requests find connections. */
const AT_DATABASE = 4;

/** All that is PENDING, by the two indexes that know it: of a table that is mostly history nothing else is read. */
const PENDING = `SELECT next_attempt_at FROM webhook_delivery WHERE state = 'PENDING' AND in_turn
  UNION ALL SELECT next_attempt_at FROM webhook_delivery WHERE next_attempt_at IS NOT NULL AND NOT in_turn`;

/** Starts carrying the log to the endpoints. */
export function startWebhookDelivery(deps: Deps): WebhookDelivery {
  const { log } = deps;
  const alarm = createAlarm();
  const count = createMetrics(deps);
  const atDatabase = limitConcurrency(AT_DATABASE);
  const underWay = new Map<Claim, { strained: boolean; done: Promise<void> }>();
  let stopping = false;
  const deaf = deps.hub.onPublish(alarm.ring);

  const send = async (outgoing: Outgoing) => {
    const { claim } = outgoing;
    const end = count.start();
    try {
      end(await attemptDelivery(deps, outgoing, atDatabase));
    } catch (error) {
      end('BROKEN');
      log.error({ err: error, deliveryId: claim.id }, 'a delivery could not be tried and will be when its lease ends');
    }
    underWay.delete(claim);
    alarm.ring();
  };
  const round = async (): Promise<number> => {
    if (await passOver(deps)) return QUIET_MS;
    while (await fanOut(deps, 'SKIP'));
    for (const { strained, places, perEndpoint } of lanes) {
      const limit = places - [...underWay.values()].filter((one) => one.strained === strained).length;
      const options = { limit, perEndpoint, strained, underWay: [...underWay.keys()] };
      const claims = limit > 0 ? await claimDeliveries(deps, options) : [];
      for (const outgoing of await readOutgoing(deps, claims))
        underWay.set(outgoing.claim, { strained, done: send(outgoing) });
    }
    return GATHER_MS;
  };
  const run = async () => {
    while (!stopping) {
      const pause = await round().catch((error: unknown) => {
        log.error({ err: error }, 'webhooks could not be looked for; again soon');
        return GATHER_MS;
      });
      await delay(pause);
      if (!stopping) await alarm.wait(POLL_MS);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping = true;
      alarm.ring();
      deaf();
      await running;
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}

function createMetrics({ db, clock, metrics }: Deps) {
  const registers = [metrics];
  const tries = new Counter({
    name: 'koshel_webhook_attempts_total',
    help: 'Tries at partners’ endpoints by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'koshel_webhook_attempt_duration_seconds',
    help: 'From taking a delivery to having written down what came of a try',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 30],
    registers,
  });
  new Gauge({
    name: 'koshel_webhook_deliveries_waiting',
    help: 'Deliveries that are to be sent: due now, waiting for their next try, or for another about the same object',
    labelNames: ['state'],
    registers,
    async collect() {
      const { rows } = await db.pool.query<{ state: string; count: number }>(
        `SELECT CASE WHEN next_attempt_at IS NULL THEN 'behind' WHEN next_attempt_at <= $1 THEN 'due' ELSE 'later' END AS state,
           count(*)::int FROM (${PENDING}) AS pending GROUP BY 1`,
        [clock.now()],
      );
      this.reset();
      for (const { state, count } of rows) this.set({ state }, count);
    },
  });
  return {
    start() {
      const stop = durations.startTimer();
      return (outcome: string) => {
        stop();
        tries.inc({ outcome: outcome.toLowerCase() });
      };
    },
  };
}
