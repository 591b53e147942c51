import { accepted, type Outcome, outcomeOf, type Rejected, type Unknown, unknown } from '../../connectors/outcome.ts';
import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { PaymentAttempt } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { lockName } from '../idempotency/lock-name.ts';
import type { Upstream } from './attempt.ts';
import { CALL_IS_DEAD_MS } from './watch-upstream.ts';

/** How far a provider's clock may be behind ours. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

/** What may have come of a call that pays an invoice and whose answer is lost. */
export interface Unclear {
  /** Payments at the provider, one of which may be ours. */
  candidates: ProviderPayment[];
  /** What holds where none of them can be told to be ours. */
  otherwise: Rejected | Unknown;
}

/** How an invoice is paid, and how what that made is looked for. */
interface Calls {
  pay(): Promise<Outcome<ProviderPayment>>;
  paymentsOf(since: Date): Promise<ProviderPayment[] | null>;
}

/**
 * Has the payment made that pays an invoice, where the provider makes it under an id of its own. Sending that twice is harmless,
 * for an invoice that is being paid is refused; but then, as after a lost answer, only the provider's records can tell which
 * payment was made. That the call goes out is written down first, so that a crash counts as a lost answer.
 * @returns the outcome, or the payments of which `adopted` may choose one
 */
export async function payInvoiceUpstream(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { id, startedAt, calledAt: lostAt }: PaymentAttempt,
  { pay, paymentsOf }: Calls,
): Promise<Outcome<ProviderPayment | Unclear>> {
  const { paymentAttempt } = db.prisma;
  const calledAt = clock.now();
  await paymentAttempt.update({ where: { id }, data: { calledAt } });
  const outcome = await pay();
  // answered, it is not on its way any more; an earlier one may be
  if (outcome.kind !== 'unknown')
    await paymentAttempt.updateMany({ where: { id, calledAt }, data: { calledAt: lostAt } });
  const echo = outcome.kind === 'rejected' && outcome.refusal.errorCode === 'INVOICE_STATE' && lostAt !== null;
  if (outcome.kind !== 'unknown' && !echo) return outcome;

  const since = new Date(startedAt.getTime() - CLOCKS_DIFFER_MS);
  const made = await outcomeOf(() => paymentsOf(since));
  if (made.kind !== 'accepted')
    return unknown('UNREADABLE', 'What an invoice is paid by could not be read from its provider.');
  if (made.value === null) return outcome;
  const onItsWay = lostAt !== null && clock.now().getTime() - lostAt.getTime() <= CALL_IS_DEAD_MS;
  const otherwise = onItsWay ? unknown('DEADLINE', 'An earlier call may be on its way still.') : outcome;
  return accepted({ candidates: made.value, otherwise });
}

/**
 * Takes a payment that was found as ours, if it is the only one that no other payment here is: whoever it was made for, paying it
 * pays the invoice, once. Of several nobody can tell which it is, so none is taken. What is taken is stored in the same transaction.
 */
export async function adopted(
  { log }: Pick<Deps, 'log'>,
  tx: Tx,
  { payment, attempt, account }: Upstream,
  { candidates, otherwise }: Unclear,
): Promise<Outcome<ProviderPayment>> {
  const fitting = candidates.filter(
    ({ amount }) => amount.minor === payment.amountMinor && amount.currency === payment.currency,
  );
  const references = fitting.map(({ reference }) => reference).sort();
  const { partnerId, provider } = account;
  // the same name as a movement that is learned: one of the two is first, and the other finds it
  for (const reference of references) await lockName(tx, 'movement', partnerId, provider, reference);
  const accounts = await tx.providerAccount.findMany({ where: { partnerId, provider }, select: { id: true } });
  const others = await tx.paymentAttempt.findMany({
    where: {
      id: { not: attempt.id },
      providerAccountId: { in: accounts.map((one) => one.id) },
      OR: [{ reference: { in: references } }, { clientId: { in: fitting.flatMap(({ clientId }) => clientId ?? []) } }],
    },
    select: { reference: true, clientId: true },
  });
  const free = fitting.filter(
    ({ reference, clientId }) =>
      !others.some((other) => other.reference === reference || (clientId !== null && other.clientId === clientId)),
  );
  const [found] = free;
  if (found && free.length === 1) return accepted(found);
  if (!found) return otherwise;
  const paymentId = payment.id;
  log.error({ paymentId, found: free.length }, 'which payment pays an invoice cannot be told; an operator may look');
  return unknown('ECHO_MISMATCH', 'Several payments at the provider may be the one that pays the invoice.');
}
