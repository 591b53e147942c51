import type { Deps } from '../deps.ts';
import { pruneNotifications } from '../domain/notification/prune-notifications.ts';
import { oldestUntold, pruneDeliveries } from '../domain/webhook-endpoint/prune-deliveries.ts';
import { pruneEvents } from '../events/log.ts';

const DAY_MS = 86_400_000;
const AT_A_TIME = 1_000;

/**
 * Retention: shortens the event log, the deliveries of its events, and the notifications that are done with, to what was recorded
 * in the days that the configuration keeps; events that an endpoint is still to be told of stay until it was. The books, payments and
 * their timelines are kept for ever.
 */
export async function prune({ db, clock, config, log }: Deps): Promise<void> {
  const before = new Date(clock.now().getTime() - config.eventRetentionDays * DAY_MS);
  const deliveries = await untilDone((limit) => pruneDeliveries(db, before, limit));
  const untold = await oldestUntold(db);
  const eventsBefore = untold && untold < before ? untold : before;
  const events = await untilDone((limit) => pruneEvents(db, eventsBefore, limit));
  const notifications = await untilDone((limit) => pruneNotifications(db, before, limit));
  log.info({ before, events, deliveries, notifications }, 'what is older than the retention was removed');
}

async function untilDone(remove: (limit: number) => Promise<number>): Promise<number> {
  let removed = 0;
  for (;;) {
    const count = await remove(AT_A_TIME);
    removed += count;
    if (count < AT_A_TIME) return removed;
  }
}
