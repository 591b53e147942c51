import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { addJob } from '../../db/job-queue.ts';
import type { Upstream } from './attempt.ts';
import { awaitsTurn } from './money-lane.ts';
import { LATE_CREDIT_MS } from './own-line.ts';

/** How long the resolver leaves the answer of a confirming call to arrive by itself. */
const FIRST_LOOK_MS = 15_000;
/** How soon an order that was taken is looked for in the history. */
export const SOON_MS = 1_000;
/** A call that was answered by nobody for this long is not on its way any more. */
export const CALL_IS_DEAD_MS = 30_000;
const LONGEST_WAIT_MS = 10 * 60_000;
/** Whoever pays by a link looks at a screen, and nothing but asking tells that it was paid. */
const LINK_WAIT_MS = 8_000;
const LATE_WAIT_MS = 60_000;
const FIRST_WAIT_MS = 2_000;

/** Step 1's part: the resolver is on its way before the provider is called, so a crash in between is made good. */
export const watchOver = (tx: Tx, paymentId: string, now: Date, inMs = FIRST_LOOK_MS): Promise<void> =>
  addJob(
    tx,
    'resolve-payment',
    { paymentId, round: 1 },
    { key: `resolve-payment:${paymentId}`, runAt: new Date(now.getTime() + inMs) },
  );

/** Ever more seldom, but at once when the provider's silence begins to prove something. */
export function nextLook(upstream: Upstream, now: Date, round: number): Date {
  if (awaitsTurn(upstream)) return new Date(now.getTime() + SOON_MS);
  const { status, topUpMethod } = upstream.payment;
  const byLink = status === 'EXPIRED' ? LATE_WAIT_MS : LINK_WAIT_MS;
  const longest = topUpMethod === 'FAST_PAYMENT' ? byLink : LONGEST_WAIT_MS;
  const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(round, 20), longest);
  const proof = status === 'PROCESSING' ? absenceProvesAt(upstream).getTime() + 1 : 0;
  const next = now.getTime() + wait;
  return new Date(proof > now.getTime() ? Math.min(next, proof) : next);
}

/** From when on the provider's not knowing the payment proves that its confirming call came to nothing. */
export const absenceProvesAt = (upstream: Upstream): Date =>
  new Date(paidAt(upstream).getTime() + (upstream.capability.absenceProvesAfterMs ?? CALL_IS_DEAD_MS));

/** When the call that pays went out, or may have. A call before the confirmation only created the payment. */
export function paidAt({ payment: { confirmedAt, createdAt }, attempt: { calledAt } }: Upstream): Date {
  const confirmed = confirmedAt ?? createdAt;
  return calledAt !== null && calledAt > confirmed ? calledAt : confirmed;
}

/** Does the payment wait for its provider: for its outcome, or, before it is confirmed, for its price or the next question? */
export function isPending({ status, providerAccountId, upstreamAction }: Payment): boolean {
  if (providerAccountId === null) return false;
  if (status !== 'CREATED') return status === 'PROCESSING';
  const action = upstreamAction ? (JSON.parse(upstreamAction) as { kind: string; prompts?: unknown[] }) : null;
  return action?.kind === 'WAIT' || (action?.kind === 'UPDATE' && action.prompts?.length === 0);
}

/** Is it a top-up whose link has run out, and whose money may be on its way yet? */
export const isLate = ({ status, topUpMethod, confirmedAt, expiresAt }: Payment, now: Date): boolean =>
  status === 'EXPIRED' &&
  topUpMethod === 'FAST_PAYMENT' &&
  confirmedAt !== null &&
  expiresAt !== null &&
  now.getTime() <= expiresAt.getTime() + LATE_CREDIT_MS;

/** Looks at once, and again until the provider has priced the payment or says what it wants (mbank lists that on load only). */
export const watchPricing = (tx: Tx, paymentId: string): Promise<void> =>
  addJob(tx, 'resolve-payment', { paymentId, round: 0 }, { key: `resolve-payment:${paymentId}` });
