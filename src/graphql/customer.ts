import type { Customer } from '../db/generated/client.ts';
import { createCustomer } from '../domain/customer/create-customer.ts';
import { openPerson } from '../domain/customer/person.ts';
import { visibleCustomers } from '../domain/customer/store.ts';
import { ProviderRejectedError, ProviderUnavailableError } from '../domain/provider/errors.ts';
import { visibleWallets, type WalletWithAccounts } from '../domain/wallet/store.ts';
import { InvalidInputError, NotFoundError, NotSupportedError } from '../errors.ts';
import { seesPersonalData, server, signedIn } from './access.ts';
import { builder } from './builder.ts';
import { pageArgs, pageByIdDescending } from './connection.ts';
import {
  IdentificationLevelEnum,
  IdentificationStatusEnum,
  NotificationChannelEnum,
  NotificationPeriodEnum,
  ProviderCodeEnum,
} from './enums.ts';
import { badInput } from './errors.ts';
import { mutation } from './mutation.ts';
import { withoutNulls } from './nulls.ts';
import { maskPerson, PersonInputRef, PersonRef } from './person.ts';
import { ProviderRef, providerByCode } from './provider.ts';
import { CustomerConnection, CustomerRef, WalletConnection } from './refs.ts';

/** An identification: of a customer, or of a wallet that has none. */
export interface IdentificationView {
  level: Customer['identificationLevel'];
  status: Customer['identificationStatus'];
  changedAt: Date | null;
  /** Of a wallet whose provider keeps it. */
  walletId?: string;
  provider?: string;
  passportExpired?: boolean | null;
  providerLevel?: string | null;
  verifiedAt?: Date | null;
}

export const IdentificationRef = builder.objectRef<IdentificationView>('Identification').implement({
  description: 'How well a person is known, and to whom.',
  fields: (t) => ({
    level: t.expose('level', { type: IdentificationLevelEnum, description: 'The level; limits follow it.' }),
    status: t.expose('status', { type: IdentificationStatusEnum, description: 'Where it stands.' }),
    provider: t.field({
      type: ProviderRef,
      nullable: true,
      description: 'Who keeps it.',
      resolve: ({ provider }) => providerByCode(provider ?? 'LOCAL'),
    }),
    providerLevel: t.string({
      nullable: true,
      description: 'The provider’s own word for the level: two of its levels may share one of ours.',
      resolve: ({ providerLevel }) => providerLevel ?? null,
    }),
    passportExpired: t.boolean({
      nullable: true,
      description: 'Is the passport on file no longer valid? Null where nobody tells.',
      resolve: ({ passportExpired }) => passportExpired ?? null,
    }),
    changedAt: t.expose('changedAt', { type: 'DateTime', nullable: true, description: 'When the level last changed.' }),
    verifiedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the provider checked the data.',
      resolve: ({ verifiedAt }) => verifiedAt ?? null,
    }),
  }),
});

/** A customer's identification. */
export const identificationOf = (customer: Customer): IdentificationView => ({
  level: customer.identificationLevel,
  status: customer.identificationStatus,
  changedAt: customer.identificationChangedAt,
});

/** How a customer is told of something: by the gateway, or by a provider. */
export const NotificationSettingsRef = builder
  .objectRef<Pick<Customer, 'notificationChannel' | 'notificationPeriod'>>('NotificationSettings')
  .implement({
    description: 'How and how often a customer wants to be told.',
    fields: (t) => ({
      channel: t.expose('notificationChannel', { type: NotificationChannelEnum, description: 'By which way.' }),
      period: t.expose('notificationPeriod', { type: NotificationPeriodEnum, description: 'How often.' }),
    }),
  });

CustomerRef.implement({
  description: 'A person who uses a partner’s wallets.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { scope: 'CUSTOMERS_READ' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    externalId: t.exposeString('externalId', {
      description: 'The partner’s own user id; one customer per partner and externalId.',
    }),
    identification: t.field({
      type: IdentificationRef,
      description: 'How well the customer is known.',
      resolve: identificationOf,
    }),
    person: t.field({
      type: PersonRef,
      nullable: true,
      description: 'Masked unless the caller has PERSONAL_DATA_READ or is the customer.',
      resolve: (customer, _args, context) => {
        if (!customer.personSealed) return null;
        const person = openPerson(context.deps.vault, customer.id, customer.personSealed);
        return seesPersonalData(context, customer.id) ? person : maskPerson(person);
      },
    }),
    notifications: t.field({
      type: NotificationSettingsRef,
      description:
        'How to tell the customer of payments that are completed, declined or reversed: at once, or in one message when the day, the week (from Monday) or the month is over (UTC).',
      resolve: (customer) => customer,
    }),
    wallets: t.field({
      type: WalletConnection,
      description: 'The customer’s wallets, newest first.',
      args: pageArgs,
      authScopes: { scope: 'WALLETS_READ' },
      complexity: ({ first, last }) => ({ field: 1, multiplier: (first ?? last ?? 20) / 10 }),
      resolve: (customer, args, context) =>
        pageByIdDescending<WalletWithAccounts>(args, ({ where, ...page }) =>
          context.deps.db.prisma.wallet.findMany({
            ...page,
            where: { AND: [where, { customerId: customer.id }, visibleWallets(signedIn(context))] },
            include: { accounts: true },
          }),
        ),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the customer was created.' }),
    erasedAt: t.expose('erasedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the personal data were erased; nothing new begins for the customer since.',
    }),
  }),
});

builder.queryFields((t) => ({
  customer: t.field({
    type: CustomerRef,
    nullable: true,
    description: 'One customer, by id or by the partner’s own user id.',
    authScopes: { scope: 'CUSTOMERS_READ' },
    args: {
      id: t.arg.id({ description: 'Its id.' }),
      externalId: t.arg.string({ description: 'The partner’s own user id.' }),
    },
    resolve: (_root, { id, externalId }, context) => {
      if ((id ? 1 : 0) + (externalId ? 1 : 0) !== 1) throw badInput('id, externalId: give exactly one of them.');
      if (id) return context.loaders.customer.load(id);
      const where = { AND: [{ externalId: externalId ?? '' }, visibleCustomers(signedIn(context))] };
      return context.deps.db.prisma.customer.findFirst({ where });
    },
  }),
  customers: t.field({
    type: CustomerConnection,
    description: 'Customers, newest first.',
    authScopes: { scope: 'CUSTOMERS_READ' },
    args: { ...pageArgs, search: t.arg.string({ description: 'The beginning of an externalId.' }) },
    complexity: ({ first, last }) => ({ field: 1, multiplier: (first ?? last ?? 20) / 10 }),
    resolve: (_root, { search, ...args }, context) =>
      pageByIdDescending<Customer>(args, ({ where, ...page }) =>
        context.deps.db.prisma.customer.findMany({
          ...page,
          where: {
            AND: [where, visibleCustomers(signedIn(context)), search ? { externalId: { startsWith: search } } : {}],
          },
        }),
      ),
  }),
}));

const NotificationSettingsInput = builder.inputType('NotificationSettingsInput', {
  description: 'How and how often a customer wants to be told.',
  fields: (t) => ({
    channel: t.field({ type: NotificationChannelEnum, required: true, description: 'By which way.' }),
    period: t.field({ type: NotificationPeriodEnum, required: true, description: 'How often.' }),
  }),
});
const CustomerCreateInput = builder.inputType('CustomerCreateInput', {
  description:
    'A new customer. Repeating it with the same externalId answers the customer that is there (replayed: true).',
  fields: (t) => ({
    externalId: t.string({ required: true, description: 'The partner’s own user id: the key.' }),
    identification: t.field({
      type: IdentificationLevelEnum,
      required: true,
      defaultValue: 'NONE',
      description: 'The level for which the partner vouches.',
    }),
    notifications: t.field({
      type: NotificationSettingsInput,
      description: 'How to tell the customer; not at all when left out.',
    }),
    person: t.field({ type: PersonInputRef, description: 'What is known of the person.' }),
    provider: t.field({
      type: ProviderCodeEnum,
      description:
        'The customer is to be a client of this provider, too, through the partner’s default account there. Repeating makes the client where there is none yet; of one that is there nothing changes, and `records` tells what the provider keeps.',
    }),
    providerAccountId: t.id({ description: 'The same, through this account.' }),
  }),
});
const CustomerCreateSuccess = builder
  .objectRef<{ customer: Customer; replayed: boolean }>('CustomerCreateSuccess')
  .implement({
    description: 'The customer is there.',
    fields: (t) => ({
      customer: t.expose('customer', { type: CustomerRef, description: 'The customer.' }),
      replayed: t.exposeBoolean('replayed', { description: 'Was it there already?' }),
    }),
  });
mutation('customerCreate', {
  description:
    'Creates a customer, here and where wanted as a client of a provider. A level that is given then stands as far as the provider accepts it.',
  auth: { server: 'CUSTOMERS_WRITE' },
  input: CustomerCreateInput,
  success: CustomerCreateSuccess,
  errors: [NotFoundError, InvalidInputError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError],
  resolve: (input, context) => createCustomer(context.deps, server(context), withoutNulls(input)),
});
