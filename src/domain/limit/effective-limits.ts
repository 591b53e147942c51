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
export function effectiveLimits(level: IdentificationLevel, own: readonly WalletLimit[]): readonly EffectiveLimit[] {
  const set = own.filter(({ enabled }) => enabled);
  const rules = rulesOf[level];
  return set.length === 0 ? rules : rules.map((rule) => tightened(rule, set));
}

const ofLevel = (level: IdentificationLevel): EffectiveLimit[] =>
  localRules.filter((rule) => rule.level === level).map((rule) => ({ ...rule, own: false }));
/** The caps of each level as they are without anything set: worked out once, for every transfer asks for them. */
const rulesOf = { NONE: ofLevel('NONE'), SIMPLIFIED: ofLevel('SIMPLIFIED'), FULL: ofLevel('FULL') };

function tightened(rule: EffectiveLimit, own: readonly WalletLimit[]): EffectiveLimit {
  const { kind, window, currency } = rule;
  const set = own.find((l) => l.kind === kind && l.window === window && l.currency === currency);
  const tighter = set?.maxMinor !== undefined && set.maxMinor !== null && set.maxMinor < rule.maxMinor;
  return tighter ? { ...rule, maxMinor: set.maxMinor ?? rule.maxMinor, own: true } : rule;
}
