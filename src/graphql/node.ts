import { brandWithType } from '@pothos/core';
import { z } from 'zod';
import { findLocation } from '../domain/location/find-locations.ts';
import { findServiceRequest } from '../domain/service/request-service.ts';
import { idPrefixes } from '../lib/ids.ts';
import { authScopes, signedIn } from './access.ts';
import { builder } from './builder.ts';
import { catalogueOf } from './catalogue.ts';
import type { Context } from './context.ts';
import { findEventById } from './event.ts';
import { findDocumentById } from './persisted-document.ts';
import { providerById } from './provider.ts';
import { findWebhookById } from './provider-webhook.ts';
import { findReconciliationById } from './reconciliation.ts';
import { paymentView } from './refs.ts';
import { findDeliveryById, findEndpointById } from './webhook-endpoint.ts';

type Load = (id: string, context: Context) => Promise<object | null>;

/** How an object is found by its id: the prefix tells the type. */
const byPrefix: Record<string, [typename: string | null, load: Load]> = {
  [idPrefixes.Partner]: ['Partner', (id, { loaders }) => loaders.partner.load(id)],
  [idPrefixes.ApiKey]: ['ApiKey', loadApiKey],
  [idPrefixes.Customer]: ['Customer', (id, { loaders }) => loaders.customer.load(id)],
  [idPrefixes.Wallet]: ['Wallet', (id, { loaders }) => loaders.wallet.load(id)],
  [idPrefixes.IdentificationDowngrade]: ['IdentificationDowngrade', (id, { loaders }) => loaders.downgrade.load(id)],
  [idPrefixes.Payment]: [
    'Payment',
    async (id, { loaders }) => {
      const row = await loaders.payment.load(id);
      return row && paymentView(row);
    },
  ],
  [idPrefixes.Card]: ['Card', (id, { loaders }) => loaders.card.load(id)],
  [idPrefixes.PaymentTemplate]: ['PaymentTemplate', (id, { loaders }) => loaders.template.load(id)],
  [idPrefixes.Remittance]: ['Remittance', (id, { loaders }) => loaders.remittance.load(id)],
  [idPrefixes.CreditSession]: ['CreditSession', (id, { loaders }) => loaders.creditSession.load(id)],
  [idPrefixes.CreditRefund]: ['CreditRefund', (id, { loaders }) => loaders.creditRefund.load(id)],
  [idPrefixes.Invoice]: ['Invoice', (id, { loaders }) => loaders.invoice.load(id)],
  [idPrefixes.LedgerAccount]: ['LedgerAccount', ofBooks((id, { loaders }) => loaders.ledgerAccount.load(id))],
  [idPrefixes.JournalEntry]: ['JournalEntry', ofBooks((id, { loaders }) => loaders.journalEntry.load(id))],
  [idPrefixes.Provider]: ['Provider', async (id, { deps }) => providerById(deps, id)],
  [idPrefixes.ProviderAccount]: ['ProviderAccount', loadProviderAccount],
  [idPrefixes.ProviderWebhook]: ['ProviderWebhook', (id, context) => findWebhookById(context, id)],
  [idPrefixes.Reconciliation]: ['Reconciliation', (id, context) => findReconciliationById(context, id)],
  [idPrefixes.Service]: ['Service', (id, context) => catalogueOf(context).service.load(id)],
  [idPrefixes.ServiceRequest]: [
    'ServiceRequest',
    (id, context) => findServiceRequest(context.deps, signedIn(context), id),
  ],
  [idPrefixes.ServiceCategory]: ['ServiceCategory', (id, context) => catalogueOf(context).category.load(id)],
  [idPrefixes.Place]: ['Place', (id, context) => catalogueOf(context).place.load(id)],
  [idPrefixes.Location]: ['Location', loadLocation],
  [idPrefixes.WebhookEndpoint]: ['WebhookEndpoint', (id, context) => findEndpointById(context, id)],
  [idPrefixes.WebhookDelivery]: ['WebhookDelivery', (id, context) => findDeliveryById(context, id)],
  [idPrefixes.PersistedDocument]: ['PersistedDocument', (id, context) => findDocumentById(context, id)],
  // events know their own type
  [idPrefixes.Event]: [null, findEventById],
};

/** Whoever may not read the books is not told either that there is such an id. */
function ofBooks(find: Load): Load {
  return async (id, context) => (authScopes(context).scope('LEDGER_READ') ? find(id, context) : null);
}

function loadApiKey(id: string, context: Context): Promise<object | null> {
  const viewer = signedIn(context);
  const where = viewer.kind === 'ADMIN' ? { id } : { id, partnerId: viewer.partnerId };
  return viewer.kind === 'CUSTOMER' ? Promise.resolve(null) : context.deps.db.prisma.apiKey.findFirst({ where });
}

function loadProviderAccount(id: string, context: Context): Promise<object | null> {
  const viewer = signedIn(context);
  const where = viewer.kind === 'ADMIN' ? { id } : { id, partnerId: viewer.partnerId };
  return viewer.kind === 'CUSTOMER'
    ? Promise.resolve(null)
    : context.deps.db.prisma.providerAccount.findFirst({ where });
}

async function loadLocation(id: string, context: Context): Promise<object | null> {
  return findLocation(context.deps.db.prisma, await catalogueOf(context).all(), id);
}

async function load(id: string, context: Context): Promise<object | null> {
  const [typename, find] = byPrefix[id.slice(0, id.indexOf('_'))] ?? [null, async () => null];
  const found = await find(id, context);
  if (!found || !typename) return found;
  // a copy, of the same class: loaders hand the same row to others, who know its type without a brand
  const node: object = Object.assign(Object.create(Object.getPrototypeOf(found)), found);
  brandWithType(node, typename as never);
  return node;
}

builder.queryFields((t) => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    description: 'Any object by its id. Null when there is none that the caller may see.',
    authScopes: { signedIn: true },
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_root, { id }, context) => load(id, context) as never,
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description:
      'Many objects by their ids, in that order; null where there is none that the caller may see. At most 100.',
    authScopes: { signedIn: true },
    args: {
      ids: t.arg.idList({
        required: true,
        description: 'Their ids.',
        validate: z.array(z.string()).max(100, 'at most 100 ids at a time'),
      }),
    },
    resolve: (_root, { ids }, context) => Promise.all(ids.map((id) => load(id, context))) as never,
  }),
}));
