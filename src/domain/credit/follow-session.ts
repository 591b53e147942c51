import type { ProviderCreditSession } from '../../connectors/credit-sessions.ts';
import type { Tx } from '../../db/client.ts';
import type { CreditSession } from '../../db/generated/client.ts';
import type { CreditSessionState, TransitionSource } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import { readUpstream } from '../provider/errors.ts';
import { withAccountCredentials } from '../provider/note-credentials.ts';
import { resumeSession, type SessionChange, saveSession, stepSession } from './change-session.ts';
import { ABSENCE_PROVES_MS, followLater } from './follow-later.ts';
import { asAccount, type LenderDeps, lenderOfSession } from './lender.ts';
import { proveRefunds } from './prove-refunds.ts';
import { isFinal, judge } from './states.ts';
import { lockCreditSession } from './store.ts';
import { forgetFacts } from './ticket-facts.ts';

/** Why the provider is asked. */
export interface Occasion {
  source: TransitionSource;
  /** When it called about a decision, where that is why it is asked. */
  calledAt?: Date | undefined;
}

/**
 * Asks the provider how a session stands, and brings it there: states, books and refunds of unclear outcome.
 * @returns the session as it is then; null when there is none, or when a start of which nobody knew proved to have come to nothing
 * @throws ProviderRejectedError, ProviderUnavailableError: ask again
 */
export async function followSession(
  deps: LenderDeps,
  sessionId: string,
  occasion: Occasion,
): Promise<CreditSession | null> {
  const { prisma } = deps.db;
  const session = await prisma.creditSession.findUnique({ where: { id: sessionId } });
  if (!session) return null;
  const askedAt = deps.clock.now();
  const said = await askLender(deps, session);
  return transaction(deps.db, async (tx) => {
    const locked = await lockCreditSession(tx, sessionId);
    if (!locked) return null;
    if (!said) return absent(deps, tx, locked, askedAt);
    return learn(deps, tx, locked, { said, askedAt, ...occasion });
  });
}

/** What the provider says of a session now; null when it has none. @throws ProviderRejectedError, ProviderUnavailableError */
export async function askLender(deps: LenderDeps, session: CreditSession): Promise<ProviderCreditSession | null> {
  const { account, credit } = await lenderOfSession(deps, deps.db.prisma, session);
  const { orderId, amountMinor, currency } = session;
  const asked = { orderId, amount: { minor: amountMinor, currency } };
  return withAccountCredentials(deps, account, () => readUpstream(() => credit.ask(asAccount, asked)));
}

/** The provider knows of no such session. Of one whose start is unclear that becomes proof when no call can be on its way any more. */
async function absent(
  { log }: LenderDeps,
  tx: Tx,
  session: CreditSession,
  askedAt: Date,
): Promise<CreditSession | null> {
  if (session.state !== null) {
    log.error({ creditSessionId: session.id }, 'a provider does not know a credit session any more that it had');
    return session;
  }
  if (askedAt.getTime() - session.calledAt.getTime() < ABSENCE_PROVES_MS) return session;
  await tx.creditSession.delete({ where: { id: session.id } });
  return null;
}

interface Answer extends Occasion {
  said: ProviderCreditSession;
  askedAt: Date;
}

async function learn(deps: LenderDeps, tx: Tx, session: CreditSession, answer: Answer): Promise<CreditSession> {
  const now = deps.clock.now();
  const { state } = answer.said;
  if (state === 'UNKNOWN') return session;
  const moved = advance(deps, session, state, answer, now);
  const proven = await proveRefunds(tx, moved, answer.askedAt, now);
  const changed = proven.session !== session ? await saveSession(tx, proven, now) : session;
  if (changed.state === null || changed.state === session.state) return changed;
  await followLater(tx, changed.id, now);
  if (isFinal(changed.state)) await forgetFacts(tx, deps.vault, changed.id);
  return changed;
}

function advance(
  { log }: LenderDeps,
  session: CreditSession,
  told: CreditSessionState,
  { source, calledAt, askedAt }: Answer,
  now: Date,
): SessionChange {
  const change = resumeSession(session);
  const finding = judge(session.state, told);
  const about = { creditSessionId: session.id, known: session.state, told };
  if (finding.kind === 'contradiction') log.error(about, 'a provider tells a state to which no way leads');
  if (finding.kind === 'stale') log.warn(about, 'a provider tells a state that a credit session has left');
  if (finding.kind === 'same' && told === 'PROCESSING' && askedAt > session.notOpenAt)
    return { ...change, session: { ...session, notOpenAt: askedAt } };
  if (finding.kind !== 'steps') return change;
  const first = session.state === null ? { ...change, session: { ...session, callUntil: null } } : change;
  return finding.steps.reduce((at, to, index) => {
    // the call tells when it was decided; what came after that, or before, was learned just now
    const decided = index === 0 && session.state === 'PROCESSING' && calledAt !== undefined;
    return stepSession(at, to, { source, occurredAt: decided ? calledAt : now }, now);
  }, first);
}
