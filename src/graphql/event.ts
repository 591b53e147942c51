import { brandWithType } from '@pothos/core';
import type { Viewer } from '../domain/access/viewer.ts';
import type { EventData, EventType, LogEvent } from '../events/event.ts';
import type { EventScope } from '../events/filter.ts';
import { findEvent } from '../events/find-event.ts';
import { encodeCursor } from '../events/log.ts';
import { InvariantError, present } from '../lib/assert.ts';
import { isId } from '../lib/ids.ts';
import { signedIn } from './access.ts';
import { BalanceRef } from './balance.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { EventTypeEnum } from './enums.ts';
import { paymentAsOf } from './payment-as-of.ts';
import { PaymentTransitionRef } from './payment-timeline.ts';
import { CardRef, InvoiceRef, PaymentRef, paymentView, WalletRef } from './refs.ts';

/** Which events this viewer may see. */
export function eventScope(viewer: Viewer): EventScope {
  if (viewer.kind === 'ADMIN') return { partnerId: null, customerId: null };
  return { partnerId: viewer.partnerId, customerId: viewer.kind === 'CUSTOMER' ? viewer.customerId : null };
}

/** An event of one kind. */
export type Of<Kind extends EventData['kind']> = LogEvent & { data: Extract<EventData, { kind: Kind }> };

export const EventRef = builder.interfaceRef<LogEvent>('Event');
EventRef.implement({
  description: 'One thing that happened, once, at one position of the log.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { scope: 'EVENTS_READ' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    cursor: t.field({
      type: 'Cursor',
      description: 'Its position: resume after it.',
      resolve: ({ position }) => encodeCursor(position),
    }),
    type: t.field({ type: EventTypeEnum, description: 'What happened.', resolve: ({ type }) => type as EventType }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened in the world.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was recorded here.' }),
  }),
  resolveType: (event) => typenames[event.data.kind],
});

const typenames = {
  payment: 'PaymentEvent',
  balance: 'BalanceEvent',
  wallet: 'WalletEvent',
  card: 'CardEvent',
  invoice: 'InvoiceEvent',
  test: 'WebhookTestEvent',
  creditSession: 'CreditSessionEvent',
} as const;
const interfaces = [builder.nodeInterfaceRef(), EventRef];
/** What the type of every event implements. */
export const eventInterfaces = interfaces;

builder.objectRef<Of<'payment'>>('PaymentEvent').implement({
  description: 'A payment took a step.',
  interfaces,
  fields: (t) => ({
    payment: t.field({
      type: PaymentRef,
      description: 'The payment as the event left it.',
      resolve: async ({ data }, _args, { loaders }) => {
        const row = await loaders.payment.load(data.payment.id);
        if (!row) throw new InvariantError('an event was shown to somebody who may not see its payment');
        return paymentView(paymentAsOf(row, data.payment));
      },
    }),
    transition: t.field({
      type: PaymentTransitionRef,
      nullable: true,
      description: 'The step; null when the status stayed.',
      resolve: async ({ data: { payment, transition } }, _args, context) => {
        if (!transition) return null;
        const timeline = await context.loaders.transitions.load(payment.id);
        const step = present(
          timeline.find(({ version }) => version === payment.version),
          'the step of an event',
        );
        // an operator's evidence may name people
        return signedIn(context).kind === 'CUSTOMER' ? { ...step, message: null } : step;
      },
    }),
  }),
});

builder.objectRef<Of<'balance'>>('BalanceEvent').implement({
  description: 'A balance of a wallet changed.',
  interfaces,
  fields: (t) => ({
    wallet: t.field({
      type: WalletRef,
      description: 'The wallet as it is now.',
      resolve: async ({ data }, _args, { loaders }) =>
        present(await loaders.wallet.load(data.walletId), 'the wallet of an event'),
    }),
    balance: t.field({
      type: BalanceRef,
      description: 'The balance as the event left it.',
      resolve: async ({ data }, _args, { loaders }) => {
        const wallet = await loaders.wallet.load(data.walletId);
        const { currency, posted, pending, available, asOf } = data;
        const amounts = { posted: BigInt(posted), pending: BigInt(pending), available: BigInt(available) };
        return { currency, ...amounts, isDefault: wallet?.defaultCurrency === currency, asOf: new Date(asOf) };
      },
    }),
  }),
});

builder.objectRef<Of<'wallet'>>('WalletEvent').implement({
  description: 'A wallet was opened, changed or closed.',
  interfaces,
  fields: (t) => ({
    wallet: t.field({
      type: WalletRef,
      description: 'The wallet as it is now.',
      resolve: async ({ data }, _args, { loaders }) =>
        present(await loaders.wallet.load(data.walletId), 'the wallet of an event'),
    }),
  }),
});

builder.objectRef<Of<'card'>>('CardEvent').implement({
  description: 'A card changed.',
  interfaces,
  fields: (t) => ({
    card: t.field({
      type: CardRef,
      nullable: true,
      description: 'The card as it is now; null for callers who may not read cards.',
      resolve: ({ data }, _args, { loaders, viewer }) => {
        const mayRead = viewer?.kind === 'ADMIN' || viewer?.scopes.has('CARDS_READ');
        return mayRead ? loaders.card.load(data.cardId) : null;
      },
    }),
  }),
});

builder.objectRef<Of<'invoice'>>('InvoiceEvent').implement({
  description: 'An invoice was issued or changed.',
  interfaces,
  fields: (t) => ({
    invoice: t.field({
      type: InvoiceRef,
      nullable: true,
      description: 'The invoice as it is now; null for callers who may not read invoices.',
      resolve: ({ data }, _args, { loaders, viewer }) => {
        const mayRead = viewer?.kind === 'ADMIN' || viewer?.scopes.has('INVOICES_READ');
        return mayRead ? loaders.invoice.load(data.invoiceId) : null;
      },
    }),
  }),
});

/** Its endpoint is told by webhook-endpoint.ts. */
export const WebhookTestEventRef = builder.objectRef<Of<'test'>>('WebhookTestEvent').implement({
  description: 'A webhook endpoint was tested; nothing else happened.',
  interfaces,
});

/** The event with this id, ready to be shown as a Node; null when the caller may not see it. */
export async function findEventById(id: string, context: Context): Promise<object | null> {
  const viewer = signedIn(context);
  if (viewer.kind !== 'ADMIN' && !viewer.scopes.has('EVENTS_READ')) return null;
  const event = isId('Event', id) ? await findEvent(context.deps.db, eventScope(viewer), id) : null;
  return event && asNode(event);
}

/** The event with its own type written on it. */
export function asNode(event: LogEvent): LogEvent {
  const node = { ...event };
  brandWithType(node, typenames[event.data.kind] as never);
  return node;
}
