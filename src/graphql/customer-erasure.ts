import type { Customer } from '../db/generated/client.ts';
import { erasePersonalData } from '../domain/customer/erase-personal-data.ts';
import { NotFoundError, StateError } from '../errors.ts';
import { server } from './access.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { CustomerRef } from './refs.ts';

const CustomerIdInput = builder.inputType('CustomerIdInput', {
  description: 'Names a customer.',
  fields: (t) => ({ customerId: t.id({ required: true, description: 'Which customer.' }) }),
});
const CustomerErasePersonalDataSuccess = builder
  .objectRef<{ customer: Customer }>('CustomerErasePersonalDataSuccess')
  .implement({
    description: 'The personal data are erased.',
    fields: (t) => ({
      customer: t.expose('customer', { type: CustomerRef, description: 'What is left of the customer.' }),
    }),
  });

mutation('customerErasePersonalData', {
  description:
    'Erases what is known of a person for good: their data, phones, cards, templates, and the words and payees on their payments. Amounts, dates and the books stay. Sessions of the customer end; `externalId` becomes free. Refused while a wallet of theirs is not closed, or a payment is under way. Providers are not told. Doing it again changes nothing.',
  auth: { server: 'CUSTOMERS_WRITE' },
  input: CustomerIdInput,
  success: CustomerErasePersonalDataSuccess,
  errors: [NotFoundError, StateError],
  resolve: async ({ customerId }, context) => ({
    customer: await erasePersonalData(context.deps, server(context), customerId),
  }),
});
