import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment, PaymentAttempt } from '../../db/generated/client.ts';
import type { TransitionSource } from '../../db/generated/enums.ts';
import { addJob } from '../../db/job-queue.ts';
import { transaction } from '../../db/transaction.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { learn } from '../payment/learn.ts';
import { openOrder } from '../payment/order.ts';
import { learnOrMoveOn } from '../payment/record-outcome.ts';
import { isAwaited } from './awaited.ts';
import { isPassed } from './compare-line.ts';
import { conversionOf, joinConversion } from './conversion.ts';
import { findPaidInvoice } from './find-paid-invoice.ts';
import { findPayment, isGivenUp } from './find-payment.ts';
import { joinSide } from './join-side.ts';
import { learnPayment, noOrder } from './learn-payment.ts';
import { showPast } from './past.ts';
import { recordLine } from './record-line.ts';
import { isBefore, isReadable, type MirrorDeps, type Subject } from './subject.ts';

/**
 * What became of one line of a history: it was there before the mirror, it is a payment here, it cannot be one, it is the refusal of a
 * payment that went another way, or it waits for the answer to a payment of ours.
 */
export type Recorded =
  | { kind: 'before' }
  | { kind: 'payment'; payment: Payment; booked: boolean }
  | { kind: 'unreadable' }
  | { kind: 'givenUp' }
  | { kind: 'waits' };

/**
 * Takes one line of a wallet's history into the books: a payment of ours is brought to where the line proves that it stands,
 * any other becomes a payment that was learned. However often and in whatever order lines come, by webhook or by reading: one
 * movement is one payment, and each side of it is booked once.
 * @param keepPast show what is older than the mirror, too: as a payment that moves nothing here, for the opening balance has it in it
 */
export function recordMovement(
  deps: MirrorDeps,
  subject: Subject,
  said: ProviderPayment,
  source: TransitionSource,
  keepPast = false,
): Promise<Recorded> {
  const { wallet } = subject;
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    await lockName(tx, 'movement', wallet.partnerId, wallet.provider, said.reference);
    if (subject.connector.history?.unnumbered) return recordLine(deps, tx, subject, said, { source, keepPast }, now);
    const known = (await findPayment(tx, subject, said)) ?? (await findPaidInvoice(deps, tx, subject, said));
    // known from its other side or not: what the opening balance has in it is not booked as this wallet's side again
    if (isBefore(subject, said) && !(known && isSide(subject, known))) {
      if (keepPast && isReadable(said)) await showPast(deps, tx, subject, known, { said, source }, now);
      return { kind: 'before' };
    }
    // what is known may be the other side only: whoever receives money that was converted on the way
    const conversion = known && isSide(subject, known) ? null : await conversionOf(tx, subject, said);
    if (known && !conversion)
      return { kind: 'payment', ...(await follow(deps, tx, subject, known.id, said, source, now)) };
    if (!isReadable(said)) return { kind: 'unreadable' };
    if (await isGivenUp(tx, subject, said)) return { kind: 'givenUp' };
    if (!conversion && (await isAwaited(tx, subject, said))) return { kind: 'waits' };
    if (conversion) return { kind: 'payment', ...(await joinConversion(tx, subject, conversion.id, said, now)) };
    return { kind: 'payment', payment: await learnPayment(deps, tx, subject, { said, source }, now), booked: true };
  });
}

const isSide = ({ wallet }: Subject, { sourceWalletId, destinationWalletId }: Payment): boolean =>
  sourceWalletId === wallet.id || destinationWalletId === wallet.id;

async function follow(
  deps: MirrorDeps,
  tx: Tx,
  subject: Subject,
  id: string,
  said: ProviderPayment,
  source: TransitionSource,
  now: Date,
): Promise<{ payment: Payment; booked: boolean }> {
  await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${id} FOR UPDATE`;
  const payment = await tx.payment.findUniqueOrThrow({ where: { id } });
  if (isPassed(subject, payment, said)) return { payment, booked: false };
  if (isPrimary(subject, payment, said)) {
    const order = payment.origin === 'PROVIDER' ? noOrder : openOrder(deps.vault, payment);
    const occurredAt = said.completedAt ?? undefined;
    const news = { said, source, occurredAt, askedAt: payment.version };
    const attempt = await lastAttempt(tx, payment);
    const { payment: learned, moved } = attempt
      ? await learnOrMoveOn(deps, tx, { payment, attempt, order, news }, now)
      : { payment: await learn(tx, payment, order, news, now), moved: false };
    const booked = !moved && learned.version !== payment.version;
    if (attempt && booked) await noteAttempt(tx, attempt, said, now);
    return { payment: learned, booked };
  }
  // seen from the other side first: what the opening balance has in it stays so
  if (isBefore(subject, said)) return { payment, booked: false };
  if (payment.status !== 'COMPLETED' && payment.origin === 'API') {
    // whoever pays tells when it is done; then both sides are booked
    await tx.payment.updateMany({
      where: { id, destinationWalletId: null },
      data: { destinationWalletId: subject.wallet.id, destinationCustomerId: subject.wallet.customerId },
    });
    await addJob(tx, 'resolve-payment', { paymentId: id, round: 0 }, { key: `resolve-payment:${id}` });
    return { payment, booked: false };
  }
  return joinSide(tx, subject, payment, said, now);
}

const lastAttempt = (tx: Tx, { id }: Payment): Promise<PaymentAttempt | null> =>
  tx.paymentAttempt.findFirst({ where: { paymentId: id }, orderBy: { number: 'desc' } });

/** The last try, as its provider tells of it now. */
async function noteAttempt(tx: Tx, attempt: PaymentAttempt, said: ProviderPayment, now: Date): Promise<void> {
  const { reference, providerStatus, providerCode = null, declineMessage } = said;
  const refused = said.status === 'DECLINED';
  await tx.paymentAttempt.update({
    where: { id: attempt.id },
    data: {
      reference,
      providerStatus,
      ...(refused ? { outcome: 'REJECTED', providerCode, providerMessage: declineMessage } : {}),
      ...(said.status === 'PROCESSING' ? {} : { finishedAt: now }),
    },
  });
}

/** Is this line seen from the wallet that the payment is followed from: its payer, else its receiver? */
function isPrimary({ wallet, account }: Subject, payment: Payment, { direction }: ProviderPayment): boolean {
  if (wallet.house && payment.origin === 'API') return payment.providerAccountId === account.id;
  const followed = payment.sourceWalletId ?? payment.destinationWalletId;
  return followed === wallet.id && (direction === 'OUT') === (payment.sourceWalletId !== null);
}
