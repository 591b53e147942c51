import type { JobPayloads } from '../db/job-queue.ts';
import type { Deps } from '../deps.ts';
import { followWaiting } from '../domain/invoice/follow-waiting.ts';

/** Asks about an invoice that waits to be paid at a provider, until it has ended. */
export const followInvoice = (deps: Deps, payload: JobPayloads['follow-invoice']): Promise<void> =>
  followWaiting(deps, payload);
