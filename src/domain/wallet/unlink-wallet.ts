import type { Deps } from '../../deps.ts';
import { NotSupportedError, StateError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { walletBalances } from '../../ledger/balance.ts';
import { closeAccounts } from '../../ledger/open-account.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { isMirrored } from './at-provider.ts';
import { changeWallet } from './change-wallet.ts';
import { eraseCredentials } from './credentials.ts';
import { postAdjustment } from './mirror.ts';
import { checkWalletState } from './rules.ts';
import type { WalletWithAccounts } from './store.ts';

/**
 * Forgets how a wallet at a provider is opened. The wallet and its money stay there; its book here is brought to zero and
 * closed. It can be linked again, as another wallet.
 * @throws NotFoundError, NotSupportedError; StateError while a payment of it is open
 */
export function unlinkWallet(
  deps: Pick<Deps, 'db' | 'clock'>,
  viewer: TenantViewer,
  walletId: string,
): Promise<WalletWithAccounts> {
  return changeWallet(deps, viewer, walletId, async (tx, wallet, now) => {
    if (!isMirrored(wallet))
      throw new NotSupportedError('LOCAL', 'WALLETS', 'The ledger here keeps this wallet; close it with walletClose.');
    checkWalletState(wallet, ['PENDING_ACTIVATION', 'ACTIVE', 'BLOCKED']);
    const sides = [{ sourceWalletId: walletId }, { destinationWalletId: walletId }];
    const open = await tx.payment.count({ where: { status: 'PROCESSING', OR: sides } });
    if (open > 0)
      throw new StateError(
        'WALLET_STATE',
        wallet.status,
        [],
        `${open} payment(s) of the wallet are under way. Wait for their end.`,
      );
    for (const { posted, currency } of (await walletBalances(tx, [walletId])).get(walletId) ?? []) {
      if (posted === 0n) continue;
      await appendEvents(tx, await postAdjustment(tx, wallet, { minor: -posted, currency }, now), now);
    }
    const accountIds = wallet.accounts.map(({ ledgerAccountId }) => ledgerAccountId);
    const filled = await closeAccounts(tx, accountIds, now);
    if (filled.length > 0)
      throw new StateError(
        'WALLET_STATE',
        wallet.status,
        [],
        'A payment of the wallet has begun in this moment. Try again.',
      );
    await eraseCredentials(tx, walletId);
    const data = { status: 'CLOSED' as const, closedAt: now, closeReason: 'unlinked', challengeSealed: null };
    return tx.wallet.update({ where: { id: walletId }, data, include: { accounts: true } });
  });
}
