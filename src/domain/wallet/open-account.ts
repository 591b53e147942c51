import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { ConflictError, NotFoundError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { openAccounts } from '../../ledger/open-account.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { once } from '../idempotency/once.ts';
import { isMirrored } from './at-provider.ts';
import { bookAccount } from './book.ts';
import { walletUpdated } from './events.ts';
import { openAccountAtProvider } from './open-account-at-provider.ts';
import { checkOffered, checkWalletState } from './rules.ts';
import { findWallet, lockWallet, type WalletWithAccounts } from './store.ts';

export interface OpenAccountInput {
  idempotencyKey: string;
  walletId: string;
  currency: string;
}

export interface OpenedAccount {
  wallet: WalletWithAccounts;
  replayed: boolean;
}

/**
 * Opens an account in a further currency, where the wallet is kept.
 * @throws NotFoundError, InvalidInputError (the currency is not offered), StateError, IdempotencyError, NotSupportedError;
 *   ConflictError when it is open already; at a provider also ProviderRejectedError, ProviderUnavailableError
 */
export async function openAccount(
  deps: Pick<Deps, 'db' | 'vault' | 'clock' | 'connectors' | 'log'>,
  viewer: TenantViewer,
  input: OpenAccountInput,
): Promise<OpenedAccount> {
  const wallet = await findWallet(deps.db.prisma, viewer, input.walletId);
  if (!wallet) throw new NotFoundError('The wallet');
  return isMirrored(wallet) ? openAccountAtProvider(deps, viewer, input) : openHere(deps, viewer, input);
}

async function openHere(
  { db, vault, clock }: Pick<Deps, 'db' | 'vault' | 'clock'>,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: OpenAccountInput,
): Promise<OpenedAccount> {
  const { walletId, currency } = input;
  checkOffered(currency, 'input.currency');
  const now = clock.now();
  return transaction(db, async (tx) => {
    const claim = { operation: 'walletAccountOpen', key: idempotencyKey, input, resultId: walletId };
    const { replayed } = await once(tx, { vault }, viewer, claim);
    const wallet = await lockWallet(tx, viewer, walletId);
    if (!wallet) throw new NotFoundError('The wallet');
    if (replayed) return { wallet, replayed };
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
