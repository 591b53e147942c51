import { builder } from '../../src/graphql/builder.ts';
import '../../src/graphql/scalars.ts';
import { type Payment, payments, type Wallet, wallets } from './data.ts';

/** The page over objects in memory, built by the gateway's own builder with all of its plugins. */

const Amount = builder.objectRef<{ amount: string; currency: string }>('Amount').implement({
  fields: (t) => ({
    amount: t.expose('amount', { type: 'Decimal' }),
    currency: t.expose('currency', { type: 'Currency' }),
  }),
});
const Status = builder.enumType('Status', { values: ['COMPLETED', 'PENDING'] as const });
const WalletRef = builder.objectRef<Wallet>('Wallet');
const PaymentRef = builder.objectRef<Payment>('Payment').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    status: t.expose('status', { type: Status }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    amount: t.field({ type: Amount, resolve: ({ amount }) => amount }),
    wallet: t.field({ type: WalletRef, nullable: true, resolve: ({ walletId }) => wallets.get(walletId) ?? null }),
  }),
});
WalletRef.implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    phone: t.expose('phone', { type: 'PhoneNumber' }),
    balance: t.field({ type: Amount, resolve: ({ balance }) => balance }),
    payments: t.field({
      type: [PaymentRef],
      args: { first: t.arg.int({ required: true }) },
      resolve: ({ id }, { first }) => (payments.get(id) ?? []).slice(0, first),
    }),
  }),
});
builder.queryField('wallet', (t) =>
  t.field({
    type: WalletRef,
    nullable: true,
    authScopes: { scope: 'WALLETS_READ' },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }) => wallets.get(id) ?? null,
  }),
);
builder.mutationField('nothing', (t) => t.boolean({ resolve: () => true }));
builder.subscriptionField('nothing', (t) =>
  t.boolean({
    async *subscribe() {
      yield true;
    },
    resolve: () => true,
  }),
);

export const schema = builder.toSchema();
