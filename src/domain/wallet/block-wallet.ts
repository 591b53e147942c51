import type { Deps } from '../../deps.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { changeWallet } from './change-wallet.ts';
import { checkLocal, checkWalletState } from './rules.ts';
import type { WalletWithAccounts } from './store.ts';

/**
 * Stops a wallet: nothing goes out of it or into it until it is unblocked; what is in flight ends as it may.
 * Blocking a blocked wallet changes nothing.
 * @throws NotFoundError, NotSupportedError; StateError for a wallet that is closed
 */
export const blockWallet = (deps: Pick<Deps, 'db' | 'clock'>, viewer: PartnerViewer, walletId: string) =>
  setStatus(deps, viewer, walletId, 'BLOCKED');

/**
 * Lets a blocked wallet work again.
 * @throws NotFoundError, NotSupportedError; StateError for a wallet that is closed
 */
export const unblockWallet = (deps: Pick<Deps, 'db' | 'clock'>, viewer: PartnerViewer, walletId: string) =>
  setStatus(deps, viewer, walletId, 'ACTIVE');

function setStatus(
  deps: Pick<Deps, 'db' | 'clock'>,
  viewer: PartnerViewer,
  walletId: string,
  status: 'ACTIVE' | 'BLOCKED',
): Promise<WalletWithAccounts> {
  return changeWallet(deps, viewer, walletId, async (tx, wallet) => {
    checkLocal(wallet, 'WALLETS');
    checkWalletState(wallet, ['ACTIVE', 'BLOCKED']);
    return tx.wallet.update({ where: { id: walletId }, data: { status }, include: { accounts: true } });
  });
}
