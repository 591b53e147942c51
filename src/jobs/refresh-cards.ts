import type { JobPayloads } from '../db/job-queue.ts';
import type { Deps } from '../deps.ts';
import { findPaidCards } from '../domain/card/find-paid-cards.ts';

/** Looks for cards that were paid for until their provider lists them. */
export const refreshCards = (deps: Deps, payload: JobPayloads['refresh-cards']): Promise<void> =>
  findPaidCards(deps, payload);
