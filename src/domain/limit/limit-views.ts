import type { Tx } from '../../db/client.ts';
import type { IdentificationLevel, LimitKind, LimitWindow } from '../../db/generated/enums.ts';
import { walletBalances } from '../../ledger/balance.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { type EffectiveLimit, effectiveLimits } from './effective-limits.ts';
import { periodInterval, periodStart } from './period.ts';

/** A cap and how much of it is used; minor units. */
export interface LimitView {
  kind: LimitKind;
  window: LimitWindow;
  currency: string;
  level: IdentificationLevel;
  maxMinor: bigint;
  spentMinor: bigint | null;
  count: number | null;
  interval: { from: Date; to: Date } | null;
}

/** A cap with a known use. */
export function limitView(
  limit: EffectiveLimit,
  used: { spentMinor: bigint; count: number } | null,
  at: Date,
): LimitView {
  const { kind, window, currency, level, maxMinor } = limit;
  const interval = window === 'DAY' || window === 'MONTH' ? periodInterval(window, at) : null;
  return {
    kind,
    window,
    currency,
    level,
    maxMinor,
    spentMinor: used?.spentMinor ?? null,
    count: used?.count ?? null,
    interval,
  };
}

/**
 * Every cap of a LOCAL wallet in the currencies that it has, with what is used of it.
 * @param levels other identification levels to show instead of the wallet's own; their use is not told
 */
export async function walletLimitViews(
  tx: Tx,
  wallet: WalletWithAccounts,
  levels: IdentificationLevel[] | null,
  now: Date,
): Promise<LimitView[]> {
  const currencies = wallet.accounts.map((account) => account.currency);
  const inWallet = (limit: EffectiveLimit) => currencies.includes(limit.currency);
  if (levels)
    return levels.flatMap((level) =>
      effectiveLimits(level, [])
        .filter(inWallet)
        .map((limit) => limitView(limit, null, now)),
    );

  const own = await tx.walletLimit.findMany({ where: { walletId: wallet.id } });
  const periods = [periodStart('DAY', now), periodStart('MONTH', now)];
  const usage = await tx.limitUsage.findMany({ where: { walletId: wallet.id, periodStart: { in: periods } } });
  const balances = (await walletBalances(tx, [wallet.id])).get(wallet.id) ?? [];
  return effectiveLimits(wallet.identificationLevel, own)
    .filter(inWallet)
    .map((limit) => {
      const { kind, window, currency } = limit;
      if (window === 'ONE_TIME') return limitView(limit, null, now);
      if (window === 'STANDING') {
        const balance = balances.find((b) => b.currency === currency);
        return limitView(limit, { spentMinor: balance?.posted ?? 0n, count: 0 }, now);
      }
      const used = usage.find(
        (u) =>
          u.kind === kind &&
          u.window === window &&
          u.currency === currency &&
          +u.periodStart === +periodStart(window, now),
      );
      return limitView(limit, used ?? { spentMinor: 0n, count: 0 }, now);
    });
}
