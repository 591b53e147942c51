import type { GraphQLResolveInfo } from 'graphql';
import { type PaymentSums, paymentTotals, type TotalsFilter } from '../domain/payment/payment-totals.ts';
import { type UpstreamTotals, type UpstreamTotalsQuery, upstreamTotals } from '../domain/payment/upstream-totals.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import { signedIn } from './access.ts';
import { asksFor } from './asks-for.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { FundingSourceKindEnum, PaymentDirectionEnum } from './enums.ts';
import { badInput } from './errors.ts';
import { MoneyRef } from './money.ts';
import { withoutNulls } from './nulls.ts';
import { amountBounds, checkDirection, PaymentFilterInput } from './payment-filter.ts';
import { WalletRef } from './refs.ts';

const UpstreamTotalsRef = builder.objectRef<UpstreamTotals>('UpstreamTotals').implement({
  description:
    'The sums as the provider itself has them: also of what was before the wallet was linked, and perhaps of what is still under way there.',
  fields: (t) => ({
    incoming: t.field({ type: [MoneyRef], description: 'What came in, per currency.', resolve: (s) => s.incoming }),
    outgoing: t.field({ type: [MoneyRef], description: 'What went out, per currency.', resolve: (s) => s.outgoing }),
    asOf: t.expose('asOf', { type: 'DateTime', description: 'When the provider said it.' }),
  }),
});

const PaymentTotalsRef = builder
  .objectRef<PaymentSums & { upstream: UpstreamTotals | null }>('PaymentTotals')
  .implement({
    description: 'Sums of payments, by the books here.',
    fields: (t) => ({
      incoming: t.field({
        type: [MoneyRef],
        description: 'What came in, one per currency, in the currency in which it arrived.',
        resolve: ({ incoming }) => incoming,
      }),
      outgoing: t.field({
        type: [MoneyRef],
        description: 'What went out, one per currency, with the fees that the payer’s side was charged.',
        resolve: ({ outgoing }) => outgoing,
      }),
      count: t.exposeInt('count', { description: 'How many payments, each once.' }),
      upstream: t.field({
        type: UpstreamTotalsRef,
        nullable: true,
        description:
          'The provider’s own sums. Null unless it is one wallet at a provider that tells them, over a span, by direction and funding source alone; and when the provider cannot be reached.',
        resolve: ({ upstream }) => upstream,
      }),
    }),
  });

/** @throws GraphQLError BAD_USER_INPUT when nothing lies between the two */
function checkSpan(from: Date | null | undefined, to: Date | null | undefined, at: string): void {
  if (from && to && from.getTime() >= to.getTime()) throw badInput(`${at}to: must be later than \`from\`.`);
}

/** Own sums, and the provider's where they are asked for and it can count the same. */
async function totals(
  context: Context,
  info: GraphQLResolveInfo,
  filter: TotalsFilter,
  upstream: { wallet: WalletWithAccounts; query: UpstreamTotalsQuery } | null,
) {
  const said =
    upstream && asksFor(info, 'upstream') ? await upstreamTotals(context.deps, upstream.wallet, upstream.query) : null;
  return { ...(await paymentTotals(context.deps.db.prisma, signedIn(context), filter)), upstream: said };
}

builder.objectField(WalletRef, 'paymentTotals', (t) =>
  t.field({
    type: PaymentTotalsRef,
    description: 'Sums of the wallet’s completed payments in a span of time.',
    authScopes: { scope: 'PAYMENTS_READ' },
    args: {
      from: t.arg({ type: 'DateTime', required: true, description: 'Completed at or after this instant.' }),
      to: t.arg({
        type: 'DateTime',
        required: true,
        description: 'Completed before this instant; with `upstream` at most 366 days after `from`.',
      }),
      direction: t.arg({ type: PaymentDirectionEnum, description: 'Only what came in, or what went out.' }),
      fundingSources: t.arg({ type: [FundingSourceKindEnum], description: 'Paid by one of these.' }),
    },
    resolve: (wallet, args, context, info) => {
      checkSpan(args.from, args.to, '');
      const query = withoutNulls(args);
      return totals(context, info, { ...query, by: 'COMPLETED', walletId: wallet.id }, { wallet, query });
    },
  }),
);

builder.queryField('paymentTotals', (t) =>
  t.field({
    type: PaymentTotalsRef,
    description:
      'Sums of payments: of one wallet, of one customer, or of all wallets that the caller may see. Without `statuses` only completed ones count.',
    authScopes: { scope: 'PAYMENTS_READ' },
    args: { filter: t.arg({ type: PaymentFilterInput, required: true, description: 'Which of them.' }) },
    resolve: async (_root, { filter }, context, info) => {
      checkSpan(filter.from, filter.to, 'filter.');
      checkDirection(filter, null);
      const { amountMin: _min, amountMax: _max, ...plain } = withoutNulls(filter);
      const wanted = { ...plain, ...amountBounds(filter) };
      const { from, to, direction, fundingSources, walletId, ...rest } = wanted;
      const countable = from && to && walletId && Object.values(rest).every((value) => value === undefined);
      const wallet = countable ? await context.loaders.wallet.load(walletId) : null;
      const upstream = wallet && from && to ? { wallet, query: { from, to, direction, fundingSources } } : null;
      return totals(context, info, { ...wanted, by: 'CREATED' }, upstream);
    },
  }),
);
