import type { Tx } from '../../db/client.ts';
import type { Card, Prisma } from '../../db/generated/client.ts';
import { NotFoundError, StateError } from '../../errors.ts';
import type { Viewer } from '../access/viewer.ts';

/** The rows of `card` that this viewer may know of. */
export function visibleCards(viewer: Viewer): Prisma.CardWhereInput {
  switch (viewer.kind) {
    case 'ADMIN':
      return {};
    case 'PARTNER':
      return { partnerId: viewer.partnerId };
    case 'CUSTOMER':
      return { partnerId: viewer.partnerId, customerId: viewer.customerId };
  }
}

/** The card with this id, or null: absent and foreign are the same. */
export const findCard = (tx: Tx, viewer: Viewer, id: string): Promise<Card | null> =>
  tx.card.findFirst({ where: { AND: [{ id }, visibleCards(viewer)] } });

/**
 * A card with which this wallet can pay now.
 * @param providerAccountId the account that carries the payment: a card is a token of the account that keeps it
 * @throws NotFoundError for a stranger's or another wallet's card; StateError unless it is ACTIVE
 */
export async function payableCard(
  tx: Tx,
  viewer: Viewer,
  walletId: string,
  cardId: string,
  providerAccountId?: string | null,
): Promise<Card & { reference: string }> {
  const card = await findCard(tx, viewer, cardId);
  const elsewhere = providerAccountId !== undefined && card?.providerAccountId !== providerAccountId;
  if (!card || card.walletId !== walletId || elsewhere) throw new NotFoundError('The card');
  if (card.state !== 'ACTIVE' || card.reference === null) {
    throw new StateError(
      'CARD_STATE',
      card.state,
      ['ACTIVE'],
      `The card is ${card.state}; only an ACTIVE one can pay.`,
    );
  }
  return { ...card, reference: card.reference };
}
