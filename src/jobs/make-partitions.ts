import { makePartitions } from '../db/partitions.ts';
import type { Deps } from '../deps.ts';
import { exchangePartitions } from '../domain/payment/drop-exchanges.ts';
import { ledgerPartitions } from '../ledger/partitions.ts';

/** Makes the partitions of the months to come, long before their first row. */
export async function makePartitionsJob({ db, clock, log }: Deps): Promise<void> {
  const tables = [...ledgerPartitions, ...exchangePartitions];
  for (const { table, made, late } of await makePartitions(db, tables, clock.now())) {
    if (made.length > 0) log.info({ table, made }, 'partitions were made');
    if (late) log.warn({ table, made }, 'rows came before their partition was made; does this job run?');
  }
}
