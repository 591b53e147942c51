import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Break } from './breaks.ts';
import { netOf } from './net.ts';
import type { Recorded } from './record-movement.ts';
import { effectOf, isBefore, type Subject } from './subject.ts';

/**
 * What is different between a line of the provider's history and the payment here, after the line was taken into the books.
 * @returns null when they agree, or when the line is older than the mirror
 */
export async function compareLine(
  tx: Tx,
  subject: Subject,
  said: ProviderPayment,
  recorded: Recorded,
): Promise<Break | null> {
  const { reference: providerReference, amount } = said;
  const line = `${said.direction}:${providerReference}`;
  if (recorded.kind === 'before' || recorded.kind === 'waits' || recorded.kind === 'givenUp') return null;
  if (recorded.kind === 'unreadable') return { kind: 'MISSING_HERE', subject: line, providerReference, actual: amount };
  // what was there before the mirror moves nothing here
  if (isBefore(subject, said)) return null;
  const { payment } = recorded;
  // its line and the one that undid it both stand in the history, and come to nothing
  if (payment.status === 'REVERSED' && payment.reversalReference !== null) return null;
  const about = { subject: line, paymentId: payment.id, providerReference };
  if (isPassed(subject, payment, said)) return null;
  if (!agree(payment, said)) return { kind: 'STATUS_DIFFERS', ...about };
  if (payment.status === 'PROCESSING') return null;
  const expected = await netOf(tx, payment.id, subject.wallet, amount.currency);
  const actual = effectOf(said);
  if (expected === actual) return null;
  const { currency } = amount;
  return {
    kind: 'AMOUNT_DIFFERS',
    ...about,
    expected: { minor: expected, currency },
    actual: { minor: actual, currency },
  };
}

/** Is this the second line of a conversion that the wallet paid for? It moves what its payment says, or passes through. */
export const isPassed = ({ wallet }: Subject, payment: Payment, { reference }: ProviderPayment): boolean =>
  payment.destinationReference === reference && payment.sourceWalletId === wallet.id;

/** Do both say the same of the outcome? */
function agree({ status }: Payment, said: ProviderPayment): boolean {
  const done = (word: string) => word === 'COMPLETED';
  const open = (word: string) => word === 'CREATED' || word === 'PROCESSING';
  if (open(said.status) || open(status)) return open(said.status) === open(status);
  return done(status) === done(said.status);
}
