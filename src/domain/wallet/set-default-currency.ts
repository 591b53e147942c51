import type { Deps } from '../../deps.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { changeWallet } from './change-wallet.ts';
import { checkCurrency, checkLocal, checkWalletState } from './rules.ts';
import type { WalletWithAccounts } from './store.ts';

/**
 * Chooses which of the wallet's currencies is used where none is named.
 * @throws NotFoundError, StateError, NotSupportedError; InvalidInputError when the wallet has no account in it
 */
export function setDefaultCurrency(
  deps: Pick<Deps, 'db' | 'clock'>,
  viewer: TenantViewer,
  { walletId, currency }: { walletId: string; currency: string },
): Promise<WalletWithAccounts> {
  return changeWallet(deps, viewer, walletId, async (tx, wallet) => {
    checkLocal(wallet, 'BALANCES');
    checkWalletState(wallet, ['ACTIVE']);
    checkCurrency(wallet, currency, 'input.currency');
    return tx.wallet.update({
      where: { id: walletId },
      data: { defaultCurrency: currency },
      include: { accounts: true },
    });
  });
}
