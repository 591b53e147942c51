import type { Card, DeclineReason, Invoice, Kopecks, OperationType, Outcome, Payment } from './model.ts';
import { notifyCard, notifyPayment } from './notify.ts';
import type { World } from './world.ts';

/** Section 3.1: the moves that a payment makes by itself or by the provider's staff, and what they do to balances. */

/** created → processing; what is paid from a balance is charged at once, if there is enough. */
export function start(payment: Payment): void {
  payment.status = 'processing';
  const { wallet, type, total = payment.amount } = payment;
  if (wallet === undefined) return;
  wallet.unseen.add(payment);
  if (type !== 'out' && type !== 'p2p') return;
  if (wallet.balance < total) {
    payment.outcome = { outcome: 'decline', reason: 'insufficient_funds' };
    return;
  }
  wallet.balance -= total;
  payment.charged = true;
}

/** Ends a started payment as decided; a decision for `pending` leaves it in `processing`. */
export function settle(world: World, payment: Payment): void {
  finish(world, payment, decision(world, payment));
}

/** What the control API has decided for this payment, or for the next one, or the standing setting. */
function decision(world: World, payment: Payment): Outcome {
  return payment.outcome ?? world.nextOutcomes.shift() ?? { outcome: world.settings.execution };
}

/** Ends a payment as decided; `pending` leaves it in `processing`. */
function finish(world: World, payment: Payment, { outcome, reason }: Outcome): void {
  if (outcome === 'pending') return;
  if (outcome === 'decline') {
    decline(world, payment, reason);
    return;
  }
  complete(world, payment);
  if (outcome !== 'complete') undo(world, payment, reason);
  if (outcome === 'redo') redo(world, payment);
}

/** processing → completed. */
export function complete(world: World, payment: Payment): void {
  payment.processedAt = world.clock.now();
  if (payment.service !== undefined) payment.remoteCheck = String(payment.processedAt.getTime());
  if (payment.destination !== undefined) {
    world.remember(payment.destination.phone, payment);
    payment.destination.unseen.add(payment);
  }
  receive(payment, payment.amount);
  move(world, payment, 'completed', 'complete');
}

/** processing → declined: the payer's money comes back. */
export function decline(world: World, payment: Payment, reason?: DeclineReason): void {
  payment.processedAt = world.clock.now();
  if (reason !== undefined) payment.declineReason = reason;
  giveBack(payment);
  move(world, payment, 'declined', 'decline');
}

/** completed → declined: reverses the effect exactly. */
export function undo(world: World, payment: Payment, reason?: DeclineReason): void {
  receive(payment, -payment.amount);
  giveBack(payment);
  if (reason !== undefined) payment.declineReason = reason;
  payment.undone = true;
  move(world, payment, 'declined', 'undo');
}

/** declined → completed after an undo: applies the effect again. */
export function redo(world: World, payment: Payment): void {
  if ((payment.type === 'out' || payment.type === 'p2p') && payment.wallet !== undefined) {
    payment.wallet.balance -= payment.total ?? payment.amount;
    payment.charged = true;
  }
  receive(payment, payment.amount);
  delete payment.declineReason;
  payment.undone = false;
  move(world, payment, 'completed', 'redo');
}

/** The receiving side: the other wallet of a p2p, the own one of a top-up. */
function receive(payment: Payment, amount: Kopecks): void {
  if (payment.destination !== undefined) payment.destination.balance += amount;
  if (payment.type === 'in' && payment.wallet !== undefined) payment.wallet.balance += amount;
}

function giveBack(payment: Payment): void {
  if (payment.charged && payment.wallet !== undefined) payment.wallet.balance += payment.total ?? payment.amount;
  payment.charged = false;
}

function move(world: World, payment: Payment, to: 'completed' | 'declined', type: OperationType): void {
  const from = payment.status;
  payment.status = to;
  settleInvoice(payment.invoice, payment);
  notifyPayment(world, payment, from, type);
  if (type === 'complete') mailLog(world, payment);
}

function settleInvoice(invoice: Invoice | undefined, payment: Payment): void {
  if (invoice === undefined || (payment.status !== 'completed' && payment.status !== 'declined')) return;
  invoice.status = payment.status;
  invoice.paymentId = payment.status === 'completed' ? payment.id : null;
}

/** The transaction log is mailed after each payment to those who want it so (section 2.1, Wallet). */
function mailLog(world: World, payment: Payment): void {
  const { wallet } = payment;
  if (wallet?.email === undefined || wallet.emailSendFrequency !== 'after_payment') return;
  const at = world.clock.now();
  world.mails.push({ to: wallet.email, about: 'payment log', locale: 'ru_RU', paymentId: payment.id, at });
}

/** A new state of a stored card, told to the projects. */
export function moveCard(world: World, card: Card, state: Card['state']): void {
  card.state = state;
  if (card.id !== undefined) notifyCard(world, card);
}
