import type { Prisma } from '../db/generated/client.ts';
import { builder } from './builder.ts';
import {
  FundingSourceKindEnum,
  PaymentDirectionEnum,
  PaymentKindEnum,
  PaymentOriginEnum,
  PaymentStatusEnum,
  ProviderCodeEnum,
} from './enums.ts';
import { badInput } from './errors.ts';
import { minorAmount } from './money.ts';

export const PaymentFilterInput = builder.inputType('PaymentFilter', {
  description: 'Which payments; all conditions must hold.',
  fields: (t) => ({
    idempotencyKey: t.string({ description: 'Made under this key.' }),
    kinds: t.field({ type: [PaymentKindEnum], description: 'Of one of these kinds.' }),
    statuses: t.field({ type: [PaymentStatusEnum], description: 'In one of these states.' }),
    direction: t.field({
      type: PaymentDirectionEnum,
      description: 'Seen from the wallet; needs `walletId` outside a wallet.',
    }),
    walletId: t.id({ description: 'In or out of this wallet.' }),
    customerId: t.id({ description: 'In or out of this customer’s wallets.' }),
    provider: t.field({ type: ProviderCodeEnum, description: 'Carried by it.' }),
    from: t.field({ type: 'DateTime', description: 'Created at or after this instant.' }),
    to: t.field({ type: 'DateTime', description: 'Created before this instant.' }),
    amountMin: t.field({ type: 'Decimal', description: 'Of at least this amount, in `currency`.' }),
    amountMax: t.field({ type: 'Decimal', description: 'Of at most this amount, in `currency`.' }),
    currency: t.field({ type: 'Currency', description: 'In this currency; RUB for amounts when left out.' }),
    origin: t.field({ type: PaymentOriginEnum, description: 'Made here, or learned from a provider.' }),
    fundingSources: t.field({
      type: [FundingSourceKindEnum],
      description: 'Paid by one of these; a wallet pays from its balance where nothing else is told.',
    }),
  }),
});

/** The filter as resolvers get it. */
export type PaymentFilter = Partial<typeof PaymentFilterInput.$inferInput>;

/**
 * The filter as a condition on rows.
 * @param walletId the wallet whose payments are listed, when they are reached through one
 * @throws GraphQLError BAD_USER_INPUT for a direction without a wallet, InvalidInputError for an impossible amount
 */
export function paymentWhere(filter: PaymentFilter, walletId: string | null): Prisma.PaymentWhereInput {
  const { idempotencyKey, kinds, statuses, direction, customerId, provider, from, to, origin } = filter;
  const wallet = checkDirection(filter, walletId);
  const conditions: Prisma.PaymentWhereInput[] = [
    idempotencyKey ? { idempotencyKey } : {},
    kinds ? { kind: { in: kinds } } : {},
    statuses ? { status: { in: statuses } } : {},
    filter.walletId ? { OR: [{ sourceWalletId: filter.walletId }, { destinationWalletId: filter.walletId }] } : {},
    customerId ? { OR: [{ sourceCustomerId: customerId }, { destinationCustomerId: customerId }] } : {},
    direction && wallet ? (direction === 'OUT' ? { sourceWalletId: wallet } : { destinationWalletId: wallet }) : {},
    provider ? { provider } : {},
    origin ? { origin } : {},
    filter.fundingSources ? fundedBy(filter.fundingSources) : {},
    from ? { createdAt: { gte: from } } : {},
    to ? { createdAt: { lt: to } } : {},
    ...amounts(filter),
  ];
  return { AND: conditions };
}

/**
 * The wallet from which the payments are seen, if any.
 * @throws GraphQLError BAD_USER_INPUT for a direction without a wallet
 */
export function checkDirection({ direction, walletId: wanted }: PaymentFilter, walletId: string | null): string | null {
  const wallet = walletId ?? wanted ?? null;
  if (direction && !wallet) throw badInput('filter.direction: needs filter.walletId.');
  return wallet;
}

function fundedBy(kinds: NonNullable<PaymentFilter['fundingSources']>): Prisma.PaymentWhereInput {
  const untold = kinds.includes('BALANCE') ? [{ fundingSource: null, sourceWalletId: { not: null } }] : [];
  return { OR: [{ fundingSource: { in: kinds } }, ...untold] };
}

const isGiven = (text: string | null | undefined): text is string => text !== null && text !== undefined;

/**
 * The bounds of the amounts, and the currency that they are in.
 * @throws InvalidInputError for an impossible amount
 */
export function amountBounds({ amountMin, amountMax, currency }: PaymentFilter): {
  currency: string | undefined;
  amountMin: bigint | undefined;
  amountMax: bigint | undefined;
} {
  const minor = (amount: string, name: string) =>
    minorAmount({ amount, currency: currency ?? 'RUB' }, `filter.${name}`).minor;
  return {
    currency: currency ?? (isGiven(amountMin) || isGiven(amountMax) ? 'RUB' : undefined),
    amountMin: isGiven(amountMin) ? minor(amountMin, 'amountMin') : undefined,
    amountMax: isGiven(amountMax) ? minor(amountMax, 'amountMax') : undefined,
  };
}

function amounts(filter: PaymentFilter): Prisma.PaymentWhereInput[] {
  const { currency, amountMin, amountMax } = amountBounds(filter);
  return [
    currency ? { currency } : {},
    amountMin === undefined ? {} : { amountMinor: { gte: amountMin } },
    amountMax === undefined ? {} : { amountMinor: { lte: amountMax } },
  ];
}
