import { StateError } from '../../errors.ts';
import { walletBalances } from '../../ledger/balance.ts';
import { closeAccounts } from '../../ledger/open-account.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import type { AskDeps } from './ask-provider.ts';
import { capable, walletAtProvider } from './at-provider.ts';
import { changeWallet } from './change-wallet.ts';
import { eraseCredentials } from './credentials.ts';
import { heedRejection } from './heed-rejection.ts';
import { refreshWallet } from './mirror.ts';
import { acceptedOfWallet } from './refusal.ts';
import { checkWalletState } from './rules.ts';
import { findWallet, type WalletWithAccounts } from './store.ts';

/**
 * Has the provider of a wallet close it for good; its book here is closed with it. A lost answer is made good by repeating: what is
 * closed there already counts as closed.
 * @throws NotFoundError, NotSupportedError; StateError when money or an open payment is left in it; ProviderRejectedError,
 *   ProviderUnavailableError
 */
export async function closeAtProvider(
  deps: AskDeps,
  viewer: TenantViewer,
  { walletId, reason }: { walletId: string; reason?: string | undefined },
): Promise<WalletWithAccounts> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'WALLETS');
  const close = capable(reached, 'WALLETS', (connector) => connector.wallets?.close);
  checkWalletState(reached.wallet, ['ACTIVE']);
  await checkNothingOpen(deps, reached.wallet);
  // our book is to be what the provider's is when both are closed
  const said = await refreshWallet(deps, reached.wallet);
  const wallet = present(await findWallet(deps.db.prisma, viewer, walletId), 'the wallet');
  if (said?.status !== 'CLOSED') {
    await checkEmpty(deps, wallet);
    await heedRejection(deps, reached, async () => acceptedOfWallet(await close(reached.call), wallet));
  }
  return changeWallet(deps, viewer, walletId, async (tx, locked, now) => {
    const accountIds = locked.accounts.map(({ ledgerAccountId }) => ledgerAccountId);
    // closed by others with money in it: its book stays as it is, and so does what leads to it
    const filled = await closeAccounts(tx, accountIds, now);
    if (filled.length === 0) await eraseCredentials(tx, walletId);
    const data = { status: 'CLOSED' as const, closedAt: now, closeReason: reason ?? null };
    return tx.wallet.update({ where: { id: walletId }, data, include: { accounts: true } });
  });
}

/** @throws StateError while a payment of the wallet can still move money */
async function checkNothingOpen({ db }: AskDeps, { id, status }: WalletWithAccounts): Promise<void> {
  const open = await db.prisma.payment.count({
    where: {
      OR: [
        { sourceWalletId: id, status: { in: ['CREATED', 'PROCESSING'] } },
        { destinationWalletId: id, status: 'PROCESSING' },
      ],
    },
  });
  if (open === 0) return;
  const message = `${open} payment(s) of the wallet are still open. Cancel them or wait for their end.`;
  throw new StateError('WALLET_STATE', status, [], message);
}

/** @throws StateError when the book here is not at zero: the wallet has money, or its history is not read to the end yet */
async function checkEmpty({ db }: AskDeps, { id, status }: WalletWithAccounts): Promise<void> {
  const balances = (await walletBalances(db.prisma, [id])).get(id) ?? [];
  const filled = balances.filter(({ posted, pending }) => posted !== 0n || pending !== 0n);
  if (filled.length === 0) return;
  const currencies = filled.map(({ currency }) => currency).sort();
  const message = `There is money or a hold in ${currencies.join(', ')}. Empty the wallet first; what was moved elsewhere is read from its history.`;
  throw new StateError('WALLET_STATE', status, [], message);
}
