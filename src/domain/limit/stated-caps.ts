import type { Call } from '../../connectors/connector.ts';
import type { PayoutOrder, TransferOrder } from '../../connectors/payments.ts';
import type { Tx } from '../../db/client.ts';
import type { LimitKind, PaymentKind } from '../../db/generated/enums.ts';
import type { Deps } from '../../deps.ts';
import type { MinorAmount } from '../../errors.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { ProviderRejectedError, ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import type { Route } from '../provider/route.ts';
import { type ShownLimit, statedLimit } from '../wallet/provider-limits.ts';
import { LimitExceededError } from './errors.ts';

/**
 * The caps that a provider states for the wallet which pays there: the paying one where the provider keeps it, the house wallet for a LOCAL
 * one. The provider enforces them, and they are looked at here, so that nothing is sent which it would refuse.
 */
export interface StatedCaps {
  caps: ShownLimit[];
  askedAt: Date;
  /** Of the payments confirmed shortly before, those that the provider had taken by then: it has counted them. */
  counted: string[];
  accountId: string;
  /** The wallet that its provider keeps; null: the house wallet. */
  walletId: string | null;
}

/** Who pays, by which account, and what is ordered there. */
export interface Capped {
  route: Route;
  call: Call;
  order: TransferOrder | PayoutOrder;
  walletId: string | null;
}

/**
 * Asks a provider for the caps that a payment would use up.
 * @returns null where it states none that can be calculated with, and when it cannot say: then it refuses by itself
 */
export async function readStatedCaps(
  { db, clock, log }: Pick<Deps, 'db' | 'clock' | 'log'>,
  { route: { account, connector }, call, order, walletId }: Capped,
): Promise<StatedCaps | null> {
  const { limits } = connector;
  const kinds = limits?.kindsOf?.(order) ?? [];
  if (!limits || kinds.length === 0) return null;
  const askedAt = clock.now();
  const { currency } = order.amount;
  const taken = await db.prisma.payment.findMany({
    where: {
      providerAccountId: account.id,
      confirmedAt: { gte: shortlyBefore(askedAt) },
      attempts: { some: { providerAccountId: account.id, outcome: 'ACCEPTED' } },
    },
    select: { id: true },
  });
  const counted = taken.map(({ id }) => id);
  try {
    const listed = await readUpstream(() => limits.list(call, kinds));
    const caps = listed
      .filter(({ kind, max, window }) => kinds.includes(kind) && max?.currency === currency && window !== 'STANDING')
      .map((limit) => statedLimit(account.provider, limit, currency));
    return { caps, askedAt, counted, accountId: account.id, walletId };
  } catch (error) {
    if (!(error instanceof ProviderRejectedError || error instanceof ProviderUnavailableError)) throw error;
    log.info({ providerAccountId: account.id, code: error.code }, 'a provider could not tell the limits of a payment');
    return null;
  }
}

/** @throws LimitExceededError naming the tightest cap that an amount would pass */
export function checkStatedCaps(stated: StatedCaps, amount: MinorAmount): void {
  refuseAbove(stated, amount, () => 0n);
}

/**
 * The same in the confirming transaction. What was confirmed and may have reached the provider after it was asked counts, too, and
 * confirmations by one wallet there go one after another, so that they cannot pass a cap together.
 * @param payment its id: it does not count itself
 * @throws LimitExceededError
 */
export async function enforceStatedCaps(
  tx: Tx,
  stated: StatedCaps,
  payment: { id: string; amountMinor: bigint; currency: string },
): Promise<void> {
  const { caps, askedAt, counted, accountId, walletId } = stated;
  if (caps.length === 0) return;
  await lockName(tx, 'caps', accountId, walletId ?? 'house');
  const begun = await tx.$queryRaw<{ kind: PaymentKind; sum: bigint }[]>`
    SELECT p.kind, sum(p.amount_minor)::bigint AS sum FROM payment p JOIN wallet w ON w.id = p.source_wallet_id
    WHERE p.provider_account_id = ${accountId} AND p.status IN ('PROCESSING', 'COMPLETED')
      AND p.confirmed_at >= ${shortlyBefore(askedAt)} AND NOT p.id = ANY(${counted})
      AND p.kind IN ('PAYOUT', 'TRANSFER') AND p.currency = ${payment.currency} AND p.id <> ${payment.id}
      AND (w.id = ${walletId} OR (${walletId}::text IS NULL AND w.provider = 'LOCAL'))
    GROUP BY p.kind`;
  const sumOf = (of: LimitKind) =>
    begun.filter(({ kind }) => countsAs(kind, of)).reduce((total, { sum }) => total + sum, 0n);
  refuseAbove(stated, { minor: payment.amountMinor, currency: payment.currency }, sumOf);
}

/** How long a call that pays may be on its way to be counted. */
const ON_ITS_WAY_MS = 60_000;
const shortlyBefore = (at: Date): Date => new Date(at.getTime() - ON_ITS_WAY_MS);

const countsAs = (kind: PaymentKind, of: LimitKind): boolean =>
  of === 'TURNOVER' || (kind === 'TRANSFER' ? of === 'TRANSFER' : of !== 'TRANSFER');

function refuseAbove({ caps, walletId }: StatedCaps, amount: MinorAmount, begun: (kind: LimitKind) => bigint): void {
  const [tightest] = caps
    .map((cap) => ({ cap, left: leftOf(cap, begun(cap.kind)) }))
    .filter(({ left }) => amount.minor > left)
    .sort((a, b) => (a.left < b.left ? -1 : 1));
  if (!tightest) return;
  if (walletId !== null) throw new LimitExceededError(tightest.cap, amount);
  const message = `A limit of the provider stands in the way: ${tightest.cap.stated?.title ?? tightest.cap.kind}.`;
  throw new LimitExceededError(ofHouse(tightest.cap), amount, message);
}

/** A cap of the house wallet as others may see it: how much of it the partner has used is nobody else's business. */
const ofHouse = ({ stated, ...cap }: ShownLimit): ShownLimit => ({
  ...cap,
  spentMinor: null,
  count: null,
  ...(stated ? { stated: { ...stated, remainingMinor: null } } : {}),
});

/** What may still be paid. Of a cap whose use is not told only its size is known; one that is switched off lets nothing through. */
function leftOf({ maxMinor, window, stated }: ShownLimit, begun: bigint): bigint {
  if (stated?.enabled === false) return 0n;
  const remaining = stated?.remainingMinor ?? null;
  if (window === 'ONE_TIME' || remaining === null) return maxMinor ?? 0n;
  return remaining - begun;
}
