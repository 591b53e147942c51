import { type CustomerRecordView, listRecords } from '../domain/customer/list-records.ts';
import { seesPersonalData } from './access.ts';
import { builder } from './builder.ts';
import { IdentificationRef, NotificationSettingsRef } from './customer.ts';
import { maskPerson, PersonRef } from './person.ts';
import { ProviderRef, providerByCode } from './provider.ts';
import { CustomerRef } from './refs.ts';

const CustomerRecordRef = builder.objectRef<CustomerRecordView>('CustomerRecord').implement({
  description:
    'What a provider holds about a customer: its own id, and the data as it has them, which need not be ours. While it cannot be reached, what is known of it here.',
  fields: (t) => ({
    provider: t.field({
      type: ProviderRef,
      description: 'Who holds it.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    reference: t.exposeString('reference', { description: 'The provider’s own id of the customer.' }),
    userId: t.exposeString('userId', {
      description:
        'The number under which the provider knows our customer: the externalId where that is a whole number below 9000000000000, otherwise one that was given to it and stays.',
    }),
    identification: t.field({
      type: IdentificationRef,
      description: 'What the provider takes the customer for, whatever it was sent.',
      resolve: ({ level, providerLevel, provider }) => ({
        level,
        status: level === 'NONE' ? ('NOT_STARTED' as const) : ('VERIFIED' as const),
        changedAt: null,
        provider,
        providerLevel,
      }),
    }),
    person: t.field({
      type: PersonRef,
      nullable: true,
      description:
        'The customer as the provider has them on file; null where it has no data or cannot be reached. Masked unless the caller has PERSONAL_DATA_READ or is the customer.',
      resolve: ({ person, customerId }, _args, context) =>
        person && (seesPersonalData(context, customerId) ? person : maskPerson(person)),
    }),
    notifications: t.field({
      type: NotificationSettingsRef,
      nullable: true,
      description: 'How the provider tells the customer of what it does; null while it cannot be reached.',
      resolve: ({ notifications }) =>
        notifications && { notificationChannel: notifications.channel, notificationPeriod: notifications.period },
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the provider made it; null where it does not tell.',
    }),
    lastNotifiedAt: t.expose('lastNotifiedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the provider told the customer of something last; null before, and while it cannot be reached.',
    }),
  }),
});

builder.objectField(CustomerRef, 'records', (t) =>
  t.field({
    type: [CustomerRecordRef],
    description:
      'The customer as registered at providers that keep clients of their own, asked there just now; oldest first. One whose creation is not proven yet, or which the provider does not have any more, is left out.',
    complexity: { field: 10, multiplier: 2 },
    resolve: (customer, _args, { deps }) => listRecords(deps, customer),
  }),
);
