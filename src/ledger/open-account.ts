import type { Tx } from '../db/client.ts';
import { LedgerAccountKind } from '../db/generated/enums.ts';
import type { LedgerAccountRef } from './account.ts';

/** Makes accounts before their first posting, so that others can refer to them; those that exist stay as they are. */
export async function openAccounts(tx: Tx, accounts: LedgerAccountRef[]): Promise<void> {
  const data = accounts.map((ref) => ({ ...ref, kind: LedgerAccountKind[ref.kind] }));
  await tx.ledgerAccount.createMany({ data, skipDuplicates: true });
}

/**
 * Closes accounts for good if nothing is in them and nothing is held: later postings are refused.
 * @returns the ids of those that hold money or a hold; when there are any, none was closed
 */
export async function closeAccounts(tx: Tx, ids: string[], now: Date): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string; empty: boolean }[]>`
    SELECT id, posted_debits = posted_credits AND pending_debits = 0 AND pending_credits = 0 AS empty
    FROM ledger_account WHERE id = ANY (${ids}) ORDER BY id COLLATE "C" FOR NO KEY UPDATE`;
  const filled = rows.filter((row) => !row.empty).map((row) => row.id);
  if (filled.length === 0) await tx.ledgerAccount.updateMany({ where: { id: { in: ids } }, data: { closedAt: now } });
  return filled;
}
