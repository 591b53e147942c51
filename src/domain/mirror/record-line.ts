import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { TransitionSource } from '../../db/generated/enums.ts';
import { learn, StaleAnswerError } from '../payment/learn.ts';
import { openOrder } from '../payment/order.ts';
import { claimLine, ownPayment, undonePayment } from '../payment/own-line.ts';
import { learnPayment, noOrder, rememberPast } from './learn-payment.ts';
import type { Recorded } from './record-movement.ts';
import { isBefore, isReadable, type MirrorDeps, type Subject } from './subject.ts';

/**
 * Takes one line of a history that numbers nothing into the books. A payment made here has no number that the line could repeat: the
 * line belongs to the payment which it fits, and is kept with it, so that each payment has a line of its own. What fits none was made
 * elsewhere, and becomes a payment once; money that came back undoes the payout that it was taken for.
 * The line's name is locked.
 */
export async function recordLine(
  deps: MirrorDeps,
  tx: Tx,
  subject: Subject,
  said: ProviderPayment,
  { source, keepPast }: { source: TransitionSource; keepPast: boolean },
  now: Date,
): Promise<Recorded> {
  const { reference: line } = said;
  const { partnerId, provider } = subject.wallet;
  const where = { partnerId, provider, OR: [{ historyReference: line }, { reversalReference: line }] };
  const known = await tx.payment.findFirst({ where });
  const before = isBefore(subject, said);
  if (known) return before ? { kind: 'before' } : { kind: 'payment', payment: known, booked: false };
  const own = await ownPayment(tx, deps.vault, subject, said);
  if (before) {
    // the opening balance has it in it; the payment that it proves must not take another line for its own
    if (own?.status === 'COMPLETED') await claim(tx, own, line);
    else if (keepPast && isReadable(said)) await rememberPast(deps, tx, subject, { said, source }, now);
    return { kind: 'before' };
  }
  if (own) return { kind: 'payment', ...(await prove(deps, tx, own, said, source, now)) };
  if (!isReadable(said)) return { kind: 'unreadable' };
  const undone = await undonePayment(tx, deps.vault, subject, said);
  if (undone) return { kind: 'payment', payment: await undo(tx, undone, said, source, now), booked: true };
  return { kind: 'payment', payment: await learnPayment(deps, tx, subject, { said, source }, now), booked: true };
}

/** Locks a payment that was found. @throws StaleAnswerError when it has moved on since */
async function locked(tx: Tx, { id, status, version }: Payment): Promise<Payment> {
  await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${id} FOR UPDATE`;
  const payment = await tx.payment.findUniqueOrThrow({ where: { id } });
  if (payment.status === status && payment.version === version) return payment;
  throw new StaleAnswerError('the payment moved on while a line of the history was being matched');
}

async function claim(tx: Tx, found: Payment, line: string): Promise<Payment> {
  const claimed = await claimLine(tx, await locked(tx, found), line);
  if (claimed) return claimed;
  throw new StaleAnswerError('the payment got another line of the history meanwhile');
}

async function prove(
  { vault }: MirrorDeps,
  tx: Tx,
  found: Payment,
  said: ProviderPayment,
  source: TransitionSource,
  now: Date,
): Promise<{ payment: Payment; booked: boolean }> {
  const payment = await claim(tx, found, said.reference);
  if (payment.status === 'COMPLETED') return { payment, booked: false };
  const told = { ...said, reference: payment.reference ?? said.reference };
  const order = openOrder(vault, payment);
  const learned = await learn(tx, payment, order, { said: told, source, occurredAt: said.createdAt }, now);
  const attempt = await tx.paymentAttempt.findFirst({ where: { paymentId: payment.id }, orderBy: { number: 'desc' } });
  if (attempt) {
    const data = { outcome: 'ACCEPTED' as const, providerStatus: said.providerStatus, finishedAt: now };
    await tx.paymentAttempt.update({ where: { id: attempt.id }, data });
  }
  return { payment: learned, booked: true };
}

/** The payment's own line says that it was done; this one, that its money came back. */
async function undo(
  tx: Tx,
  found: Payment,
  said: ProviderPayment,
  source: TransitionSource,
  now: Date,
): Promise<Payment> {
  const { id, reference } = await locked(tx, found);
  const payment = await tx.payment.update({ where: { id }, data: { reversalReference: said.reference } });
  const told = {
    ...said,
    status: 'REVERSED' as const,
    direction: 'OUT' as const,
    reference: reference ?? said.reference,
    description: payment.description,
  };
  return learn(tx, payment, noOrder, { said: told, source, occurredAt: said.createdAt }, now);
}
