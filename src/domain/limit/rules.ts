import type { IdentificationLevel, LimitKind, LimitWindow } from '../../db/generated/enums.ts';

/** A cap of LOCAL wallets by identification level. */
export interface LimitRule {
  level: IdentificationLevel;
  kind: LimitKind;
  window: LimitWindow;
  currency: string;
  maxMinor: bigint;
}

/** Whole units per level and currency; the ruble row follows the tiers of Russian law on electronic money (161-FZ, art. 10). */
const caps: Record<
  string,
  Record<IdentificationLevel, { balance: bigint; single: bigint; day: bigint; month: bigint }>
> = {
  RUB: {
    NONE: { balance: 15_000n, single: 15_000n, day: 15_000n, month: 40_000n },
    SIMPLIFIED: { balance: 60_000n, single: 60_000n, day: 100_000n, month: 200_000n },
    FULL: { balance: 600_000n, single: 600_000n, day: 1_000_000n, month: 5_000_000n },
  },
  USD: {
    NONE: { balance: 150n, single: 150n, day: 150n, month: 400n },
    SIMPLIFIED: { balance: 600n, single: 600n, day: 1_000n, month: 2_000n },
    FULL: { balance: 6_000n, single: 6_000n, day: 10_000n, month: 50_000n },
  },
  EUR: {
    NONE: { balance: 150n, single: 150n, day: 150n, month: 400n },
    SIMPLIFIED: { balance: 600n, single: 600n, day: 1_000n, month: 2_000n },
    FULL: { balance: 6_000n, single: 6_000n, day: 10_000n, month: 50_000n },
  },
  KZT: {
    NONE: { balance: 75_000n, single: 75_000n, day: 75_000n, month: 200_000n },
    SIMPLIFIED: { balance: 300_000n, single: 300_000n, day: 500_000n, month: 1_000_000n },
    FULL: { balance: 3_000_000n, single: 3_000_000n, day: 5_000_000n, month: 25_000_000n },
  },
};
/** All of these currencies have two decimals. */
const MINOR = 100n;

/** Every rule of LOCAL wallets, in a fixed order. */
export const localRules: readonly LimitRule[] = Object.entries(caps).flatMap(([currency, levels]) =>
  (['NONE', 'SIMPLIFIED', 'FULL'] as const).flatMap((level) => {
    const { balance, single, day, month } = levels[level];
    const rule = (kind: LimitKind, window: LimitWindow, max: bigint): LimitRule => ({
      level,
      kind,
      window,
      currency,
      maxMinor: max * MINOR,
    });
    return [
      rule('BALANCE', 'STANDING', balance),
      rule('TOP_UP', 'ONE_TIME', single),
      rule('TRANSFER', 'ONE_TIME', single),
      rule('TRANSFER', 'DAY', day),
      rule('PAYOUT', 'ONE_TIME', single),
      rule('PAYOUT', 'DAY', day),
      rule('TURNOVER', 'MONTH', month),
    ];
  }),
);
