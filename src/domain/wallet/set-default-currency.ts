import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { ProviderUnavailableError } from '../provider/errors.ts';
import { capable, isMirrored, walletAtProvider } from './at-provider.ts';
import { changeWallet } from './change-wallet.ts';
import { refreshWallet } from './mirror.ts';
import { acceptedOfWallet, naming } from './refusal.ts';
import { checkCurrency, checkWalletState } from './rules.ts';
import { findWallet, type WalletWithAccounts } from './store.ts';

type SetDeps = Pick<Deps, 'db' | 'clock' | 'vault' | 'connectors' | 'log'>;

export interface SetDefaultCurrencyInput {
  walletId: string;
  currency: string;
}

/**
 * Chooses which of the wallet's currencies is used where none is named. It may be repeated.
 * @throws NotFoundError, StateError, NotSupportedError; InvalidInputError when the wallet has no account in it; at a provider
 *   also ProviderRejectedError, ProviderUnavailableError
 */
export async function setDefaultCurrency(
  deps: SetDeps,
  viewer: TenantViewer,
  input: SetDefaultCurrencyInput,
): Promise<WalletWithAccounts> {
  const wallet = await findWallet(deps.db.prisma, viewer, input.walletId);
  if (!wallet) throw new NotFoundError('The wallet');
  return isMirrored(wallet) ? setAtProvider(deps, viewer, input) : setHere(deps, viewer, input);
}

function setHere(
  deps: SetDeps,
  viewer: TenantViewer,
  { walletId, currency }: SetDefaultCurrencyInput,
): Promise<WalletWithAccounts> {
  return changeWallet(deps, viewer, walletId, async (tx, wallet) => {
    checkWalletState(wallet, ['ACTIVE']);
    checkCurrency(wallet, currency, 'input.currency');
    return tx.wallet.update({
      where: { id: walletId },
      data: { defaultCurrency: currency },
      include: { accounts: true },
    });
  });
}

/** What the provider says of the wallet afterwards proves it, whatever it answered. */
async function setAtProvider(
  deps: SetDeps,
  viewer: TenantViewer,
  { walletId, currency }: SetDefaultCurrencyInput,
): Promise<WalletWithAccounts> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'BALANCES');
  const set = capable(reached, 'BALANCES', (connector) => connector.balances?.setDefault);
  const { wallet, call } = reached;
  checkWalletState(wallet, ['ACTIVE']);
  const outcome = await set(call, currency);
  if (outcome.kind === 'rejected' || outcome.kind === 'notSent')
    await naming('input.currency', async () => acceptedOfWallet(outcome, wallet));
  const said = await refreshWallet(deps, wallet);
  if (said?.defaultCurrency !== currency) throw new ProviderUnavailableError(wallet.provider, null);
  return present(await findWallet(deps.db.prisma, viewer, walletId), 'the wallet');
}
