import type { Outcome } from '../../connectors/outcome.ts';
import type { Card } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { ProviderUnavailableError } from '../provider/errors.ts';
import { acceptedOfWallet } from '../wallet/refusal.ts';
import { type IssuedCardAtProvider, issuedCard, notUsable } from './issued.ts';
import { followIssuedCards } from './mirror-issued.ts';

type ChangeDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

const LONGEST_ALIAS = 64;

/** A change of an issued card: how it is asked for, and when it is done. */
interface Change {
  isDone(card: Card): boolean;
  /** States in which it can be asked for. */
  from: Card['state'][];
  ask(at: IssuedCardAtProvider): Promise<Outcome<null>>;
}

/**
 * Blocks an issued card. It is BLOCKED once the provider's list says so; repeating it changes nothing.
 * @throws NotFoundError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export const blockCard = (deps: ChangeDeps, viewer: TenantViewer, cardId: string): Promise<Card> =>
  change(deps, viewer, cardId, {
    isDone: ({ state }) => state === 'BLOCKED',
    from: ['ACTIVE', 'PENDING'],
    ask: ({ issued, call, card }) => issued.block(call, card.reference),
  });

/**
 * Undoes a block. What the provider wants beside the call, or that it is too late, is its refusal.
 * @throws NotFoundError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export const unblockCard = (deps: ChangeDeps, viewer: TenantViewer, cardId: string): Promise<Card> =>
  change(deps, viewer, cardId, {
    isDone: ({ state }) => state === 'ACTIVE',
    from: ['BLOCKED'],
    ask: ({ issued, call, card }) => issued.unblock(call, card.reference),
  });

/**
 * Gives an issued card the name that its owner sees.
 * @throws NotFoundError, InvalidInputError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function renameCard(deps: ChangeDeps, viewer: TenantViewer, cardId: string, alias: string): Promise<Card> {
  const name = alias.trim();
  if (name === '' || name.length > LONGEST_ALIAS)
    throw InvalidInputError.at('input.alias', `must have 1 to ${LONGEST_ALIAS} characters.`);
  return change(deps, viewer, cardId, {
    isDone: (card) => card.alias === name,
    from: ['ACTIVE', 'BLOCKED', 'PENDING'],
    ask: ({ issued, call, card }) => issued.rename(call, card.reference, name),
  });
}

/** Reads how the card stands, asks for the change, and reads again: an answer that was lost is found out so. */
async function change(
  deps: ChangeDeps,
  viewer: TenantViewer,
  cardId: string,
  { isDone, from, ask }: Change,
): Promise<Card> {
  const at = await issuedCard(deps, viewer, cardId);
  const now = async () => {
    await followIssuedCards(deps, at);
    return deps.db.prisma.card.findUniqueOrThrow({ where: { id: cardId } });
  };
  const before = await now();
  if (isDone(before)) return before;
  if (!from.includes(before.state)) throw notUsable(before, from);
  const outcome = await ask(at);
  if (outcome.kind !== 'unknown') acceptedOfWallet(outcome, at.wallet);
  const after = await now();
  if (outcome.kind === 'unknown' && !isDone(after)) throw new ProviderUnavailableError(at.account.provider, null);
  return after;
}
