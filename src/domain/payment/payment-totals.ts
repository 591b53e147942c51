import type { Tx } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { FundingSourceKind, PaymentKind, PaymentOrigin, PaymentStatus } from '../../db/generated/enums.ts';
import type { Money } from '../../money/money.ts';
import type { Viewer } from '../access/viewer.ts';

/** Which payments are added up; all conditions must hold. */
export interface TotalsFilter {
  /** Since when and until before when, by the time of `by`. */
  from?: Date | undefined;
  to?: Date | undefined;
  by: 'CREATED' | 'COMPLETED';
  /** COMPLETED when left out: what has moved. */
  statuses?: readonly PaymentStatus[] | undefined;
  kinds?: readonly PaymentKind[] | undefined;
  /** Whose money: of this wallet, else of this customer, else of all wallets here. */
  walletId?: string | undefined;
  customerId?: string | undefined;
  direction?: 'IN' | 'OUT' | undefined;
  fundingSources?: readonly FundingSourceKind[] | undefined;
  idempotencyKey?: string | undefined;
  provider?: string | undefined;
  origin?: PaymentOrigin | undefined;
  currency?: string | undefined;
  amountMin?: bigint | undefined;
  amountMax?: bigint | undefined;
}

/** Sums per currency, by its code; a payment between two wallets that are both meant comes in and goes out. */
export interface PaymentSums {
  incoming: Money[];
  /** With the fees that the payer's side was charged. */
  outgoing: Money[];
  /** How many payments, each once. */
  count: number;
}

interface Row {
  side: 'IN' | 'OUT' | null;
  currency: string | null;
  minor: bigint;
  count: bigint;
}

/**
 * Adds up payments in one statement, so that sums and count speak of one moment. What comes in counts in the currency in which it
 * arrived.
 * @param viewer a customer is shown the sums of its own sides only
 */
export async function paymentTotals(tx: Tx, viewer: Viewer, filter: TotalsFilter): Promise<PaymentSums> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT line.side, line.currency, coalesce(sum(line.minor), 0)::bigint AS minor, count(DISTINCT p.id) AS count
    FROM payment p
    CROSS JOIN LATERAL (VALUES
      ('IN', coalesce(p.destination_currency, p.currency), coalesce(p.destination_minor, p.amount_minor),
        ${sideOf(viewer, filter, 'IN')}),
      ('OUT', p.currency, p.amount_minor + p.fee_minor, ${sideOf(viewer, filter, 'OUT')})
    ) AS line (side, currency, minor, counts)
    WHERE line.counts AND ${Prisma.join(conditions(viewer, filter), ' AND ')}
    GROUP BY GROUPING SETS ((line.side, line.currency), ())
    ORDER BY line.currency`;
  const sums = (side: 'IN' | 'OUT'): Money[] =>
    rows.flatMap((row) => (row.side === side && row.currency ? [{ minor: row.minor, currency: row.currency }] : []));
  const whole = rows.find(({ side }) => side === null);
  return { incoming: sums('IN'), outgoing: sums('OUT'), count: Number(whole?.count ?? 0n) };
}

/** Is this side of a payment among those that are meant? */
function sideOf(viewer: Viewer, { walletId, customerId, direction }: TotalsFilter, side: 'IN' | 'OUT'): Prisma.Sql {
  if (direction && direction !== side) return Prisma.sql`false`;
  const wallet = side === 'IN' ? Prisma.sql`p.destination_wallet_id` : Prisma.sql`p.source_wallet_id`;
  const customer = side === 'IN' ? Prisma.sql`p.destination_customer_id` : Prisma.sql`p.source_customer_id`;
  const meant = walletId
    ? Prisma.sql`${wallet} = ${walletId}`
    : customerId
      ? Prisma.sql`${customer} = ${customerId}`
      : Prisma.sql`${wallet} IS NOT NULL`;
  // the fee of a payment is its payer's, and what has not come yet is not the receiver's
  return viewer.kind === 'CUSTOMER'
    ? Prisma.sql`(${meant} AND ${customer} = ${viewer.customerId}${
        side === 'IN'
          ? Prisma.sql` AND (p.source_wallet_id IS NULL OR p.source_customer_id = ${viewer.customerId}
          OR p.status IN ('COMPLETED', 'REVERSED'))`
          : Prisma.empty
      })`
    : meant;
}

function conditions(viewer: Viewer, filter: TotalsFilter): Prisma.Sql[] {
  const { from, to, by, statuses = ['COMPLETED'], kinds, fundingSources } = filter;
  const { idempotencyKey, provider, origin, currency, amountMin, amountMax } = filter;
  const time = by === 'CREATED' ? Prisma.sql`p.created_at` : Prisma.sql`p.completed_at`;
  const given = <T>(value: T | undefined, condition: (value: T) => Prisma.Sql): Prisma.Sql[] =>
    value === undefined ? [] : [condition(value)];
  return [
    viewer.kind === 'ADMIN' ? Prisma.sql`true` : Prisma.sql`p.partner_id = ${viewer.partnerId}`,
    Prisma.sql`p.status::text = ANY (${[...statuses]}::text[])`,
    ...given(from, (at) => Prisma.sql`${time} >= ${at}`),
    ...given(to, (at) => Prisma.sql`${time} < ${at}`),
    ...given(kinds, (some) => Prisma.sql`p.kind::text = ANY (${[...some]}::text[])`),
    // a wallet pays from its balance where nothing else is told
    ...given(
      fundingSources,
      (some) => Prisma.sql`coalesce(p.funding_source::text, CASE WHEN p.source_wallet_id IS NOT NULL THEN 'BALANCE' END)
        = ANY (${[...some]}::text[])`,
    ),
    ...given(idempotencyKey, (key) => Prisma.sql`p.idempotency_key = ${key}`),
    ...given(provider, (code) => Prisma.sql`p.provider = ${code}`),
    ...given(origin, (word) => Prisma.sql`p.origin::text = ${word}`),
    ...given(currency, (code) => Prisma.sql`p.currency = ${code}`),
    ...given(amountMin, (minor) => Prisma.sql`p.amount_minor >= ${minor}`),
    ...given(amountMax, (minor) => Prisma.sql`p.amount_minor <= ${minor}`),
  ];
}
