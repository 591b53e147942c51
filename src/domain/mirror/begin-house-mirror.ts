import type { Tx } from '../../db/client.ts';
import type { ProviderAccount } from '../../db/generated/client.ts';
import { balanceOf } from '../../ledger/balance.ts';
import { houseMoved } from '../../ledger/entries.ts';
import { postEntries } from '../../ledger/post.ts';
import { assert } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { Money } from '../../money/money.ts';
import { beginMirror, type Opening } from './opening.ts';

/**
 * Books what the house wallet had before it was followed, and begins to follow it. Not while a payment through it is under way:
 * nobody could tell whether the provider's figure has it in it; then the next look begins.
 */
export async function beginHouseMirror(
  tx: Tx,
  { walletId, account }: { walletId: string; account: ProviderAccount },
  { money, opening }: { money: Money[]; opening: Opening },
  now: Date,
): Promise<void> {
  if ((await tx.walletMirror.count({ where: { walletId } })) > 0) return;
  const { id: providerAccountId, partnerId } = account;
  const open = { providerAccountId, status: 'PROCESSING' as const };
  if ((await tx.payment.count({ where: open })) > 0) return;
  const rows = await tx.walletAccount.findMany({ where: { walletId } });
  const ids = rows.map(({ ledgerAccountId }) => ledgerAccountId);
  const accounts = await tx.ledgerAccount.findMany({ where: { id: { in: ids } } });
  const books = new Map(accounts.map((row) => [row.currency, balanceOf(row.kind, row).posted]));
  const drafts = money.flatMap(({ currency, minor }) => {
    const amount = minor - (books.get(currency) ?? 0n);
    const about = { partnerId, currency, reference: newId('JournalEntry'), occurredAt: now };
    return amount === 0n ? [] : [houseMoved({ ...about, amount, providerAccountId })];
  });
  if (drafts.length > 0) {
    const { verdicts } = await postEntries(tx, drafts);
    assert(
      verdicts.every(({ verdict }) => verdict === 'POSTED'),
      'the ledger refused the opening balance of a house wallet',
    );
  }
  await beginMirror(tx, walletId, opening, now);
}
