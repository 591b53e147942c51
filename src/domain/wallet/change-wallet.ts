import type { Tx } from '../../db/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { walletClosed, walletUpdated } from './events.ts';
import { lockWallet, type WalletWithAccounts } from './store.ts';

/**
 * What every change of a wallet has in common: lock, change, tell.
 * @param change makes the change under the row lock and answers the wallet as it is then
 * @throws NotFoundError, and what `change` throws
 */
export async function changeWallet(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  viewer: TenantViewer,
  walletId: string,
  change: (tx: Tx, wallet: WalletWithAccounts, now: Date) => Promise<WalletWithAccounts>,
): Promise<WalletWithAccounts> {
  const now = clock.now();
  return transaction(db, async (tx) => {
    const wallet = await lockWallet(tx, viewer, walletId);
    if (!wallet) throw new NotFoundError('The wallet');
    const changed = await change(tx, wallet, now);
    const closed = changed.status === 'CLOSED' && wallet.status !== 'CLOSED';
    await appendEvents(tx, [closed ? walletClosed(changed, now) : walletUpdated(changed, now)], now);
    return changed;
  });
}
