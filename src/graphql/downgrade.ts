import type { IdentificationDowngrade } from '../db/generated/client.ts';
import { confirmDowngrade } from '../domain/identification/confirm-downgrade.ts';
import { requestDowngrade } from '../domain/identification/request-downgrade.ts';
import { IdempotencyError, InvalidInputError, NotFoundError, NotSupportedError, StateError } from '../errors.ts';
import { present } from '../lib/assert.ts';
import { server } from './access.ts';
import { builder } from './builder.ts';
import { IdentificationRef } from './customer.ts';
import { described } from './described.ts';
import { IdentificationLevelEnum } from './enums.ts';
import { providerErrors } from './errors.ts';
import { mutation } from './mutation.ts';
import { WalletRef } from './refs.ts';

const DowngradeStateEnum = described('IdentificationDowngradeState', 'How far a step down has come.', {
  CREATED: 'It is requested and waits for customerIdentificationDowngradeConfirm.',
  PROCESSING: 'It is confirmed; the provider is at it.',
  COMPLETED: 'The wallet has the lower level.',
  FAILED: 'The provider could not do it; the level is as it was.',
});

export const DowngradeRef = builder.objectRef<IdentificationDowngrade>('IdentificationDowngrade').implement({
  description: 'A step down of a wallet’s identification at its provider, which needs a request and a confirmation.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { scope: 'WALLETS_READ' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    wallet: t.field({
      type: WalletRef,
      description: 'Whose identification it is.',
      resolve: async ({ walletId }, _args, { loaders }) =>
        present(await loaders.wallet.load(walletId), 'the wallet of a downgrade'),
    }),
    from: t.expose('fromLevel', { type: IdentificationLevelEnum, description: 'The level before.' }),
    to: t.expose('toLevel', { type: IdentificationLevelEnum, description: 'The level that is wanted.' }),
    state: t.expose('state', { type: DowngradeStateEnum, description: 'How far it has come.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was requested.' }),
    confirmedAt: t.expose('confirmedAt', { type: 'DateTime', nullable: true, description: 'When it was confirmed.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was known to be COMPLETED or FAILED.',
    }),
  }),
});

builder.objectFields(IdentificationRef, (t) => ({
  downgrade: t.field({
    type: DowngradeRef,
    nullable: true,
    description: 'The latest step down of a wallet’s identification at its provider; null where none was requested.',
    resolve: ({ walletId }, _args, { loaders }) => (walletId ? loaders.downgradeOfWallet.load(walletId) : null),
  }),
}));

const DowngradeInput = builder.inputType('CustomerIdentificationDowngradeInput', {
  description: 'Which wallet’s identification is to step down, and to where.',
  fields: (t) => ({
    idempotencyKey: t.string({
      required: true,
      description: 'Your own key for this call: repeating it answers the same object and does nothing again.',
    }),
    walletId: t.id({ required: true, description: 'Which wallet at a provider.' }),
    to: t.field({ type: IdentificationLevelEnum, required: true, description: 'The lower level.' }),
  }),
});
const DowngradeSuccess = builder
  .objectRef<{ downgrade: IdentificationDowngrade; replayed: boolean }>('CustomerIdentificationDowngradeSuccess')
  .implement({
    description: 'The provider knows of the wish. Nothing has changed yet.',
    fields: (t) => ({
      downgrade: t.expose('downgrade', { type: DowngradeRef, description: 'The step down.' }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
    }),
  });
mutation('customerIdentificationDowngrade', {
  description:
    'Requests a step down of a wallet’s identification at its provider. It is done when it is confirmed. The partner’s server.',
  auth: { server: 'CUSTOMERS_WRITE' },
  input: DowngradeInput,
  success: DowngradeSuccess,
  errors: [NotFoundError, InvalidInputError, IdempotencyError, StateError, NotSupportedError, ...providerErrors],
  resolve: (input, context) => requestDowngrade(context.deps, server(context), input),
});

const ConfirmInput = builder.inputType('CustomerIdentificationDowngradeConfirmInput', {
  description: 'Names a requested step down.',
  fields: (t) => ({ downgradeId: t.id({ required: true, description: 'Which one.' }) }),
});
const ConfirmSuccess = builder
  .objectRef<{ downgrade: IdentificationDowngrade }>('CustomerIdentificationDowngradeConfirmSuccess')
  .implement({
    description: 'It is confirmed. WALLET_UPDATED tells of its end.',
    fields: (t) => ({
      downgrade: t.expose('downgrade', { type: DowngradeRef, description: 'The step down as it is now.' }),
    }),
  });
mutation('customerIdentificationDowngradeConfirm', {
  description: 'Confirms a requested step down. A second call answers the state that it is in. The partner’s server.',
  auth: { server: 'CUSTOMERS_WRITE' },
  input: ConfirmInput,
  success: ConfirmSuccess,
  errors: [NotFoundError, InvalidInputError, StateError, NotSupportedError, ...providerErrors],
  resolve: async ({ downgradeId }, context) => ({
    downgrade: await confirmDowngrade(context.deps, server(context), downgradeId),
  }),
});
