import type { WalletBalance } from '../ledger/balance.ts';
import { builder } from './builder.ts';
import { MoneyRef, money } from './money.ts';

/** A balance of a wallet as it is shown; minor units. */
export interface BalanceView extends Pick<WalletBalance, 'currency' | 'posted' | 'pending' | 'available'> {
  /** The provider's own figure; null where it keeps no book, cannot say, or was not asked. */
  upstream?: bigint | null;
  /** How the provider calls it, where it was asked. */
  reference?: string | null;
  title?: string | null;
  isDefault: boolean;
  asOf: Date;
}

export const BalanceRef = builder.objectRef<BalanceView>('Balance').implement({
  description: 'The money of a wallet in one currency. available = posted − pending.',
  fields: (t) => ({
    currency: t.expose('currency', { type: 'Currency', description: 'The currency.' }),
    title: t.string({
      nullable: true,
      description: 'The provider’s name for it, to show to people; null where it has none or cannot say.',
      resolve: ({ title }) => title ?? null,
    }),
    reference: t.string({
      nullable: true,
      description: 'The provider’s own key for it, such as an alias; null where it has none or cannot say.',
      resolve: ({ reference }) => reference ?? null,
    }),
    posted: t.field({
      type: MoneyRef,
      description: 'Settled.',
      resolve: ({ posted, currency }) => money(posted, currency),
    }),
    pending: t.field({
      type: MoneyRef,
      description: 'Held to go out, until an outcome is known.',
      resolve: ({ pending, currency }) => money(pending, currency),
    }),
    available: t.field({
      type: MoneyRef,
      description: 'What can be spent.',
      resolve: ({ available, currency }) => money(available, currency),
    }),
    upstream: t.field({
      type: MoneyRef,
      nullable: true,
      description:
        'The provider’s own figure where it keeps the book; null when it cannot say, never zero. Asking for it in `balances` reads it anew, and the other figures follow.',
      resolve: ({ upstream = null, currency }) => (upstream === null ? null : money(upstream, currency)),
    }),
    isDefault: t.exposeBoolean('isDefault', { description: 'Is it used where no currency is named?' }),
    asOf: t.expose('asOf', { type: 'DateTime', description: 'The instant for which it holds.' }),
  }),
});
