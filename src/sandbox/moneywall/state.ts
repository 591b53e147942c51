import { chargeDueAt, leftOf, settleDue } from './engine.ts';
import type { ReceivedFile, Session } from './model.ts';
import { decimal } from './money.ts';
import { frameUrl } from './payments.ts';
import { stamp } from './time.ts';
import type { World } from './world.ts';

const stampOrNull = (at: Date | null): string | null => (at === null ? null : stamp(at));
const fileState = ({ filename, size, sha256 }: ReceivedFile) => ({ filename, size, sha256 });

/** A session as the control API shows it; amounts as decimal text. */
export function sessionState(world: World, session: Session) {
  const { initialPayment, refunds, tickets, transactionLetters, history, callbacks } = session;
  return {
    id: session.id,
    orderId: session.orderId,
    partner: session.partner.name,
    state: session.state,
    amount: decimal(session.amount),
    left: decimal(leftOf(session)),
    frameUrl: frameUrl(world, session),
    webMode: session.webMode,
    createdAt: stamp(session.createdAt),
    expiresAt: stampOrNull(session.expiresAt),
    openedAt: stampOrNull(session.openedAt),
    chargeDueAt: stampOrNull(chargeDueAt(session)),
    cancelledAs: session.cancelledAs,
    applied: session.applied,
    initialPayment: initialPayment === null ? null : { ...initialPayment, amount: decimal(initialPayment.amount) },
    refunds: refunds.map(({ amount, at, effect, by }) => ({ amount: decimal(amount), at: stamp(at), effect, by })),
    tickets: [...tickets.values()].map(({ number, receipt }) => ({ number, receipt: fileState(receipt) })),
    transactionLetters: transactionLetters.map(fileState),
    history: history.map(({ to, at }) => ({ to, at: stamp(at) })),
    callbacks: callbacks.map(({ kind, at, lost }) => ({ kind, at: stamp(at), lost })),
  };
}

/** What the control API shows of the whole provider. */
export function stateOf(world: World) {
  settleDue(world);
  return {
    settings: world.settings,
    partners: [...world.partners.values()],
    nextDecisions: world.nextDecisions,
    callbacksToLose: world.callbacksToLose,
    sessions: [...world.sessions.values()].map((session) => sessionState(world, session)),
  };
}
