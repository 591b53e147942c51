import type { IdentificationDowngrade } from '../../db/generated/client.ts';
import { addJob } from '../../db/job-queue.ts';
import { transaction } from '../../db/transaction.ts';
import { NotFoundError, StateError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { present } from '../../lib/assert.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { capable, walletAtProvider } from '../wallet/at-provider.ts';
import { walletUpdated } from '../wallet/events.ts';
import { heedRejection } from '../wallet/heed-rejection.ts';
import { acceptedOfWallet } from '../wallet/refusal.ts';
import { keepState, lookAgainAt } from './follow-downgrade.ts';
import type { DowngradeDeps } from './request-downgrade.ts';
import { findDowngrade, lockDowngrade } from './store.ts';

/**
 * Confirms a step down that was requested. A second call answers the state that it is in now. When the provider's answer is
 * lost it stays PROCESSING, and a job sends the confirmation again, which the provider takes as a question.
 * @throws NotFoundError, StateError, ProviderRejectedError; ProviderUnavailableError when nothing was sent
 */
export async function confirmDowngrade(
  deps: DowngradeDeps,
  viewer: PartnerViewer,
  downgradeId: string,
): Promise<IdentificationDowngrade> {
  const { prisma } = deps.db;
  const found = await findDowngrade(prisma, viewer, downgradeId);
  if (!found) throw new NotFoundError('The downgrade');
  if (found.state !== 'CREATED') return found;
  if (found.reference === null)
    throw new StateError(
      'WALLET_STATE',
      found.state,
      [],
      'The provider has not answered the request yet; repeat customerIdentificationDowngrade with its key first.',
    );
  const reached = await walletAtProvider(deps, viewer, found.walletId, 'IDENTIFICATION');
  const downgrades = capable(reached, 'IDENTIFICATION', (connector) => connector.identification?.downgrades);
  const begun = await begin(deps, downgradeId);
  if (!begun) return prisma.identificationDowngrade.findUniqueOrThrow({ where: { id: downgradeId } });
  const outcome = await downgrades.confirm(reached.call, found.reference);
  if (outcome.kind === 'unknown') return begun;
  if (outcome.kind !== 'accepted') await takeBack(deps, downgradeId);
  const { state } = await heedRejection(deps, reached, async () => acceptedOfWallet(outcome, reached.wallet));
  return keepState(deps, downgradeId, state);
}

/** Step 1: what is about to be sent is on the record. Null when another call has done it. */
function begin(deps: DowngradeDeps, id: string): Promise<IdentificationDowngrade | null> {
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    const { state } = await lockDowngrade(tx, id);
    if (state !== 'CREATED') return null;
    const data = { state: 'PROCESSING' as const, confirmedAt: now };
    const { wallet, ...row } = await tx.identificationDowngrade.update({
      where: { id },
      data,
      include: { wallet: true },
    });
    await addJob(
      tx,
      'follow-downgrade',
      { downgradeId: id, round: 1 },
      { key: `follow-downgrade:${id}`, runAt: lookAgainAt(now, 0) },
    );
    await appendEvents(tx, [walletUpdated(wallet, now)], now);
    return row;
  });
}

/** The provider did not take the confirmation, and no other of its answers says that it has one: it can be given again. */
function takeBack(deps: DowngradeDeps, id: string): Promise<void> {
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    const data = { state: 'CREATED' as const, confirmedAt: null };
    const where = { id, state: 'PROCESSING' as const, acknowledgedAt: null };
    const { count } = await tx.identificationDowngrade.updateMany({ where, data });
    if (count === 0) return;
    const row = await tx.identificationDowngrade.findUnique({ where: { id }, include: { wallet: true } });
    await appendEvents(tx, [walletUpdated(present(row, 'the downgrade').wallet, now)], now);
  });
}
