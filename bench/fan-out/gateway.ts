import { pino } from 'pino';
import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { sqlTransaction } from '../../src/db/sql-transaction.ts';
import { appendEventsInGroup } from '../../src/events/append-in-group.ts';
import { cpuUsed, weigh } from './spent.ts';

/** What the parent wants of a server; one event (`frame` is what a plain broadcast sends) is answered with when it was published. */
export type ServerCommand =
  | { do: 'happen'; partnerId: string; walletId: string; frame?: string }
  | { do: 'cpu' }
  | { do: 'weigh' }
  | { do: 'subscriptions' };

/** The real gateway in a process of its own. One key has all subscribers here, which the usual limits are too small for. */
const app = await startApp(loadConfig(), {
  log: pino({ level: 'warn' }),
  limits: { socketsPerCaller: 20_000, subscriptionsPerCaller: 20_000 },
});
const { deps } = app;
let publishedAt = 0n;
let told: (() => void) | null = null;
deps.hub.onPublish(() => {
  publishedAt = process.hrtime.bigint();
  told?.();
});

/** As a transaction of transfers appends it: through the outbox, the sequencer, the log and the tail to the hub. */
async function happen(partnerId: string, walletId: string): Promise<void> {
  const now = deps.clock.now();
  const data = { kind: 'wallet' as const, walletId, status: 'ACTIVE' };
  const about = { partnerId, audience: [], walletIds: [walletId], paymentId: null, occurredAt: now };
  const published = new Promise<void>((resolve) => {
    told = resolve;
  });
  await sqlTransaction(deps.db, (sql) => appendEventsInGroup(sql, [{ ...about, type: 'WALLET_UPDATED', data }], now));
  await published;
  process.send?.(String(publishedAt));
}

async function subscriptions(): Promise<number> {
  const text = await deps.metrics.getSingleMetricAsString('koshel_subscriptions');
  return [...text.matchAll(/^koshel_subscriptions\{.*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}

process.on('message', (command: ServerCommand) => {
  if (command.do === 'cpu') process.send?.(cpuUsed());
  else if (command.do === 'weigh') process.send?.(weigh());
  else if (command.do === 'happen') void happen(command.partnerId, command.walletId);
  else void subscriptions().then((count) => process.send?.(count));
});
process.once('disconnect', () => {
  void app.stop().then(() => process.exit(0));
});
process.send?.(app.port);
