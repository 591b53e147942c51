import { setLimits } from '../domain/limit/set-limits.ts';
import { blockWallet, unblockWallet } from '../domain/wallet/block-wallet.ts';
import type { ChallengeView } from '../domain/wallet/challenge.ts';
import { closeWallet } from '../domain/wallet/close-wallet.ts';
import { openAccount } from '../domain/wallet/open-account.ts';
import { openProviderWallet } from '../domain/wallet/open-provider-wallet.ts';
import { openWallet } from '../domain/wallet/open-wallet.ts';
import { setDefaultCurrency } from '../domain/wallet/set-default-currency.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import {
  ConflictError,
  IdempotencyError,
  InvalidInputError,
  NotFoundError,
  NotSupportedError,
  StateError,
} from '../errors.ts';
import { present } from '../lib/assert.ts';
import { server, tenant } from './access.ts';
import { BalanceRef } from './balance.ts';
import { builder } from './builder.ts';
import { IdentificationLevelEnum, LimitKindEnum, LimitWindowEnum, ProviderCodeEnum } from './enums.ts';
import { providerErrors } from './errors.ts';
import { MoneyInputRef, minorAmount } from './money.ts';
import { mutation } from './mutation.ts';
import { withoutNulls } from './nulls.ts';
import { WalletRef } from './refs.ts';
import { balanceViews } from './wallet-money.ts';
import { CodeChallengeRef, challengeOf } from './wallet-provider.ts';
import { WalletIdInput, walletSuccess } from './wallet-results.ts';

interface Opened {
  wallet: WalletWithAccounts;
  replayed: boolean;
}

interface WalletOpened extends Opened {
  challenge: ChallengeView | null;
}

const key = 'Your own key for this call: repeating it answers the same object and does nothing again.';
const replayed = 'Was it done before, under the same key?';

const WalletOpenInput = builder.inputType('WalletOpenInput', {
  description: 'A new wallet: in the ledger here (provider LOCAL) or at a provider that opens wallets.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: key }),
    customerId: t.id({ description: 'The owner; a session’s own customer when left out.' }),
    provider: t.field({
      type: ProviderCodeEnum,
      required: true,
      defaultValue: 'LOCAL',
      description: 'Who is to keep it.',
    }),
    providerAccountId: t.id({ description: 'Through which account at the provider; its default one when left out.' }),
    phone: t.field({
      type: 'PhoneNumber',
      description: 'The phone by which it can be paid; one open wallet per phone. A provider needs it.',
    }),
    password: t.string({
      description:
        'The owner’s password at a provider whose wallets have one. Kept encrypted and never answered; left out elsewhere.',
    }),
    currency: t.field({
      type: 'Currency',
      required: true,
      defaultValue: 'RUB',
      description: 'Its first currency; at a provider, the provider’s own counts.',
    }),
    identification: t.field({
      type: IdentificationLevelEnum,
      required: true,
      defaultValue: 'NONE',
      description:
        'The level of a wallet without a customer; with one, the customer’s own counts. At a provider that registers wallets the partner vouches for it; a provider that checks the owner itself does not heed it.',
    }),
  }),
});
const WalletOpenSuccess = builder.objectRef<WalletOpened>('WalletOpenSuccess').implement({
  description: 'The wallet is open.',
  fields: (t) => ({
    wallet: t.expose('wallet', { type: WalletRef, description: 'The wallet.' }),
    challenge: t.field({
      type: CodeChallengeRef,
      nullable: true,
      description: 'The code that was sent, where the owner has to prove the phone first (walletActivate).',
      resolve: ({ wallet, challenge }) => challenge && challengeOf(wallet, challenge),
    }),
    replayed: t.exposeBoolean('replayed', { description: replayed }),
  }),
});
mutation('walletOpen', {
  description: 'Opens a wallet.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletOpenInput,
  success: WalletOpenSuccess,
  errors: [
    NotFoundError,
    InvalidInputError,
    IdempotencyError,
    ConflictError,
    StateError,
    NotSupportedError,
    ...providerErrors,
  ],
  resolve: async (input, context) => {
    const { provider, providerAccountId, password, identification, ...common } = withoutNulls(input);
    if (provider !== 'LOCAL') {
      const there = { provider, providerAccountId, password, identification };
      return openProviderWallet(context.deps, tenant(context), { ...common, ...there });
    }
    const misplaced = { providerAccountId, password };
    for (const [name, value] of Object.entries(misplaced))
      if (value !== undefined) throw InvalidInputError.at(`input.${name}`, 'is for wallets at a provider only.');
    return { ...(await openWallet(context.deps, tenant(context), { ...common, identification })), challenge: null };
  },
});

const WalletAccountOpenInput = builder.inputType('WalletAccountOpenInput', {
  description: 'Another currency for a wallet.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: key }),
    walletId: t.id({ required: true, description: 'Which wallet.' }),
    currency: t.field({ type: 'Currency', required: true, description: 'Which currency.' }),
  }),
});
const WalletAccountOpenSuccess = builder
  .objectRef<Opened & { currency: string }>('WalletAccountOpenSuccess')
  .implement({
    description: 'The account is open.',
    fields: (t) => ({
      wallet: t.expose('wallet', { type: WalletRef, description: 'The wallet as it is now.' }),
      balance: t.field({
        type: BalanceRef,
        description: 'The new currency’s balance.',
        resolve: async ({ wallet, currency }, _args, context, info) => {
          const views = await balanceViews(wallet, context, info);
          return present(
            views.find((view) => view.currency === currency),
            'the new balance',
          );
        },
      }),
      replayed: t.exposeBoolean('replayed', { description: replayed }),
    }),
  });
mutation('walletAccountOpen', {
  description: 'Opens an account in another currency of a wallet.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletAccountOpenInput,
  success: WalletAccountOpenSuccess,
  errors: [
    NotFoundError,
    InvalidInputError,
    IdempotencyError,
    ConflictError,
    StateError,
    NotSupportedError,
    ...providerErrors,
  ],
  resolve: async (input, context) => ({
    ...(await openAccount(context.deps, tenant(context), input)),
    currency: input.currency,
  }),
});

const WalletSetDefaultCurrencyInput = builder.inputType('WalletSetDefaultCurrencyInput', {
  description: 'Which currency is used where none is named.',
  fields: (t) => ({
    walletId: t.id({ required: true, description: 'Which wallet.' }),
    currency: t.field({ type: 'Currency', required: true, description: 'One of its currencies.' }),
  }),
});
mutation('walletSetDefaultCurrency', {
  description: 'Chooses a wallet’s default currency.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletSetDefaultCurrencyInput,
  success: walletSuccess('WalletSetDefaultCurrencySuccess', 'The default currency is chosen.'),
  errors: [NotFoundError, InvalidInputError, StateError, NotSupportedError, ...providerErrors],
  resolve: async (input, context) => ({ wallet: await setDefaultCurrency(context.deps, tenant(context), input) }),
});

const LimitInputRef = builder.inputType('LimitInput', {
  description:
    'A cap of the wallet’s own. It only tightens what the identification level allows, here or at the wallet’s provider.',
  fields: (t) => ({
    kind: t.field({ type: LimitKindEnum, required: true, description: 'What it caps.' }),
    window: t.field({ type: LimitWindowEnum, required: true, description: 'Over which time it counts.' }),
    max: t.field({
      type: MoneyInputRef,
      description: 'The most that is allowed; required to enable it. At a provider, left out: as it is.',
    }),
    enabled: t.boolean({
      required: true,
      defaultValue: true,
      description:
        'False lifts the own cap of a LOCAL wallet. At a provider it is the operation that is switched: false forbids it altogether.',
    }),
  }),
});
const WalletSetLimitsInput = builder.inputType('WalletSetLimitsInput', {
  description: 'Caps of a wallet’s own.',
  fields: (t) => ({
    walletId: t.id({ required: true, description: 'Which wallet.' }),
    limits: t.field({
      type: [LimitInputRef],
      required: true,
      description: 'The caps to set; others stay as they are.',
    }),
  }),
});
mutation('walletSetLimits', {
  description:
    'Sets caps of a wallet’s own; those of a wallet at a provider are set there, as far as it lets them be set, and never above its own.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletSetLimitsInput,
  success: walletSuccess('WalletSetLimitsSuccess', 'The caps are set.'),
  errors: [NotFoundError, InvalidInputError, StateError, NotSupportedError, ...providerErrors],
  resolve: async ({ walletId, limits }, context) => {
    const caps = limits.map(({ max, ...limit }, index) => ({
      ...limit,
      ...(max ? { max: minorAmount(max, `input.limits.${index}.max`) } : {}),
    }));
    return { wallet: await setLimits(context.deps, tenant(context), { walletId, limits: caps }) };
  },
});

mutation('walletBlock', {
  description: 'Stops a wallet: nothing new goes in or out; what is in flight ends as it may. The partner’s server.',
  auth: { server: 'WALLETS_WRITE' },
  input: WalletIdInput,
  success: walletSuccess('WalletBlockSuccess', 'The wallet is blocked.'),
  errors: [NotFoundError, StateError, NotSupportedError],
  resolve: async ({ walletId }, context) => ({ wallet: await blockWallet(context.deps, server(context), walletId) }),
});
mutation('walletUnblock', {
  description: 'Lets a blocked wallet work again. The partner’s server.',
  auth: { server: 'WALLETS_WRITE' },
  input: WalletIdInput,
  success: walletSuccess('WalletUnblockSuccess', 'The wallet is active.'),
  errors: [NotFoundError, StateError, NotSupportedError],
  resolve: async ({ walletId }, context) => ({ wallet: await unblockWallet(context.deps, server(context), walletId) }),
});

const WalletCloseInput = builder.inputType('WalletCloseInput', {
  description: 'Which wallet to close.',
  fields: (t) => ({
    walletId: t.id({ required: true, description: 'Which wallet.' }),
    reason: t.string({ description: 'Why, for the record; 255 characters at most.' }),
  }),
});
mutation('walletClose', {
  description: 'Closes an empty wallet for good; at a provider that closes wallets for the partner, there too.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletCloseInput,
  success: walletSuccess('WalletCloseSuccess', 'The wallet is closed.'),
  errors: [NotFoundError, InvalidInputError, StateError, NotSupportedError, ConflictError, ...providerErrors],
  resolve: async (input, context) => ({
    wallet: await closeWallet(context.deps, tenant(context), withoutNulls(input)),
  }),
});
