import { z } from 'zod';
import type { Wallet } from '../db/generated/client.ts';
import { levelLimitViews, walletLimitViews } from '../domain/limit/limit-views.ts';
import { openPhone, type PhoneOfWallet, phoneOf } from '../domain/wallet/phone.ts';
import { providerLimits, type ShownLimit } from '../domain/wallet/provider-limits.ts';
import { visibleWallets, type WalletWithAccounts } from '../domain/wallet/store.ts';
import { seesPersonalData, signedIn } from './access.ts';
import { builder } from './builder.ts';
import { pageArgs, pageByIdDescending } from './connection.ts';
import type { Context } from './context.ts';
import { IdentificationRef, identificationOf } from './customer.ts';
import { IdentificationLevelEnum, LimitKindEnum, ProviderCodeEnum, WalletStatusEnum } from './enums.ts';
import { LimitRef } from './limit.ts';
import { walletToRead } from './loader-makers.ts';
import { walletIdentification } from './owner.ts';
import { PaymentFilterInput } from './payment-filter.ts';
import { maskNumbers, maskPhone } from './person.ts';
import { ProviderRef, providerByCode } from './provider.ts';
import { CustomerRef, PaymentConnection, WalletConnection, WalletRef } from './refs.ts';
import { StatementConnection, walletStatement } from './statement.ts';
import { walletPayments } from './wallet-payments.ts';

/** The wallet's phone as this caller may see it. */
export function walletPhone(wallet: PhoneOfWallet, context: Context): string | null {
  if (!wallet.phoneSealed) return null;
  wallet.opened ??= openPhone(context.deps.vault, wallet.id, wallet.phoneSealed);
  const phone = wallet.opened;
  return seesPersonalData(context, wallet.customerId) ? phone : maskPhone(phone);
}

/** Where a provider numbers its wallets by their phones, the number is as personal as the phone. */
function walletNumber(wallet: Wallet, context: Context): string | null {
  if (wallet.number === null || seesPersonalData(context, wallet.customerId)) return wallet.number;
  return maskNumbers(wallet.number);
}

WalletRef.implement({
  description: 'Money of a customer, in one or more currencies.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { scope: 'WALLETS_READ' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    customer: t.field({
      type: CustomerRef,
      nullable: true,
      description: 'The owner. Null for a wallet without a customer, and where the caller may not read customers.',
      resolve: ({ customerId }, _args, { loaders, viewer }) => {
        const mayRead = viewer?.kind === 'ADMIN' || viewer?.scopes.has('CUSTOMERS_READ');
        return customerId && mayRead ? loaders.customer.load(customerId) : null;
      },
    }),
    provider: t.field({
      type: ProviderRef,
      description: 'LOCAL when the ledger here is the book of record; otherwise the provider that holds the wallet.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    number: t.string({
      nullable: true,
      description:
        'The wallet’s number or id at its provider, which may be its phone: masked unless the caller is the owner or has PERSONAL_DATA_READ.',
      resolve: (wallet, _args, context) => walletNumber(wallet, context),
    }),
    phone: t.field({
      type: 'PhoneNumber',
      nullable: true,
      description:
        'The phone by which it can be paid. Masked unless the caller is the owner or has PERSONAL_DATA_READ.',
      resolve: (wallet, _args, context) => walletPhone(phoneOf(wallet), context),
    }),
    status: t.expose('status', { type: WalletStatusEnum, description: 'Its state.' }),
    identification: t.field({
      type: IdentificationRef,
      description: 'How well the owner is known; limits follow it.',
      resolve: async (wallet, _args, context, info) => {
        const { loaders } = context;
        if (wallet.provider !== 'LOCAL') return walletIdentification(wallet, context, info);
        const customer = wallet.customerId ? await loaders.customer.load(wallet.customerId) : null;
        if (customer) return identificationOf(customer);
        const level = wallet.identificationLevel;
        return { level, status: level === 'NONE' ? ('NOT_STARTED' as const) : ('VERIFIED' as const), changedAt: null };
      },
    }),
    limits: t.field({
      type: [LimitRef],
      description:
        'Those of the wallet’s own identification level, or of all the levels asked for; `source` says whose rule each is. Rules of a provider that cannot be reached are left out.',
      args: {
        kinds: t.arg({ type: [LimitKindEnum], description: 'Only these kinds.' }),
        levels: t.arg({
          type: [IdentificationLevelEnum],
          description: 'Of these levels, instead of the wallet’s own.',
        }),
      },
      resolve: async (wallet, { kinds, levels }, { deps, loaders }) => {
        const own = levels
          ? levelLimitViews(wallet, levels, deps.clock.now())
          : walletLimitViews(
              wallet,
              await loaders.limits.load(wallet.id),
              await loaders.balances.load(wallet.id),
              deps.clock.now(),
            );
        const limits: ShownLimit[] = [...own, ...(await providerLimits(deps, wallet, levels ?? null, kinds ?? null))];
        return kinds ? limits.filter((limit) => kinds.includes(limit.kind)) : limits;
      },
    }),
    payments: t.field({
      type: PaymentConnection,
      description: 'Payments in and out of the wallet, newest first.',
      args: { ...pageArgs, filter: t.arg({ type: PaymentFilterInput, description: 'Which of them.' }) },
      authScopes: { scope: 'PAYMENTS_READ' },
      complexity: ({ first, last }) => ({ field: 1, multiplier: (first ?? last ?? 20) / 10 }),
      resolve: (wallet, { filter, ...args }, context, info) => walletPayments(wallet, filter, args, context, info),
    }),
    statement: t.field({
      type: StatementConnection,
      description: 'Ledger lines with the running balance, newest first.',
      args: {
        currency: t.arg({ type: 'Currency', description: 'Only this currency.' }),
        from: t.arg({ type: 'DateTime', description: 'Recorded at or after this instant.' }),
        to: t.arg({ type: 'DateTime', description: 'Recorded before this instant.' }),
        first: t.arg.int({ description: 'How many; at most 100, 20 when left out.' }),
        after: t.arg({ type: 'Cursor', description: 'Only what comes after this cursor.' }),
      },
      complexity: ({ first }) => ({ field: 1, multiplier: (first ?? 20) / 10 }),
      resolve: (wallet, { currency, ...range }, { deps }) => {
        const accounts = wallet.accounts.filter((account) => !currency || account.currency === currency);
        return walletStatement(
          deps.db,
          accounts.map((account) => account.ledgerAccountId),
          range,
        );
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was opened here.' }),
  }),
});

const WalletFilter = builder.inputType('WalletFilter', {
  description: 'Which wallets; all conditions must hold.',
  fields: (t) => ({
    customerId: t.id({ description: 'Of this customer.' }),
    provider: t.field({ type: ProviderCodeEnum, description: 'Held there.' }),
    statuses: t.field({ type: [WalletStatusEnum], description: 'In one of these states.' }),
    phone: t.field({ type: 'PhoneNumber', description: 'With exactly this phone.' }),
    number: t.string({ description: 'With exactly this number at the provider.' }),
  }),
});

builder.queryFields((t) => ({
  wallet: t.field({
    type: WalletRef,
    nullable: true,
    description: 'One wallet by its id.',
    authScopes: { scope: 'WALLETS_READ' },
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_root, { id }, { loaders }) => walletToRead(loaders, id),
  }),
  wallets: t.field({
    type: WalletConnection,
    description: 'Wallets, newest first. House wallets stand at their provider accounts.',
    authScopes: { scope: 'WALLETS_READ' },
    args: { ...pageArgs, filter: t.arg({ type: WalletFilter, description: 'Which of them.' }) },
    complexity: ({ first, last }) => ({ field: 1, multiplier: (first ?? last ?? 20) / 10 }),
    resolve: (_root, { filter, ...args }, context) => {
      const { customerId, provider, statuses, phone, number } = filter ?? {};
      const wanted = {
        ...(customerId ? { customerId } : {}),
        ...(provider ? { provider } : {}),
        ...(statuses ? { status: { in: statuses } } : {}),
        ...(phone ? { phoneHash: context.deps.vault.fingerprint(phone) } : {}),
        ...(number ? { number } : {}),
      };
      return pageByIdDescending<WalletWithAccounts>(args, ({ where, ...page }) =>
        context.deps.db.prisma.wallet.findMany({
          ...page,
          where: { AND: [where, wanted, { house: false }, visibleWallets(signedIn(context))] },
          include: { accounts: true },
        }),
      );
    },
  }),
  walletsByPhone: t.field({
    type: [WalletRef],
    description: 'Which of these phone numbers have an active wallet here that the caller may see.',
    authScopes: { scope: 'WALLETS_READ' },
    args: {
      phones: t.arg({
        type: ['PhoneNumber'],
        required: true,
        description: 'At most 100 numbers.',
        validate: z.array(z.string()).max(100, 'at most 100 phones at a time'),
      }),
    },
    resolve: (_root, { phones }, context) => {
      const hashes = phones.map((phone) => context.deps.vault.fingerprint(phone));
      const where = { phoneHash: { in: hashes }, status: 'ACTIVE' as const };
      return context.deps.db.prisma.wallet.findMany({
        where: { AND: [where, visibleWallets(signedIn(context))] },
        include: { accounts: true },
        orderBy: { id: 'asc' },
      });
    },
  }),
}));
