import type { Tx } from '../../db/client.ts';
import type { WalletLimit } from '../../db/generated/client.ts';
import type { IdentificationLevel, LimitKind } from '../../db/generated/enums.ts';
import type { PostResult } from '../../ledger/post.ts';
import { present } from '../../lib/assert.ts';
import { bookAccount, type WalletBook } from '../wallet/book.ts';
import { type EffectiveLimit, effectiveLimits } from './effective-limits.ts';
import { LimitExceededError } from './errors.ts';
import { limitView } from './limit-views.ts';
import { periodStart } from './period.ts';

/** One movement as the caps of a wallet see it. */
export interface LimitUse {
  walletId: string;
  level: IdentificationLevel;
  /** TRANSFER and PAYOUT also count towards TURNOVER. */
  kind: Extract<LimitKind, 'TOP_UP' | 'TRANSFER' | 'PAYOUT'>;
  currency: string;
  amountMinor: bigint;
}

/**
 * Enforces and uses up the caps of each movement, in the confirming transaction: the row of each period is locked until
 * commit, so that parallel confirms cannot pass a cap together.
 * @param at decides the day and the month
 * @throws LimitExceededError naming the cap
 */
export async function consumeLimits(tx: Tx, uses: LimitUse[], at: Date): Promise<void> {
  for (const { limit, use, count, sum } of await applicable(tx, uses)) {
    if (limit.window === 'ONE_TIME') {
      if (use.amountMinor > limit.maxMinor) throw exceeded(limit, null, use.amountMinor, at);
      continue;
    }
    await consume(tx, use.walletId, limit, sum, count, at);
  }
}

/** The same test without using anything up: for the answer at creation. */
export async function checkLimits(tx: Tx, uses: LimitUse[], at: Date): Promise<void> {
  for (const { limit, use, sum } of await applicable(tx, uses)) {
    const used = limit.window === 'ONE_TIME' ? null : await usage(tx, use.walletId, limit, at);
    const attempted = limit.window === 'ONE_TIME' ? use.amountMinor : sum;
    if ((used?.spentMinor ?? 0n) + attempted > limit.maxMinor) throw exceeded(limit, used, attempted, at);
  }
}

/**
 * Uses caps up without enforcing them: for money that a provider proves to have gone, whatever they say.
 * @param at decides the day and the month
 */
export async function countLimits(tx: Tx, uses: LimitUse[], at: Date): Promise<void> {
  for (const { limit, use, sum, count } of await applicable(tx, uses)) {
    if (limit.window === 'ONE_TIME') continue;
    const { kind, window, currency } = limit;
    const key = { walletId: use.walletId, kind, window, currency, periodStart: periodStart(window, at) };
    await tx.limitUsage.upsert({
      where: { walletId_kind_window_currency_periodStart: key },
      create: { ...key, spentMinor: sum, count },
      update: { spentMinor: { increment: sum }, count: { increment: count } },
    });
  }
}

/**
 * Gives back what a payment used up, when it was refused after all, or undone.
 * @param at the instant for which it was consumed
 */
export async function releaseLimits(tx: Tx, uses: LimitUse[], at: Date): Promise<void> {
  for (const { limit, use, sum, count } of await applicable(tx, uses)) {
    if (limit.window === 'ONE_TIME') continue;
    const { kind, window, currency } = limit;
    await tx.limitUsage.updateMany({
      where: { walletId: use.walletId, kind, window, currency, periodStart: periodStart(window, at) },
      data: { spentMinor: { decrement: sum }, count: { decrement: count } },
    });
  }
}

/**
 * Enforces the cap on what a wallet may hold, after posting: the accounts are locked, so the balances are the true ones.
 * @throws LimitExceededError, which rolls the posting back
 */
export async function enforceStandingLimits(
  tx: Tx,
  receivers: { book: WalletBook; level: IdentificationLevel; amountMinor: bigint }[],
  posted: PostResult,
  at: Date,
): Promise<void> {
  const own = await tx.walletLimit.findMany({
    where: { walletId: { in: receivers.map(({ book }) => book.walletId) }, kind: 'BALANCE' },
  });
  for (const receiver of receivers) {
    const { book } = receiver;
    const counters = present(posted.counters.get(bookAccount(book).id), 'counters of a posted account');
    const set = own.filter((l) => l.walletId === book.walletId);
    checkStanding(receiver, set, counters.postedCredits - counters.postedDebits, at);
  }
}

/**
 * @param own what is set for the receiving wallet
 * @param balance of its book when the money is in it
 * @throws LimitExceededError when that is more than the wallet may hold
 */
export function checkStanding(
  { book, level, amountMinor }: { book: WalletBook; level: IdentificationLevel; amountMinor: bigint },
  own: readonly WalletLimit[],
  balance: bigint,
  at: Date,
): void {
  const limit = effectiveLimits(level, own).find((l) => l.kind === 'BALANCE' && l.currency === book.currency);
  if (limit && balance > limit.maxMinor)
    throw exceeded(limit, { spentMinor: balance - amountMinor, count: 0 }, amountMinor, at);
}

/** A cap that movements fall under. */
export interface Application {
  limit: EffectiveLimit;
  use: LimitUse;
  /** All movements of the call that fall under this cap. */
  sum: bigint;
  count: number;
}

async function applicable(tx: Tx, uses: LimitUse[]): Promise<Application[]> {
  const own = await tx.walletLimit.findMany({
    where: { walletId: { in: [...new Set(uses.map((use) => use.walletId))] } },
  });
  return applications(uses, own);
}

/**
 * Which caps movements touch; those with a period once per wallet with the sum, in a fixed order (locks).
 * @param own what is set for the wallets
 */
export function applications(uses: LimitUse[], own: readonly WalletLimit[]): Application[] {
  const found = new Map<string, Application>();
  uses.forEach((use, index) => {
    const limits = effectiveLimits(
      use.level,
      own.filter((l) => l.walletId === use.walletId),
    );
    for (const limit of limits) {
      const kinds = use.kind === 'TOP_UP' ? [use.kind] : [use.kind, 'TURNOVER'];
      if (limit.currency !== use.currency || limit.window === 'STANDING' || !kinds.includes(limit.kind)) continue;
      const once = limit.window === 'ONE_TIME' ? `${index}` : '';
      const key = [use.walletId, limit.currency, limit.kind, limit.window, once].join(' ');
      const before = found.get(key);
      found.set(key, { limit, use, sum: (before?.sum ?? 0n) + use.amountMinor, count: (before?.count ?? 0) + 1 });
    }
  });
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, application]) => application);
}

async function consume(
  tx: Tx,
  walletId: string,
  limit: EffectiveLimit,
  sum: bigint,
  count: number,
  at: Date,
): Promise<void> {
  const { kind, window, currency, maxMinor } = limit;
  const start = periodStart(window, at);
  const fits =
    sum <= maxMinor &&
    (await tx.$executeRaw`
      INSERT INTO limit_usage AS u (wallet_id, kind, "window", currency, period_start, spent_minor, count)
      VALUES (${walletId}, ${kind}::limit_kind, ${window}::limit_window, ${currency}, ${start}::date, ${sum}, ${count})
      ON CONFLICT (wallet_id, kind, "window", currency, period_start)
      DO UPDATE SET spent_minor = u.spent_minor + EXCLUDED.spent_minor, count = u.count + EXCLUDED.count
      WHERE u.spent_minor + EXCLUDED.spent_minor <= ${maxMinor}`) === 1;
  if (!fits) throw exceeded(limit, await usage(tx, walletId, limit, at), sum, at);
}

async function usage(tx: Tx, walletId: string, limit: EffectiveLimit, at: Date) {
  const { kind, window, currency } = limit;
  const key = { walletId, kind, window, currency, periodStart: periodStart(window, at) };
  const row = await tx.limitUsage.findUnique({ where: { walletId_kind_window_currency_periodStart: key } });
  return row ?? { spentMinor: 0n, count: 0 };
}

/** The refusal that names a cap, and what was used of it before. */
export function exceeded(
  limit: EffectiveLimit,
  used: { spentMinor: bigint; count: number } | null,
  attempted: bigint,
  at: Date,
) {
  return new LimitExceededError(limitView(limit, used, at), { minor: attempted, currency: limit.currency });
}
