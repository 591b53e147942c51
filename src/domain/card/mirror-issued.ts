import type { ProviderIssuedCard } from '../../connectors/issued-cards.ts';
import type { Tx } from '../../db/client.ts';
import type { Card } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { StateError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import type { Vault } from '../../lib/crypto.ts';
import { newId } from '../../lib/ids.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { ProviderRejectedError, ProviderUnavailableError } from '../provider/errors.ts';
import { reachWallet } from '../wallet/at-provider.ts';
import { readOfWallet } from '../wallet/refusal.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { type CardFacts, factsText, type IssuedAtProvider, openFacts, sealFacts } from './issued.ts';
import { cardUpdated } from './refresh-card.ts';

type MirrorDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/**
 * Brings the cards that a wallet's provider has issued to where its list says that they stand. Nothing to do where it issues
 * none; when it cannot be reached it is logged, and the cards stay as they are kept.
 */
export async function refreshIssuedCards(deps: MirrorDeps, wallet: WalletWithAccounts): Promise<void> {
  if (wallet.status !== 'ACTIVE' && wallet.status !== 'BLOCKED') return;
  const reached = await reachWallet(deps, deps.db.prisma, wallet);
  const issued = reached?.connector.issuedCards;
  if (!reached || !issued) return;
  try {
    await followIssuedCards(deps, { ...reached, issued });
  } catch (error) {
    if (!isAboutProvider(error)) throw error;
    deps.log.info({ walletId: wallet.id, code: error.code }, 'issued cards could not be read from their provider');
  }
}

/** Is this the provider's refusal or silence, and no fault of ours? */
export const isAboutProvider = (
  error: unknown,
): error is ProviderRejectedError | ProviderUnavailableError | StateError =>
  error instanceof ProviderRejectedError || error instanceof ProviderUnavailableError || error instanceof StateError;

/**
 * The same, for who needs the provider's word.
 * @throws ProviderRejectedError, ProviderUnavailableError, StateError
 */
export async function followIssuedCards(deps: MirrorDeps, reached: IssuedAtProvider): Promise<void> {
  const { wallet, issued, call } = reached;
  const said = await readOfWallet(wallet, () => issued.list(call));
  const known = await issuedRows(deps.db.prisma, reached);
  const isKept = (one: ProviderIssuedCard) => {
    const row = known.find(({ reference }) => reference === one.reference);
    return row !== undefined && Object.keys(changesBy(deps.vault, row, one)).length === 0;
  };
  if (said.every(isKept)) return;
  const now = deps.clock.now();
  await transaction(deps.db, async (tx) => {
    await lockName(tx, 'issued cards', wallet.id);
    const rows = await issuedRows(tx, reached);
    const awaited = await awaitedCards(tx, rows);
    const named = new Set(rows.map(({ reference }) => reference));
    for (const one of said) {
      const row = named.has(one.reference)
        ? rows.find(({ reference }) => reference === one.reference)
        : claim(awaited, one);
      if (row) await writeIssued(deps, tx, row, one, now);
      else await adopt(deps, tx, reached, one, now);
    }
  });
}

const issuedRows = (tx: Tx, { wallet, account }: Pick<IssuedAtProvider, 'wallet' | 'account'>): Promise<Card[]> =>
  tx.card.findMany({
    where: { walletId: wallet.id, providerAccountId: account.id, kind: 'ISSUED' },
    orderBy: { id: 'asc' },
  });

/** An order that was sent off, or may have been, whose card is not known yet, and the number of what paid for it. */
interface Awaited {
  card: Card;
  paidBy: string | null;
}

async function awaitedCards(tx: Tx, rows: Card[]): Promise<Awaited[]> {
  const waiting = rows.filter(
    ({ reference, orderReference, state }) =>
      reference === null && orderReference !== null && (state === 'CREATED' || state === 'PENDING'),
  );
  const ids = waiting.flatMap(({ paymentId }) => paymentId ?? []);
  const payments = ids.length > 0 ? await tx.payment.findMany({ where: { id: { in: ids } } }) : [];
  return waiting.map((card) => ({
    card,
    paidBy: payments.find(({ id }) => id === card.paymentId)?.reference ?? null,
  }));
}

/**
 * The order that a card in the list fulfils: the one that it was paid by, where that is told; else the first of its kind
 * among those that were sent off before it was there.
 */
function claim(awaited: Awaited[], one: ProviderIssuedCard): Card | null {
  const fits = awaited.filter(({ card }) => {
    const kind = one.offer === null || one.offer.code === card.offerCode;
    return kind && !card.snapshot.includes(one.reference);
  });
  const paid = fits.find(({ paidBy }) => paidBy !== null && paidBy === one.paymentReference);
  const found = paid ?? fits.find(({ card }) => card.paymentId === null) ?? fits[0];
  if (!found) return null;
  awaited.splice(awaited.indexOf(found), 1);
  return found.card;
}

const dateOf = (day: string | null): Date | null => (day === null ? null : new Date(`${day}T00:00:00Z`));

const factsOf = ({ offer, balance, limit, requisites, attributes }: ProviderIssuedCard): CardFacts => ({
  offer,
  balance,
  limit,
  requisites,
  attributes,
});

/** What the provider's word changes of a card; a word that is in no table changes no state. */
function changesBy(vault: Vault, row: Card, said: ProviderIssuedCard): Partial<Card> {
  const unclear = row.reference === null ? 'PENDING' : row.state;
  const told: Partial<Card> = {
    reference: said.reference,
    state: said.state === 'UNKNOWN' ? unclear : said.state,
    providerState: said.providerState,
    maskedPan: said.maskedPan ?? row.maskedPan,
    scheme: said.scheme === 'UNKNOWN' ? row.scheme : said.scheme,
    alias: said.alias,
    expiresOn: dateOf(said.expiresOn),
    unblockable: said.unblockable,
    activatedAt: said.activatedAt,
    blockedAt: said.blockedAt,
    detailsSentAt: said.detailsSentAt,
    offerCode: said.offer?.code ?? row.offerCode,
  };
  const changed = Object.entries(told).filter(([name, value]) => !isSame(row[name as keyof Card], value));
  const facts =
    factsText(factsOf(said)) === factsText(openFacts(vault, row))
      ? {}
      : { factsSealed: sealFacts(vault, row.id, factsOf(said)) };
  return { ...Object.fromEntries(changed), ...facts };
}

const isSame = (a: unknown, b: unknown): boolean =>
  a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : a === b;

async function writeIssued(
  { vault }: Pick<Deps, 'vault'>,
  tx: Tx,
  row: Card,
  said: ProviderIssuedCard,
  now: Date,
): Promise<void> {
  const changes = changesBy(vault, row, said);
  if (Object.keys(changes).length === 0) return;
  const written = await tx.card.update({ where: { id: row.id }, data: changes });
  await appendEvents(tx, [cardUpdated(written, now)], now);
}

/** Keeps a card that was ordered elsewhere. */
async function adopt(
  { vault }: Pick<Deps, 'vault'>,
  tx: Tx,
  { wallet, account }: IssuedAtProvider,
  said: ProviderIssuedCard,
  now: Date,
): Promise<void> {
  const { id: walletId, partnerId, customerId, provider } = wallet;
  const owner = { partnerId, walletId, customerId, provider, providerAccountId: account.id };
  const row = { id: newId('Card'), ...owner, kind: 'ISSUED' as const, state: 'PENDING' as const };
  const createdAt = said.activatedAt ?? now;
  const card = await tx.card.create({ data: { ...row, reference: said.reference, createdAt } });
  await writeIssued({ vault }, tx, card, said, now);
}
