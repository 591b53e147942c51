import DataLoader from 'dataloader';
import { countUnseen, markPaymentsSeen, seenFromWallet } from '../domain/payment/mark-seen.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import { NotFoundError } from '../errors.ts';
import { tenant } from './access.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import type { Loaders } from './loaders.ts';
import { mutation } from './mutation.ts';
import { PaymentRef, WalletRef } from './refs.ts';
import { WalletIdInput } from './wallet-results.ts';

const counters = new WeakMap<Loaders, DataLoader<string, number>>();

/** The counter of this operation: as fresh as its other loaders. */
function counterOf({ loaders, deps }: Context): DataLoader<string, number> {
  const made = (): DataLoader<string, number> =>
    // a subscription looks anew at each event
    new DataLoader(
      async (ids) => {
        const counts = await countUnseen(deps.db.prisma, ids);
        return ids.map((id) => counts.get(id) ?? 0);
      },
      { cache: false },
    );
  const counter = counters.get(loaders) ?? made();
  counters.set(loaders, counter);
  return counter;
}

builder.objectField(PaymentRef, 'seen', (t) =>
  t.boolean({
    description: 'Has the receiver seen it (walletMarkPaymentsSeen)? True for who made it.',
    resolve: ({ row, seenFrom }, _args, { viewer }) =>
      seenFromWallet(row, seenFrom) ||
      (viewer?.kind === 'CUSTOMER' && row.origin === 'API' && row.sourceCustomerId === viewer.customerId),
  }),
);

builder.objectField(WalletRef, 'unseenPayments', (t) =>
  t.int({
    description: 'Payments that came in, or that the provider told of, and that the owner has not seen yet.',
    authScopes: { scope: 'PAYMENTS_READ' },
    resolve: ({ id }, _args, context) => counterOf(context).load(id),
  }),
);

/** The success of a mutation that marks what a wallet's owner has seen. */
export const markedSuccess = (name: string, description: string) =>
  builder.objectRef<{ wallet: WalletWithAccounts; marked: number }>(name).implement({
    description,
    fields: (t) => ({
      wallet: t.expose('wallet', { type: WalletRef, description: 'The wallet as it is now.' }),
      marked: t.exposeInt('marked', { description: 'How many were unseen.' }),
    }),
  });

mutation('walletMarkPaymentsSeen', {
  description: 'Marks the payments of a wallet as seen by its owner.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: WalletIdInput,
  success: markedSuccess('WalletMarkPaymentsSeenSuccess', 'Nothing is unseen now.'),
  errors: [NotFoundError],
  resolve: ({ walletId }, context) => markPaymentsSeen(context.deps, tenant(context), walletId),
});
