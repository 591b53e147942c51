import { InvalidInputError, NotFoundError, StateError } from '../../errors.ts';
import { closeAccounts } from '../../ledger/open-account.ts';
import type { TenantViewer } from '../access/viewer.ts';
import type { AskDeps } from './ask-provider.ts';
import { isMirrored } from './at-provider.ts';
import { changeWallet } from './change-wallet.ts';
import { closeAtProvider } from './close-at-provider.ts';
import { checkWalletState } from './rules.ts';
import { findWallet, type WalletWithAccounts } from './store.ts';

const MAX_REASON = 255;

export interface CloseWalletInput {
  walletId: string;
  reason?: string | undefined;
}

/**
 * Closes an empty wallet for good, where it is kept: its ledger accounts take no further posting.
 * @throws NotFoundError, InvalidInputError, NotSupportedError; StateError when money, a hold or an open payment is left in it; at a
 *   provider also ProviderRejectedError, ProviderUnavailableError
 */
export async function closeWallet(
  deps: AskDeps,
  viewer: TenantViewer,
  input: CloseWalletInput,
): Promise<WalletWithAccounts> {
  const { reason } = input;
  if (reason !== undefined && reason.length > MAX_REASON)
    throw InvalidInputError.at('input.reason', `must have at most ${MAX_REASON} characters.`);
  const wallet = await findWallet(deps.db.prisma, viewer, input.walletId);
  if (!wallet) throw new NotFoundError('The wallet');
  return isMirrored(wallet) ? closeAtProvider(deps, viewer, input) : closeHere(deps, viewer, input);
}

function closeHere(
  deps: AskDeps,
  viewer: TenantViewer,
  { walletId, reason }: CloseWalletInput,
): Promise<WalletWithAccounts> {
  return changeWallet(deps, viewer, walletId, async (tx, wallet, now) => {
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
