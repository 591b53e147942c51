import type { PartitionedTable } from '../db/partitions.ts';

/** The tables of the books that grow with every entry, each in partitions by month (docs/adr/0014-journal-partitions.md). */
export const ledgerPartitions: readonly PartitionedTable[] = [
  { table: 'journal_entry', key: { kind: 'id', of: 'JournalEntry' } },
  { table: 'posting', key: { kind: 'id', of: 'JournalEntry' } },
  { table: 'account_line', key: { kind: 'instant' } },
];
