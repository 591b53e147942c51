import type { Tx } from '../../db/client.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';

/** What the books say that a payment has moved on a wallet's account in one currency, minor units; above zero came in. */
export async function netOf(tx: Tx, paymentId: string, { id }: WalletWithAccounts, currency: string): Promise<bigint> {
  const rows = await tx.$queryRaw<{ net: string | null }[]>`
    SELECT sum(l.amount_minor)::text AS net
    FROM journal_entry j CROSS JOIN wallet_account a
    -- an entry's lines have its instant, by which an account's lines are found
    JOIN account_line l ON l.account_id = a.ledger_account_id AND l.recorded_at = j.recorded_at AND l.entry_id = j.id
    WHERE j.payment_id = ${paymentId} AND a.wallet_id = ${id} AND a.currency = ${currency}`;
  return BigInt(rows[0]?.net ?? '0');
}
