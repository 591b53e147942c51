import type { Tx } from '../db/client.ts';
import { assert, present } from '../lib/assert.ts';
import type { LedgerAccountRef } from './account.ts';
import { reversed } from './entries.ts';
import { accountColumns } from './holds.ts';
import type { JournalEntryDraft } from './posting.ts';

interface MovedLine {
  partnerId: string;
  debit: LedgerAccountRef;
  credit: LedgerAccountRef;
  amount: bigint;
}

/**
 * The entry that undoes another one, ready to be posted. Its reference is the entry that it undoes, so an entry is undone
 * once: posting the same reversal again is a replay. Redoing is undoing the reversal.
 * @param entryId what to undo
 * @param about what the reversal says of itself
 * @throws InvariantError when the entry does not exist or moved nothing (reserving and releasing leave nothing to undo)
 */
export async function reversalOf(
  tx: Tx,
  entryId: string,
  about: { paymentId: string | null; occurredAt: Date },
): Promise<JournalEntryDraft> {
  const lines = await tx.$queryRaw<MovedLine[]>`
    SELECT j.partner_id AS "partnerId", ${accountColumns('d')} AS debit, ${accountColumns('c')} AS credit,
      p.amount_minor AS amount
    FROM journal_entry j JOIN posting p ON p.entry_id = j.id
    JOIN ledger_account d ON d.id = p.debit_account_id JOIN ledger_account c ON c.id = p.credit_account_id
    WHERE j.id = ${entryId} AND p.kind IN ('POST', 'CAPTURE') ORDER BY p.number`;
  assert(lines.length > 0, `entry ${entryId} does not exist or moved nothing, so it cannot be undone`);
  const { partnerId } = present(lines[0], 'a line');
  return reversed({ partnerId, reference: entryId, ...about, entryId, postings: lines });
}
