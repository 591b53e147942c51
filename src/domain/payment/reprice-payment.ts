import { isHealthy } from '../../connectors/routing.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount, PriceChangedError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { ProviderUnavailableError } from '../provider/errors.ts';
import { healthOfRoute } from '../provider/route.ts';
import { isCurrent, keepTrace, loadUpstream, type Trace, traced, type Upstream } from './attempt.ts';
import { createUpstream } from './create-upstream.ts';
import { agreedFee, takeNextWay } from './next-way.ts';
import { openOrder, sealOrder } from './order.ts';
import { priceUpstream } from './price-upstream.ts';
import { resume, touch } from './progress.ts';
import { lock } from './record-outcome.ts';
import { findPayment, mayAct, save } from './store.ts';

type RepriceDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/** Which payment is about to be confirmed, and what is agreed to be charged on top; its own fee when left out. */
export interface Repricing {
  paymentId: string;
  maxFee?: MinorAmount | undefined;
}

/**
 * Sees to it, right before a payment is confirmed, that nobody pays more than was told: a provider of one phase is asked its price once
 * more, and a payment whose provider cannot be reached is priced on its next way. What the payment costs now is stored, and nothing moves.
 * @returns the highest fee that is agreed to, minor units; null where no provider prices the payment
 * @throws PriceChangedError when that is more than was agreed to: confirming again agrees to it; ProviderUnavailableError,
 *   InvalidInputError; what createUpstream throws for the next way
 */
export async function repricePayment(
  deps: RepriceDeps,
  viewer: TenantViewer,
  { paymentId, maxFee }: Repricing,
): Promise<bigint | null> {
  const { prisma } = deps.db;
  const payment = await findPayment(prisma, viewer, paymentId);
  if (!payment || !mayAct(viewer, payment) || payment.status !== 'CREATED') return null;
  if (maxFee) checkMaxFee(maxFee, payment.currency);
  if (payment.providerAccountId === null || !payment.priced || isOver(deps, payment)) return null;
  const agreed = await agree(deps, payment, maxFee);
  const upstream = await loadUpstream(deps, prisma, payment);
  const after = await priced(deps, upstream);
  checkAgreed(after, agreed, payment.feeMinor);
  return agreed;
}

/**
 * @param agreed the highest fee that is agreed to, minor units
 * @param told the fee as it was told before; what is agreed to when left out
 * @throws PriceChangedError
 */
export function checkAgreed({ currency, amountMinor, feeMinor }: Payment, agreed: bigint, told = agreed): void {
  if (feeMinor <= agreed) return;
  const of = (minor: bigint) => ({ minor, currency });
  throw new PriceChangedError(of(feeMinor), of(amountMinor + feeMinor), of(amountMinor + told));
}

/** @throws InvalidInputError */
export function checkMaxFee({ minor, currency }: MinorAmount, expected: string): void {
  if (currency !== expected)
    throw InvalidInputError.at('input.maxFee.currency', `must be the payment's own, ${expected}.`);
  if (minor < 0n) throw InvalidInputError.at('input.maxFee.amount', 'must not be negative.');
}

const isOver = ({ clock }: RepriceDeps, { expiresAt }: Payment): boolean =>
  expiresAt !== null && expiresAt <= clock.now();

/** Keeps with the order what is agreed to, for the ways that the payment may take later. @returns minor units */
async function agree(deps: RepriceDeps, { id }: Payment, maxFee: MinorAmount | undefined): Promise<bigint> {
  return transaction(deps.db, async (tx) => {
    const payment = await lock(tx, id);
    const order = openOrder(deps.vault, payment);
    if (!maxFee || payment.status !== 'CREATED') return agreedFee(payment, order.maxFee);
    const orderSealed = sealOrder(deps.vault, id, { ...order, maxFee: maxFee.minor.toString() });
    await tx.payment.update({ where: { id }, data: { orderSealed } });
    return agreedFee(payment, maxFee.minor.toString());
  });
}

/** The payment at its present price, by whatever way. */
async function priced(deps: RepriceDeps, upstream: Upstream): Promise<Payment> {
  const { capability, connector, payment, order } = upstream;
  const ways = order.ways ?? [];
  // what was created at its provider keeps its price there; what buys another currency is priced as a whole
  if (capability.create || payment.kind === 'EXCHANGE') {
    const stays = ways.length === 0 || isHealthy(healthOfRoute(deps, connector, 'PAYOUTS'));
    return stays ? payment : ((await onNextWay(deps, upstream, null)) ?? payment);
  }
  const trace = traced(upstream);
  const outcome = await priceUpstream(upstream, trace);
  if (outcome.kind === 'accepted') {
    const { value: quote } = outcome;
    return quote ? keepPrice(deps, upstream, trace, quote.total.minor - payment.amountMinor) : payment;
  }
  const next = await onNextWay(deps, upstream, trace);
  if (next) return next;
  // whatever is refused now is refused to the confirming call, too, and in its words
  if (outcome.kind === 'rejected') return payment;
  throw new ProviderUnavailableError(upstream.account.provider, outcome.kind === 'notSent' ? outcome.retryAt : null);
}

async function keepPrice(deps: RepriceDeps, upstream: Upstream, trace: Trace, feeMinor: bigint): Promise<Payment> {
  const { payment, attempt } = upstream;
  if (feeMinor === payment.feeMinor) return payment;
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    const locked = await lock(tx, payment.id);
    if (locked.status !== 'CREATED' || !(await isCurrent(tx, attempt))) return locked;
    await keepTrace(tx, attempt, trace, {});
    const [saved = locked] = await save(tx, [touch(resume(locked), { feeMinor }, now)], [], now);
    return saved;
  });
}

/** The payment on its next way, created or priced there; null when it has none. */
async function onNextWay(
  deps: RepriceDeps,
  { payment, attempt }: Upstream,
  trace: Trace | null,
): Promise<Payment | null> {
  const now = deps.clock.now();
  const next = await transaction(deps.db, async (tx) => {
    const locked = await lock(tx, payment.id);
    if (locked.status !== 'CREATED' || !(await isCurrent(tx, attempt))) return locked;
    const moved = await takeNextWay(deps, tx, locked, attempt, now);
    if (moved && trace) await keepTrace(tx, attempt, trace, {});
    return moved;
  });
  return next && createUpstream(deps, next.id);
}
