import type { Database } from '../../src/db/client.ts';
import { type LedgerAccountRef, walletAccount } from '../../src/ledger/account.ts';
import { payoutCompleted, payoutHeld, topUpSettled, transferCompleted } from '../../src/ledger/entries.ts';
import { postEntries, type Verdict } from '../../src/ledger/post.ts';
import type { HoldRef, JournalEntryDraft } from '../../src/ledger/posting.ts';
import { reversalOf } from '../../src/ledger/reversal.ts';
import { sealBatch } from '../../src/ledger/seal.ts';
import { newId } from '../../src/lib/ids.ts';

/** When every entry of these tests happened in the world. */
export const occurredAt = new Date('2026-11-22T10:00:00Z');

/** A partner, and what all its entries say of themselves; each call brings a new reference. */
export function somePartner(currency = 'RUB') {
  const partnerId = newId('Partner');
  return { partnerId, about: () => ({ partnerId, currency, reference: newId('Payment'), occurredAt }) };
}

/** Posts entries in one call and returns their verdicts. */
export async function post(db: Database, ...entries: JournalEntryDraft[]): Promise<Verdict[]> {
  return (await postEntries(db.prisma, entries)).verdicts;
}

/** A new wallet with an amount in it. */
export async function richWallet(db: Database, partnerId: string, amount: bigint, currency = 'RUB'): Promise<string> {
  const walletId = newId('Wallet');
  await post(db, topUpSettled({ partnerId, currency, reference: newId('Payment'), occurredAt, amount, walletId }));
  return walletId;
}

/** The holds that a draft made, as later entries take them. */
export const holdsOf = (draft: JournalEntryDraft): (HoldRef & { amount: bigint })[] =>
  draft.postings.flatMap(({ holdId, debit, credit, amount }) =>
    holdId ? [{ id: holdId, debit, credit, amount }] : [],
  );

/** Everything in the books that money leaves a trace in, to show that nothing moved. */
export async function wholeBooks(db: Database): Promise<unknown> {
  const read = async (sql: string) => (await db.pool.query(sql)).rows;
  return {
    counters: await read(`SELECT id, posted_debits, posted_credits, pending_debits, pending_credits, lines, last_line_at
      FROM ledger_account WHERE lines > 0 ORDER BY id`),
    entries: await read('SELECT id, seq FROM journal_entry ORDER BY id'),
    postings: await read('SELECT entry_id, number FROM posting ORDER BY 1, 2'),
    lines: await read('SELECT account_id, number FROM account_line ORDER BY 1, 2'),
    holds: await read('SELECT id, remaining_minor, state, closed_at FROM hold ORDER BY id'),
    unsealed: await read('SELECT * FROM journal_unsealed ORDER BY seq'),
  };
}

/** Closes an account, as closing a wallet does. */
export async function closeAccount(db: Database, account: LedgerAccountRef): Promise<void> {
  await db.pool.query('UPDATE ledger_account SET closed_at = now() WHERE id = $1', [account.id]);
}

/** A little of everything: settled, transferred with a fee, held, captured in part, still open, expired, undone; sealed. */
export async function sampleBooks(db: Database) {
  const { partnerId, about } = somePartner();
  const [a, b] = [await richWallet(db, partnerId, 10_000n), newId('Wallet')];
  const transfer = transferCompleted({ ...about(), amount: 2_500n, fee: 25n, fromWalletId: a, toWalletId: b });
  const held = payoutHeld({
    ...about(),
    paymentId: newId('Payment'),
    amount: 1_000n,
    fee: 10n,
    walletId: a,
    providerAccountId: null,
  });
  await post(db, transfer, held);
  const [main, fee] = holdsOf(held);
  if (!main || !fee) throw new Error('a payout with a fee makes two holds');
  await post(db, payoutCompleted({ ...about(), holds: [{ ...main, amount: 400n }, fee] }));
  await post(db, await reversalOf(db.prisma, transfer.id, { paymentId: null, occurredAt }));
  await sealBatch(db, 1_000);
  const last = topUpSettled({ ...about(), amount: 7n, walletId: b });
  await post(db, last);
  return { partnerId, a, b, transfer, main, wallet: walletAccount(partnerId, a, 'RUB').id };
}
