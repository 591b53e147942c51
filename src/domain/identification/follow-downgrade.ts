import type { DowngradeState } from '../../connectors/access.ts';
import type { Unmapped } from '../../connectors/values.ts';
import type { IdentificationDowngrade } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import { appendEvents } from '../../events/log.ts';
import { present } from '../../lib/assert.ts';
import { capable, reachWallet } from '../wallet/at-provider.ts';
import { walletUpdated } from '../wallet/events.ts';
import { acceptedOfWallet, readOfWallet } from '../wallet/refusal.ts';
import type { DowngradeDeps } from './request-downgrade.ts';
import { lockDowngrade } from './store.ts';

const FIRST_LOOK_MS = 2_000;
const LAST_LOOK_MS = 600_000;

/** When the provider is asked next: ever more seldom, every ten minutes in the end. */
export const lookAgainAt = (now: Date, round: number): Date =>
  new Date(now.getTime() + Math.min(FIRST_LOOK_MS * 2 ** Math.min(round, 20), LAST_LOOK_MS));

/**
 * Asks the provider how far a confirmed step down has come. While it is not known whether the confirmation has arrived, it is
 * sent again: before a confirmation the provider's answer says nothing, and a second one answers the present state.
 * @returns when to ask again; null when there is nothing left to ask
 * @throws ProviderRejectedError, StateError, ProviderUnavailableError: ask again
 */
export async function followDowngrade(deps: DowngradeDeps, downgradeId: string, round: number): Promise<Date | null> {
  const { prisma } = deps.db;
  const row = await prisma.identificationDowngrade.findUnique({
    where: { id: downgradeId },
    include: { wallet: { include: { accounts: true } } },
  });
  // of a wallet that was unlinked nobody can ask any more
  if (row?.state !== 'PROCESSING' || row.wallet.status === 'CLOSED') return null;
  const { wallet } = row;
  const reached = present(await reachWallet(deps, prisma, wallet), 'the provider of a wallet');
  const downgrades = capable(reached, 'IDENTIFICATION', (connector) => connector.identification?.downgrades);
  const reference = present(row.reference, 'the reference of a confirmed downgrade');
  const state =
    row.acknowledgedAt === null
      ? acceptedOfWallet(await downgrades.confirm(reached.call, reference), wallet).state
      : await readOfWallet(wallet, () => downgrades.status(reached.call, reference));
  const followed = await keepState(deps, downgradeId, state);
  return followed.state === 'PROCESSING' ? lookAgainAt(deps.clock.now(), round) : null;
}

/** Writes how far the provider says that a confirmed step down has come; an end is told, and the wallet has its new level. */
export function keepState(
  deps: DowngradeDeps,
  id: string,
  state: DowngradeState | Unmapped,
): Promise<IdentificationDowngrade> {
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    const { acknowledgedAt, ...known } = await lockDowngrade(tx, id);
    if (known.state !== 'PROCESSING') return { acknowledgedAt, ...known };
    const { walletId, fromLevel, toLevel } = known;
    const end = state === 'COMPLETED' || state === 'FAILED' ? { state, finishedAt: now } : {};
    const data = { acknowledgedAt: acknowledgedAt ?? now, ...end };
    const row = await tx.identificationDowngrade.update({ where: { id }, data });
    if (row.state === 'PROCESSING') return row;
    await tx.$executeRaw`SELECT 1 FROM wallet WHERE id = ${walletId} FOR UPDATE`;
    if (row.state === 'COMPLETED')
      await tx.wallet.updateMany({
        where: { id: walletId, identificationLevel: fromLevel },
        data: { identificationLevel: toLevel },
      });
    const wallet = await tx.wallet.findUniqueOrThrow({ where: { id: walletId } });
    await appendEvents(tx, [walletUpdated(wallet, now)], now);
    return row;
  });
}
