import type { LinkedCards } from '../../connectors/records.ts';
import type { Card } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError, NotSupportedError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { whileInUse } from '../idempotency/in-use.ts';
import { once } from '../idempotency/once.ts';
import { acceptedValue } from '../provider/errors.ts';
import { connectorOf } from '../provider/store.ts';
import { routeOfWallet } from '../wallet/route.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findWallet } from '../wallet/store.ts';
import { callFor, cardUpdated, writeCard } from './refresh-card.ts';
import { findCard } from './store.ts';

type CardDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock'>;

const OPERATION = 'cardLink';

export interface LinkCardInput {
  idempotencyKey: string;
  walletId: string;
  provider?: string | undefined;
  successUrl: string;
  failureUrl: string;
  embedded: boolean;
}

/**
 * Begins to keep a bank card for a wallet: the person types it on the provider's page (`nextAction`). No money moves, so an
 * unclear answer is made good by repeating the mutation: another page is opened, the first one is never used.
 * @throws NotFoundError, IdempotencyError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function linkCard(
  deps: CardDeps,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: LinkCardInput,
): Promise<{ card: Card; replayed: boolean }> {
  const now = deps.clock.now();
  const stored = await transaction(deps.db, async (tx) => {
    const claim = { operation: OPERATION, key: idempotencyKey, input, resultId: newId('Card') };
    const { resultId: id, replayed } = await once(tx, deps, viewer, claim);
    if (replayed) return { card: present(await findCard(tx, viewer, id), 'the card'), replayed };
    const wallet = await findWallet(tx, viewer, input.walletId);
    if (!wallet) throw new NotFoundError('The wallet');
    checkWalletState(wallet, ['ACTIVE']);
    const { account } = await routeOfWallet(deps, tx, wallet, {
      capability: 'LINKED_CARDS',
      provider: input.provider,
    });
    const owner = { partnerId: wallet.partnerId, walletId: wallet.id, customerId: wallet.customerId };
    const at = { providerAccountId: account.id, provider: account.provider, createdAt: now };
    const card = await tx.card.create({ data: { id, ...owner, ...at, kind: 'LINKED', state: 'CREATED' } });
    await appendEvents(tx, [cardUpdated(card, now)], now);
    return { card, replayed };
  });
  if (stored.card.reference !== null || stored.card.state !== 'CREATED') return stored;

  const { linked, provider } = await linkedCards(deps, stored.card);
  const { successUrl, failureUrl, embedded } = input;
  const card = await whileInUse(deps, viewer, { operation: OPERATION, key: idempotencyKey }, async () => {
    // another request may have just linked it
    const row = await deps.db.prisma.card.findUniqueOrThrow({ where: { id: stored.card.id } });
    if (row.reference !== null) return row;
    const outcome = await linked.link(await callFor(deps, stored.card), { successUrl, failureUrl, embedded });
    const said = acceptedValue(outcome, provider);
    await deps.db.prisma.card.update({ where: { id: stored.card.id }, data: { reference: said.reference } });
    return writeCard(deps, stored.card.id, said);
  });
  return { card, replayed: stored.replayed };
}

/**
 * Has the provider forget a card. Repeating it answers the removed card.
 * @throws NotFoundError, ProviderRejectedError, ProviderUnavailableError, NotSupportedError
 */
export async function removeCard(deps: CardDeps, viewer: TenantViewer, cardId: string): Promise<Card> {
  const card = await findCard(deps.db.prisma, viewer, cardId);
  if (!card) throw new NotFoundError('The card');
  if (card.state === 'REMOVED') return card;
  const { linked, provider } = await linkedCards(deps, card);
  // accepted also when it was gone already, so an unclear answer is simply repeated
  if (card.reference !== null) acceptedValue(await linked.remove(await callFor(deps, card), card.reference), provider);
  return writeCard(deps, card.id, null);
}

async function linkedCards(deps: CardDeps, card: Card): Promise<{ linked: LinkedCards; provider: string }> {
  const account = await deps.db.prisma.providerAccount.findUniqueOrThrow({ where: { id: card.providerAccountId } });
  const linked = connectorOf(deps, account).linkedCards;
  if (!linked) throw new NotSupportedError(card.provider, 'LINKED_CARDS', 'This provider account keeps no cards.');
  return { linked, provider: account.provider };
}
