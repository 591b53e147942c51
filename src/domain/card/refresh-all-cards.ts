import type { AskDeps } from '../wallet/ask-provider.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { refreshCards } from './mirror-cards.ts';
import { refreshIssuedCards } from './mirror-issued.ts';

/**
 * Brings the cards of a wallet to what its provider lists: those that are linked there, and those that it has issued.
 * @returns the wallet's id
 */
export async function refreshAllCards(deps: AskDeps, wallet: WalletWithAccounts): Promise<string> {
  await refreshCards(deps, wallet);
  await refreshIssuedCards(deps, wallet);
  return wallet.id;
}
