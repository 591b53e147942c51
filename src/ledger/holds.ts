import type { Database, Tx } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { transaction } from '../db/transaction.ts';
import { present } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import type { LedgerAccountRef } from './account.ts';
import { type HoldPart, holdExpired } from './entries.ts';
import { postEntries } from './post.ts';

/** An account as the books have it, in the form that postings want. */
export const accountColumns = (alias: 'd' | 'c') => {
  const a = Prisma.raw(alias);
  return Prisma.sql`jsonb_build_object('id', ${a}.id, 'partnerId', ${a}.partner_id, 'code', ${a}.code, 'kind', ${a}.kind,
    'currency', ${a}.currency, 'walletId', ${a}.wallet_id, 'overdraft', ${a}.overdraft)`;
};

interface HoldRow {
  id: string;
  partnerId: string;
  paymentId: string | null;
  amount: bigint;
  debit: LedgerAccountRef;
  credit: LedgerAccountRef;
}

const readOpen = (tx: Tx, which: Prisma.Sql) => tx.$queryRaw<HoldRow[]>`
  SELECT h.id, h.partner_id AS "partnerId", h.payment_id AS "paymentId", h.remaining_minor AS amount,
    ${accountColumns('d')} AS debit, ${accountColumns('c')} AS credit
  FROM hold h JOIN ledger_account d ON d.id = h.debit_account_id JOIN ledger_account c ON c.id = h.credit_account_id
  WHERE h.state = 'OPEN' AND ${which}`;

/**
 * What is still reserved for a payment, in full, ready to be captured or released. Empty when its holds are closed.
 * It locks nothing: what another transaction takes meanwhile is found out by the verdict of the posting.
 */
export async function openHolds(tx: Tx, paymentId: string): Promise<HoldPart[]> {
  const rows = await readOpen(tx, Prisma.sql`h.payment_id = ${paymentId} ORDER BY h.id`);
  return rows.map(({ id, debit, credit, amount }) => ({ id, debit, credit, amount }));
}

/** A hold that has run out; what was left of it is free again. */
export interface ExpiredHold {
  holdId: string;
  paymentId: string | null;
  entryId: string;
  amount: bigint;
}

/**
 * Releases holds whose time has passed, each with its own HOLD_EXPIRED entry, oldest first.
 * The hold's id is the entry's reference, so two runs at once expire each hold once; a hold that is captured meanwhile is
 * refused by the books and left alone.
 * @param limit holds at most in one run
 * @returns what this run has expired
 */
export async function expireHolds(
  { db, clock }: { db: Database; clock: Clock },
  limit: number,
): Promise<ExpiredHold[]> {
  const now = clock.now();
  return transaction(db, async (tx) => {
    const due = await readOpen(tx, Prisma.sql`h.expires_at <= ${now} ORDER BY h.expires_at, h.id LIMIT ${limit}`);
    if (due.length === 0) return [];
    const drafts = due.map(({ id, partnerId, paymentId, amount, debit, credit }) => {
      const about = { partnerId, currency: debit.currency, reference: id, paymentId, occurredAt: now };
      return holdExpired({ ...about, hold: { id, debit, credit, amount } });
    });
    const { verdicts } = await postEntries(tx, drafts);
    return verdicts.flatMap(({ verdict, entryId }, index) => {
      const { id, paymentId, amount } = present(due[index], 'the hold of a verdict');
      return verdict === 'POSTED' ? [{ holdId: id, paymentId, entryId, amount }] : [];
    });
  });
}
