import type { ProviderCardOffer } from '../connectors/issued-cards.ts';
import { statementLink } from '../domain/card/card-statement.ts';
import { openFacts } from '../domain/card/issued.ts';
import { cardOffers } from '../domain/card/list-offers.ts';
import { visiblePayments } from '../domain/payment/store.ts';
import { seesPersonalData, signedIn, tenant } from './access.ts';
import { builder } from './builder.ts';
import { pageArgs } from './connection.ts';
import { described } from './described.ts';
import { FileLinkRef } from './file-link.ts';
import { MoneyRef, money } from './money.ts';
import { AttributeRef } from './next-action.ts';
import { pagePayments } from './payment-list.ts';
import { maskText } from './person.ts';
import { CardRef, PaymentConnection } from './refs.ts';
import { wordsFor } from './words.ts';

const CardOfferKindEnum = described('CardOfferKind', 'What an offer gives.', {
  CARD: 'One card (cardOrder).',
  PACKAGE: 'Several cards without a price of their own (cardPackageBuy).',
});

/** An address that a provider tells; one that is none is left out. */
const webAddress = (text: string | null): string | null =>
  text !== null && /^https?:/i.test(text) && URL.canParse(text) ? text : null;

const CardOfferRef = builder.objectRef<ProviderCardOffer>('CardOffer').implement({
  description:
    'A card or a package of cards that a provider offers. PACKAGE: bought once (cardPackageBuy), then gives `cards` cards without a price of their own.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Its code: order or buy by it.' }),
    kind: t.expose('kind', { type: CardOfferKindEnum, description: 'What it gives.' }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    description: t.exposeString('description', { nullable: true, description: 'The provider’s own words.' }),
    features: t.exposeStringList('features', { description: 'What it is good for, in the provider’s words.' }),
    price: t.expose('price', {
      type: MoneyRef,
      nullable: true,
      description:
        'What it costs without a package; null where the provider tells it when the card is ordered (`Card.price`).',
    }),
    cards: t.exposeInt('cards', { nullable: true, description: 'How many cards a package gives.' }),
    freeLeft: t.int({
      nullable: true,
      description: 'How many of them are left; null where the provider does not tell.',
      resolve: () => null,
    }),
    period: t.exposeString('period', { nullable: true, description: 'For how long the price is paid.' }),
    tariffUrl: t.field({
      type: 'URL',
      nullable: true,
      description: 'The tariff.',
      resolve: ({ tariffUrl }) => webAddress(tariffUrl),
    }),
    termsUrl: t.field({
      type: 'URL',
      nullable: true,
      description: 'The terms.',
      resolve: ({ termsUrl }) => webAddress(termsUrl),
    }),
  }),
});

builder.queryField('cardOffers', (t) =>
  t.field({
    type: [CardOfferRef],
    description: 'Cards, and packages of them, that the provider of a wallet offers its owner.',
    authScopes: { scope: 'CARDS_READ' },
    args: { walletId: t.arg.id({ required: true, description: 'Whose provider.' }) },
    resolve: (_root, { walletId }, context) => cardOffers(context.deps, tenant(context), walletId),
  }),
);

builder.objectFields(CardRef, (t) => ({
  alias: t.string({
    nullable: true,
    description: 'The name that its owner gave it.',
    resolve: ({ alias, customerId }, _args, context) => wordsFor(context, [customerId], alias),
  }),
  expiresAt: t.field({
    type: 'Date',
    nullable: true,
    description: 'Its last day, where that is known.',
    resolve: ({ expiresOn }) => expiresOn?.toISOString().slice(0, 10),
  }),
  balance: t.field({
    type: MoneyRef,
    nullable: true,
    description: 'Its own balance, where the provider keeps one.',
    resolve: (card, _args, { deps }) => openFacts(deps.vault, card).balance,
  }),
  limit: t.field({
    type: MoneyRef,
    nullable: true,
    description: 'How much can be spent with it, where that is limited.',
    resolve: (card, _args, { deps }) => openFacts(deps.vault, card).limit,
  }),
  price: t.field({
    type: MoneyRef,
    nullable: true,
    description: 'What it costs to be issued; while the card is PAYMENT_REQUIRED, pay it with cardPay.',
    resolve: ({ priceMinor, priceCurrency }) =>
      priceMinor === null || priceCurrency === null ? null : money(priceMinor, priceCurrency),
  }),
  offer: t.field({
    type: CardOfferRef,
    nullable: true,
    description: 'As what it was ordered; null while the provider does not list it.',
    resolve: (card, _args, { deps }) => openFacts(deps.vault, card).offer,
  }),
  unblockable: t.exposeBoolean('unblockable', { description: 'Can its block be undone (cardUnblock)?' }),
  requisites: t.field({
    type: [AttributeRef],
    description:
      'Bank details for topping the card up. Masked unless the caller is the owner or has PERSONAL_DATA_READ.',
    resolve: (card, _args, context) => {
      const { requisites } = openFacts(context.deps.vault, card);
      if (seesPersonalData(context, card.customerId)) return requisites;
      return requisites.map(({ name, value }) => ({ name, value: maskText(value) ?? '' }));
    },
  }),
  attributes: t.field({
    type: [AttributeRef],
    description: 'What else the provider tells of it; numbers are masked in the same way.',
    resolve: (card, _args, context) =>
      openFacts(context.deps.vault, card).attributes.map(({ name, value }) => ({
        name,
        value: wordsFor(context, [card.customerId], value) ?? '',
      })),
  }),
}));

builder.objectFields(CardRef, (t) => ({
  payments: t.field({
    type: PaymentConnection,
    description: 'Payments by it, and the one that paid for it, newest first.',
    args: pageArgs,
    authScopes: { scope: 'PAYMENTS_READ' },
    complexity: ({ first, last }) => ({ field: 1, multiplier: (first ?? last ?? 20) / 10 }),
    resolve: ({ id, paymentId }, args, context) => {
      const its = [{ cardId: id }, ...(paymentId ? [{ id: paymentId }] : [])];
      return pagePayments(context, args, its, [visiblePayments(signedIn(context))], null);
    },
  }),
  statementFile: t.field({
    type: FileLinkRef,
    nullable: true,
    description:
      'The provider’s statement as a file, made when the link is opened. Null where the provider makes none. Longer than the provider’s statements are is refused.',
    args: {
      from: t.arg({ type: 'DateTime', required: true, description: 'From this instant on.' }),
      to: t.arg({ type: 'DateTime', required: true, description: 'Up to this instant.' }),
    },
    resolve: (card, span, { deps }) => statementLink(deps, card, span),
  }),
  blockedAt: t.expose('blockedAt', { type: 'DateTime', nullable: true, description: 'Since when it is blocked.' }),
  detailsSentAt: t.expose('detailsSentAt', {
    type: 'DateTime',
    nullable: true,
    description: 'When the provider sent its details to the owner.',
  }),
}));
