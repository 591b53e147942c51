import type { ProviderCard } from '../../connectors/values.ts';
import type { Card } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import { appendEvents } from '../../events/log.ts';
import { newId } from '../../lib/ids.ts';
import { type AskDeps, askProvider } from '../wallet/ask-provider.ts';
import type { WalletAtProvider } from '../wallet/at-provider.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { cardUpdated, writeCard } from './refresh-card.ts';

/** What a provider told of the cards of a wallet that it keeps. */
interface Told {
  reached: WalletAtProvider;
  cards: ProviderCard[];
  /** Those known here that it did not list, each as it answered for it; null: it has none such. */
  unlisted: [card: Card, said: ProviderCard | null][];
}

/**
 * Brings the cards of a wallet to what its provider lists: one that was added elsewhere can pay from now on, one that was
 * removed elsewhere cannot. Nothing to do for a LOCAL wallet, whose cards are among all those of the house wallet. When the
 * provider cannot be reached it is logged, and the cards stay as they are kept.
 */
export async function refreshCards(deps: AskDeps, wallet: WalletWithAccounts): Promise<void> {
  if (wallet.status === 'PENDING_ACTIVATION') return;
  const told = await askProvider(deps, wallet, (reached) => read(deps, reached));
  if (!told) return;
  const { reached, cards, unlisted } = told;
  const kept = await keptCards(deps, reached);
  for (const said of cards) {
    const known = kept.find(({ reference }) => reference === said.reference);
    if (!known) await adopt(deps, reached, said);
    // a card that waits is told of by its notification: the list may have been read before it came
    else if (said.state !== 'CREATED' && said.state !== 'PENDING') await writeCard(deps, known.id, said);
  }
  for (const [{ id }, said] of unlisted) await writeCard(deps, id, said);
}

/** The list, and an answer for each card that is not in it: only that proves a card to be gone. */
async function read(deps: AskDeps, reached: WalletAtProvider): Promise<Told | null> {
  const { linkedCards } = reached.connector;
  if (!linkedCards) return null;
  const before = await keptCards(deps, reached);
  const cards = await linkedCards.list(reached.call);
  const unlisted: Told['unlisted'] = [];
  for (const card of before) {
    const { reference, state } = card;
    if (reference === null || state === 'REMOVED' || state === 'FAILED' || state === 'USED') continue;
    if (cards.some((listed) => listed.reference === reference)) continue;
    unlisted.push([card, await linkedCards.get(reached.call, reference)]);
  }
  return { reached, cards, unlisted };
}

const keptCards = ({ db }: Pick<AskDeps, 'db'>, { wallet, account }: WalletAtProvider): Promise<Card[]> =>
  db.prisma.card.findMany({ where: { walletId: wallet.id, providerAccountId: account.id, kind: 'LINKED' } });

/** Keeps a card that was added elsewhere, once it can pay: one that waits has its page where it was asked for. */
async function adopt(
  { db, clock }: Pick<AskDeps, 'db' | 'clock'>,
  { wallet, account }: WalletAtProvider,
  { reference, state, providerState, maskedPan, scheme }: ProviderCard,
): Promise<void> {
  if (reference === null || state !== 'ACTIVE') return;
  const now = clock.now();
  const { id: walletId, partnerId, customerId, provider } = wallet;
  const owner = { partnerId, walletId, customerId, provider, providerAccountId: account.id };
  const card = { id: newId('Card'), ...owner, reference, kind: 'LINKED' as const, state, providerState };
  await transaction(db, async (tx) => {
    const rows = await tx.card.createManyAndReturn({
      data: [{ ...card, maskedPan, scheme, createdAt: now, activatedAt: now }],
      // a payment that was to keep it may be first
      skipDuplicates: true,
    });
    await appendEvents(
      tx,
      rows.map((row) => cardUpdated(row, now)),
      now,
    );
  });
}
