import type { Tx } from '../../db/client.ts';
import type { ProviderAccount, Reconciliation } from '../../db/generated/client.ts';
import { addJob } from '../../db/job-queue.ts';
import { transaction } from '../../db/transaction.ts';
import { newId } from '../../lib/ids.ts';
import { connectorOf } from '../provider/store.ts';
import type { LenderDeps } from './lender.ts';

const HOUR_MS = 3_600_000;
/** A day, and what may have been under way at its end. */
const USUAL_MS = 25 * HOUR_MS;
/** A lender’s clock may be ahead of ours, and what it is asked by is cut to seconds. */
const AHEAD_MS = 5 * 60_000;
/** A comparison that has not come to its end by then does not keep others from beginning. */
const GIVEN_UP_MS = 30 * 60_000;

/** Does the lender of this account list its sessions? */
export const listsSessions = (deps: Pick<LenderDeps, 'connectors' | 'vault'>, account: ProviderAccount): boolean =>
  connectorOf(deps, account).creditSessions?.states !== undefined;

/**
 * Begins to compare the sessions that lenders list with those here; `reconcile` jobs do it. An account that is being compared is passed over.
 * @param accounts of lenders that list their sessions
 * @param span the last day when left out
 */
export async function startComparisons(
  tx: Tx,
  accounts: readonly ProviderAccount[],
  { from, to }: { from?: Date | undefined; to?: Date | undefined },
  now: Date,
): Promise<Reconciliation[]> {
  const begun: Reconciliation[] = [];
  for (const account of accounts) {
    const { id: providerAccountId, partnerId, provider } = account;
    const since = new Date(now.getTime() - GIVEN_UP_MS);
    const underWay = { providerAccountId, walletId: null, finishedAt: null, startedAt: { gt: since } };
    if ((await tx.reconciliation.count({ where: underWay })) > 0) continue;
    const id = newId('Reconciliation');
    const end = to ?? new Date(now.getTime() + AHEAD_MS);
    const data = { id, partnerId, provider, providerAccountId, to: end, startedAt: now };
    const start = from ?? new Date(end.getTime() - USUAL_MS);
    begun.push(await tx.reconciliation.create({ data: { ...data, from: start } }));
    await addJob(tx, 'reconcile', { reconciliationId: id }, { key: `reconcile:${id}`, attempts: 8 });
  }
  return begun;
}

/** The same for every account of every partner. */
export async function startDailyComparisons(deps: LenderDeps): Promise<void> {
  const accounts = await deps.db.prisma.providerAccount.findMany({ where: { disabledAt: null } });
  const lenders = accounts.filter((account) => listsSessions(deps, account));
  await transaction(deps.db, (tx) => startComparisons(tx, lenders, {}, deps.clock.now()));
}
