import type { GraphQLResolveInfo } from 'graphql';
import type { ProviderFundingSource } from '../connectors/wallets.ts';
import { askProvider } from '../domain/wallet/ask-provider.ts';
import { offeredCurrencies } from '../domain/wallet/rules.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import type { UpstreamWallet } from '../domain/wallet/upstream-wallet.ts';
import { balanceAt } from '../ledger/balance.ts';
import { asksFor } from './asks-for.ts';
import { BalanceRef, type BalanceView } from './balance.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { FundingSourceKindEnum } from './enums.ts';
import { WalletRef } from './refs.ts';

/** What only the wallet's provider can tell of a balance. */
const upstreamFields = ['upstream', 'reference', 'title'];

/**
 * The wallet's balances by the books here. Where its provider's own figures are asked for, the provider is read first, so that
 * the books have followed it; when it cannot say, they are shown as they are.
 */
export async function balanceViews(
  wallet: WalletWithAccounts,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<BalanceView[]> {
  const asked = upstreamFields.some((name) => asksFor(info, name));
  return viewsOf(wallet, context, asked ? await context.loaders.upstreamWallet.load(wallet) : null);
}

async function viewsOf(
  wallet: WalletWithAccounts,
  { loaders, deps }: Context,
  said: UpstreamWallet | null,
): Promise<BalanceView[]> {
  if (said) loaders.balances.clear(wallet.id);
  const asOf = deps.clock.now();
  const balances = await loaders.balances.load(wallet.id);
  const defaultCurrency = said?.defaultCurrency ?? wallet.defaultCurrency;
  return balances.map((balance) => {
    const account = said?.accounts.find(({ currency }) => currency === balance.currency);
    return {
      ...balance,
      upstream: account?.amount?.minor ?? null,
      reference: account?.reference ?? null,
      title: account?.title ?? null,
      isDefault: balance.currency === defaultCurrency,
      asOf,
    };
  });
}

/** What can pay, and the balance here that it is; null for a card or a phone account. */
type FundingSource = Omit<ProviderFundingSource, 'amount'> & { balance: BalanceView | null };

const FundingSourceRef = builder.objectRef<FundingSource>('FundingSource').implement({
  description: 'Something that a payment of a wallet can be paid from.',
  fields: (t) => ({
    kind: t.expose('kind', { type: FundingSourceKindEnum, description: 'What it is.' }),
    title: t.exposeString('title', { description: 'How its provider calls it; the currency where nobody does.' }),
    reference: t.exposeString('reference', {
      description: 'Its name at the provider, such as an alias; the currency where there is none.',
    }),
    currency: t.expose('currency', { type: 'Currency', description: 'Its currency.' }),
    balance: t.expose('balance', {
      type: BalanceRef,
      nullable: true,
      description: 'The wallet’s balance that it is. Null for a card or a phone account.',
    }),
  }),
});

/** What the provider lists; where nobody lists anything, the wallet's own balances. */
async function fundingSources(wallet: WalletWithAccounts, context: Context): Promise<FundingSource[]> {
  const said = await context.loaders.upstreamWallet.load(wallet);
  const views = await viewsOf(wallet, context, said);
  const own = views.map((balance) => {
    const { currency } = balance;
    return { kind: 'BALANCE' as const, title: currency, reference: currency, currency, balance };
  });
  return (
    said?.sources?.map(({ kind, title, reference, currency }) => {
      const balance = kind === 'BALANCE' ? views.find((view) => view.currency === currency) : undefined;
      return { kind, title, reference, currency, balance: balance ?? null };
    }) ?? own
  );
}

/** Currencies of a LOCAL wallet are ours to offer; those of any other its provider's. */
async function offered(wallet: WalletWithAccounts, { deps }: Context): Promise<string[]> {
  const currencies =
    wallet.provider === 'LOCAL'
      ? offeredCurrencies
      : ((await askProvider(deps, wallet, ({ connector, call }) => connector.balances?.offered?.(call))) ?? []);
  return currencies.filter((code) => !wallet.accounts.some(({ currency }) => currency === code));
}

builder.objectFields(WalletRef, (t) => ({
  balances: t.field({
    type: [BalanceRef],
    description: 'One per currency.',
    resolve: (wallet, _args, context, info) => balanceViews(wallet, context, info),
  }),
  balance: t.field({
    type: BalanceRef,
    nullable: true,
    description:
      'One currency’s balance, now or as the books had it at a past instant. Null without an account in that currency.',
    args: {
      currency: t.arg({ type: 'Currency', description: 'Which currency; the default one when left out.' }),
      at: t.arg({ type: 'DateTime', description: 'At which instant; now when left out.' }),
    },
    resolve: async (wallet, { currency, at }, context, info) => {
      const wanted = currency ?? wallet.defaultCurrency;
      if (!at)
        return (await balanceViews(wallet, context, info)).find((balance) => balance.currency === wanted) ?? null;
      const account = wallet.accounts.find((a) => a.currency === wanted);
      const balance = account ? await balanceAt(context.deps.db.prisma, account.ledgerAccountId, at) : null;
      return balance && { ...balance, isDefault: wanted === wallet.defaultCurrency, asOf: at };
    },
  }),
  defaultCurrency: t.expose('defaultCurrency', { type: 'Currency', description: 'Used where no currency is named.' }),
  offeredCurrencies: t.field({
    type: ['Currency'],
    description: 'Currencies in which another account can be opened. None when the provider cannot say.',
    resolve: (wallet, _args, context) => offered(wallet, context),
  }),
  fundingSources: t.field({
    type: [FundingSourceRef],
    description: 'What can fund a payment: the wallet’s balances, and cards or phone accounts that its provider lists.',
    resolve: (wallet, _args, context) => fundingSources(wallet, context),
  }),
}));
