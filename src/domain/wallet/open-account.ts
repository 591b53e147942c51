import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { ConflictError, NotFoundError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { openAccounts } from '../../ledger/open-account.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { once } from '../idempotency/once.ts';
import { bookAccount } from './book.ts';
import { walletUpdated } from './events.ts';
import { checkLocal, checkOffered, checkWalletState } from './rules.ts';
import { findWallet, lockWallet, type WalletWithAccounts } from './store.ts';

export interface OpenAccountInput {
  idempotencyKey: string;
  walletId: string;
  currency: string;
}

/**
 * Opens an account in a further currency of a LOCAL wallet.
 * @throws NotFoundError, InvalidInputError, StateError, IdempotencyError, NotSupportedError; ConflictError when it is open already
 */
export async function openAccount(
  { db, vault, clock }: Pick<Deps, 'db' | 'vault' | 'clock'>,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: OpenAccountInput,
): Promise<{ wallet: WalletWithAccounts; replayed: boolean }> {
  const { walletId, currency } = input;
  checkOffered(currency, 'input.currency');
  const now = clock.now();
  return transaction(db, async (tx) => {
    const claim = { operation: 'walletAccountOpen', key: idempotencyKey, input, resultId: walletId };
    const { replayed } = await once(tx, { vault }, viewer, claim);
    const wallet = await lockWallet(tx, viewer, walletId);
    if (!wallet) throw new NotFoundError('The wallet');
    if (replayed) return { wallet, replayed };
    checkLocal(wallet, 'BALANCES');
    checkWalletState(wallet, ['ACTIVE']);
    if (wallet.accounts.some((account) => account.currency === currency)) {
      throw new ConflictError(`The wallet has a ${currency} account already.`);
    }
    const account = bookAccount({ partnerId: wallet.partnerId, walletId, customerId: wallet.customerId, currency });
    await openAccounts(tx, [account]);
    await tx.walletAccount.create({ data: { walletId, currency, ledgerAccountId: account.id, openedAt: now } });
    await appendEvents(tx, [walletUpdated(wallet, now)], now);
    return { wallet: present(await findWallet(tx, viewer, walletId), 'the wallet'), replayed };
  });
}
