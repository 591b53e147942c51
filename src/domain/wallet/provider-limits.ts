import type { ProviderLimit } from '../../connectors/wallets.ts';
import type { IdentificationLevel, LimitKind, LimitWindow } from '../../db/generated/enums.ts';
import type { LimitView } from '../limit/limit-views.ts';
import { type AskDeps, askProvider } from './ask-provider.ts';
import type { WalletWithAccounts } from './store.ts';

/** A cap as it is shown: a rule of this gateway, or one that a provider states. */
export interface ShownLimit extends Omit<LimitView, 'maxMinor' | 'level'> {
  kind: LimitKind;
  window: LimitWindow;
  level: IdentificationLevel | null;
  /** Null: a rule without a number. */
  maxMinor: bigint | null;
  /** What only a provider says of its rule. */
  stated?: {
    provider: string;
    title: string;
    description: string | null;
    enabled: boolean;
    /** What is left by the provider's own count. */
    remainingMinor?: bigint | null;
    maxCount?: number | null;
    country?: string | null;
  };
}

/**
 * The caps that a wallet's provider states: those of the wallet's own level, or of all the levels asked for. None for a LOCAL
 * wallet, and when the provider cannot say.
 * @param kinds only these; all when left out
 */
export async function providerLimits(
  deps: AskDeps,
  wallet: WalletWithAccounts,
  levels: IdentificationLevel[] | null,
  kinds: LimitKind[] | null = null,
): Promise<ShownLimit[]> {
  const wanted = levels ?? [wallet.identificationLevel];
  const stated = await askProvider(deps, wallet, ({ connector, call }) =>
    connector.limits?.list(call, ...(kinds ? [kinds] : [])),
  );
  return (
    (stated ?? [])
      // what the provider counts is the wallet's own
      .map((limit) => ({ ...limit, level: limit.level ?? (limit.spent ? wallet.identificationLevel : null) }))
      .filter(({ level }) => level === null || wanted.includes(level))
      .map((limit) => statedLimit(wallet.provider, limit, wallet.defaultCurrency))
  );
}

/** A provider's cap as it is shown. @param currency of a cap without a number */
export function statedLimit(provider: string, limit: ProviderLimit, currency: string): ShownLimit {
  const { kind, window, title, description, level, max, enabled, spent, remaining, count, maxCount } = limit;
  return {
    kind,
    window,
    level,
    currency: max?.currency ?? currency,
    maxMinor: max?.minor ?? null,
    spentMinor: spent?.minor ?? null,
    count: count ?? null,
    interval: limit.interval ?? null,
    stated: {
      provider,
      title,
      description,
      enabled,
      remainingMinor: remaining?.minor ?? null,
      maxCount: maxCount ?? null,
      country: limit.country ?? null,
    },
  };
}
