import type { CreditSessions } from '../../connectors/credit-sessions.ts';
import type { CreditSession, ProviderAccount, Reconciliation, ReconciliationBreak } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import { type Break, keepBreaks } from '../mirror/breaks.ts';
import { readUpstream } from '../provider/errors.ts';
import { withAccountCredentials } from '../provider/note-credentials.ts';
import { connectorOf } from '../provider/store.ts';
import { askLender, followSession } from './follow-session.ts';
import { asAccount, type LenderDeps } from './lender.ts';
import { judge } from './states.ts';

const DAY_MS = 86_400_000;
/** How far a lender's clock may be from ours. */
const SKEW_MS = 5 * 60_000;
/** Differences of earlier comparisons that are looked at again, at most. */
const RECHECKED = 20;

type Line = Awaited<ReturnType<NonNullable<CreditSessions['states']>>>[number];

/**
 * Compares the sessions that a lender lists over a span, a day at a time, with those here: one that has moved is followed, what is not here,
 * not there, or in a state to which no way leads, is written down.
 * @throws ProviderRejectedError, ProviderUnavailableError: the job is tried again
 */
export async function compareSessions(deps: LenderDeps, reconciliation: Reconciliation): Promise<void> {
  const { prisma } = deps.db;
  const { id, providerAccountId } = reconciliation;
  const account = await prisma.providerAccount.findUniqueOrThrow({ where: { id: providerAccountId } });
  const lines = await listed(deps, account, reconciliation);
  const found: Break[] = [];
  let matched = 0;
  for (const line of lines.values()) {
    const differs = await compareLine(deps, account, line);
    if (differs) found.push(differs);
    else matched += 1;
  }
  found.push(...(await missingThere(deps, reconciliation, lines)));
  const gone = await goneBreaks(deps, account, found);
  const now = deps.clock.now();
  await transaction(deps.db, async (tx) => {
    await keepBreaks(tx, reconciliation, found);
    for (const { kind, subject } of gone) {
      const where = { kind, subject, walletId: null, resolvedAt: null, reconciliation: { providerAccountId } };
      await tx.reconciliationBreak.updateMany({ where, data: { resolvedAt: now } });
    }
    await tx.reconciliation.update({ where: { id }, data: { finishedAt: now, matched } });
  });
}

/** What the lender lists of the span, by order; nothing where it lists nothing any more. */
async function listed(
  deps: LenderDeps,
  account: ProviderAccount,
  { from, to }: Reconciliation,
): Promise<Map<string, Line>> {
  const credit = connectorOf(deps, account).creditSessions;
  const lines = new Map<string, Line>();
  for (let at = from; at < to; at = new Date(at.getTime() + DAY_MS)) {
    const span = { from: at, till: new Date(Math.min(at.getTime() + DAY_MS, to.getTime())) };
    const read = () => readUpstream(async () => (await credit?.states?.(asAccount, span)) ?? []);
    for (const line of await withAccountCredentials(deps, account, read)) lines.set(line.orderId, line);
  }
  return lines;
}

async function compareLine(deps: LenderDeps, account: ProviderAccount, line: Line): Promise<Break | null> {
  const { orderId, state: told } = line;
  const where = { partnerId_orderId: { partnerId: account.partnerId, orderId } };
  const known = await deps.db.prisma.creditSession.findUnique({ where });
  if (told === 'UNKNOWN' || known?.state === told) return null;
  const session = known && (await followSession(deps, known.id, { source: 'RECONCILIATION' }));
  if (!session?.state) return { kind: 'MISSING_HERE', subject: `order:${orderId}`, providerReference: orderId };
  // it may have gone on since the list was made
  const { kind } = judge(session.state, told);
  return kind === 'same' || kind === 'stale' ? null : about('STATUS_DIFFERS', session);
}

/** Sessions of the span that the lender does not list and, when it is asked, does not have. */
async function missingThere(
  deps: LenderDeps,
  { providerAccountId, from, to }: Reconciliation,
  lines: ReadonlyMap<string, Line>,
): Promise<Break[]> {
  const inside = { gt: new Date(from.getTime() + SKEW_MS), lt: new Date(to.getTime() - SKEW_MS) };
  const sessions = await deps.db.prisma.creditSession.findMany({
    where: { providerAccountId, createdAt: inside, state: { not: null } },
    orderBy: { id: 'asc' },
  });
  const found: Break[] = [];
  for (const session of sessions) {
    if (lines.has(session.orderId) || (await askLender(deps, session))) continue;
    const expected = { minor: session.amountMinor, currency: session.currency };
    found.push({ ...about('MISSING_UPSTREAM', session), expected });
  }
  return found;
}

const about = (kind: Break['kind'], { id, orderId, reference }: CreditSession): Break => ({
  kind,
  subject: `order:${orderId}`,
  creditSessionId: id,
  providerReference: reference ?? orderId,
});

/** Earlier differences that are not there any more. */
async function goneBreaks(deps: LenderDeps, account: ProviderAccount, found: readonly Break[]) {
  const open = await deps.db.prisma.reconciliationBreak.findMany({
    where: { walletId: null, resolvedAt: null, reconciliation: { providerAccountId: account.id } },
    distinct: ['kind', 'subject'],
    orderBy: { id: 'asc' },
  });
  const again = new Set(found.map(({ kind, subject }) => `${kind} ${subject}`));
  const gone: ReconciliationBreak[] = [];
  for (const one of open.filter(({ kind, subject }) => !again.has(`${kind} ${subject}`)).slice(0, RECHECKED))
    if (await isGone(deps, account, one)) gone.push(one);
  return gone;
}

async function isGone(deps: LenderDeps, { partnerId }: ProviderAccount, { kind, subject }: ReconciliationBreak) {
  const where = { partnerId_orderId: { partnerId, orderId: subject.slice('order:'.length) } };
  const session = await deps.db.prisma.creditSession.findUnique({ where });
  if (!session || kind === 'MISSING_HERE') return kind === 'MISSING_HERE' && session !== null;
  const said = await askLender(deps, session);
  return kind === 'MISSING_UPSTREAM' ? said !== null : said?.state === session.state;
}
