import { publicUrl } from '../domain/provider/public-url.ts';
import { authorizeWallet, type Consent } from '../domain/wallet/authorize-wallet.ts';
import { IdempotencyError, InvalidInputError, NotFoundError, NotSupportedError } from '../errors.ts';
import { tenant } from './access.ts';
import { builder } from './builder.ts';
import { providerErrors } from './errors.ts';
import { mutation } from './mutation.ts';
import { RedirectAction } from './next-action.ts';
import { withoutNulls } from './nulls.ts';

const WalletAuthorizeInput = builder.inputType('WalletAuthorizeInput', {
  description: 'A wallet that its owner is to open to this gateway on the provider’s own page.',
  fields: (t) => ({
    idempotencyKey: t.string({
      required: true,
      description: 'Your own key for this call: repeating it answers the same page.',
    }),
    customerId: t.id({ description: 'The owner; a session’s own customer when left out.' }),
    providerAccountId: t.id({ required: true, description: 'Through which account at the provider.' }),
    scopes: t.stringList({
      description: 'What to ask for, in the provider’s words; all that it offers when left out.',
    }),
    returnUrl: t.field({
      type: 'URL',
      required: true,
      description:
        'Where the browser is sent in the end, with `walletId` or `error` added to it. An https address, or one on this machine.',
    }),
  }),
});

const WalletAuthorizeSuccess = builder.objectRef<Consent>('WalletAuthorizeSuccess').implement({
  description: 'The owner’s consent is awaited.',
  fields: (t) => ({
    action: t.field({
      type: RedirectAction,
      description: 'Send the owner to this page of the provider.',
      resolve: ({ url }) => ({ action: 'REDIRECT' as const, url }),
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when the consent is awaited.' }),
    replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
  }),
});

mutation('walletAuthorize', {
  description:
    'Begins to link a wallet by its owner’s consent on the provider’s own page: no password comes by here. The wallet is linked when the browser comes back.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletAuthorizeInput,
  success: WalletAuthorizeSuccess,
  errors: [NotFoundError, InvalidInputError, IdempotencyError, NotSupportedError, ...providerErrors],
  resolve: (input, context) =>
    authorizeWallet(
      context.deps,
      tenant(context),
      withoutNulls(input),
      ({ provider, id }) => `${publicUrl(context.deps)}/oauth/${provider.toLowerCase()}/${id}`,
    ),
});
