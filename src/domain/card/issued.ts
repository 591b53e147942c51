import type { Capabilities } from '../../connectors/connector.ts';
import type { IssuedCards, ProviderCardOffer, ProviderIssuedCard } from '../../connectors/issued-cards.ts';
import type { Tx } from '../../db/client.ts';
import type { Card } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError, StateError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { Vault } from '../../lib/crypto.ts';
import type { Money } from '../../money/money.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { capable, reachWallet, type WalletAtProvider, walletAtProvider } from '../wallet/at-provider.ts';
import { findCard } from './store.ts';

/** A wallet at a provider, and the cards that the provider issues. */
export interface IssuedAtProvider extends WalletAtProvider {
  issued: IssuedCards;
}

const member = ({ issuedCards }: Capabilities) => issuedCards;

/**
 * The way to the cards that a wallet's provider issues.
 * @throws NotFoundError; NotSupportedError for a LOCAL wallet, and where the provider issues no cards
 */
export async function issuedOfWallet(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors'>,
  viewer: TenantViewer,
  walletId: string,
): Promise<IssuedAtProvider> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'ISSUED_CARDS');
  return { ...reached, issued: capable(reached, 'ISSUED_CARDS', member) };
}

/** An issued card of the viewer's with the provider's id of it, and the way to it. */
export interface IssuedCardAtProvider extends IssuedAtProvider {
  card: Card & { reference: string };
}

/**
 * An issued card of the viewer's.
 * @throws NotFoundError; StateError for a card that was not issued here, or not yet; NotSupportedError
 */
export async function issuedCard(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors'>,
  viewer: TenantViewer,
  cardId: string,
): Promise<IssuedCardAtProvider> {
  const { prisma } = deps.db;
  const card = await findCard(prisma, viewer, cardId);
  if (!card) throw new NotFoundError('The card');
  if (card.kind !== 'ISSUED')
    throw new StateError(
      'CARD_STATE',
      card.kind,
      ['ISSUED'],
      'This is a linked bank card; only its own bank does that.',
    );
  if (card.reference === null) throw notUsable(card, ['ACTIVE', 'BLOCKED']);
  const reached = await issuedCardWallet(deps, prisma, card);
  return { ...reached, card: { ...card, reference: card.reference } };
}

/** The way to the wallet of an issued card, whoever asks. */
export async function issuedCardWallet(
  deps: Pick<Deps, 'vault' | 'connectors'>,
  tx: Tx,
  card: Card,
): Promise<IssuedAtProvider> {
  const wallet = await tx.wallet.findUnique({ where: { id: card.walletId }, include: { accounts: true } });
  const reached = await reachWallet(deps, tx, present(wallet, 'the wallet of a card'));
  const way = present(reached, 'the provider of an issued card');
  return { ...way, issued: capable(way, 'ISSUED_CARDS', member) };
}

/** The refusal of what only a card in one of these states allows. */
export const notUsable = ({ state }: Pick<Card, 'state'>, allowed: Card['state'][]): StateError =>
  new StateError('CARD_STATE', state, allowed, `The card is ${state}; this needs ${allowed.join(' or ')}.`);

/** What a provider tells of an issued card and is only shown. */
export type CardFacts = Pick<ProviderIssuedCard, 'offer' | 'balance' | 'limit' | 'requisites' | 'attributes'>;

const context = (cardId: string) => `card.facts:${cardId}`;

/** Facts as stored; the card's id binds them to its row. */
export const sealFacts = (vault: Vault, cardId: string, facts: CardFacts): Uint8Array<ArrayBuffer> =>
  vault.seal(factsText(facts), context(cardId));

/** Facts as text: equal facts give equal texts. Minor units are digits. */
export const factsText = ({ offer, balance, limit, requisites, attributes }: CardFacts): string =>
  JSON.stringify({ offer, balance, limit, requisites, attributes }, (_name, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );

/** @throws InvariantError when the stored value was changed or belongs to another row */
export function openFacts(vault: Vault, { id, factsSealed }: Card): CardFacts {
  const none = { offer: null, balance: null, limit: null, requisites: [], attributes: [] };
  if (!factsSealed) return none;
  const kept = JSON.parse(vault.open(factsSealed, context(id))) as Stored;
  const { offer, balance, limit, requisites, attributes } = kept;
  return {
    offer: offer && { ...offer, price: moneyOf(offer.price) },
    balance: moneyOf(balance),
    limit: moneyOf(limit),
    requisites,
    attributes,
  };
}

type StoredMoney = { minor: string; currency: string } | null;
type Stored = Omit<CardFacts, 'offer' | 'balance' | 'limit'> & {
  offer: (Omit<ProviderCardOffer, 'price'> & { price: StoredMoney }) | null;
  balance: StoredMoney;
  limit: StoredMoney;
};

const moneyOf = (stored: StoredMoney): Money | null => stored && { ...stored, minor: BigInt(stored.minor) };
