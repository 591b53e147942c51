import type { ProviderCardOffer } from '../../connectors/issued-cards.ts';
import type { Deps } from '../../deps.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { readOfWallet } from '../wallet/refusal.ts';
import { issuedOfWallet } from './issued.ts';

/**
 * What a wallet's provider offers its owner, asked now.
 * @throws NotFoundError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function cardOffers(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors'>,
  viewer: TenantViewer,
  walletId: string,
): Promise<ProviderCardOffer[]> {
  const { issued, call, wallet } = await issuedOfWallet(deps, viewer, walletId);
  return readOfWallet(wallet, () => issued.offers(call));
}
