import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment, PaymentAttempt } from '../../db/generated/client.ts';
import type { TransitionSource } from '../../db/generated/enums.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { bookSide, holdLearned, type Side } from './book-side.ts';
import { begin, resume, step, touch } from './progress.ts';
import { save } from './store.ts';

/** A movement that was not made here, about to be kept as a payment. */
export interface LearnedPayment {
  /** The row to be, in CREATED. */
  row: Payment;
  attempt: PaymentAttempt;
  source: TransitionSource;
  /** Whose money the provider has taken already without knowing the outcome; null: nobody's. */
  heldFrom: WalletWithAccounts | null;
}

/** Keeps a payment that was not made here: it is under way since its provider took it, and what was taken is reserved. */
export async function createLearned(
  tx: Tx,
  { row, attempt, source, heldFrom }: LearnedPayment,
  now: Date,
): Promise<Payment> {
  const occurredAt = row.createdAt;
  const begun = begin(row, source, now, occurredAt);
  const changes = { confirmedAt: occurredAt, expiresAt: null };
  const accepted = step(begun, { to: 'PROCESSING', reason: 'CONFIRM', source, occurredAt, changes }, now);
  await save(tx, [accepted], [], now);
  await tx.paymentAttempt.create({ data: attempt });
  if (heldFrom) await save(tx, [], await holdLearned(tx, accepted.payment, heldFrom, now), now);
  return accepted.payment;
}

/** Keeps a payment that was over before its wallet was followed: nothing is booked, and it is news to nobody. */
export async function createPast(
  tx: Tx,
  { row, attempt, source, said }: Omit<LearnedPayment, 'heldFrom'> & { said: ProviderPayment },
  now: Date,
): Promise<void> {
  const occurredAt = row.createdAt;
  const confirmed = { confirmedAt: occurredAt, expiresAt: null };
  const about = { source, occurredAt };
  const begun = begin(row, source, now, occurredAt);
  const accepted = step(begun, { to: 'PROCESSING', reason: 'CONFIRM', ...about, changes: confirmed }, now);
  const ended =
    said.status === 'COMPLETED'
      ? step(
          accepted,
          { to: 'COMPLETED', reason: 'COMPLETE', ...about, changes: { completedAt: said.completedAt ?? occurredAt } },
          now,
        )
      : step(
          accepted,
          {
            to: 'DECLINED',
            reason: 'DECLINE',
            ...about,
            message: said.declineMessage,
            changes: {
              declineReason: said.declineReason ?? 'PROVIDER_REFUSED',
              declineMessage: said.declineMessage,
            },
          },
          now,
        );
  await save(tx, [{ ...ended, payment: { ...ended.payment, seen: true }, events: [] }], [], now);
  await tx.paymentAttempt.create({ data: attempt });
}

/**
 * Writes what was learned of the sides of a payment, and books the side that was not in the books yet.
 * @param payment locked
 * @param side null when nothing has moved that is not booked
 */
export async function changeSides(
  tx: Tx,
  payment: Payment,
  changes: Partial<Payment>,
  side: Side | null,
  now: Date,
): Promise<Payment> {
  const changed = touch(resume(payment), changes, now);
  const events = side ? await bookSide(tx, changed.payment, side, now) : [];
  const [saved = changed.payment] = await save(tx, [changed], events, now);
  return saved;
}
