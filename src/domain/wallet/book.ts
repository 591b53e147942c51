import { type LedgerAccountRef, walletAccount } from '../../ledger/account.ts';

/** One currency of one wallet, as postings and their events name it. */
export interface WalletBook {
  partnerId: string;
  walletId: string;
  customerId: string | null;
  currency: string;
}

/** The ledger account that is the book. */
export const bookAccount = ({ partnerId, walletId, currency }: WalletBook): LedgerAccountRef =>
  walletAccount(partnerId, walletId, currency);
