import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment, PaymentAttempt } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { present } from '../../lib/assert.ts';
import { newAttempt } from './attempt.ts';
import { postProven } from './book-outcome.ts';
import { lateEntries, receivedEntry, returnedEntries } from './book-transit.ts';
import type { News } from './learn.ts';
import { payeeMaskOf, sealOrder, type UpstreamOrder } from './order.ts';
import { resume, step, touch } from './progress.ts';
import { save } from './store.ts';
import { watchOver } from './watch-upstream.ts';

/**
 * A transit over two providers: a card pays into the house wallet at the one, and the service is paid out of the house wallet at the
 * other. Each leg is an attempt of its own. Between them the money stands in clearing.
 */

/** The first leg as its payment: the card is charged what the service gets and what the second leg costs. */
export function asTransit(
  { amountMinor, currency }: Payment,
  order: UpstreamOrder,
  said: ProviderPayment,
): ProviderPayment {
  if (order.onward === undefined) return said;
  const charged = said.total ?? { minor: said.amount.minor + (said.fee?.minor ?? 0n), currency };
  const amount = { minor: amountMinor, currency };
  return { ...said, amount, total: charged, fee: { minor: charged.minor - amountMinor, currency } };
}

/** The news that the card's money has come in for a transit, and what is known of the payment. Its row is locked. */
export interface FirstLeg {
  payment: Payment;
  attempt: PaymentAttempt;
  order: UpstreamOrder;
  news: News;
}

/** Has the first of two legs been done? */
export const isFirstLegDone = ({ payment, order, news: { said } }: FirstLeg): boolean =>
  order.onward !== undefined &&
  said.status === 'COMPLETED' &&
  (payment.status === 'PROCESSING' || payment.status === 'CREATED');

/** Books the card's money, and goes on to the second leg: its attempt is written, and nothing is sent here. */
export async function receiveFirstLeg(
  deps: Pick<Deps, 'vault' | 'connectors'>,
  tx: Tx,
  { payment, attempt, order, news }: FirstLeg,
  now: Date,
): Promise<Payment> {
  const { said, source } = news;
  const { accountId, order: next } = present(order.onward, 'the second leg');
  const account = await tx.providerAccount.findUniqueOrThrow({ where: { id: accountId } });
  const { id } = payment;
  const received = receivedEntry(payment, attempt.providerAccountId, said.amount.minor, now);
  const events = await postProven(tx, payment, [received], now);
  const begun = resume(payment);
  const confirmed =
    payment.status === 'CREATED'
      ? step(
          begun,
          { to: 'PROCESSING', reason: 'CONFIRM', source, changes: { confirmedAt: now, expiresAt: null } },
          now,
        )
      : begun;
  const changes = {
    provider: account.provider,
    providerAccountId: account.id,
    reference: null,
    expiresAt: null,
    orderSealed: sealOrder(deps.vault, id, next),
    payeeMask: payeeMaskOf(next),
    upstreamAction: null,
    title: null,
    subtitle: null,
    description: null,
  };
  const onward = touch(confirmed, changes, now);
  const { reference, providerStatus } = said;
  const told = { outcome: 'ACCEPTED' as const, reference, providerStatus, finishedAt: now };
  await tx.paymentAttempt.update({ where: { id: attempt.id }, data: told });
  const row = { payment: onward.payment, account, order: next };
  await tx.paymentAttempt.create({ data: await newAttempt(deps, tx, row, now, attempt.number + 1) });
  await watchOver(tx, id, now, source === 'PROVIDER_ANSWER' ? undefined : 0);
  return present((await save(tx, [onward], events, now))[0], 'the payment');
}

/** Is this the news that the card's money has come for a transit over two providers which has ended before? */
export async function isLateFirstLeg(tx: Tx, { payment, attempt, news: { said } }: FirstLeg): Promise<boolean> {
  const { kind, status, serviceId } = payment;
  const ended = status === 'DECLINED' || status === 'EXPIRED' || status === 'CANCELLED';
  if (kind !== 'TRANSIT' || !ended || said.status !== 'COMPLETED' || attempt.number > 1 || !serviceId) return false;
  const service = await tx.service.findUniqueOrThrow({ where: { id: serviceId } });
  return service.provider !== attempt.provider;
}

/** Books money that came too late into the wallet; the payment stays what it is. */
export async function landLateFirstLeg(tx: Tx, { payment, attempt, news }: FirstLeg, now: Date): Promise<void> {
  const drafts = lateEntries(payment, attempt.providerAccountId, news.said.amount.minor, now);
  await save(tx, [], await postProven(tx, payment, drafts, now), now);
}

/** Books what the provider of the first leg tells when the payment has moved past it: that it has given the money back to the card. */
export async function followFirstLeg(
  tx: Tx,
  payment: Payment,
  { providerAccountId }: PaymentAttempt,
  said: ProviderPayment,
  now: Date,
): Promise<void> {
  const given = said.status === 'DECLINED' || said.status === 'REVERSED' || said.status === 'CANCELLED';
  const drafts = given ? await returnedEntries(tx, payment, providerAccountId, now) : [];
  await save(tx, [], await postProven(tx, payment, drafts, now), now);
}
