import type { Rate } from '../pace.ts';

/** A hundred lists of payments in a minute for one wallet; one more, and it gets none for five minutes (contract 1.7, trap T5). */
export const rates: readonly Rate[] = [{ operations: ['HIS-1'], perMinute: 100, per: 'WALLET', shutMs: 5 * 60_000 }];
