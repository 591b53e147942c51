import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment, PaymentAttempt } from '../../db/generated/client.ts';
import type { TransitionSource } from '../../db/generated/enums.ts';
import type { Deps } from '../../deps.ts';
import { newId } from '../../lib/ids.ts';
import { createLearned, createPast } from '../payment/keep-learned.ts';
import { learn } from '../payment/learn.ts';
import { newPayment } from '../payment/new-payment.ts';
import type { UpstreamOrder } from '../payment/order.ts';
import { watchOver } from '../payment/watch-upstream.ts';
import { originOf } from '../provider/route.ts';
import { sealParties } from './parties.ts';
import { chargeOf, type Subject } from './subject.ts';

/** Nothing was ordered here, so there is nothing to repeat: what is known is asked for by the provider's number. */
export const noOrder: UpstreamOrder = { member: 'payouts', choice: {} };

export interface Learned {
  said: ProviderPayment;
  source: TransitionSource;
}

/**
 * Makes the payment for a movement that was not made here, and brings it to where its provider says that it stands.
 * @param said a movement with a direction, an amount above zero and a known status
 */
export async function learnPayment(
  deps: Pick<Deps, 'vault' | 'connectors'>,
  tx: Tx,
  subject: Subject,
  { said, source }: Learned,
  now: Date,
): Promise<Payment> {
  const { wallet } = subject;
  const row = await rowOf(deps, tx, subject, said);
  const held = said.status === 'PROCESSING' && said.direction === 'OUT' && !wallet.house && isFromBalance(row);
  const attempt = attemptOf(subject, row, said, now);
  const payment = await createLearned(tx, { row, attempt, source, heldFrom: held ? wallet : null }, now);
  if (said.status === 'PROCESSING') await watchOver(tx, row.id, now);
  const occurredAt = said.completedAt ?? said.createdAt;
  return learn(tx, payment, noOrder, { said, source, occurredAt }, now);
}

/**
 * Keeps a movement from before the mirror as a payment that is over: shown, and counted in sums, but never booked, because the
 * opening balance has it in it. What is not over yet is left out.
 */
export async function rememberPast(
  deps: Pick<Deps, 'vault' | 'connectors'>,
  tx: Tx,
  subject: Subject,
  { said, source }: Learned,
  now: Date,
): Promise<void> {
  const { status, direction } = said;
  // what a conversion bought is told by the line that paid for it
  if ((status !== 'COMPLETED' && status !== 'DECLINED') || (said.kind === 'EXCHANGE' && direction === 'IN')) return;
  const row = await rowOf(deps, tx, subject, said);
  await createPast(tx, { row, attempt: attemptOf(subject, row, said, now), source, said }, now);
}

const isFromBalance = ({ fundingSource }: Payment): boolean =>
  fundingSource !== 'CARD' && fundingSource !== 'MOBILE_ACCOUNT';

async function rowOf(
  deps: Pick<Deps, 'vault' | 'connectors'>,
  tx: Tx,
  subject: Subject,
  said: ProviderPayment,
): Promise<Payment> {
  const { wallet, account } = subject;
  const { minor: amountMinor, currency } = said.amount;
  const id = newId('Payment');
  const known = { id, partnerId: wallet.partnerId, amountMinor, currency, createdAt: said.createdAt };
  const payee = said.destination.kind === 'SERVICE' ? said.destination.reference : null;
  const place = { provider: account.provider, origin: originOf(deps, account), providerReference: payee ?? '' };
  const service = payee
    ? await tx.service.findUnique({ where: { provider_origin_providerReference: place }, select: { id: true } })
    : null;
  const payer = { sourceWalletId: wallet.id, sourceCustomerId: wallet.customerId };
  const receiver = { destinationWalletId: wallet.id, destinationCustomerId: wallet.customerId };
  return newPayment(said.kind, known, {
    origin: 'PROVIDER',
    provider: account.provider,
    providerAccountId: account.id,
    reference: said.reference,
    historyReference: said.historyReference ?? null,
    ...(said.direction === 'OUT' ? payer : receiver),
    ...(said.kind === 'EXCHANGE' ? receiver : {}),
    feeMinor: said.direction === 'OUT' ? chargeOf(said) - amountMinor : 0n,
    fundingSource: said.fundingSource ?? (said.direction === 'OUT' ? 'BALANCE' : null),
    serviceId: service?.id ?? null,
    note: said.note,
    title: said.title,
    subtitle: said.subtitle,
    description: said.description,
    receiptNumber: said.receiptNumber,
    exchangeRate: said.exchangeRate ?? null,
    destinationMinor: said.destinationAmount?.minor ?? null,
    destinationCurrency: said.destinationAmount?.currency ?? null,
    partiesSealed: sealParties(deps.vault, id, said),
  });
}

/** The try of somebody else, so far as the provider tells of it. */
const attemptOf = ({ account }: Subject, payment: Payment, said: ProviderPayment, now: Date): PaymentAttempt => ({
  id: newId('PaymentAttempt'),
  paymentId: payment.id,
  number: 1,
  providerAccountId: account.id,
  provider: account.provider,
  // the id that the other client gave it is not one of ours, and need not be unique here
  clientId: payment.id,
  reference: said.reference,
  outcome: said.status === 'DECLINED' ? 'REJECTED' : 'ACCEPTED',
  confirming: true,
  calledAt: null,
  operations: [],
  providerStatus: said.providerStatus,
  providerCode: said.providerCode ?? null,
  providerMessage: said.declineMessage,
  startedAt: said.createdAt,
  finishedAt: said.status === 'PROCESSING' ? null : now,
});
