import type { ServiceRequest } from '../db/generated/client.ts';
import { requestService, UNNUMBERED } from '../domain/service/request-service.ts';
import { IdempotencyError, InvalidInputError, NotFoundError, NotSupportedError } from '../errors.ts';
import { present } from '../lib/assert.ts';
import { tenant } from './access.ts';
import { builder } from './builder.ts';
import { providerErrors } from './errors.ts';
import { mutation } from './mutation.ts';
import { WalletRef } from './refs.ts';

const ServiceRequestRef = builder.objectRef<ServiceRequest>('ServiceRequest').implement({
  description: 'A wish for a service that the catalogue lacks.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { scope: 'WALLETS_READ' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    wallet: t.field({
      type: WalletRef,
      description: 'Whose wish it is.',
      resolve: async ({ walletId }, _args, { loaders }) =>
        present(await loaders.wallet.load(walletId), 'the wallet of a service request'),
    }),
    title: t.exposeString('title', { description: 'What is wished for.' }),
    reference: t.string({
      nullable: true,
      description: 'The provider’s number of the wish.',
      resolve: ({ reference }) => (reference === UNNUMBERED ? null : reference),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

const ServiceRequestCreateInput = builder.inputType('ServiceRequestCreateInput', {
  description: 'A wish for a service.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: 'Your own key for this call.' }),
    walletId: t.id({
      required: true,
      description: 'Whose wish it is; it goes to the provider that serves the wallet.',
    }),
    title: t.string({ required: true, description: 'What is wished for, 255 characters at most.' }),
  }),
});
const ServiceRequestCreateSuccess = builder
  .objectRef<{ request: ServiceRequest; replayed: boolean }>('ServiceRequestCreateSuccess')
  .implement({
    description: 'The provider has the wish.',
    fields: (t) => ({
      request: t.expose('request', { type: ServiceRequestRef, description: 'The wish.' }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
    }),
  });
mutation('serviceRequestCreate', {
  description: 'Asks a provider to add a service to its catalogue.',
  auth: { write: 'WALLETS_WRITE' },
  input: ServiceRequestCreateInput,
  success: ServiceRequestCreateSuccess,
  errors: [NotFoundError, InvalidInputError, IdempotencyError, NotSupportedError, ...providerErrors],
  resolve: (input, context) => requestService(context.deps, tenant(context), input),
});
