import type { Card, Payment } from '../db/generated/client.ts';
import { buyPackage, payCard } from '../domain/card/buy-cards.ts';
import { blockCard, renameCard, unblockCard } from '../domain/card/change-issued.ts';
import { orderCard } from '../domain/card/order-card.ts';
import { type RevealedCard, revealCard } from '../domain/card/reveal-card.ts';
import { LimitExceededError } from '../domain/limit/errors.ts';
import {
  IdempotencyError,
  InsufficientFundsError,
  InvalidInputError,
  NotFoundError,
  NotSupportedError,
  StateError,
} from '../errors.ts';
import { tenant } from './access.ts';
import { builder } from './builder.ts';
import { CardIdInput } from './card.ts';
import { providerErrors } from './errors.ts';
import { mutation } from './mutation.ts';
import { CardRef, PaymentRef, paymentView } from './refs.ts';

const key = 'Your own key for this call: repeating it answers the same and does nothing again.';
const confirm = 'Confirm at once; a refusal then leaves nothing behind.';

const CardOrderInput = builder.inputType('CardOrderInput', {
  description: 'Which card to issue.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: key }),
    walletId: t.id({ required: true, description: 'For which wallet.' }),
    offerCode: t.string({ required: true, description: 'Code of an offer of kind CARD (cardOffers).' }),
  }),
});
const CardOrderSuccess = builder.objectRef<{ card: Card; replayed: boolean }>('CardOrderSuccess').implement({
  description: 'The order was sent off.',
  fields: (t) => ({
    card: t.expose('card', {
      type: CardRef,
      description: 'The card: ACTIVE, on its way (PENDING), or PAYMENT_REQUIRED with its `price`.',
    }),
    replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
  }),
});
mutation('cardOrder', {
  description:
    'Orders and submits. A card that costs something stays in PAYMENT_REQUIRED with its `price` until cardPay.',
  auth: { write: 'CARDS_WRITE' },
  input: CardOrderInput,
  success: CardOrderSuccess,
  errors: [NotFoundError, InvalidInputError, IdempotencyError, StateError, NotSupportedError, ...providerErrors],
  resolve: (input, context) => orderCard(context.deps, tenant(context), input),
});

const paying = [
  NotFoundError,
  InvalidInputError,
  IdempotencyError,
  StateError,
  InsufficientFundsError,
  LimitExceededError,
  NotSupportedError,
  ...providerErrors,
];

const CardPayInput = builder.inputType('CardPayInput', {
  description: 'Which ordered card to pay for.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: key }),
    cardId: t.id({ required: true, description: 'The card; the wallet that ordered it pays.' }),
    confirm: t.boolean({ required: true, defaultValue: false, description: confirm }),
  }),
});
const CardPaySuccess = builder
  .objectRef<{ card: Card; payment: Payment; replayed: boolean }>('CardPaySuccess')
  .implement({
    description: 'The payment is created, or on its way.',
    fields: (t) => ({
      card: t.expose('card', { type: CardRef, description: 'The card as it is now.' }),
      payment: t.field({
        type: PaymentRef,
        description: 'What pays for it.',
        resolve: ({ payment }) => paymentView(payment),
      }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
    }),
  });
mutation('cardPay', {
  description:
    'Pays for an ordered card: a payout of its price from the wallet. Confirmed, the card is PENDING until it is listed.',
  auth: { write: 'CARDS_WRITE' },
  input: CardPayInput,
  success: CardPaySuccess,
  errors: paying,
  resolve: (input, context) => payCard(context.deps, tenant(context), input),
});

const CardPackageBuyInput = builder.inputType('CardPackageBuyInput', {
  description: 'Which package of cards to buy.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: key }),
    walletId: t.id({ required: true, description: 'For which wallet; it pays.' }),
    offerCode: t.string({ required: true, description: 'Code of an offer of kind PACKAGE (cardOffers).' }),
    confirm: t.boolean({ required: true, defaultValue: false, description: confirm }),
  }),
});
const CardPackageBuySuccess = builder
  .objectRef<{ payment: Payment; replayed: boolean }>('CardPackageBuySuccess')
  .implement({
    description: 'The payment is created, or on its way. Completed, cards of the package are ordered without a price.',
    fields: (t) => ({
      payment: t.field({
        type: PaymentRef,
        description: 'What pays for it.',
        resolve: ({ payment }) => paymentView(payment),
      }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
    }),
  });
mutation('cardPackageBuy', {
  description: 'Buys a package of cards for a wallet.',
  auth: { write: 'CARDS_WRITE' },
  input: CardPackageBuyInput,
  success: CardPackageBuySuccess,
  errors: paying,
  resolve: (input, context) => buyPackage(context.deps, tenant(context), input),
});

/** A success that answers the card as it is then. */
const cardChanged = (name: string, description: string) =>
  builder.objectRef<{ card: Card }>(name).implement({
    description,
    fields: (t) => ({ card: t.expose('card', { type: CardRef, description: 'The card as it is now.' }) }),
  });

const changing = [NotFoundError, InvalidInputError, StateError, NotSupportedError, ...providerErrors];

mutation('cardBlock', {
  description: 'Blocks an issued card: BLOCKED once its provider says so. Repeating it changes nothing.',
  auth: { write: 'CARDS_WRITE' },
  input: CardIdInput,
  success: cardChanged('CardBlockSuccess', 'The block was taken.'),
  errors: changing,
  resolve: async ({ cardId }, context) => ({ card: await blockCard(context.deps, tenant(context), cardId) }),
});
mutation('cardUnblock', {
  description: 'Undoes the block of an issued card. Repeating it changes nothing.',
  auth: { write: 'CARDS_WRITE' },
  input: CardIdInput,
  success: cardChanged('CardUnblockSuccess', 'The card can pay again.'),
  errors: changing,
  resolve: async ({ cardId }, context) => ({ card: await unblockCard(context.deps, tenant(context), cardId) }),
});

const CardRenameInput = builder.inputType('CardRenameInput', {
  description: 'A card and its new name.',
  fields: (t) => ({
    cardId: t.id({ required: true, description: 'Which card.' }),
    alias: t.string({ required: true, description: 'The name that its owner sees, 64 characters at most.' }),
  }),
});
mutation('cardRename', {
  description: 'Gives an issued card another name. Repeating it changes nothing.',
  auth: { write: 'CARDS_WRITE' },
  input: CardRenameInput,
  success: cardChanged('CardRenameSuccess', 'The card has its name.'),
  errors: changing,
  resolve: async ({ cardId, alias }, context) => ({
    card: await renameCard(context.deps, tenant(context), cardId, alias),
  }),
});

const CardDetailsRef = builder.objectRef<RevealedCard>('CardDetails').implement({
  description: 'What pays on the internet with a card. Shown once, never stored.',
  fields: (t) => ({
    pan: t.exposeString('pan', { description: 'Its whole number.' }),
    cvv: t.exposeString('cvv', { description: 'Its code.' }),
    expiryMonth: t.int({
      nullable: true,
      description: 'The month of its expiry, 1 to 12.',
      resolve: ({ expiresOn }) => expiresOn && expiresOn.getUTCMonth() + 1,
    }),
    expiryYear: t.int({
      nullable: true,
      description: 'The year of its expiry, four digits.',
      resolve: ({ expiresOn }) => expiresOn?.getUTCFullYear(),
    }),
  }),
});
const CardRevealSuccess = builder.objectRef<{ details: RevealedCard }>('CardRevealSuccess').implement({
  description: 'The number and the code. They are nowhere kept: ask again when they are needed again.',
  fields: (t) => ({ details: t.expose('details', { type: CardDetailsRef, description: 'What was asked for.' }) }),
});
mutation('cardReveal', {
  description: 'Shows the number and the code of an issued card. They pass through once and are kept nowhere.',
  auth: { write: 'CARDS_REVEAL' },
  input: CardIdInput,
  success: CardRevealSuccess,
  errors: changing,
  resolve: async ({ cardId }, context) => ({ details: await revealCard(context.deps, tenant(context), cardId) }),
});
