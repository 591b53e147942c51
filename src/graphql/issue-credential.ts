import type { CredentialView } from '../domain/wallet/credentials.ts';
import { issueCredential } from '../domain/wallet/issue-credential.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import { IdempotencyError, InvalidInputError, NotFoundError, NotSupportedError, StateError } from '../errors.ts';
import { tenant } from './access.ts';
import { builder } from './builder.ts';
import { CredentialRef } from './credential.ts';
import { providerErrors } from './errors.ts';
import { mutation } from './mutation.ts';
import { WalletRef } from './refs.ts';

const WalletIssueCredentialInput = builder.inputType('WalletIssueCredentialInput', {
  description: 'Which keys a provider is to issue for a wallet.',
  fields: (t) => ({
    idempotencyKey: t.string({
      required: true,
      description: 'Your own key for this call: repeating it answers the same and does nothing again.',
    }),
    walletId: t.id({ required: true, description: 'For which wallet.' }),
    name: t.string({ required: true, description: 'What the provider’s guide calls them; at QIWI p2p.' }),
  }),
});
const WalletIssueCredentialSuccess = builder
  .objectRef<{ wallet: WalletWithAccounts; credential: CredentialView; replayed: boolean }>(
    'WalletIssueCredentialSuccess',
  )
  .implement({
    description: 'The keys are issued and kept.',
    fields: (t) => ({
      credential: t.expose('credential', {
        type: CredentialRef,
        description: 'What was issued, by the name that was asked for; each key of it is among `Wallet.credentials`.',
      }),
      wallet: t.expose('wallet', { type: WalletRef, description: 'The wallet as it is now.' }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
    }),
  });
mutation('walletIssueCredential', {
  description:
    'Has the provider issue a further key for this wallet (what invoices need). The first use does it by itself.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletIssueCredentialInput,
  success: WalletIssueCredentialSuccess,
  errors: [NotFoundError, InvalidInputError, IdempotencyError, StateError, NotSupportedError, ...providerErrors],
  resolve: (input, context) => issueCredential(context.deps, tenant(context), input),
});
