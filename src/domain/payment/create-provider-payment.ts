import type { CapabilityCode } from '../../connectors/connector.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { PriceChangedError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { whileInUse } from '../idempotency/in-use.ts';
import { isClaimed, once } from '../idempotency/once.ts';
import type { Route } from '../provider/route.ts';
import { newAttempt } from './attempt.ts';
import { confirmAlone } from './confirm-payment.ts';
import { createUpstream } from './create-upstream.ts';
import { type PaymentMember, payeeMaskOf, sealOrder, type UpstreamOrder } from './order.ts';
import { begin } from './progress.ts';
import { replayedPayment, save } from './store.ts';

/** Which capability of a provider each member of the port is. */
export const memberCapabilities: Record<PaymentMember, CapabilityCode> = {
  topUps: 'TOP_UPS',
  transfers: 'TRANSFERS',
  payouts: 'PAYOUTS',
  transits: 'TRANSITS',
  exchange: 'EXCHANGE',
  invoices: 'INVOICES',
};

/** A payment that a provider is to carry, as its use case has planned it. */
export interface ProviderPlan {
  /** The row in CREATED, without what the route adds. */
  payment: Payment;
  /** Is its price the provider's already? Otherwise it is asked for once the payment is stored. */
  quoted?: boolean;
  route: Route;
  order: UpstreamOrder;
}

export interface ProviderCreation<Prepared = null> {
  operation: string;
  idempotencyKey: string;
  /** The input without the key. */
  input: unknown;
  confirm: boolean;
  /** The highest fee at which it is confirmed at once, minor units; any when left out. */
  maxFee?: bigint | undefined;
  /** What has to be asked of the provider beforehand; not called for a repetition. */
  prepare?(): Promise<Prepared>;
  /** Checks everything and plans, inside the transaction; `id` is the payment's. */
  plan(tx: Tx, id: string, now: Date, prepared: Prepared | null): Promise<ProviderPlan>;
}

/**
 * The three steps of a creation at a provider. 1: one transaction stores the payment and its attempt, with the id on which
 * the provider dedupes. 2: the call. 3: one transaction stores what it proved. Repeating the mutation with the same key goes on
 * where an earlier one was cut off.
 * @throws what `plan`, createUpstream and confirmPayment throw; PriceChangedError above `maxFee`: the payment waits in CREATED
 */
export async function createProviderPayment<Prepared = null>(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  viewer: TenantViewer,
  { operation, idempotencyKey, input, confirm, maxFee, prepare, plan }: ProviderCreation<Prepared>,
): Promise<{ payment: Payment; replayed: boolean }> {
  const repeated = await isClaimed(deps.db.prisma, viewer, operation, idempotencyKey);
  const prepared = repeated || !prepare ? null : await prepare();
  const now = deps.clock.now();
  const stored = await transaction(deps.db, async (tx) => {
    const claim = { operation, key: idempotencyKey, input, resultId: newId('Payment') };
    const { resultId: id, replayed } = await once(tx, deps, viewer, claim);
    if (replayed) return { payment: await replayedPayment(tx, viewer, id), replayed };
    const { payment, route, order, quoted = false } = await plan(tx, id, now, prepared);
    const carried = { providerAccountId: route.account.id, provider: route.account.provider };
    const row = {
      ...payment,
      ...carried,
      idempotencyKey,
      priced: quoted,
      orderSealed: sealOrder(deps.vault, id, order),
      payeeMask: payeeMaskOf(order),
    };
    const created = begin(row, 'API', now);
    await save(tx, [created], [], now);
    const { account } = route;
    await tx.paymentAttempt.create({ data: await newAttempt(deps, tx, { payment: row, account, order }, now) });
    return { payment: created.payment, replayed };
  });
  const claimed = { operation, key: idempotencyKey };
  const { status, reference, priced } = stored.payment;
  const payment =
    status === 'CREATED' && reference === null && !priced
      ? await whileInUse(deps, viewer, claimed, () => createUpstream(deps, stored.payment.id))
      : stored.payment;
  if (!confirm || payment.status !== 'CREATED') return { payment, replayed: stored.replayed };
  if (maxFee !== undefined && payment.feeMinor > maxFee) throw tooDear(payment, maxFee);
  const confirmed = await confirmAlone(deps, viewer, { paymentId: payment.id }, { justPriced: true });
  return { ...confirmed, replayed: stored.replayed };
}

function tooDear({ amountMinor, feeMinor, currency }: Payment, maxFee: bigint): PriceChangedError {
  const of = (minor: bigint) => ({ minor, currency });
  return new PriceChangedError(of(feeMinor), of(amountMinor + feeMinor), of(amountMinor + maxFee));
}
