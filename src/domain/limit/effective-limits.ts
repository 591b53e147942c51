import type { WalletLimit } from '../../db/generated/client.ts';
import type { IdentificationLevel, LimitKind, LimitWindow } from '../../db/generated/enums.ts';
import { localRules } from './rules.ts';

/** A cap as it holds for one wallet: the level's own, or a tighter one that was set for the wallet. */
export interface EffectiveLimit {
  kind: LimitKind;
  window: LimitWindow;
  currency: string;
  maxMinor: bigint;
  level: IdentificationLevel;
  /** Was it set for this wallet (walletSetLimits)? */
  own: boolean;
}

/**
 * The caps of a level, each tightened by what was set for the wallet.
 * @param own rows of wallet_limit; those not enabled do not count
 */
export function effectiveLimits(level: IdentificationLevel, own: readonly WalletLimit[]): EffectiveLimit[] {
  return localRules
    .filter((rule) => rule.level === level)
    .map(({ kind, window, currency, maxMinor }) => {
      const set = own.find((l) => l.enabled && l.kind === kind && l.window === window && l.currency === currency);
      const tighter = set?.maxMinor !== undefined && set.maxMinor !== null && set.maxMinor < maxMinor;
      return {
        kind,
        window,
        currency,
        level,
        maxMinor: tighter ? (set?.maxMinor ?? maxMinor) : maxMinor,
        own: tighter,
      };
    });
}
