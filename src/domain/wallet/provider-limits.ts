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
  /** A provider's own texts. */
  stated?: { provider: string; title: string; description: string | null; enabled: boolean };
}

/**
 * The caps that a wallet's provider states: those of the wallet's own level, or of all the levels asked for. None for a LOCAL
 * wallet, and when the provider cannot say.
 */
export async function providerLimits(
  deps: AskDeps,
  wallet: WalletWithAccounts,
  levels: IdentificationLevel[] | null,
): Promise<ShownLimit[]> {
  const wanted = levels ?? [wallet.identificationLevel];
  const stated = await askProvider(deps, wallet, ({ connector, call }) => connector.limits?.list(call));
  return (stated ?? [])
    .filter(({ level }) => level === null || wanted.includes(level))
    .map(({ kind, window, title, description, level, max, enabled }) => ({
      kind,
      window,
      level,
      currency: max?.currency ?? wallet.defaultCurrency,
      maxMinor: max?.minor ?? null,
      spentMinor: null,
      count: null,
      interval: null,
      stated: { provider: wallet.provider, title, description, enabled },
    }));
}
