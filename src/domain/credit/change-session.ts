import type { Tx } from '../../db/client.ts';
import type { CreditSession, CreditSessionTransition } from '../../db/generated/client.ts';
import type { CreditSessionState, TransitionSource } from '../../db/generated/enums.ts';
import type { NewEvent } from '../../events/event.ts';
import { appendEvents } from '../../events/log.ts';
import { creditAuthorized, creditCharged, creditGivenBack, creditRepaid } from '../../ledger/entries.ts';
import { postEntries } from '../../ledger/post.ts';
import type { JournalEntryDraft } from '../../ledger/posting.ts';
import { InvariantError } from '../../lib/assert.ts';
import { isKnown, type KnownSession } from './store.ts';

/** Who says so, and when it happened in the world. */
export interface Said {
  source: TransitionSource;
  occurredAt: Date;
}

/** A locked session on its way through one transaction: how it stands, and what is to be written about it. */
export interface SessionChange {
  session: CreditSession;
  transitions: CreditSessionTransition[];
  events: NewEvent[];
  drafts: JournalEntryDraft[];
}

/** A locked session, before anything new is written about it. */
export const resumeSession = (session: CreditSession): SessionChange => ({
  session,
  transitions: [],
  events: [],
  drafts: [],
});

/** One step along the table of states, with what it does to the books; see states.ts for which there are. */
export function stepSession(change: SessionChange, to: CreditSessionState, said: Said, now: Date): SessionChange {
  const { session: before } = change;
  const ended = to === 'VOIDED' || to === 'REFUNDED' ? { refundedMinor: before.amountMinor, reservedMinor: 0n } : {};
  const session: KnownSession = { ...before, ...ended, state: to, version: before.version + 1 };
  const { id: sessionId, version } = session;
  const transition = { sessionId, version, from: before.state, to, recordedAt: now, ...said };
  return {
    session,
    transitions: [...change.transitions, transition],
    events: [...change.events, sessionEvent(session, transition, now)],
    drafts: [...change.drafts, ...movedBy(before, to, said.occurredAt)],
  };
}

/** A change without a change of state: given back in part, more is known of it, tickets were attached. */
export function touchSession(
  change: SessionChange,
  changes: Partial<CreditSession>,
  now: Date,
  drafts: JournalEntryDraft[] = [],
): SessionChange {
  const session = { ...change.session, ...changes, version: change.session.version + 1 };
  const told = isKnown(session) ? [sessionEvent(session, null, now)] : [];
  return { ...change, session, events: [...change.events, ...told], drafts: [...change.drafts, ...drafts] };
}

/** What a step moves. What was given back before it is not owed any more, by either side. */
function movedBy(before: CreditSession, to: CreditSessionState, occurredAt: Date): JournalEntryDraft[] {
  const { id, partnerId, currency, providerAccountId, amountMinor, refundedMinor } = before;
  const about = { partnerId, currency, providerAccountId, reference: id, occurredAt };
  const left = { ...about, amount: amountMinor - refundedMinor };
  if (to === 'AUTHORIZED') return [creditAuthorized({ ...about, amount: amountMinor })];
  if (left.amount === 0n) return [];
  if (to === 'VOIDED') return [creditGivenBack(left)];
  if (to === 'CHARGED') return [creditCharged(left)];
  return to === 'REFUNDED' ? [creditRepaid(left)] : [];
}

/** What giving back a part moves: before the lender has paid less is owed, later our money at it repays the loan. */
export function givenBack(
  { partnerId, currency, providerAccountId, state }: CreditSession,
  refund: { id: string; amountMinor: bigint },
  occurredAt: Date,
): JournalEntryDraft {
  const about = { partnerId, currency, providerAccountId, reference: refund.id, occurredAt };
  const part = { ...about, amount: refund.amountMinor };
  return state === 'CHARGED' ? creditRepaid(part) : creditGivenBack(part);
}

/** Writes what has become of a session in this transaction: row, timeline, books and events. */
export async function saveSession(tx: Tx, change: SessionChange, now: Date): Promise<CreditSession> {
  const { id, ...data } = change.session;
  await tx.creditSession.update({ where: { id }, data });
  if (change.transitions.length > 0) await tx.creditSessionTransition.createMany({ data: change.transitions });
  await appendEvents(tx, change.events, now);
  if (change.drafts.length > 0) await post(tx, change.drafts);
  return change.session;
}

async function post(tx: Tx, drafts: JournalEntryDraft[]): Promise<void> {
  const { verdicts } = await postEntries(tx, drafts);
  for (const [index, { verdict }] of verdicts.entries())
    if (verdict !== 'POSTED') throw new InvariantError(`the ledger answered ${verdict} to ${drafts[index]?.code}`);
}

function sessionEvent(session: KnownSession, step: CreditSessionTransition | null, now: Date): NewEvent {
  const { id, partnerId, orderId, version, state, refundedMinor, reservedMinor } = session;
  const figures = { refundedMinor: refundedMinor.toString(), reservedMinor: reservedMinor.toString() };
  return {
    partnerId,
    type: 'CREDIT_SESSION_UPDATED',
    // the partner's alone: no customer here is known to be the shopper
    audience: [],
    walletIds: [],
    paymentId: null,
    data: {
      kind: 'creditSession',
      session: { id, orderId, version, state, ...figures },
      transition: step && {
        from: step.from,
        to: step.to,
        source: step.source,
        occurredAt: step.occurredAt.toISOString(),
        recordedAt: step.recordedAt.toISOString(),
      },
    },
    occurredAt: step?.occurredAt ?? now,
  };
}
