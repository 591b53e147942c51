import type { Card } from '../db/generated/client.ts';
import { linkCard, removeCard } from '../domain/card/link-card.ts';
import { visibleCards } from '../domain/card/store.ts';
import { isMirrored } from '../domain/wallet/at-provider.ts';
import { IdempotencyError, InvalidInputError, NotFoundError, NotSupportedError, StateError } from '../errors.ts';
import { present } from '../lib/assert.ts';
import { signedIn, tenant } from './access.ts';
import { builder } from './builder.ts';
import { CardKindEnum, CardSchemeEnum, CardStateEnum, ProviderCodeEnum } from './enums.ts';
import { providerErrors } from './errors.ts';
import { mutation } from './mutation.ts';
import { PaymentNextActionRef, upstreamAction } from './next-action.ts';
import { withoutNulls } from './nulls.ts';
import { ProviderRef, providerByCode } from './provider.ts';
import { CardRef, WalletRef } from './refs.ts';

CardRef.implement({
  description: 'A bank card kept as a token, or a virtual card of ours. Its number is never kept here.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { scope: 'CARDS_READ' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    wallet: t.field({
      type: WalletRef,
      description: 'The wallet that it belongs to.',
      resolve: async ({ walletId }, _args, { loaders }) =>
        present(await loaders.wallet.load(walletId), 'the wallet of a card'),
    }),
    kind: t.expose('kind', { type: CardKindEnum, description: 'Whose card it is.' }),
    state: t.expose('state', { type: CardStateEnum, description: 'Where it stands.' }),
    provider: t.field({
      type: ProviderRef,
      description: 'Who keeps it.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    maskedPan: t.exposeString('maskedPan', { nullable: true, description: 'The first and last digits of its number.' }),
    scheme: t.expose('scheme', { type: CardSchemeEnum, nullable: true, description: 'Its payment system.' }),
    nextAction: t.field({
      type: PaymentNextActionRef,
      nullable: true,
      description: 'What the person has to do, if anything.',
      resolve: ({ upstreamAction: stored, state }) =>
        state === 'CREATED' || state === 'PENDING' ? upstreamAction(stored) : null,
    }),
    providerState: t.exposeString('providerState', {
      nullable: true,
      description: 'The provider’s own word for the state.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
    activatedAt: t.expose('activatedAt', { type: 'DateTime', nullable: true, description: 'Since when it can pay.' }),
  }),
});

builder.objectField(WalletRef, 'cards', (t) =>
  t.loadableGroup({
    type: CardRef,
    description:
      'Cards of the wallet, newest first; of a wallet at a provider also those added there elsewhere. Those that are removed or failed only when asked for.',
    authScopes: { scope: 'CARDS_READ' },
    args: { states: t.arg({ type: [CardStateEnum], description: 'Only those in one of these states.' }) },
    byPath: true,
    // a subscription looks anew at each event
    loaderOptions: { cache: false },
    load: (walletIds: string[], context, { states }) =>
      context.deps.db.prisma.card.findMany({
        where: {
          AND: [
            { walletId: { in: walletIds } },
            states ? { state: { in: states } } : { state: { notIn: ['REMOVED', 'FAILED'] } },
            visibleCards(signedIn(context)),
          ],
        },
        orderBy: { id: 'desc' },
      }),
    group: ({ walletId }) => walletId,
    // the administrator reads what is kept and never asks in a partner's name
    resolve: (wallet, _args, context) =>
      isMirrored(wallet) && signedIn(context).kind !== 'ADMIN' ? context.loaders.upstreamCards.load(wallet) : wallet.id,
  }),
);

builder.queryField('card', (t) =>
  t.field({
    type: CardRef,
    nullable: true,
    description: 'One card by its id. Of one that a provider has issued, the provider is read first.',
    authScopes: { scope: 'CARDS_READ' },
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: async (_root, { id }, context) => {
      const { loaders } = context;
      const card = await loaders.card.load(id);
      if (card?.kind !== 'ISSUED' || signedIn(context).kind === 'ADMIN') return card;
      const wallet = await loaders.wallet.load(card.walletId);
      if (wallet) await loaders.upstreamCards.load(wallet);
      return loaders.card.clear(id).load(id);
    },
  }),
);

const CardLinkInput = builder.inputType('CardLinkInput', {
  description: 'A bank card to be kept for a wallet.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: 'Your own key for this call.' }),
    walletId: t.id({ required: true, description: 'For which wallet.' }),
    provider: t.field({ type: ProviderCodeEnum, description: 'At this provider; the best one when left out.' }),
    successUrl: t.field({ type: 'URL', required: true, description: 'Where the person comes back to.' }),
    failureUrl: t.field({ type: 'URL', required: true, description: 'Where the person comes back to when it failed.' }),
    embedded: t.boolean({ required: true, defaultValue: false, description: 'The page will stand in a frame.' }),
  }),
});
const CardLinkSuccess = builder.objectRef<{ card: Card; replayed: boolean }>('CardLinkSuccess').implement({
  description: 'The card waits for the person.',
  fields: (t) => ({
    card: t.expose('card', { type: CardRef, description: 'The card; `nextAction` leads to the page.' }),
    replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
  }),
});
mutation('cardLink', {
  description: 'Begins to keep a bank card: the person types it on the provider’s page.',
  auth: { write: 'CARDS_WRITE' },
  input: CardLinkInput,
  success: CardLinkSuccess,
  errors: [NotFoundError, InvalidInputError, IdempotencyError, StateError, NotSupportedError, ...providerErrors],
  resolve: (input, context) => linkCard(context.deps, tenant(context), withoutNulls(input)),
});

export const CardIdInput = builder.inputType('CardIdInput', {
  description: 'Names a card.',
  fields: (t) => ({ cardId: t.id({ required: true, description: 'Which card.' }) }),
});
const CardRemoveSuccess = builder.objectRef<{ card: Card }>('CardRemoveSuccess').implement({
  description: 'The card is removed.',
  fields: (t) => ({ card: t.expose('card', { type: CardRef, description: 'The card as it is now.' }) }),
});
mutation('cardRemove', {
  description: 'Has the provider forget a card.',
  auth: { write: 'CARDS_WRITE' },
  input: CardIdInput,
  success: CardRemoveSuccess,
  errors: [NotFoundError, StateError, NotSupportedError, ...providerErrors],
  resolve: async ({ cardId }, context) => ({ card: await removeCard(context.deps, tenant(context), cardId) }),
});
