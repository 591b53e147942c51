import type { Deps } from '../deps.ts';
import { startDailyComparisons } from '../domain/credit/start-comparisons.ts';

/** Begins to compare the lists of lenders with the sessions here, each night; the job `reconcile` does it. */
export const compareCredit = (deps: Deps): Promise<void> => startDailyComparisons(deps);
