import { attachTickets } from '../domain/credit/attach-tickets.ts';
import type { KnownSession } from '../domain/credit/store.ts';
import { ProviderRejectedError, ProviderUnavailableError } from '../domain/provider/errors.ts';
import { InvalidInputError, NotFoundError, StateError } from '../errors.ts';
import { server } from './access.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { CreditSessionRef } from './refs.ts';

const TicketInput = builder.inputType('TicketInput', {
  description: 'An issued ticket.',
  fields: (t) => ({
    number: t.string({ required: true, description: 'Its number; the same number again takes its place.' }),
    receipt: t.field({
      type: 'Upload',
      required: true,
      description: 'Its itinerary receipt: a PDF, DOC or DOCX file, 8 MB at most.',
    }),
  }),
});
const CreditSessionAttachTicketsInput = builder.inputType('CreditSessionAttachTicketsInput', {
  description: 'Tickets that were issued for an order. Files are sent on; their names, sizes and hashes are kept.',
  fields: (t) => ({
    orderId: t.string({ required: true, description: 'The order.' }),
    productType: t.string({
      required: true,
      defaultValue: 'airline_tickets',
      description: 'What was sold; only airline_tickets so far.',
    }),
    tickets: t.field({ type: [TicketInput], required: true, description: 'The tickets; at least one.' }),
    transactionLetter: t.field({ type: 'Upload', description: 'A letter about the transaction.' }),
  }),
});
const AttachTicketsSuccess = builder
  .objectRef<{ session: KnownSession }>('CreditSessionAttachTicketsSuccess')
  .implement({
    description: 'The lender has the tickets.',
    fields: (t) => ({
      session: t.expose('session', { type: CreditSessionRef, description: 'The session as it is now.' }),
    }),
  });
mutation('creditSessionAttachTickets', {
  description:
    'Sends issued tickets with their receipts to the lender (multipart upload). When it does not answer, repeat the same call. The partner’s server.',
  auth: { server: 'CREDIT_WRITE' },
  input: CreditSessionAttachTicketsInput,
  success: AttachTicketsSuccess,
  errors: [NotFoundError, InvalidInputError, StateError, ProviderRejectedError, ProviderUnavailableError],
  resolve: async ({ transactionLetter, ...input }, context) => ({
    session: await attachTickets(context.deps, server(context), {
      ...input,
      transactionLetter: transactionLetter ?? null,
    }),
  }),
});
