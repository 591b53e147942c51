import { accepted, mapOutcome, type Outcome, type Refusal } from '../../connectors/outcome.ts';
import type { ProviderQuote } from '../../connectors/records.ts';
import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { present } from '../../lib/assert.ts';
import { ProviderUnavailableError } from '../provider/errors.ts';
import { attemptChanges, isCurrent, keepTrace, loadUpstream, type Trace, traced, type Upstream } from './attempt.ts';
import { learn } from './learn.ts';
import { blamesRoute, takeNextWay } from './next-way.ts';
import { adopted, payInvoiceUpstream, type Unclear } from './pay-invoice-upstream.ts';
import { priceUpstream } from './price-upstream.ts';
import { resume, step, touch } from './progress.ts';
import { refusalOf } from './refusal.ts';
import { save } from './store.ts';
import { asTransit } from './transit-legs.ts';
import { isPending, watchPricing } from './watch-upstream.ts';

type UpstreamDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/** What the provider made of a payment: the payment itself in the first of two phases, only its price where there is one. */
type Created = { said: ProviderPayment } | { quote: ProviderQuote | null };
const said = (payment: ProviderPayment): Created => ({ said: payment });

/**
 * Makes a payment known to its provider (first of two phases: nothing moves there); where the provider has one phase, asks its
 * price. The payment and its attempt are stored already; a lost answer is made good by sending the same id again (what pays an
 * invoice has none and is looked for), so the caller may simply repeat its mutation.
 * @throws ProviderRejectedError, IdentificationRequiredError, LimitExceededError, InsufficientFundsError: the payment is
 *   DECLINED, its idempotency key is free again; ProviderUnavailableError: the payment waits in CREATED for a repetition
 */
export async function createUpstream(deps: UpstreamDeps, paymentId: string): Promise<Payment> {
  const { prisma } = deps.db;
  const payment = await prisma.payment.findUniqueOrThrow({ where: { id: paymentId } });
  const upstream = await loadUpstream(deps, prisma, payment);
  const { create } = upstream.capability;
  const made = create ? upstream.attempt.reference !== null : payment.priced;
  if (payment.status !== 'CREATED' || made) return payment;

  const trace = traced(upstream);
  const told: Outcome<Created | Unclear> = create
    ? await send(deps, upstream, trace, create)
    : mapOutcome(await priceUpstream(upstream, trace), (quote) => ({ quote }));

  const now = deps.clock.now();
  const { after, outcome, moved } = await transaction(deps.db, async (tx) => {
    const outcome = await clear(deps, tx, upstream, told);
    await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${paymentId} FOR UPDATE`;
    const locked = await tx.payment.findUniqueOrThrow({ where: { id: paymentId } });
    const next = isForNextWay(outcome, create === undefined) && (await nextWay(deps, tx, upstream, locked, now));
    if (next) await keepTrace(tx, upstream.attempt, trace, { ...attemptChanges(outcome, now), outcome: 'REJECTED' });
    if (next) return { after: next, outcome, moved: true };
    return { after: await record(tx, upstream, trace, locked, outcome, now), outcome, moved: false };
  });
  if (moved) return createUpstream(deps, paymentId);
  if (outcome.kind === 'rejected') throw await refusalOf(deps, after, outcome.refusal);
  if (outcome.kind === 'unknown') throw new ProviderUnavailableError(upstream.account.provider, null);
  if (outcome.kind === 'notSent') throw new ProviderUnavailableError(upstream.account.provider, outcome.retryAt);
  return after;
}

/**
 * May the payment go another way after this? On a refusal that is about the provider, and where nothing was sent; a price that could not
 * be learned, for whatever reason, leaves nothing unclear.
 */
function isForNextWay<T>(
  outcome: Outcome<T>,
  asksPrice: boolean,
): outcome is Exclude<Outcome<T>, { kind: 'accepted' }> {
  switch (outcome.kind) {
    case 'accepted':
      return false;
    case 'rejected':
      return blamesRoute(outcome.refusal);
    case 'notSent':
      return true;
    case 'unknown':
      return asksPrice;
  }
}

/** The first of two phases. What pays an invoice may have to be looked for. */
async function send(
  deps: UpstreamDeps,
  { attempt, connector, handle, order: { invoiceReference: reference } }: Upstream,
  { call }: Trace,
  create: NonNullable<Upstream['capability']['create']>,
): Promise<Outcome<Created | Unclear>> {
  const paymentsOf = connector.invoices?.paymentsOf;
  const pay = () => create(call, handle);
  if (!reference || !paymentsOf) return mapOutcome(await pay(), said);
  const calls = { pay, paymentsOf: (since: Date) => paymentsOf(call, { reference, since }) };
  return mapOutcome(await payInvoiceUpstream(deps, attempt, calls), (value) =>
    'candidates' in value ? value : said(value),
  );
}

/** What was looked for is found now or it is not. */
async function clear(
  deps: UpstreamDeps,
  tx: Tx,
  upstream: Upstream,
  told: Outcome<Created | Unclear>,
): Promise<Outcome<Created>> {
  if (told.kind !== 'accepted') return told;
  const { value } = told;
  return 'candidates' in value ? mapOutcome(await adopted(deps, tx, upstream, value), said) : accepted(value);
}

/** Takes the payment's next way, where it has one. The payment's row is locked. */
async function nextWay(
  deps: UpstreamDeps,
  tx: Tx,
  { attempt }: Upstream,
  payment: Payment,
  now: Date,
): Promise<Payment | null> {
  const goesOn = payment.status === 'CREATED' && (await isCurrent(tx, attempt));
  return goesOn ? takeNextWay(deps, tx, payment, attempt, now) : null;
}

/** Stores what the call proved. The payment's row is locked. */
async function record(
  tx: Tx,
  { attempt, order }: Upstream,
  trace: Trace,
  payment: Payment,
  outcome: Outcome<Created>,
  now: Date,
): Promise<Payment> {
  if (outcome.kind !== 'accepted') {
    await keepTrace(tx, attempt, trace, attemptChanges(outcome, now));
    return outcome.kind === 'rejected' && payment.status === 'CREATED'
      ? decline(tx, payment, outcome.refusal, now)
      : payment;
  }
  const { value } = outcome;
  if ('quote' in value) {
    // the attempt itself has not begun: nothing was asked for but the price
    await keepTrace(tx, attempt, trace, {});
    return payment.status === 'CREATED' ? price(tx, payment, value.quote, now) : payment;
  }
  await keepTrace(tx, attempt, trace, attemptChanges({ kind: 'accepted', value: value.said }, now));
  const said = asTransit(payment, order, value.said);
  const learned = await learn(tx, payment, order, { said, source: 'PROVIDER_ANSWER' }, now);
  if (isPending(learned)) await watchPricing(tx, payment.id);
  return learned;
}

/** The price of a payment that is not confirmed yet: the fee that is shown, and held once it is. */
async function price(tx: Tx, payment: Payment, quote: ProviderQuote | null, now: Date): Promise<Payment> {
  const feeMinor = quote ? quote.total.minor - payment.amountMinor : payment.feeMinor;
  const priced = touch(resume(payment), { feeMinor, priced: true }, now);
  return present((await save(tx, [priced], [], now))[0], 'the payment');
}

async function decline(tx: Tx, payment: Payment, refusal: Refusal, now: Date): Promise<Payment> {
  const { declineReason, providerMessage } = refusal;
  // one row per mutation that succeeded: what was refused may be tried again under the same key
  await tx.idempotencyKey.deleteMany({ where: { partnerId: payment.partnerId, resultId: payment.id } });
  const changes = { declineReason, declineMessage: providerMessage, expiresAt: null };
  const declined = step(
    resume(payment),
    { to: 'DECLINED', reason: 'DECLINE', source: 'PROVIDER_ANSWER', message: providerMessage, changes },
    now,
  );
  return present((await save(tx, [declined], [], now))[0], 'the payment');
}
