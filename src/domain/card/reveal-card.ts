import type { ProviderCardDetails } from '../../connectors/issued-cards.ts';
import type { Deps } from '../../deps.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { acceptedOfWallet } from '../wallet/refusal.ts';
import { issuedCard, notUsable } from './issued.ts';

/** An issued card's number and code, with its expiry. */
export interface RevealedCard extends ProviderCardDetails {
  expiresOn: Date | null;
}

/**
 * Reads the number and the code of an issued card, for one answer. Neither is kept, logged or recorded on its way.
 * @throws NotFoundError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function revealCard(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors'>,
  viewer: TenantViewer,
  cardId: string,
): Promise<RevealedCard> {
  const { issued, call, card, wallet } = await issuedCard(deps, viewer, cardId);
  if (card.state === 'REMOVED' || card.state === 'FAILED') throw notUsable(card, ['ACTIVE', 'BLOCKED']);
  const { pan, cvv } = acceptedOfWallet(await issued.reveal(call, card.reference), wallet);
  return { pan, cvv, expiresOn: card.expiresOn };
}
