import type { Tx } from '../../db/client.ts';
import type { Payment, Prisma } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { reachWallet } from '../wallet/at-provider.ts';
import { findWallet, type WalletWithAccounts } from '../wallet/store.ts';

/** Payments that are news to the owner of one of these wallets: they came in, or their provider told of them. */
const newsOf = (walletIds: string[]): Prisma.PaymentWhereInput => ({
  seen: false,
  OR: [
    { destinationWalletId: { in: walletIds }, status: { in: ['COMPLETED', 'REVERSED'] } },
    { sourceWalletId: { in: walletIds }, origin: 'PROVIDER' },
  ],
});

/** Has the owner of the wallet from which a payment is looked at seen it? Who made it has. */
export const seenFromWallet = ({ seen, origin, sourceWalletId }: Payment, walletId: string | null): boolean =>
  seen || (origin === 'API' && walletId !== null && walletId === sourceWalletId);

/** How many payments each of these wallets' owners has not seen yet. */
export async function countUnseen(tx: Tx, walletIds: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>(walletIds.map((id) => [id, 0]));
  const rows = await tx.payment.findMany({
    where: newsOf([...walletIds]),
    select: { sourceWalletId: true, destinationWalletId: true, origin: true },
  });
  for (const { sourceWalletId, destinationWalletId, origin } of rows) {
    const told = new Set([destinationWalletId, origin === 'PROVIDER' ? sourceWalletId : null]);
    for (const id of told) if (id !== null && counts.has(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/**
 * The owner has seen the payments of a wallet. Ours are marked first; the provider's own counter is a best effort, because
 * what is shown is counted here.
 * @returns how many were unseen
 * @throws NotFoundError
 */
export async function markPaymentsSeen(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'log'>,
  viewer: TenantViewer,
  walletId: string,
): Promise<{ wallet: WalletWithAccounts; marked: number }> {
  const { prisma } = deps.db;
  const wallet = await findWallet(prisma, viewer, walletId);
  if (!wallet) throw new NotFoundError('The wallet');
  const { count } = await prisma.payment.updateMany({ where: newsOf([walletId]), data: { seen: true } });
  const reached = wallet.status === 'CLOSED' ? null : await reachWallet(deps, prisma, wallet);
  const outcome = reached ? await reached.connector.history?.markSeen?.(reached.call) : undefined;
  if (outcome && outcome.kind !== 'accepted')
    deps.log.info({ walletId, outcome: outcome.kind }, 'the provider did not clear its counter of unseen payments');
  return { wallet, marked: count };
}
