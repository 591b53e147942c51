import type { Deps } from '../../deps.ts';
import { StateError } from '../../errors.ts';
import { ProviderRejectedError, ProviderUnavailableError } from '../provider/errors.ts';
import { reachWallet, type WalletAtProvider } from './at-provider.ts';
import { heedRejection } from './heed-rejection.ts';
import { readOfWallet } from './refusal.ts';
import type { WalletWithAccounts } from './store.ts';

export type AskDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/**
 * Something of a wallet that only its provider knows, to be shown beside what is known here.
 * @param read undefined where the provider does not offer it
 * @returns null for a LOCAL or closed wallet, and when the provider does not offer it or cannot say (it is logged)
 */
export async function askProvider<T>(
  deps: AskDeps,
  wallet: WalletWithAccounts,
  read: (reached: WalletAtProvider) => Promise<T> | undefined,
): Promise<T | null> {
  const there = wallet.status !== 'CLOSED' && wallet.number !== null;
  const reached = there ? await reachWallet(deps, deps.db.prisma, wallet) : null;
  if (!reached) return null;
  try {
    return await heedRejection(deps, reached, () => readOfWallet(wallet, async () => (await read(reached)) ?? null));
  } catch (error) {
    const silent =
      error instanceof ProviderRejectedError ||
      error instanceof ProviderUnavailableError ||
      error instanceof StateError;
    if (!silent) throw error;
    deps.log.info({ walletId: wallet.id, code: error.code }, 'a provider could not tell of a wallet');
    return null;
  }
}
