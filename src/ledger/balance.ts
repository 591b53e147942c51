import type { Tx } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { LedgerAccountKind } from './account.ts';
import type { Counters } from './post.ts';

/** What stands on one ledger account, on its normal side, minor units. */
export interface Balance {
  accountId: string;
  currency: string;
  /** Settled. */
  posted: bigint;
  /** Reserved to go out. */
  pending: bigint;
  /** Spendable: posted − pending. */
  available: bigint;
}

/** A balance of a wallet: one per currency. */
export interface WalletBalance extends Balance {
  walletId: string;
}

interface CounterRow extends Counters {
  accountId: string;
  kind: LedgerAccountKind;
  currency: string;
}

/**
 * Posted, pending and available money on an account's normal side.
 * @param kind assets and expenses grow by debits, the others by credits
 */
export function balanceOf(kind: LedgerAccountKind, counters: Counters): Omit<Balance, 'accountId' | 'currency'> {
  const debitNormal = kind === 'ASSET' || kind === 'EXPENSE';
  const difference = counters.postedDebits - counters.postedCredits;
  const posted = debitNormal ? difference : -difference;
  const pending = debitNormal ? counters.pendingCredits : counters.pendingDebits;
  return { posted, pending, available: posted - pending };
}

const toBalance = ({ accountId, kind, currency, ...counters }: CounterRow): Balance => ({
  accountId,
  currency,
  ...balanceOf(kind, counters),
});

/**
 * The present balances of many wallets, in one statement.
 * @returns by wallet id, in order of currency; a wallet without an account has an empty list
 */
export async function walletBalances(tx: Tx, walletIds: readonly string[]): Promise<Map<string, WalletBalance[]>> {
  const rows = await tx.$queryRaw<(CounterRow & { walletId: string })[]>`
    SELECT a.holder AS "walletId", a.id AS "accountId", a.kind::text AS kind, a.currency,
      a.posted_debits AS "postedDebits", a.posted_credits AS "postedCredits",
      a.pending_debits AS "pendingDebits", a.pending_credits AS "pendingCredits"
    FROM (SELECT a.*, a.wallet_id AS holder FROM ledger_account a WHERE a.wallet_id = ANY (${walletIds}::text[])
      -- the book of a house wallet is an account of the partner's
      UNION ALL SELECT a.*, w.id FROM wallet w JOIN wallet_account x ON x.wallet_id = w.id
        JOIN ledger_account a ON a.id = x.ledger_account_id WHERE w.id = ANY (${walletIds}::text[]) AND w.house) a
    ORDER BY a.currency`;
  const balances = new Map<string, WalletBalance[]>(walletIds.map((id) => [id, []]));
  for (const { walletId, ...row } of rows) balances.get(walletId)?.push({ walletId, ...toBalance(row) });
  return balances;
}

/** A column that holds the present balances of a row of `wallet`, in order of currency; `balancesOf` reads it. */
export const balancesOfWallet = (wallet: string): string => {
  const counters = ['posted_debits', 'posted_credits', 'pending_debits', 'pending_credits'];
  const list = `json_agg(json_build_array(a.id, a.kind, a.currency, ${counters.map((name) => `a.${name}::text`).join(', ')}) ORDER BY a.currency)`;
  return `CASE WHEN ${wallet}.house
    -- the book of a house wallet is an account of the partner's
    THEN (SELECT ${list} FROM wallet_account x JOIN ledger_account a ON a.id = x.ledger_account_id WHERE x.wallet_id = ${wallet}.id)
    ELSE (SELECT ${list} FROM ledger_account a WHERE a.wallet_id = ${wallet}.id) END`;
};

/** The balances that a column of `balancesOfWallet` holds; null is none. */
export function balancesOf(walletId: string, column: string | null): WalletBalance[] {
  const rows = column === null ? [] : (JSON.parse(column) as string[][]);
  return rows.map(([accountId = '', kind, currency = '', ...counters]) => {
    const [postedDebits = 0n, postedCredits = 0n, pendingDebits = 0n, pendingCredits = 0n] = counters.map(BigInt);
    const figures = { postedDebits, postedCredits, pendingDebits, pendingCredits };
    return { walletId, ...toBalance({ accountId, kind: kind as LedgerAccountKind, currency, ...figures }) };
  });
}

/**
 * The balances of many accounts as the books had them at an instant: one index read each, one statement.
 * @param at any instant; lines recorded at that very instant count
 * @returns by account id, without accounts that do not exist; zero before an account's first line
 */
export async function balancesAt(tx: Tx, accountIds: readonly string[], at: Date): Promise<Map<string, Balance>> {
  const rows = await tx.$queryRaw<CounterRow[]>`
    SELECT a.id AS "accountId", a.kind::text AS kind, a.currency,
      coalesce(l.posted_debits, 0) AS "postedDebits", coalesce(l.posted_credits, 0) AS "postedCredits",
      coalesce(l.pending_debits, 0) AS "pendingDebits", coalesce(l.pending_credits, 0) AS "pendingCredits"
    FROM ledger_account a LEFT JOIN LATERAL (
      SELECT * FROM account_line l WHERE l.account_id = a.id AND l.recorded_at <= ${at}
      ORDER BY l.recorded_at DESC, l.number DESC LIMIT 1) l ON true
    WHERE a.id = ANY (${accountIds}::text[])`;
  return new Map(rows.map((row) => [row.accountId, toBalance(row)]));
}

/** One account's balance at an instant, or null when there is no such account. See `balancesAt`. */
export async function balanceAt(tx: Tx, accountId: string, at: Date): Promise<Balance | null> {
  return (await balancesAt(tx, [accountId], at)).get(accountId) ?? null;
}

/** One currency of a trial balance; `debits` = `credits`, or the books are broken. */
export interface TrialBalanceLine {
  currency: string;
  debits: bigint;
  credits: bigint;
}

/**
 * Σ posted debits and Σ posted credits per currency.
 * @param partnerId whose books, or null for everybody's
 * @param at as the books stood at that instant; now when left out
 */
export async function trialBalance(tx: Tx, partnerId: string | null, at?: Date): Promise<TrialBalanceLine[]> {
  const mine = partnerId === null ? Prisma.sql`true` : Prisma.sql`a.partner_id = ${partnerId}`;
  const counters = at
    ? Prisma.sql`ledger_account a CROSS JOIN LATERAL (
        SELECT l.posted_debits, l.posted_credits FROM account_line l WHERE l.account_id = a.id AND l.recorded_at <= ${at}
        ORDER BY l.recorded_at DESC, l.number DESC LIMIT 1) c`
    : Prisma.sql`ledger_account a CROSS JOIN LATERAL (SELECT a.posted_debits, a.posted_credits) c`;
  const rows = await tx.$queryRaw<{ currency: string; debits: string; credits: string }[]>`
    SELECT a.currency, sum(c.posted_debits)::text AS debits, sum(c.posted_credits)::text AS credits
    FROM ${counters} WHERE ${mine} GROUP BY a.currency ORDER BY a.currency`;
  return rows.map(({ currency, debits, credits }) => ({ currency, debits: BigInt(debits), credits: BigInt(credits) }));
}
