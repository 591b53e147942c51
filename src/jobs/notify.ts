import type { JobPayloads } from '../db/job-queue.ts';
import type { Deps } from '../deps.ts';
import { deliverNext } from '../domain/notification/deliver-next.ts';

/** Tells a customer what is due, message by message. */
export async function notify(deps: Deps, { customerId }: JobPayloads['notify']): Promise<void> {
  while (await deliverNext(deps, customerId));
}
