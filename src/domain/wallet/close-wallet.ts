import type { Deps } from '../../deps.ts';
import { InvalidInputError, StateError } from '../../errors.ts';
import { closeAccounts } from '../../ledger/open-account.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { changeWallet } from './change-wallet.ts';
import { checkLocal, checkWalletState } from './rules.ts';
import type { WalletWithAccounts } from './store.ts';

const MAX_REASON = 255;

/**
 * Closes an empty LOCAL wallet for good: its ledger accounts take no further posting.
 * @throws NotFoundError, InvalidInputError, NotSupportedError; StateError when money, a hold or an open payment is left in it
 */
export function closeWallet(
  deps: Pick<Deps, 'db' | 'clock'>,
  viewer: TenantViewer,
  { walletId, reason }: { walletId: string; reason?: string | undefined },
): Promise<WalletWithAccounts> {
  if (reason !== undefined && reason.length > MAX_REASON)
    throw InvalidInputError.at('input.reason', `must have at most ${MAX_REASON} characters.`);
  return changeWallet(deps, viewer, walletId, async (tx, wallet, now) => {
    checkLocal(wallet, 'WALLETS');
    checkWalletState(wallet, ['ACTIVE', 'BLOCKED']);
    const filled = await closeAccounts(
      tx,
      wallet.accounts.map((account) => account.ledgerAccountId),
      now,
    );
    if (filled.length > 0) {
      const currencies = wallet.accounts
        .filter((account) => filled.includes(account.ledgerAccountId))
        .map((a) => a.currency);
      throw notEmpty(wallet, `There is money or a hold in ${currencies.sort().join(', ')}. Empty the wallet first.`);
    }
    // a payment that somebody else only created towards this wallet cannot keep it open
    const open = await tx.payment.count({
      where: {
        OR: [
          { sourceWalletId: walletId, status: { in: ['CREATED', 'PROCESSING'] } },
          { destinationWalletId: walletId, status: 'PROCESSING' },
        ],
      },
    });
    if (open > 0)
      throw notEmpty(wallet, `${open} payment(s) of the wallet are still open. Cancel them or wait for their end.`);
    const data = { status: 'CLOSED' as const, closedAt: now, closeReason: reason ?? null };
    return tx.wallet.update({ where: { id: walletId }, data, include: { accounts: true } });
  });
}

const notEmpty = (wallet: WalletWithAccounts, message: string) =>
  new StateError('WALLET_STATE', wallet.status, [], message);
