import type { Tx } from '../../db/client.ts';
import type { LimitUsage, WalletLimit } from '../../db/generated/client.ts';
import type { IdentificationLevel, LimitKind, LimitWindow } from '../../db/generated/enums.ts';
import type { WalletBalance } from '../../ledger/balance.ts';
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

/** What is stored about the caps of a wallet. */
export interface LimitState {
  /** Those of its own. */
  own: WalletLimit[];
  /** What is used up of the day and the month that count now. */
  usage: LimitUsage[];
}

/**
 * What is stored about the caps of many wallets, in two statements.
 * @returns by wallet id
 */
export async function readLimitStates(
  tx: Tx,
  walletIds: readonly string[],
  now: Date,
): Promise<Map<string, LimitState>> {
  const walletId = { in: [...walletIds] };
  const periods = [periodStart('DAY', now), periodStart('MONTH', now)];
  const own = await tx.walletLimit.findMany({ where: { walletId } });
  const usage = await tx.limitUsage.findMany({ where: { walletId, periodStart: { in: periods } } });
  const of = (id: string) => ({
    own: own.filter((limit) => limit.walletId === id),
    usage: usage.filter((used) => used.walletId === id),
  });
  return new Map(walletIds.map((id) => [id, of(id)]));
}

const inWallet = (wallet: WalletWithAccounts) => (limit: EffectiveLimit) =>
  wallet.accounts.some((account) => account.currency === limit.currency);

/** The caps of other identification levels than the wallet's own, in the currencies that it has; their use is not told. */
export function levelLimitViews(wallet: WalletWithAccounts, levels: IdentificationLevel[], now: Date): LimitView[] {
  return levels.flatMap((level) =>
    effectiveLimits(level, [])
      .filter(inWallet(wallet))
      .map((limit) => limitView(limit, null, now)),
  );
}

/** Every cap of a LOCAL wallet in the currencies that it has, with what is used of it. */
export function walletLimitViews(
  wallet: WalletWithAccounts,
  { own, usage }: LimitState,
  balances: readonly WalletBalance[],
  now: Date,
): LimitView[] {
  return effectiveLimits(wallet.identificationLevel, own)
    .filter(inWallet(wallet))
    .map((limit) => {
      const { kind, window, currency } = limit;
      if (window === 'ONE_TIME') return limitView(limit, null, now);
      if (window === 'STANDING') {
        const balance = balances.find((b) => b.currency === currency);
        return limitView(limit, { spentMinor: balance?.posted ?? 0n, count: 0 }, now);
      }
      const start = periodStart(window, now).getTime();
      const used = usage.find(
        (u) => u.kind === kind && u.window === window && u.currency === currency && u.periodStart.getTime() === start,
      );
      return limitView(limit, used ?? { spentMinor: 0n, count: 0 }, now);
    });
}
