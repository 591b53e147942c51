import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { lookForCard } from './follow-purchases.ts';
import { refreshIssuedCards } from './mirror-issued.ts';

/** A card that its provider does not list after so many looks, ever farther apart, is left to whoever looks at the wallet's cards. */
const MOST_ROUNDS = 20;

/** Looks for cards that were ordered and cost nothing, or were paid for, and comes back until the provider lists them. */
export async function findPaidCards(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  { walletId, round }: { walletId: string; round: number },
): Promise<void> {
  const { prisma } = deps.db;
  const wallet = await prisma.wallet.findUniqueOrThrow({ where: { id: walletId }, include: { accounts: true } });
  await refreshIssuedCards(deps, wallet);
  const missing = { walletId, kind: 'ISSUED' as const, state: 'PENDING' as const, providerState: null };
  if ((await prisma.card.count({ where: missing })) === 0) return;
  if (round >= MOST_ROUNDS) deps.log.error({ walletId }, 'a card that was ordered is not listed by its provider');
  else await transaction(deps.db, (tx) => lookForCard(tx, walletId, round + 1, deps.clock.now()));
}
