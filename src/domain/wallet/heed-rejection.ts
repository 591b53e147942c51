import type { Deps } from '../../deps.ts';
import type { WalletAtProvider } from './at-provider.ts';
import { isCredentialRefusal, markRejected } from './mirror.ts';

/**
 * Asks a provider as a wallet, and notes it when what opens the wallet is refused: its owner learns that another token or
 * password is needed, whatever it was that met the refusal.
 * @throws what `ask` throws
 */
export async function heedRejection<T>(
  deps: Pick<Deps, 'db' | 'clock'>,
  reached: Pick<WalletAtProvider, 'wallet' | 'connector'>,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (isCredentialRefusal(error)) await markRejected(deps, reached);
    throw error;
  }
}
