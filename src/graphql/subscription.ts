import { visiblePayments } from '../domain/payment/store.ts';
import { findWallet, type WalletWithAccounts } from '../domain/wallet/store.ts';
import type { EventType, LogEvent } from '../events/event.ts';
import type { EventFilter } from '../events/filter.ts';
import { CursorError, decodeCursor, encodeCursor, readPage } from '../events/log.ts';
import { signedIn } from './access.ts';
import { builder } from './builder.ts';
import { checkPage, pageSize } from './connection.ts';
import type { Context } from './context.ts';
import { EventTypeEnum } from './enums.ts';
import { badInput } from './errors.ts';
import { EventRef, eventScope } from './event.ts';
import { paymentAsOf } from './payment-as-of.ts';
import { PaymentRef, type PaymentView, paymentView, WalletRef } from './refs.ts';
import { refresh, Watch } from './watch.ts';

const EventFilterInput = builder.inputType('EventFilter', {
  description: 'Which events; all conditions must hold.',
  fields: (t) => ({
    types: t.field({ type: [EventTypeEnum], description: 'Of one of these types.' }),
    walletId: t.id({ description: 'That concern this wallet.' }),
    customerId: t.id({ description: 'That this customer may see.' }),
    paymentId: t.id({ description: 'That concern this payment.' }),
  }),
});

function eventFilter(input: typeof EventFilterInput.$inferInput | null | undefined): EventFilter {
  const { types, walletId, customerId, paymentId } = input ?? {};
  return {
    ...(types ? { types: types as EventType[] } : {}),
    ...(walletId ? { walletId } : {}),
    ...(customerId ? { customerId } : {}),
    ...(paymentId ? { paymentId } : {}),
  };
}

function position(cursor: string, name: string): bigint {
  try {
    return decodeCursor(cursor);
  } catch (error) {
    if (error instanceof CursorError) throw badInput(`${name}: ${error.message}`);
    throw error;
  }
}

interface EventPageView {
  events: LogEvent[];
  endCursor: string;
  hasMore: boolean;
}

const EventPageRef = builder.objectRef<EventPageView>('EventPage').implement({
  description: 'A part of the event log.',
  fields: (t) => ({
    events: t.expose('events', { type: [EventRef], description: 'The events, oldest first.' }),
    endCursor: t.expose('endCursor', { type: 'Cursor', description: 'Where to go on, also when nothing was there.' }),
    hasMore: t.exposeBoolean('hasMore', { description: 'Is there more already?' }),
  }),
});

builder.queryField('events', (t) =>
  t.field({
    type: EventPageRef,
    description:
      'The event log: the same events, ids and order that subscriptions deliver. Without `after`: from its beginning.',
    authScopes: { scope: 'EVENTS_READ' },
    args: {
      after: t.arg({ type: 'Cursor', description: 'Only what comes after this cursor.' }),
      first: t.arg.int({ required: true, defaultValue: 50, description: 'How many; at most 100.' }),
      filter: t.arg({ type: EventFilterInput, description: 'Which of them.' }),
    },
    complexity: ({ first }) => ({ field: 1, multiplier: (first ?? 50) / 10 }),
    resolve: async (_root, { after, first, filter }, context) => {
      checkPage({ first, after });
      const size = pageSize(first);
      const scope = eventScope(signedIn(context));
      const from = after ? position(after, 'after') : 0n;
      const { events, scannedTo } = await readPage(context.deps.db.pool, scope, eventFilter(filter), from, size);
      const endCursor = encodeCursor(scannedTo);
      const hasMore = events.length === size;
      return { events, endCursor, hasMore };
    },
  }),
);

const finalStatuses = new Set(['COMPLETED', 'DECLINED', 'CANCELLED', 'EXPIRED', 'REVERSED']);

function watchPayment(context: Context, id: string, follow: boolean): Watch<PaymentView> {
  const viewer = signedIn(context);
  const { db, hub } = context.deps;
  const read = () => db.prisma.payment.findFirst({ where: { AND: [{ id }, visiblePayments(viewer)] } });
  return new Watch({
    open: () => hub.open(eventScope(viewer), { paymentId: id }),
    async present() {
      const row = await read();
      if (!row) throw badInput('id: there is no such payment.');
      return { view: paymentView(row), version: BigInt(row.version) };
    },
    versionOf: ({ data }) => (data.kind === 'payment' ? BigInt(data.payment.version) : null),
    async change({ data }) {
      const row = data.kind === 'payment' ? await read() : null;
      return row && data.kind === 'payment' ? paymentView(paymentAsOf(row, data.payment)) : null;
    },
    isLast: ({ row }) => !follow && finalStatuses.has(row.status),
  });
}

function watchWallet(context: Context, id: string): Watch<WalletWithAccounts> {
  const viewer = signedIn(context);
  const { db, hub } = context.deps;
  const read = () => findWallet(db.prisma, viewer, id);
  return new Watch({
    open: () => hub.open(eventScope(viewer), { walletId: id }),
    async present() {
      const view = await read();
      if (!view) throw badInput('id: there is no such wallet.');
      return { view, version: null };
    },
    versionOf: ({ data, position }) => ('walletId' in data && data.walletId === id ? position : null),
    change: read,
    isLast: () => false,
  });
}

function watchEvents(context: Context, filter: EventFilter): Watch<LogEvent> {
  const scope = eventScope(signedIn(context));
  return new Watch({
    open: () => context.deps.hub.open(scope, filter),
    present: null,
    versionOf: (event) => event.position,
    change: (event) => event,
    isLast: () => false,
  });
}

builder.subscriptionFields((t) => ({
  paymentUpdated: t.field({
    type: PaymentRef,
    description: 'The payment as it is now, then after each change; completes after a terminal status unless `follow`.',
    authScopes: { scope: 'PAYMENTS_READ' },
    args: {
      id: t.arg.id({ required: true, description: 'Which payment.' }),
      follow: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'Go on after a terminal status: the provider may undo it.',
      }),
    },
    subscribe: (_root, { id, follow }, context) => watchPayment(context, id, follow),
    resolve: (view: PaymentView, _args, context) => {
      refresh(context);
      return view;
    },
  }),
  walletUpdated: t.field({
    type: WalletRef,
    description: 'The wallet as it is now, then after each change of its balances or state.',
    authScopes: { scope: 'WALLETS_READ' },
    args: { id: t.arg.id({ required: true, description: 'Which wallet.' }) },
    subscribe: (_root, { id }, context) => watchWallet(context, id),
    resolve: (wallet: WalletWithAccounts, _args, context) => {
      refresh(context);
      return wallet;
    },
  }),
  events: t.field({
    type: EventRef,
    description:
      'All that happened after `after` and then all that happens: in log order, nothing missing, nothing twice. Without `after`: from now on. Over SSE the cursor is the message’s id, and Last-Event-ID stands in for `after`.',
    authScopes: { scope: 'EVENTS_READ' },
    args: {
      after: t.arg({ type: 'Cursor', description: 'Only what comes after this cursor.' }),
      filter: t.arg({ type: EventFilterInput, description: 'Which of them.' }),
    },
    subscribe: (_root, { after, filter }, context) => {
      checkPage({ after });
      const cursor = context.lastEventId ?? after;
      if (!cursor) return watchEvents(context, eventFilter(filter));
      const scope = eventScope(signedIn(context));
      return context.deps.hub.replayThenLive(scope, eventFilter(filter), position(cursor, 'after'));
    },
    resolve: (event: LogEvent, _args, context) => {
      refresh(context);
      context.delivery.cursor = encodeCursor(event.position);
      return event;
    },
  }),
}));
