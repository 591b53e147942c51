import type { Hooks } from '../../connectors/webhooks.ts';
import type { Deps } from '../../deps.ts';
import { NotSupportedError, StateError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { walletBalances } from '../../ledger/balance.ts';
import { closeAccounts } from '../../ledger/open-account.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { webhookOfWallet } from '../webhook/store.ts';
import { isMirrored, reachWallet, type WalletAtProvider } from './at-provider.ts';
import { changeWallet } from './change-wallet.ts';
import { eraseCredentials } from './credentials.ts';
import { postAdjustment } from './mirror.ts';
import { checkWalletState } from './rules.ts';
import { findWallet, type WalletWithAccounts } from './store.ts';

type UnlinkDeps = Pick<Deps, 'db' | 'clock' | 'vault' | 'connectors' | 'log'>;

interface HookedUp {
  reference: string;
  hooks: Hooks;
  reached: WalletAtProvider;
}

/**
 * Forgets how a wallet at a provider is opened. The wallet and its money stay there; its book here is brought to zero and
 * closed. It can be linked again, as another wallet.
 * @throws NotFoundError, NotSupportedError; StateError while a payment of it is open
 */
export async function unlinkWallet(
  deps: UnlinkDeps,
  viewer: TenantViewer,
  walletId: string,
): Promise<WalletWithAccounts> {
  // what opens the wallet is erased with the link, and the provider is told as the wallet
  const hooked = await hookedUp(deps, viewer, walletId);
  const unlinked = await closeBook(deps, viewer, walletId);
  if (hooked) await tellProvider(deps, hooked);
  return unlinked;
}

function closeBook(deps: UnlinkDeps, viewer: TenantViewer, walletId: string): Promise<WalletWithAccounts> {
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
    await tx.providerWebhook.updateMany({ where: { walletId, removedAt: null }, data: { removedAt: now } });
    const data = { status: 'CLOSED' as const, closedAt: now, closeReason: 'unlinked', challengeSealed: null };
    return tx.wallet.update({ where: { id: walletId }, data, include: { accounts: true } });
  });
}

/** The webhook by which the wallet's provider calls us, and the way to it. */
async function hookedUp(deps: UnlinkDeps, viewer: TenantViewer, walletId: string): Promise<HookedUp | null> {
  const { prisma } = deps.db;
  const wallet = await findWallet(prisma, viewer, walletId);
  const webhook = wallet && (await webhookOfWallet(prisma, wallet.id));
  const reached = webhook && (await reachWallet(deps, prisma, wallet));
  const hooks = reached?.connector.webhooks?.hooks;
  return webhook && reached && hooks ? { reference: webhook.reference, hooks, reached } : null;
}

/**
 * A best effort, for nobody can ask as this wallet later: an unclear answer is made good by doing it once more, which is harmless.
 * A provider that goes on calling is refused, because the webhook is not known here any more.
 */
async function tellProvider({ log }: UnlinkDeps, { reference, hooks, reached }: HookedUp): Promise<void> {
  const first = await hooks.remove(reached.call, reference);
  const outcome = first.kind === 'unknown' ? await hooks.remove(reached.call, reference) : first;
  if (outcome.kind !== 'accepted')
    log.warn(
      { walletId: reached.wallet.id, outcome: outcome.kind },
      'a webhook of an unlinked wallet could not be removed',
    );
}
