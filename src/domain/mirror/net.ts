import type { Tx } from '../../db/client.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';

/** What the books say that a payment has moved on a wallet's account in one currency, minor units; above zero came in. */
export async function netOf(tx: Tx, paymentId: string, { id }: WalletWithAccounts, currency: string): Promise<bigint> {
  const rows = await tx.$queryRaw<{ net: string | null }[]>`
    SELECT sum(l.amount_minor)::text AS net
    FROM journal_entry j JOIN account_line l ON l.entry_id = j.id
    JOIN wallet_account a ON a.ledger_account_id = l.account_id
    WHERE j.payment_id = ${paymentId} AND a.wallet_id = ${id} AND a.currency = ${currency}`;
  return BigInt(rows[0]?.net ?? '0');
}
