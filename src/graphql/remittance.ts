import DataLoader from 'dataloader';
import type { ProviderClientRecord } from '../connectors/catalogue.ts';
import type { Remittance } from '../db/generated/client.ts';
import { markRemittancesSeen, readClientRecords, readRemittances } from '../domain/remittance/read-remittances.ts';
import { recordRemittance } from '../domain/remittance/record-remittance.ts';
import { openParties, type PartyData } from '../domain/remittance/store.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import { IdempotencyError, InvalidInputError, NotFoundError, NotSupportedError, StateError } from '../errors.ts';
import { seesPersonalData, signedIn, tenant } from './access.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { PaymentDirectionEnum } from './enums.ts';
import { badInput, providerErrors } from './errors.ts';
import { forwardArgs, listComplexity, pageOfList } from './forward-page.ts';
import type { Loaders } from './loaders.ts';
import { MoneyRef, money } from './money.ts';
import { mutation } from './mutation.ts';
import { AttributeRef } from './next-action.ts';
import { PersonParty } from './outside-party.ts';
import { maskPerson, PersonRef } from './person.ts';
import { ProviderRef, providerByCode } from './provider.ts';
import { RemittanceRef, WalletRef } from './refs.ts';
import { markedSuccess } from './unseen.ts';
import { WalletIdInput } from './wallet-results.ts';
import { wordsFor } from './words.ts';

function partyOf(remittance: Remittance, side: 'sender' | 'recipient', context: Context): PartyData {
  const party = openParties(context.deps.vault, remittance)[side];
  if (seesPersonalData(context, remittance.customerId)) return party;
  const { middleName, lastName, phone } = party;
  const masked = maskPerson({
    middleName: middleName ?? undefined,
    lastName: lastName ?? undefined,
    phone: phone ?? undefined,
  });
  return {
    ...party,
    middleName: masked.middleName ?? null,
    lastName: masked.lastName ?? null,
    phone: masked.phone ?? null,
  };
}

const amount = (minor: bigint | null, currency: string | null) =>
  minor === null || currency === null ? null : money(minor, currency);

RemittanceRef.implement({
  description: 'A transfer of the owner through a money-transfer network: shown beside the book, never in it.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { scope: 'PAYMENTS_READ' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    provider: t.field({
      type: ProviderRef,
      description: 'Whose network it is.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    number: t.exposeString('number', { description: 'Its number in the network.' }),
    amount: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'How much was sent; null until the network lists a transfer that was only announced.',
      resolve: ({ amountMinor, currency }) => amount(amountMinor, currency),
    }),
    fee: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'What the network took for it.',
      resolve: ({ feeMinor, currency }) => amount(feeMinor, currency),
    }),
    charged: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'What the sender was charged.',
      resolve: ({ chargedMinor, chargedCurrency }) => amount(chargedMinor, chargedCurrency),
    }),
    exchangeRate: t.expose('exchangeRate', {
      type: 'Decimal',
      nullable: true,
      description: 'The rate between what was sent and what was charged.',
    }),
    note: t.string({
      nullable: true,
      description: 'What the sender wrote.',
      resolve: ({ note, customerId }, _args, context) => wordsFor(context, [customerId], note),
    }),
    sender: t.field({
      type: PersonParty,
      description: 'Who sent it.',
      resolve: (remittance, _args, context) => partyOf(remittance, 'sender', context),
    }),
    recipient: t.field({
      type: PersonParty,
      description: 'Who receives it.',
      resolve: (remittance, _args, context) => partyOf(remittance, 'recipient', context),
    }),
    direction: t.field({
      type: PaymentDirectionEnum,
      description: 'Seen from the wallet’s owner.',
      resolve: ({ direction }) => (direction === 'OUT' ? 'OUT' : 'IN'),
    }),
    seen: t.exposeBoolean('seen', { description: 'Has the owner seen it (walletMarkRemittancesSeen)?' }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it was made, or announced here.' }),
  }),
});

const RemittanceConnection = builder.connectionObject(
  { name: 'RemittanceConnection', type: RemittanceRef, description: 'A page of remittances.' },
  { name: 'RemittanceEdge', description: 'A remittance and its place in the list.' },
);

type Reader = DataLoader<WalletWithAccounts, Remittance[], string>;
const readers = new WeakMap<Loaders, Reader>();

/** Remittances of a wallet, read once in an operation however many fields show them. */
function readerOf(context: Context): Reader {
  // the administrator reads what is kept and never asks in a partner's name
  const live = signedIn(context).kind !== 'ADMIN';
  const made = (): Reader =>
    new DataLoader((wallets) => Promise.all(wallets.map((wallet) => readRemittances(context.deps, wallet, live))), {
      cacheKeyFn: ({ id }) => id,
    });
  const reader = readers.get(context.loaders) ?? made();
  readers.set(context.loaders, reader);
  return reader;
}

const endOf = (number: string | null, customerId: string | null, context: Context): string | null =>
  number === null || seesPersonalData(context, customerId) ? number : `•••${number.slice(-4)}`;

const ClientRecord = builder.objectRef<ProviderClientRecord & { customerId: string | null }>('ClientRecord').implement({
  description: 'A person as the money-transfer network has them.',
  fields: (t) => ({
    reference: t.exposeString('reference', { description: 'The person’s id in the network.' }),
    account: t.string({
      nullable: true,
      description: 'The account there. Masked unless the caller is the owner or has PERSONAL_DATA_READ.',
      resolve: ({ account, customerId }, _args, context) => endOf(account, customerId, context),
    }),
    cardNumber: t.string({
      nullable: true,
      description: 'The number of the client card. Masked unless the caller is the owner or has PERSONAL_DATA_READ.',
      resolve: ({ cardNumber, customerId }, _args, context) => endOf(cardNumber, customerId, context),
    }),
    person: t.field({
      type: PersonRef,
      description: 'Who it is. Masked unless the caller is the owner or has PERSONAL_DATA_READ.',
      resolve: ({ person, customerId }, _args, context) => {
        const entries = Object.entries(person).filter(([, value]) => value !== null);
        const known = Object.fromEntries(entries);
        return seesPersonalData(context, customerId) ? known : maskPerson(known);
      },
    }),
    attributes: t.field({
      type: [AttributeRef],
      description: 'What else the network tells; nothing without the right to personal data.',
      resolve: ({ attributes, customerId }, _args, context) =>
        seesPersonalData(context, customerId) ? attributes : [],
    }),
  }),
});

builder.objectFields(WalletRef, (t) => ({
  remittances: t.field({
    type: RemittanceConnection,
    description: 'Transfers of the owner through a money-transfer network: shown beside the book, never in it.',
    authScopes: { scope: 'PAYMENTS_READ' },
    args: forwardArgs,
    complexity: listComplexity,
    resolve: async (wallet, args, context) => pageOfList(await readerOf(context).load(wallet), args, ({ id }) => id),
  }),
  unseenRemittances: t.int({
    description: 'Remittances that the owner has not seen yet.',
    authScopes: { scope: 'PAYMENTS_READ' },
    resolve: async (wallet, _args, context) =>
      (await readerOf(context).load(wallet)).filter(({ seen }) => !seen).length,
  }),
  clientRecords: t.field({
    type: [ClientRecord],
    description: 'Who the owner is for the money-transfer network; with a client card’s number and PIN, its holder.',
    authScopes: { scope: 'PAYMENTS_READ' },
    args: {
      cardNumber: t.arg.string({ description: 'The number of a client card; only together with its PIN.' }),
      pin: t.arg.string({ description: 'The PIN of the client card. It is not kept.' }),
    },
    resolve: async (wallet, { cardNumber, pin }, context) => {
      if (Boolean(cardNumber) !== Boolean(pin)) throw badInput('cardNumber, pin: give both of them, or neither.');
      if (signedIn(context).kind === 'ADMIN') return [];
      const card = cardNumber && pin ? { number: cardNumber, pin } : undefined;
      const records = await readClientRecords(context.deps, wallet, card);
      return records.map((record) => ({ ...record, customerId: wallet.customerId }));
    },
  }),
}));

const RemittancePartyInput = builder.inputType('RemittancePartyInput', {
  description: 'One side of a remittance.',
  fields: (t) => ({
    reference: t.string({ required: true, description: 'The person’s id in the network.' }),
    phone: t.field({ type: 'PhoneNumber', required: true, description: 'The person’s phone.' }),
  }),
});
const RemittanceRecordInput = builder.inputType('RemittanceRecordInput', {
  description: 'A transfer that was made through the money-transfer network.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: 'Your own key for this call.' }),
    walletId: t.id({ required: true, description: 'Whose transfer it is.' }),
    number: t.string({ required: true, description: 'Its number in the network.' }),
    sender: t.field({ type: RemittancePartyInput, required: true, description: 'Who sent it.' }),
    recipient: t.field({ type: RemittancePartyInput, required: true, description: 'Who receives it.' }),
  }),
});
const RemittanceRecordSuccess = builder
  .objectRef<{ remittance: Remittance; replayed: boolean }>('RemittanceRecordSuccess')
  .implement({
    description: 'The provider knows of the transfer.',
    fields: (t) => ({
      remittance: t.expose('remittance', { type: RemittanceRef, description: 'The remittance.' }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it done before, under the same key?' }),
    }),
  });
mutation('remittanceRecord', {
  description:
    'Tells the provider of a transfer that the owner made through the money-transfer network. No money moves.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: RemittanceRecordInput,
  success: RemittanceRecordSuccess,
  errors: [NotFoundError, InvalidInputError, IdempotencyError, StateError, NotSupportedError, ...providerErrors],
  resolve: (input, context) => recordRemittance(context.deps, tenant(context), input),
});

mutation('walletMarkRemittancesSeen', {
  description: 'Marks the remittances of a wallet as seen by its owner.',
  auth: { write: 'PAYMENTS_WRITE' },
  input: WalletIdInput,
  success: markedSuccess('WalletMarkRemittancesSeenSuccess', 'No remittance is unseen now.'),
  errors: [NotFoundError, NotSupportedError],
  resolve: ({ walletId }, context) => markRemittancesSeen(context.deps, tenant(context), walletId),
});
