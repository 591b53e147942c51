import type { Card } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { whileInUse } from '../idempotency/in-use.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { isClaimed, once } from '../idempotency/once.ts';
import { acceptedValue, ProviderUnavailableError, refusalError } from '../provider/errors.ts';
import { readOfWallet } from '../wallet/refusal.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { lookForCard } from './follow-purchases.ts';
import { type IssuedAtProvider, issuedOfWallet } from './issued.ts';
import { followIssuedCards, isAboutProvider } from './mirror-issued.ts';
import { cardUpdated } from './refresh-card.ts';
import { findCard } from './store.ts';

type OrderDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

const OPERATION = 'cardOrder';

export interface OrderCardInput {
  idempotencyKey: string;
  walletId: string;
  /** Of `cardOffers`, of kind CARD. */
  offerCode: string;
}

/**
 * Has the wallet's provider issue a card. The provider's number of the order is kept before the order is sent off, so that a
 * repetition goes on with the same order: it is free until it is paid (cardPay), and one order gives one card.
 * @returns the card: ACTIVE or PENDING, or PAYMENT_REQUIRED with its price
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, NotSupportedError, ProviderRejectedError;
 *   ProviderUnavailableError: the same key goes on where this was cut off
 */
export async function orderCard(
  deps: OrderDeps,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: OrderCardInput,
): Promise<{ card: Card; replayed: boolean }> {
  const reached = await issuedOfWallet(deps, viewer, input.walletId);
  const { wallet, account } = reached;
  const repeated = await isClaimed(deps.db.prisma, viewer, OPERATION, idempotencyKey);
  if (!repeated) {
    checkWalletState(wallet, ['ACTIVE']);
    await checkOffer(reached, input.offerCode);
  }
  const now = deps.clock.now();
  const stored = await transaction(deps.db, async (tx) => {
    const claim = { operation: OPERATION, key: idempotencyKey, input, resultId: newId('Card') };
    const { resultId: id, replayed } = await once(tx, deps, viewer, claim);
    if (replayed) return { card: present(await findCard(tx, viewer, id), 'the card'), replayed };
    const { id: walletId, partnerId, customerId, provider } = wallet;
    const owner = { partnerId, walletId, customerId, provider, providerAccountId: account.id };
    const order = { kind: 'ISSUED' as const, state: 'CREATED' as const, offerCode: input.offerCode };
    const card = await tx.card.create({ data: { id, ...owner, ...order, createdAt: now } });
    await appendEvents(tx, [cardUpdated(card, now)], now);
    return { card, replayed };
  });
  if (stored.card.state !== 'CREATED') return stored;
  const claimed = { operation: OPERATION, key: idempotencyKey };
  const card = await whileInUse(deps, viewer, claimed, () => placeOrder(deps, reached, stored.card.id));
  return { card, replayed: stored.replayed };
}

async function checkOffer({ wallet, issued, call }: IssuedAtProvider, offerCode: string): Promise<void> {
  const offers = await readOfWallet(wallet, () => issued.offers(call));
  const codes = offers.flatMap(({ kind, code }) => (kind === 'CARD' ? [code] : []));
  if (codes.includes(offerCode)) return;
  throw InvalidInputError.at('input.offerCode', `must be one of ${codes.join(', ')} (cardOffers).`);
}

/** Goes on with an order from wherever it was cut off. */
async function placeOrder(deps: OrderDeps, reached: IssuedAtProvider, cardId: string): Promise<Card> {
  const read = () => deps.db.prisma.card.findUniqueOrThrow({ where: { id: cardId } });
  const begun = await read();
  if (begun.state !== 'CREATED' || begun.reference !== null) return begun;
  const order = begun.orderReference ?? (await draft(deps, reached, begun));
  const { issued, call, account } = reached;
  const outcome = await issued.submit(call, order);
  if (outcome.kind === 'accepted') {
    const submitted = await keepSubmitted(deps, cardId, outcome.value);
    if (submitted.state === 'PAYMENT_REQUIRED') return submitted;
    await look(deps, reached);
    return read();
  }
  if (outcome.kind === 'notSent') throw new ProviderUnavailableError(account.provider, outcome.retryAt);
  // an order that was sent off already is refused, too: its card tells
  await look(deps, reached);
  const found = await read();
  if (found.reference !== null) return found;
  if (outcome.kind === 'unknown') throw new ProviderUnavailableError(account.provider, null);
  await giveUp(deps, found);
  throw refusalError(outcome.refusal);
}

/** The list, as far as the provider tells it now; whoever looks at the cards later reads it again. */
async function look(deps: OrderDeps, reached: IssuedAtProvider): Promise<void> {
  try {
    await followIssuedCards(deps, reached);
  } catch (error) {
    if (!isAboutProvider(error)) throw error;
    deps.log.info({ walletId: reached.wallet.id, code: error.code }, 'an ordered card could not be looked for');
  }
}

/** Makes the draft and keeps its number, with the cards that are there before it is sent off. */
async function draft(deps: OrderDeps, reached: IssuedAtProvider, card: Card): Promise<string> {
  const { issued, call, account, wallet } = reached;
  const outcome = await issued.order(call, present(card.offerCode, 'what was ordered'));
  if (outcome.kind === 'rejected') await giveUp(deps, card);
  const { orderReference } = acceptedValue(outcome, account.provider);
  const before = await readOfWallet(wallet, () => issued.list(call));
  const snapshot = before.map(({ reference }) => reference);
  await deps.db.prisma.card.update({ where: { id: card.id }, data: { orderReference, snapshot } });
  return orderReference;
}

type Submitted = Extract<Awaited<ReturnType<IssuedAtProvider['issued']['submit']>>, { kind: 'accepted' }>['value'];

/** What the provider answered to an order that was sent off. */
function keepSubmitted({ db, clock }: OrderDeps, cardId: string, said: Submitted): Promise<Card> {
  const now = clock.now();
  return transaction(db, async (tx) => {
    const { walletId } = await tx.card.findUniqueOrThrow({ where: { id: cardId } });
    await lockName(tx, 'issued cards', walletId);
    const card = await tx.card.findUniqueOrThrow({ where: { id: cardId } });
    if (card.reference !== null) return card;
    const reference = said.cardReference;
    // a reading of the list may have been first, and have given it to another order or kept it as nobody's
    const other = reference ? await tx.card.findFirst({ where: { walletId, reference, kind: 'ISSUED' } }) : null;
    if (other) {
      const free = other.orderReference ? { state: 'CREATED' as const } : { state: 'REMOVED' as const, removedAt: now };
      await tx.card.update({ where: { id: other.id }, data: { ...free, reference: null } });
    }
    const state = said.state === 'COMPLETED' ? ('PENDING' as const) : said.state;
    const price = said.price && { priceMinor: said.price.minor, priceCurrency: said.price.currency };
    const changes = { state, reference, ...price };
    const written = await tx.card.update({ where: { id: cardId }, data: changes });
    if (state === 'PENDING') await lookForCard(tx, walletId, 1, now);
    await appendEvents(tx, [cardUpdated(written, now)], now);
    return written;
  });
}

/** Nothing came of it: the key is free again. */
async function giveUp({ db, clock }: OrderDeps, { id, partnerId }: Card): Promise<void> {
  const now = clock.now();
  await transaction(db, async (tx) => {
    await tx.idempotencyKey.deleteMany({ where: { partnerId, resultId: id } });
    const failed = await tx.card.update({ where: { id }, data: { state: 'FAILED' } });
    await appendEvents(tx, [cardUpdated(failed, now)], now);
  });
}
