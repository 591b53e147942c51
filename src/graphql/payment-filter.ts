import type { Prisma } from '../db/generated/client.ts';
import { builder } from './builder.ts';
import {
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
  }),
});

type Filter = Partial<typeof PaymentFilterInput.$inferInput>;

/**
 * The filter as a condition on rows.
 * @param walletId the wallet whose payments are listed, when they are reached through one
 * @throws GraphQLError BAD_USER_INPUT for a direction without a wallet, InvalidInputError for an impossible amount
 */
export function paymentWhere(filter: Filter, walletId: string | null): Prisma.PaymentWhereInput {
  const { idempotencyKey, kinds, statuses, direction, customerId, provider, from, to, origin } = filter;
  const wallet = walletId ?? filter.walletId ?? null;
  if (direction && !wallet) throw badInput('filter.direction: needs filter.walletId.');
  const conditions: Prisma.PaymentWhereInput[] = [
    idempotencyKey ? { idempotencyKey } : {},
    kinds ? { kind: { in: kinds } } : {},
    statuses ? { status: { in: statuses } } : {},
    filter.walletId ? { OR: [{ sourceWalletId: filter.walletId }, { destinationWalletId: filter.walletId }] } : {},
    customerId ? { OR: [{ sourceCustomerId: customerId }, { destinationCustomerId: customerId }] } : {},
    direction && wallet ? (direction === 'OUT' ? { sourceWalletId: wallet } : { destinationWalletId: wallet }) : {},
    provider ? { provider } : {},
    origin ? { origin } : {},
    from ? { createdAt: { gte: from } } : {},
    to ? { createdAt: { lt: to } } : {},
    ...amounts(filter),
  ];
  return { AND: conditions };
}

const isGiven = (text: string | null | undefined): text is string => text !== null && text !== undefined;

function amounts({ amountMin, amountMax, currency }: Filter): Prisma.PaymentWhereInput[] {
  const minor = (amount: string, name: string) =>
    minorAmount({ amount, currency: currency ?? 'RUB' }, `filter.${name}`).minor;
  return [
    currency || isGiven(amountMin) || isGiven(amountMax) ? { currency: currency ?? 'RUB' } : {},
    isGiven(amountMin) ? { amountMinor: { gte: minor(amountMin, 'amountMin') } } : {},
    isGiven(amountMax) ? { amountMinor: { lte: minor(amountMax, 'amountMax') } } : {},
  ];
}
