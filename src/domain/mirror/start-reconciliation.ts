import type { Tx } from '../../db/client.ts';
import type { Reconciliation } from '../../db/generated/client.ts';
import { addJob } from '../../db/job-queue.ts';
import { transaction } from '../../db/transaction.ts';
import { ConflictError, InvalidInputError, NotFoundError, NotSupportedError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { listsSessions, startComparisons } from '../credit/start-comparisons.ts';
import { partnerAccounts } from '../provider/store.ts';
import { houseWalletOf } from '../wallet/house-wallet.ts';
import type { MirrorDeps } from './subject.ts';

/** Each wallet's history is read this often without anybody asking. */
const EVERY_MS = 15 * 60_000;
/** What was read is read once more this far back: lines may appear later than they are dated. */
const OVERLAP_MS = 60 * 60_000;
/** A provider's clock may be ahead of ours. */
const AHEAD_MS = 5 * 60_000;
/** A comparison that has not come to its end by then does not keep others from beginning. */
const GIVEN_UP_MS = 30 * 60_000;
const LONGEST_MS = 366 * 24 * 60 * 60_000;

export interface StartReconciliationInput {
  provider?: string | undefined;
  walletId?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}

interface Mirrored {
  id: string;
  provider: string;
  partnerId: string;
  providerAccountId: string | null;
  mirror: { since: Date; readTo: Date } | null;
}

/**
 * Begins to read and compare providers' books now, instead of at the next round: one wallet's, or those of all wallets at a
 * provider, house wallets with them, and what lenders list. The work is done by jobs; the answer is what was begun.
 * @throws NotFoundError, InvalidInputError; NotSupportedError where no history explains a balance; ConflictError while the same
 *   wallet is being compared
 */
export async function startReconciliation(
  deps: MirrorDeps,
  viewer: PartnerViewer,
  input: StartReconciliationInput,
): Promise<Reconciliation[]> {
  const { provider, walletId, from, to } = input;
  const now = deps.clock.now();
  checkSpan(from, to, now);
  const accounts = walletId ? [] : await partnerAccounts(deps.db.prisma, viewer.partnerId, provider);
  for (const account of accounts) await houseWalletOf(deps, account.id);
  const where = {
    partnerId: viewer.partnerId,
    status: { not: 'CLOSED' as const },
    ...(walletId ? { id: walletId } : {}),
    ...(provider ? { provider } : {}),
  };
  return transaction(deps.db, async (tx) => {
    const wallets = await tx.wallet.findMany({ where, include: { mirror: true }, orderBy: { id: 'asc' } });
    if (walletId && wallets.length === 0) throw new NotFoundError('The wallet');
    const mirrored = wallets.filter(({ mirror }) => mirror !== null);
    const lenders = accounts.filter((account) => listsSessions(deps, account));
    if (mirrored.length === 0 && lenders.length === 0)
      throw new NotSupportedError(
        provider ?? wallets[0]?.provider ?? 'LOCAL',
        'HISTORY',
        'No history of a provider explains a balance here, so there is nothing to compare line by line.',
      );
    const begun = await startComparisons(tx, lenders, { from, to }, now);
    for (const wallet of mirrored) {
      const one = await begin(tx, wallet, { from, to }, now);
      if (!one && walletId)
        throw new ConflictError('The wallet is being compared just now. Read `ledger.reconciliations`.');
      if (one) begun.push(one);
    }
    return begun;
  });
}

function checkSpan(from: Date | undefined, to: Date | undefined, now: Date): void {
  if (to && to > now) throw InvalidInputError.at('input.to', 'must not be in the future.');
  if (!from) return;
  if (from >= (to ?? now)) throw InvalidInputError.at('input.from', 'must be before `to`.');
  if ((to ?? now).getTime() - from.getTime() > LONGEST_MS)
    throw InvalidInputError.at('input.from', 'must be at most 366 days before `to`.');
}

/**
 * Begins the comparisons whose time has come.
 * @param limit wallets at most
 * @returns how many were begun
 */
export async function startDueReconciliations(deps: MirrorDeps, limit: number): Promise<number> {
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    const due = await tx.$queryRaw<{ walletId: string }[]>`
      SELECT m.wallet_id AS "walletId" FROM wallet_mirror m JOIN wallet w ON w.id = m.wallet_id
      WHERE m.due_at <= ${now} AND w.status <> 'CLOSED' ORDER BY m.due_at LIMIT ${limit} FOR UPDATE OF m SKIP LOCKED`;
    const ids = due.map(({ walletId }) => walletId);
    const wallets = await tx.wallet.findMany({ where: { id: { in: ids } }, include: { mirror: true } });
    for (const wallet of wallets) await begin(tx, wallet, {}, now);
    return wallets.length;
  });
}

/** Null when a comparison of the wallet is under way. */
async function begin(
  tx: Tx,
  wallet: Mirrored,
  { from, to }: Pick<StartReconciliationInput, 'from' | 'to'>,
  now: Date,
): Promise<Reconciliation | null> {
  const { id: walletId, partnerId, provider, providerAccountId, mirror } = wallet;
  if (!mirror || !providerAccountId) return null;
  const dueAt = new Date(now.getTime() + EVERY_MS);
  await tx.walletMirror.update({ where: { walletId }, data: { dueAt } });
  const since = new Date(now.getTime() - GIVEN_UP_MS);
  const underWay = { walletId, finishedAt: null, startedAt: { gt: since } };
  if ((await tx.reconciliation.count({ where: underWay })) > 0) return null;
  const start = from ?? new Date(mirror.readTo.getTime() - OVERLAP_MS);
  const id = newId('Reconciliation');
  const row = await tx.reconciliation.create({
    data: {
      id,
      partnerId,
      provider,
      providerAccountId,
      walletId,
      // whoever names an older span is shown what was there before the mirror
      from: start < mirror.since && !from ? mirror.since : start,
      to: to ?? new Date(now.getTime() + AHEAD_MS),
      startedAt: now,
    },
  });
  await addJob(tx, 'reconcile', { reconciliationId: id }, { key: `reconcile:${id}`, attempts: 8 });
  return row;
}
