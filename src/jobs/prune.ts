import type { Database } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { pruneNotifications } from '../domain/notification/prune-notifications.ts';
import { dropExchanges } from '../domain/payment/drop-exchanges.ts';
import { oldestUntold, pruneDeliveries } from '../domain/webhook-endpoint/prune-deliveries.ts';
import { lastPosition, pruneEvents } from '../events/log.ts';
import { dropEventPartitions, eventPartitions, makeEventRoom } from '../events/partitions.ts';

const DAY_MS = 86_400_000;
const AT_A_TIME = 1_000;
/** Of a partition of this size events go row by row. */
const SMALL_PARTITION = 100_000n;

/**
 * Retention: shortens the event log, the deliveries of its events, and the notifications that are done with, to what was recorded
 * in the days that the configuration keeps; events that an endpoint is still to be told of stay until it was.
 * Drops the months of exchanges with providers that are older than they are kept. The books, payments and
 * their timelines are kept for ever.
 */
export async function prune({ db, clock, config, log }: Deps): Promise<void> {
  const before = new Date(clock.now().getTime() - config.eventRetentionDays * DAY_MS);
  const deliveries = await untilDone((limit) => pruneDeliveries(db, before, limit));
  const untold = await oldestUntold(db);
  const events = await shortenLog(db, untold && untold < before ? untold : before);
  await makeEventRoom(db);
  const notifications = await untilDone((limit) => pruneNotifications(db, before, limit));
  const exchanges = await dropExchanges(db, new Date(clock.now().getTime() - config.exchangeRetentionDays * DAY_MS));
  log.info({ before, events, deliveries, notifications, exchanges }, 'what is older than the retention was removed');
}

/**
 * Drops what is old in whole partitions. Of the oldest that stays, events go one by one where it is small or where it is also the
 * newest, so that it would not be left for long; otherwise it waits until all of it is old.
 */
async function shortenLog(db: Database, before: Date): Promise<number> {
  const dropped = await dropEventPartitions(db, before);
  const [oldest] = await eventPartitions(db);
  const end = await lastPosition(db);
  const single = oldest && (oldest.past - oldest.first <= SMALL_PARTITION || oldest.past > end);
  return Number(dropped) + (single ? await untilDone((limit) => pruneEvents(db, before, limit)) : 0);
}

async function untilDone(remove: (limit: number) => Promise<number>): Promise<number> {
  let removed = 0;
  for (;;) {
    const count = await remove(AT_A_TIME);
    removed += count;
    if (count < AT_A_TIME) return removed;
  }
}
