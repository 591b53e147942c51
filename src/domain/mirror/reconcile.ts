import type { Reconciliation, ReconciliationBreak } from '../../db/generated/client.ts';
import { addJob } from '../../db/job-queue.ts';
import { transaction } from '../../db/transaction.ts';
import { compareSessions } from '../credit/compare-sessions.ts';
import { readUpstream } from '../provider/errors.ts';
import { heedRejection } from '../wallet/heed-rejection.ts';
import { type Break, keepBreaks, resolveBreak } from './breaks.ts';
import { compareBalances } from './compare-balances.ts';
import { compareLine } from './compare-line.ts';
import { compareTotals, isAboutTotals } from './compare-totals.ts';
import { lineOf, missingUpstream } from './missing-upstream.ts';
import { listsAtATime, readHistory } from './read-history.ts';
import { recordMovement } from './record-movement.ts';
import { type MirrorDeps, type Subject, subjectOf } from './subject.ts';

/** Providers count lists by the minute. */
const MINUTE_MS = 60_000;
/** A history may show a line long after its date; where the balance is not explained it is read this far back. */
const DEEP_MS = 7 * 24 * 60 * MINUTE_MS;
/** Differences of earlier comparisons that are looked at again, at most. */
const RECHECKED = 20;

/** Where a comparison goes on. */
export interface Part {
  reconciliationId: string;
  /** The rest ends here; left out: all of it. */
  until?: string | undefined;
  /** The balance was not explained by the span, and more of the past is read. */
  deep?: boolean | undefined;
  /** Lines that earlier parts have found to agree. */
  matched?: number | undefined;
}

/** What came of a part. */
interface Compared {
  /** Where the next part ends; null when the span is read. */
  until: Date | null;
  matched: number;
  /** Differences between the provider's sums and its own lines; null where they were not compared. */
  totals: Break[] | null;
}

/**
 * One part of comparing a wallet's history at its provider with ours: as much as the provider lets us read in a minute. What is
 * missing here is booked, what differs is written down, balances are compared at the end.
 * @throws ProviderRejectedError, ProviderUnavailableError: the job is tried again
 */
export async function reconcile(deps: MirrorDeps, part: Part): Promise<void> {
  const { prisma } = deps.db;
  const where = { id: part.reconciliationId };
  const reconciliation = await prisma.reconciliation.findUniqueOrThrow({ where });
  if (reconciliation.finishedAt) return;
  if (reconciliation.walletId === null) return compareSessions(deps, reconciliation);
  const wallet = await prisma.wallet.findUniqueOrThrow({
    where: { id: reconciliation.walletId },
    include: { accounts: true },
  });
  const subject = await subjectOf(deps, prisma, wallet);
  if (!subject) return close(deps, reconciliation);
  return heedRejection(deps, subject, () => compare(deps, subject, reconciliation, part));
}

async function compare(deps: MirrorDeps, subject: Subject, reconciliation: Reconciliation, part: Part): Promise<void> {
  const { prisma } = deps.db;
  const where = { id: reconciliation.id };
  const to = part.until ? new Date(part.until) : reconciliation.to;
  const compared = await comparePart(deps, subject, reconciliation, part, to);
  const matched = (part.matched ?? 0) + compared.matched;
  if (compared.until) return goOn(deps, { ...part, matched, until: compared.until.toISOString() });
  const balances = await compareBalances(deps, subject);
  const unexplained = balances !== null && balances.length > 0;
  const deeper = new Date(Math.max(subject.mirror.since.getTime(), reconciliation.to.getTime() - DEEP_MS));
  if (unexplained && !part.deep && deeper < reconciliation.from) {
    await prisma.reconciliation.update({ where, data: { from: deeper } });
    return goOn(deps, { ...part, matched, until: reconciliation.from.toISOString(), deep: true }, 0);
  }
  await finish(deps, subject, reconciliation, { ...compared, matched, balances });
}

/** Books and compares a stretch; what differs is written down. */
async function comparePart(
  deps: MirrorDeps,
  subject: Subject,
  reconciliation: Reconciliation,
  part: Part,
  to: Date,
): Promise<Compared> {
  const { prisma } = deps.db;
  const { from } = reconciliation;
  const { items, until } = await readHistory(subject, from, to, listsAtATime(subject));
  const found: Break[] = [];
  let matched = 0;
  for (const said of items) {
    const recorded = await recordMovement(deps, subject, said, 'RECONCILIATION', from < subject.mirror.since);
    const differs = await compareLine(prisma, subject, said, recorded);
    if (differs) found.push(differs);
    else if (recorded.kind === 'payment') matched += 1;
  }
  const seen = new Set(items.map(({ reference }) => reference));
  found.push(...(await missingUpstream(deps, subject, seen, { from: until ?? from, to })));
  const whole = until === null && part.until === undefined;
  const totals = whole ? await compareTotals(subject, reconciliation, items) : null;
  await transaction(deps.db, (tx) => keepBreaks(tx, reconciliation, [...found, ...(totals ?? [])]));
  return { until: until && until > from && until < to ? until : null, matched, totals };
}

/** The next part, when the provider lets us read again. */
const goOn = (deps: MirrorDeps, part: Part, afterMs = MINUTE_MS): Promise<void> =>
  addJob(
    deps.db.prisma,
    'reconcile',
    {
      reconciliationId: part.reconciliationId,
      ...(part.until ? { until: part.until } : {}),
      deep: part.deep ?? false,
      matched: part.matched ?? 0,
    },
    { key: `reconcile:${part.reconciliationId}`, runAt: new Date(deps.clock.now().getTime() + afterMs) },
  );

async function finish(
  deps: MirrorDeps,
  subject: Subject,
  reconciliation: Reconciliation,
  { matched, totals, balances }: Omit<Compared, 'until'> & { balances: Break[] | null },
): Promise<void> {
  const { wallet, mirror } = subject;
  const gone = await goneBreaks(deps, subject, reconciliation, { totals, balances });
  const now = deps.clock.now();
  await transaction(deps.db, async (tx) => {
    await keepBreaks(tx, reconciliation, balances ?? []);
    for (const one of gone) await resolveBreak(tx, wallet.id, one, now);
    await tx.reconciliation.update({ where: { id: reconciliation.id }, data: { finishedAt: now, matched } });
    const { to, startedAt } = reconciliation;
    const readTo = to < startedAt ? to : startedAt;
    if (readTo > mirror.readTo) await tx.walletMirror.update({ where: { walletId: wallet.id }, data: { readTo } });
  });
}

/** A wallet that was unlinked meanwhile: nothing is compared any more. */
async function close({ db, clock }: MirrorDeps, { id }: Reconciliation): Promise<void> {
  await db.prisma.reconciliation.update({ where: { id }, data: { finishedAt: clock.now() } });
}

/** Earlier differences that are not there any more. */
async function goneBreaks(
  deps: MirrorDeps,
  subject: Subject,
  { id, walletId }: Reconciliation,
  { totals, balances }: { totals: Break[] | null; balances: Break[] | null },
): Promise<Pick<Break, 'kind' | 'subject'>[]> {
  const { prisma } = deps.db;
  const open = await prisma.reconciliationBreak.findMany({
    where: { walletId, resolvedAt: null },
    distinct: ['kind', 'subject'],
    orderBy: { id: 'asc' },
  });
  const found = await prisma.reconciliationBreak.findMany({ where: { reconciliationId: id } });
  const again = new Set([...found, ...(balances ?? [])].map(({ kind, subject }) => `${kind} ${subject}`));
  const gone: Pick<Break, 'kind' | 'subject'>[] = [];
  for (const one of open.filter(({ kind, subject }) => !again.has(`${kind} ${subject}`)).slice(0, RECHECKED)) {
    const compared = one.kind === 'BALANCE_DIFFERS' ? balances : isAboutTotals(one.subject) ? totals : undefined;
    const isSo = compared === undefined ? await isGone(deps, subject, one) : compared !== null;
    if (isSo) gone.push(one);
  }
  return gone;
}

type Looked = Pick<ReconciliationBreak, 'subject' | 'providerReference' | 'paymentId'> & { kind: string };

/** Looks at a difference about one line again. */
async function isGone(
  deps: MirrorDeps,
  subject: Subject,
  { kind, subject: about, providerReference, paymentId }: Looked,
): Promise<boolean> {
  const direction = about.startsWith('IN:') ? 'IN' : 'OUT';
  const { history } = subject.connector;
  if (!providerReference || !history?.get) return true;
  const payment =
    kind === 'MISSING_UPSTREAM' && paymentId
      ? await deps.db.prisma.payment.findUniqueOrThrow({ where: { id: paymentId } })
      : null;
  const line = payment ? lineOf(subject, payment, providerReference) : providerReference;
  const said = line && (await readUpstream(async () => history.get?.(subject.call, line, direction) ?? null));
  if (!said) return kind !== 'MISSING_UPSTREAM';
  const recorded = await recordMovement(deps, subject, said, 'RECONCILIATION');
  return (await compareLine(deps.db.prisma, subject, said, recorded))?.kind !== kind;
}
