import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { addJob } from '../../db/job-queue.ts';
import { lockName } from '../idempotency/lock-name.ts';
import type { Upstream } from './attempt.ts';
import { bookOf, carriedBy } from './own-line.ts';

/**
 * Where a provider numbers nothing, the money calls of one wallet there go one after another, whatever the number of nodes: what was
 * asked last is the only thing that a line of the history may be unclear about.
 */

type InLane = Pick<Upstream, 'payment' | 'account' | 'access' | 'connector'>;

/** Has the payment been confirmed, and its call not gone out yet? */
export const awaitsTurn = (upstream: Upstream): boolean =>
  isLane(upstream) && upstream.payment.status === 'PROCESSING' && upstream.attempt.calledAt === null;

/** Do the money calls of this payment's wallet wait for one another? Then what is unclear is asked about soon: others wait for it. */
export const isLane = ({ connector }: InLane): boolean => connector.history?.unnumbered === true;

/**
 * Must the payment's call wait for another one of its wallet? Holds still until the transaction ends.
 * @param since calls that went out before are not on their way any more
 */
export async function mustWait(tx: Tx, upstream: InLane, since: Date): Promise<boolean> {
  if (!isLane(upstream)) return false;
  const { payment, account } = upstream;
  const { wallet } = bookOf(upstream);
  await lockName(tx, 'lane', account.id, wallet.house ? 'house' : wallet.id);
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT p.id FROM payment p JOIN payment_attempt a ON a.payment_id = p.id
    WHERE p.provider_account_id = ${account.id} AND p.status = 'PROCESSING' AND p.id <> ${payment.id}
      AND a.called_at > ${since} AND (p.kind <> 'TOP_UP' OR p.upstream_action IS NULL)`;
  return (
    (
      await sameWallet(
        tx,
        upstream,
        rows.map(({ id }) => id),
      )
    ).length > 0
  );
}

/** Has the next payment of the wallet that waits for its turn called at once. */
export async function wakeNext(tx: Tx, upstream: InLane): Promise<void> {
  if (!isLane(upstream)) return;
  const { payment, account } = upstream;
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT p.id FROM payment p JOIN payment_attempt a ON a.payment_id = p.id
    WHERE p.provider_account_id = ${account.id} AND p.status = 'PROCESSING' AND p.id <> ${payment.id}
      AND a.confirming AND a.called_at IS NULL`;
  const [next] = await sameWallet(
    tx,
    upstream,
    rows.map(({ id }) => id),
  );
  if (next)
    await addJob(tx, 'resolve-payment', { paymentId: next.id, round: 0 }, { key: `resolve-payment:${next.id}` });
}

async function sameWallet(tx: Tx, upstream: InLane, ids: string[]): Promise<Payment[]> {
  const payments = await tx.payment.findMany({
    where: { id: { in: ids } },
    orderBy: [{ confirmedAt: 'asc' }, { id: 'asc' }],
  });
  return carriedBy(tx, bookOf(upstream), payments);
}
