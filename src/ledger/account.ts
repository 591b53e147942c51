import { hash } from 'node:crypto';
import { idOf } from '../lib/ids.ts';

/** The five kinds of account. Assets and expenses grow by debits, the others by credits. */
export type LedgerAccountKind = 'ASSET' | 'LIABILITY' | 'INCOME' | 'EXPENSE' | 'EQUITY';

/**
 * An account of the chart, named by what it is for; it is made in the books when it is first posted to.
 * One account holds one currency of one partner.
 */
export interface LedgerAccountRef {
  id: string;
  partnerId: string;
  /** Unique and readable: `wallet:wal_…:RUB`. */
  code: string;
  kind: LedgerAccountKind;
  currency: string;
  walletId: string | null;
  /** May the balance on its normal side go below zero? Never for a customer's money. */
  overdraft: boolean;
}

type Chart = Pick<LedgerAccountRef, 'partnerId' | 'kind' | 'currency'> &
  Partial<Pick<LedgerAccountRef, 'walletId' | 'overdraft'>>;

const digest = Buffer.alloc(32);

/** The account's id follows from its code, so that nobody has to look it up before posting. */
function account(code: string, chart: Chart): LedgerAccountRef {
  // as text, because a buffer from hash() costs more than the hash
  digest.write(hash('sha256', code, 'binary'), 'latin1');
  const { partnerId, kind, currency, walletId = null, overdraft = true } = chart;
  return { id: idOf('LedgerAccount', digest), partnerId, code, kind, currency, walletId, overdraft };
}

/** A customer's money in one currency: what we owe them. Never below zero. */
export const walletAccount = (partnerId: string, walletId: string, currency: string): LedgerAccountRef =>
  account(`wallet:${walletId}:${currency}`, { partnerId, kind: 'LIABILITY', currency, walletId, overdraft: false });

/**
 * The same account for a wallet whose provider keeps the book and rules on what may be spent: here it only follows, so it may
 * be below zero until the provider's figure is read again. Made in this form when the wallet is; postings name it as any other.
 */
export const mirroredWalletAccount = (partnerId: string, walletId: string, currency: string): LedgerAccountRef => ({
  ...walletAccount(partnerId, walletId, currency),
  overdraft: true,
});

/**
 * Money at a provider: what the house wallet of a provider account holds, or a wallet that the provider keeps.
 * @param holderId the provider account's id, or that wallet's
 */
export const settlementAccount = (partnerId: string, holderId: string, currency: string): LedgerAccountRef =>
  account(`settlement:${holderId}:${currency}`, { partnerId, kind: 'ASSET', currency });

/** Money that has come in and not yet gone out: the middle of a transit. */
export const clearingAccount = (partnerId: string, currency: string): LedgerAccountRef =>
  account(`clearing:${partnerId}:${currency}`, { partnerId, kind: 'LIABILITY', currency });

/** Fees that we charge. */
export const feeIncomeAccount = (partnerId: string, currency: string): LedgerAccountRef =>
  account(`fee-income:${partnerId}:${currency}`, { partnerId, kind: 'INCOME', currency });

/** Fees that a provider charges us. */
export const feeExpenseAccount = (partnerId: string, currency: string): LedgerAccountRef =>
  account(`fee-expense:${partnerId}:${currency}`, { partnerId, kind: 'EXPENSE', currency });

/** The partner's own bank account and cash desk, through which money comes and goes without a provider. */
export const bankAccount = (partnerId: string, currency: string): LedgerAccountRef =>
  account(`bank:${partnerId}:${currency}`, { partnerId, kind: 'ASSET', currency });

/** What a lender owes the partner for goods sold on credit. */
export const lenderReceivableAccount = (
  partnerId: string,
  providerAccountId: string,
  currency: string,
): LedgerAccountRef =>
  account(`lender-receivable:${providerAccountId}:${currency}`, { partnerId, kind: 'ASSET', currency });

/** What we owe the partner for its sales. */
export const partnerPayableAccount = (partnerId: string, currency: string): LedgerAccountRef =>
  account(`partner-payable:${partnerId}:${currency}`, { partnerId, kind: 'LIABILITY', currency });

/** Where a proven movement stands until somebody has found out what it was. */
export const suspenseAccount = (partnerId: string, currency: string): LedgerAccountRef =>
  account(`suspense:${partnerId}:${currency}`, { partnerId, kind: 'LIABILITY', currency });
