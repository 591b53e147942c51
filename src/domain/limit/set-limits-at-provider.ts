import { InvalidInputError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import type { AskDeps } from '../wallet/ask-provider.ts';
import { capable, walletAtProvider } from '../wallet/at-provider.ts';
import { changeWallet } from '../wallet/change-wallet.ts';
import { heedRejection } from '../wallet/heed-rejection.ts';
import { acceptedOfWallet, naming } from '../wallet/refusal.ts';
import { checkWalletState } from '../wallet/rules.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import type { LimitInput, SetLimitsInput } from './set-limits.ts';

/**
 * Sets caps of a wallet at its provider, all at once, and keeps none of them here: the provider enforces its caps and tells them
 * (`Wallet.limits`), so that there is no second figure to differ. A lost answer is made good by repeating.
 * @throws NotFoundError, StateError, NotSupportedError; InvalidInputError for a cap that the provider does not set;
 *   ProviderRejectedError for one above what it allows; ProviderUnavailableError
 */
export async function setLimitsAtProvider(
  deps: AskDeps,
  viewer: TenantViewer,
  { walletId, limits }: SetLimitsInput,
): Promise<WalletWithAccounts> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'LIMITS');
  const set = capable(reached, 'LIMITS', (connector) => connector.limits?.set);
  const { wallet, call } = reached;
  checkWalletState(wallet, ['ACTIVE']);
  limits.forEach(checkEntry);
  const caps = limits.map(({ kind, window, max, enabled }) => ({ kind, window, enabled, ...(max ? { max } : {}) }));
  await heedRejection(deps, reached, () =>
    naming('input.limits', async () => acceptedOfWallet(await set(call, caps), wallet)),
  );
  return changeWallet(deps, viewer, walletId, async (_tx, locked) => locked);
}

function checkEntry({ max }: LimitInput, index: number): void {
  if (max && max.minor < 0n) throw InvalidInputError.at(`input.limits.${index}.max.amount`, 'must not be negative.');
}
