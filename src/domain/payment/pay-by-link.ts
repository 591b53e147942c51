import type { TopUps } from '../../connectors/payments.ts';
import type { Tx } from '../../db/client.ts';
import { StateError } from '../../errors.ts';
import { lockName } from '../idempotency/lock-name.ts';
import type { Upstream } from './attempt.ts';
import { bookOf, carriedBy, givenUp, LATE_CREDIT_MS } from './own-line.ts';

/** A link is made a moment after its payment is confirmed, and looked after a moment longer than it can be paid. */
const SLACK_MS = 60_000;

/**
 * Until when a top-up by a link is waited for; null where its provider sets no time.
 * A credit of a history that numbers nothing says nothing but its amount: in a house wallet it would be anybody's, so one top-up of an
 * amount is waited for at a time. Holds still until the transaction ends.
 * @throws StateError while another top-up of this amount is waited for
 */
export async function waitForLink(tx: Tx, upstream: Upstream, now: Date): Promise<Date | null> {
  const { payment, account, access, connector, capability } = upstream;
  if (payment.topUpMethod !== 'FAST_PAYMENT') return null;
  if (access === null && connector.history?.unnumbered) {
    await lockName(tx, 'link', account.id, payment.currency, `${payment.amountMinor}`);
    const { id, amountMinor, currency } = payment;
    const same = await tx.payment.findMany({
      where: {
        id: { not: id },
        providerAccountId: account.id,
        topUpMethod: 'FAST_PAYMENT',
        amountMinor,
        currency,
        historyReference: null,
        OR: [
          { status: 'PROCESSING' },
          { ...givenUp, confirmedAt: { not: null }, expiresAt: { gte: new Date(now.getTime() - LATE_CREDIT_MS) } },
        ],
      },
    });
    if ((await carriedBy(tx, bookOf(upstream), same)).length > 0)
      throw new StateError(
        'PAYMENT_STATE',
        payment.status,
        ['CREATED'],
        'Another top-up of just this amount is waited for, and money that comes says nothing but its amount. Take another amount, or confirm it later.',
      );
  }
  const { payableForMs } = capability as unknown as TopUps;
  return payableForMs === undefined ? null : new Date(now.getTime() + payableForMs + SLACK_MS);
}
