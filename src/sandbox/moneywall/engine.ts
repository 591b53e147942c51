import { callBack } from './callbacks.ts';
import { invalid } from './errors.ts';
import type { Applicant, Cancellation, Kopecks, Order, Partner, Refund, Session, State } from './model.ts';
import { priceOf } from './price.ts';
import type { World } from './world.ts';

/** The life of a session: every transition of section 3.2, and none else. */

const DAY_MS = 24 * 3_600_000;

function become(session: Session, to: State, at: Date): void {
  session.state = to;
  session.history.push({ to, at });
}

/** What was not refunded yet (trap M19). */
export const leftOf = ({ amount, refunds }: Session): Kopecks =>
  refunds.reduce((left, refund) => left - refund.amount, amount);

/** (none) → `processing`. */
export function start(world: World, partner: Partner, order: Order): Session {
  const createdAt = world.clock.now();
  const session: Session = {
    ...order,
    id: world.number(),
    partner,
    state: 'processing',
    createdAt,
    openedAt: null,
    applied: null,
    cancelledAs: null,
    initialPayment: null,
    refunds: [],
    tickets: new Map(),
    transactionLetters: [],
    history: [{ to: 'processing', at: createdAt }],
    callbacks: [],
  };
  world.sessions.set(session.id, session);
  return session;
}

/** The shopper hands the application in; the decision is still to come. @param card masked */
export function apply(session: Session, applicant: Applicant, card: string): void {
  if (session.state !== 'processing') throw new Error(`session ${session.id} is ${session.state}`);
  session.applied = { ...applicant, card };
}

/** `processing` → `authorized`: approved, the initial payment made, the agreement opened (T0). */
export function authorize(world: World, session: Session): void {
  if (session.state !== 'processing') throw new Error(`session ${session.id} is ${session.state}`);
  const now = world.clock.now();
  session.openedAt = now;
  session.initialPayment = {
    amount: priceOf(session, now).payment,
    card: session.applied?.card ?? null,
    state: 'held',
  };
  become(session, 'authorized', now);
  callBack(world, session, 'success');
}

/** `processing` → `cancelled`. */
export function cancel(world: World, session: Session, as: Cancellation, at = world.clock.now()): void {
  if (session.state !== 'processing') throw new Error(`session ${session.id} is ${session.state}`);
  session.cancelledAs = as;
  become(session, 'cancelled', at);
  callBack(world, session, 'failure');
}

/** `authorized` → `charged`: the agreement is finally open. */
export function charge(session: Session, at: Date): void {
  if (session.state !== 'authorized' || session.initialPayment === null)
    throw new Error(`session ${session.id} is ${session.state}`);
  session.initialPayment.state = 'charged';
  become(session, 'charged', at);
}

/** When an agreement can no longer be voided. */
export const chargeDueAt = ({ openedAt }: Session): Date | null =>
  openedAt === null ? null : new Date(openedAt.getTime() + DAY_MS);

/** What the time alone has brought about (trap M17); called before anything is looked up. */
export function settleDue(world: World): void {
  const now = world.clock.now();
  for (const session of world.sessions.values()) {
    const due = chargeDueAt(session);
    if (session.state === 'authorized' && due !== null && due <= now) charge(session, due);
    if (session.state === 'processing' && session.expiresAt !== null && session.expiresAt <= now)
      cancel(world, session, 'expired', session.expiresAt);
  }
}

/**
 * A refund (section 2.4): a part goes against the debt; the rest ends the agreement, by voiding it while it is `authorized`
 * and by repaying it once it is `charged`.
 * @throws Refusal 422: the state allows none, or less than that is left; nothing changes then
 */
export function refund(world: World, session: Session, amount: Kopecks, by: Refund['by']): Refund {
  const { state, initialPayment } = session;
  if ((state !== 'authorized' && state !== 'charged') || initialPayment === null)
    return invalid('order_id', `a session that is ${state} is not refunded`);
  const left = leftOf(session);
  if (amount > left) return invalid('amount', 'is above what is left of the order');
  const at = world.clock.now();
  const effect = amount < left ? 'debt' : state === 'authorized' ? 'voided' : 'repaid';
  const carriedOut: Refund = { amount, at, effect, by };
  session.refunds.push(carriedOut);
  if (effect === 'voided') {
    initialPayment.state = 'returned';
    become(session, 'voided', at);
  }
  if (effect === 'repaid') become(session, 'refunded', at);
  return carriedOut;
}
