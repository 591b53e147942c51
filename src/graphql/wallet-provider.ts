import { activateWallet, resendActivationCode } from '../domain/wallet/activate-wallet.ts';
import type { ChallengeView } from '../domain/wallet/challenge.ts';
import { linkWallet } from '../domain/wallet/link-wallet.ts';
import { requestPasswordReset, resetPassword, setCredentials } from '../domain/wallet/reset-password.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import { unlinkWallet } from '../domain/wallet/unlink-wallet.ts';
import {
  ConflictError,
  IdempotencyError,
  InvalidInputError,
  NotFoundError,
  NotSupportedError,
  StateError,
} from '../errors.ts';
import { seesPersonalData, tenant } from './access.ts';
import { builder } from './builder.ts';
import { CredentialInput } from './credential.ts';
import { described } from './described.ts';
import { providerErrors } from './errors.ts';
import { mutation } from './mutation.ts';
import { withoutNulls } from './nulls.ts';
import { maskPhone } from './person.ts';
import { WalletRef } from './refs.ts';
import { WalletIdInput, walletSuccess } from './wallet-results.ts';

const CodePurposeEnum = described('CodePurpose', 'What a code is for.', {
  ACTIVATION: 'walletActivate.',
  PASSWORD_RESET: 'walletResetPassword.',
});

/** A challenge, and whose wallet it is about: that decides who may see the whole phone. */
export type WalletChallenge = ChallengeView & { customerId: string | null };

export const CodeChallengeRef = builder.objectRef<WalletChallenge>('CodeChallenge').implement({
  description: 'A code was sent to the owner.',
  fields: (t) => ({
    purpose: t.expose('purpose', { type: CodePurposeEnum, description: 'What it is for.' }),
    sentTo: t.field({
      type: 'PhoneNumber',
      description: 'Where it was sent. Masked unless the caller is the owner or has PERSONAL_DATA_READ.',
      resolve: ({ sentTo, customerId }, _args, context) =>
        seesPersonalData(context, customerId) ? sentTo : maskPhone(sentTo),
    }),
    checkDigit: t.exposeString('checkDigit', {
      nullable: true,
      description: 'Its check digit (Verhoeff): proves a mistyped code before it is spent.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'Until when it counts.' }),
    sandboxCode: t.exposeString('sandboxCode', {
      nullable: true,
      description: 'The code itself; only sandboxes tell it.',
    }),
  }),
});

/** A challenge about this wallet. */
export const challengeOf = (wallet: WalletWithAccounts, challenge: ChallengeView): WalletChallenge => ({
  ...challenge,
  customerId: wallet.customerId,
});

interface Challenged {
  wallet: WalletWithAccounts;
  challenge: ChallengeView;
}

function challengeSuccess(name: string, description: string) {
  return builder.objectRef<Challenged>(name).implement({
    description,
    fields: (t) => ({
      wallet: t.expose('wallet', { type: WalletRef, description: 'The wallet as it is now.' }),
      challenge: t.field({
        type: CodeChallengeRef,
        description: 'The code that was sent.',
        resolve: ({ wallet, challenge }) => challengeOf(wallet, challenge),
      }),
    }),
  });
}

const life = [NotFoundError, StateError, NotSupportedError, ConflictError, InvalidInputError, ...providerErrors];

const WalletActivateInput = builder.inputType('WalletActivateInput', {
  description: 'The code that the owner received.',
  fields: (t) => ({
    walletId: t.id({ required: true, description: 'Which wallet.' }),
    code: t.string({ required: true, description: 'The code.' }),
  }),
});
mutation('walletActivate', {
  description: 'Proves the phone of a new wallet at a provider. A wallet that is active already is answered as it is.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletActivateInput,
  success: walletSuccess('WalletActivateSuccess', 'The wallet is active.'),
  errors: life,
  resolve: async (input, context) => ({ wallet: await activateWallet(context.deps, tenant(context), input) }),
});
mutation('walletResendActivationCode', {
  description: 'Sends the owner another activation code.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletIdInput,
  success: challengeSuccess('WalletResendActivationCodeSuccess', 'Another code is on its way.'),
  errors: life,
  resolve: ({ walletId }, context) => resendActivationCode(context.deps, tenant(context), walletId),
});
mutation('walletRequestPasswordReset', {
  description: 'Sends the owner a code with which a new password can be set at the provider.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletIdInput,
  success: challengeSuccess('WalletRequestPasswordResetSuccess', 'The code is on its way.'),
  errors: life,
  resolve: ({ walletId }, context) => requestPasswordReset(context.deps, tenant(context), walletId),
});

const WalletResetPasswordInput = builder.inputType('WalletResetPasswordInput', {
  description: 'A new password, with the code that allows it.',
  fields: (t) => ({
    walletId: t.id({ required: true, description: 'Which wallet.' }),
    code: t.string({ required: true, description: 'The code that the owner received.' }),
    password: t.string({ required: true, description: 'The new password; it takes the place of the kept one.' }),
  }),
});
mutation('walletResetPassword', {
  description: 'Sets a new password of a wallet at its provider.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletResetPasswordInput,
  success: walletSuccess('WalletResetPasswordSuccess', 'The password is set and kept.'),
  errors: life,
  resolve: async (input, context) => ({ wallet: await resetPassword(context.deps, tenant(context), input) }),
});

const WalletLinkInput = builder.inputType('WalletLinkInput', {
  description: 'A wallet that is at a provider already, and what opens it.',
  fields: (t) => ({
    idempotencyKey: t.string({
      required: true,
      description: 'Your own key for this call: repeating it answers the same object and does nothing again.',
    }),
    customerId: t.id({ description: 'The owner; a session’s own customer when left out.' }),
    providerAccountId: t.id({ required: true, description: 'Through which account at the provider.' }),
    number: t.string({
      required: true,
      description:
        'Its number there: at mbank the phone with the plus sign, at QIWI the phone’s digits. What opens it must belong to it.',
    }),
    credentials: t.field({ type: [CredentialInput], description: 'What opens it; proved at once, kept encrypted.' }),
    registerWebhook: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Also have the provider call us, where it registers wallet by wallet.',
    }),
  }),
});
const WalletLinkSuccess = builder
  .objectRef<{ wallet: WalletWithAccounts; replayed: boolean }>('WalletLinkSuccess')
  .implement({
    description: 'The wallet is linked, and its balance is known.',
    fields: (t) => ({
      wallet: t.expose('wallet', { type: WalletRef, description: 'The wallet.' }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
    }),
  });
mutation('walletLink', {
  description: 'Links a wallet that is at a provider already. Its credentials are proved by reading it.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletLinkInput,
  success: WalletLinkSuccess,
  errors: [...life, IdempotencyError],
  resolve: (input, context) => linkWallet(context.deps, tenant(context), withoutNulls(input)),
});
mutation('walletUnlink', {
  description:
    'Forgets how a wallet at a provider is opened and closes its book here. The wallet and its money stay at the provider.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletIdInput,
  success: walletSuccess('WalletUnlinkSuccess', 'The wallet is not linked any more.'),
  errors: [NotFoundError, StateError, NotSupportedError],
  resolve: async ({ walletId }, context) => ({ wallet: await unlinkWallet(context.deps, tenant(context), walletId) }),
});

const WalletSetCredentialsInput = builder.inputType('WalletSetCredentialsInput', {
  description: 'Other credentials of a wallet at a provider, in the place of all that are kept.',
  fields: (t) => ({
    walletId: t.id({ required: true, description: 'Which wallet.' }),
    credentials: t.field({ type: [CredentialInput], required: true, description: 'What opens it; proved at once.' }),
  }),
});
mutation('walletSetCredentials', {
  description: 'Replaces what opens a wallet at its provider, once the provider has taken it.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletSetCredentialsInput,
  success: walletSuccess('WalletSetCredentialsSuccess', 'The credentials are kept.'),
  errors: life,
  resolve: async (input, context) => ({ wallet: await setCredentials(context.deps, tenant(context), input) }),
});
