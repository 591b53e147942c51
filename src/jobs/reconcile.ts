import type { JobPayloads } from '../db/job-queue.ts';
import type { Deps } from '../deps.ts';
import { reconcile as compare } from '../domain/mirror/reconcile.ts';

/** Compares a part of a provider's book with ours. */
export const reconcile = (deps: Deps, payload: JobPayloads['reconcile']): Promise<void> => compare(deps, payload);
