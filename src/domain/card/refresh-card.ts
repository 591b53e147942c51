import type { Call } from '../../connectors/connector.ts';
import type { LinkedCards } from '../../connectors/records.ts';
import type { ProviderCard } from '../../connectors/values.ts';
import type { Card } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import type { NewEvent } from '../../events/event.ts';
import { appendEvents } from '../../events/log.ts';
import { connectorOf } from '../provider/store.ts';
import { upstreamAccess } from '../wallet/upstream-access.ts';

type CardDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock'>;

/**
 * Asks the provider how a card stands and writes it down. A card that is not known here is left alone.
 * @throws what the connector throws when it cannot be asked
 */
export async function refreshCard(deps: CardDeps, providerAccountId: string, reference: string): Promise<void> {
  const { prisma } = deps.db;
  const cards = await prisma.card.findMany({ where: { providerAccountId, reference, state: { not: 'REMOVED' } } });
  if (cards.length === 0) return;
  const account = await prisma.providerAccount.findUniqueOrThrow({ where: { id: providerAccountId } });
  const linked: LinkedCards | undefined = connectorOf(deps, account).linkedCards;
  if (!linked) return;
  for (const card of cards) await writeCard(deps, card.id, await linked.get(await callFor(deps, card), reference));
}

/** As whom the provider is asked about a card: as its wallet where the provider keeps that, else as the house wallet. */
export async function callFor({ db, vault }: Pick<CardDeps, 'db' | 'vault'>, card: Card): Promise<Call> {
  return { wallet: upstreamAccess(vault, await db.prisma.wallet.findUnique({ where: { id: card.walletId } })) };
}

/**
 * Brings a card to where its provider says that it stands; null: the provider has it no more.
 * @returns the card as it is then
 */
export async function writeCard(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  cardId: string,
  said: ProviderCard | null,
): Promise<Card> {
  const now = clock.now();
  return transaction(db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM card WHERE id = ${cardId} FOR UPDATE`;
    const card = await tx.card.findUniqueOrThrow({ where: { id: cardId } });
    // removed for good: an answer from before says nothing
    if (card.state === 'REMOVED') return card;
    const changes = said ? told(card, said, now) : { state: 'REMOVED' as const, removedAt: now, upstreamAction: null };
    const changed = Object.entries(changes).some(([name, value]) => card[name as keyof Card] !== value);
    if (!changed || said?.state === 'UNKNOWN') return card;
    const written = await tx.card.update({ where: { id: cardId }, data: changes });
    await appendEvents(tx, [cardUpdated(written, now)], now);
    return written;
  });
}

function told(card: Card, said: ProviderCard, now: Date) {
  const state = said.state === 'UNKNOWN' ? card.state : said.state;
  return {
    state,
    providerState: said.providerState,
    maskedPan: said.maskedPan ?? card.maskedPan,
    scheme: said.scheme === 'UNKNOWN' ? card.scheme : said.scheme,
    upstreamAction: said.nextAction ? JSON.stringify(said.nextAction) : null,
    activatedAt: card.activatedAt ?? (state === 'ACTIVE' ? now : null),
    removedAt: card.removedAt ?? (state === 'REMOVED' ? now : null),
  };
}

/** The event that tells of a card's change. */
export const cardUpdated = (card: Card, at: Date): NewEvent => ({
  partnerId: card.partnerId,
  type: 'CARD_UPDATED',
  audience: card.customerId ? [card.customerId] : [],
  walletIds: [card.walletId],
  paymentId: null,
  data: { kind: 'card', cardId: card.id, walletId: card.walletId, state: card.state },
  occurredAt: at,
});
