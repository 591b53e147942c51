import { Logger, run, type Task } from 'graphile-worker';
import { Counter, Gauge } from 'prom-client';
import type { JobName, JobPayloads } from '../db/job-queue.ts';
import type { Deps } from '../deps.ts';
import { compareCredit } from './compare-credit.ts';
import { followCreditSession } from './follow-credit-session.ts';
import { followDowngradeJob } from './follow-downgrade.ts';
import { followInvoice } from './follow-invoice.ts';
import { handleWebhook } from './handle-webhook.ts';
import { makePartitionsJob } from './make-partitions.ts';
import { notify } from './notify.ts';
import { prune } from './prune.ts';
import { reconcile } from './reconcile.ts';
import { refreshCards } from './refresh-cards.ts';
import { registerWebhook } from './register-webhook.ts';
import { resolvePaymentJob } from './resolve-payment.ts';
import { sendReceipt } from './send-receipt.ts';
import { syncServices } from './sync-services.ts';

type Handlers = { [Name in JobName]: (deps: Deps, payload: JobPayloads[Name]) => Promise<void> };

/** Every job and what it does. A job that throws is tried again, later and later. */
const handlers: Handlers = {
  'resolve-payment': resolvePaymentJob,
  'handle-webhook': handleWebhook,
  'sync-services': syncServices,
  'send-receipt': sendReceipt,
  'register-webhook': registerWebhook,
  'refresh-cards': refreshCards,
  'follow-invoice': followInvoice,
  'follow-downgrade': followDowngradeJob,
  'follow-credit-session': followCreditSession,
  reconcile,
  'compare-credit': compareCredit,
  notify,
  'make-partitions': makePartitionsJob,
  prune,
};

/** Jobs that must not keep those about money waiting: they have workers of their own. */
const patient: readonly JobName[] = ['notify', 'make-partitions', 'prune', 'compare-credit'];
/** Every night; one that nobody was up for is made up for at the next start. Times are UTC. */
const CRONTAB = [
  '7 2 * * * make-partitions ?fill=1d',
  '47 2 * * * compare-credit ?fill=1d',
  '17 3 * * * prune ?fill=1d',
].join('\n');

export interface JobRunner {
  /** Finishes what runs, takes nothing new. */
  stop(): Promise<void>;
}

const CONCURRENCY = 4;
const PATIENT_CONCURRENCY = 2;
/** The net under LISTEN/NOTIFY. */
const POLL_MS = 1_000;

/** Starts working off the queue, in this process; any number of processes share one queue. */
export async function startJobs(deps: Deps): Promise<JobRunner> {
  const { db, log, metrics } = deps;
  const done = new Counter({
    name: 'koshel_jobs_total',
    help: 'Jobs by name and outcome',
    labelNames: ['job', 'outcome'],
    registers: [metrics],
  });
  registerQueueGauge(deps);
  const task =
    (name: JobName): Task =>
    async (payload) => {
      try {
        // the payload was written by addJob under the same name
        await handlers[name](deps, payload as never);
        done.inc({ job: name, outcome: 'ok' });
      } catch (error) {
        done.inc({ job: name, outcome: 'failed' });
        log.warn({ err: error, job: name }, 'a job failed and will be tried again');
        throw error;
      }
    };
  const lane = (names: readonly JobName[], concurrency: number, crontab: string) =>
    run({
      pgPool: db.pool,
      taskList: Object.fromEntries(names.map((name) => [name, task(name)])),
      concurrency,
      crontab,
      pollInterval: POLL_MS,
      noHandleSignals: true,
      logger: new Logger(() => (level, message) => {
        if (level === 'error' || level === 'warning') log.warn(message);
      }),
    });
  const urgent = (Object.keys(handlers) as JobName[]).filter((name) => !patient.includes(name));
  const lanes = [await lane(urgent, CONCURRENCY, ''), await lane(patient, PATIENT_CONCURRENCY, CRONTAB)];
  return {
    async stop() {
      await Promise.all(lanes.map((each) => each.stop()));
    },
  };
}

function registerQueueGauge({ db, metrics }: Deps): void {
  new Gauge({
    name: 'koshel_jobs_waiting',
    help: 'Jobs that wait, by name; those that have used up their tries count as stuck',
    labelNames: ['job', 'state'],
    registers: [metrics],
    async collect() {
      const { rows } = await db.pool.query<{ job: string; state: string; count: number }>(
        `SELECT task_identifier AS job, CASE WHEN attempts >= max_attempts THEN 'stuck' ELSE 'waiting' END AS state, count(*)::int
         FROM graphile_worker.jobs GROUP BY 1, 2`,
      );
      this.reset();
      for (const { job, state, count } of rows) this.set({ job, state }, count);
    },
  });
}
