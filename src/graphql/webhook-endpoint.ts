import type { WebhookAttempt, WebhookDelivery, WebhookEndpoint } from '../db/generated/client.ts';
import { visibleDeliveries, visibleEndpoints } from '../domain/webhook-endpoint/store.ts';
import { type EventType, eventTypes } from '../events/event.ts';
import { present } from '../lib/assert.ts';
import { signedIn } from './access.ts';
import { builder } from './builder.ts';
import { pageByIdDescending } from './connection.ts';
import type { Context } from './context.ts';
import { described } from './described.ts';
import { EventTypeEnum } from './enums.ts';
import { asNode, EventRef, WebhookTestEventRef } from './event.ts';
import { forwardArgs, listComplexity } from './forward-page.ts';

/** For the partner's server that may also register endpoints, and for the administrator to read. */
const authScopes = { $any: { admin: true, server: 'WEBHOOKS_WRITE' } } as const;
const interfaces = [builder.nodeInterfaceRef()];

const WebhookDeliveryStateEnum = described('WebhookDeliveryState', 'How far a delivery is.', {
  PENDING: 'To be sent, or to be tried again.',
  DELIVERED: 'The endpoint answered with 2xx.',
  FAILED: 'Given up: after its last try, or because the endpoint was disabled. It is sent again on request.',
});

const WebhookAttemptRef = builder.objectRef<WebhookAttempt>('WebhookAttempt').implement({
  description: 'One try at delivering an event.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it began: the `webhook-timestamp` of that request.' }),
    status: t.exposeInt('status', {
      nullable: true,
      description: 'The HTTP status of the answer; null when no whole answer came.',
    }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'What went wrong, where the status does not say it all.',
    }),
    durationMs: t.exposeInt('durationMs', { description: 'How long it took, in milliseconds.' }),
  }),
});

export const WebhookDeliveryRef = builder.objectRef<WebhookDelivery>('WebhookDelivery').implement({
  description: 'An event that an endpoint is told of, and what came of it.',
  interfaces,
  authScopes,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id. The `webhook-id` that the endpoint sees is the event’s.' }),
    event: t.field({
      type: EventRef,
      description: 'The event. Scope EVENTS_READ.',
      resolve: async ({ position }, _args, { loaders }) =>
        asNode(present(await loaders.loggedEvent.load(position), 'the event of a delivery')),
    }),
    attempts: t.field({
      type: [WebhookAttemptRef],
      description: 'What was tried, oldest first; of very many the last hundred.',
      resolve: ({ id }, _args, { loaders }) => loaders.webhookAttempts.load(id),
    }),
    state: t.expose('state', { type: WebhookDeliveryStateEnum, description: 'How far it is.' }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it is tried; while a try is under way, when another would be at the latest. Null when it is done with, and while it waits for an earlier event of the same object.',
    }),
  }),
});

const WebhookDeliveryConnection = builder.connectionObject(
  { name: 'WebhookDeliveryConnection', type: WebhookDeliveryRef, description: 'A page of deliveries.' },
  { name: 'WebhookDeliveryEdge', description: 'A delivery and its place in the list.' },
);

export const WebhookEndpointRef = builder.objectRef<WebhookEndpoint>('WebhookEndpoint').implement({
  description:
    'An address of the partner’s that is told of events, as Standard Webhooks describes it (docs/webhooks.md).',
  interfaces,
  authScopes,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    url: t.field({ type: 'URL', description: 'Where events are posted.', resolve: ({ url }) => url }),
    eventTypes: t.field({
      type: [EventTypeEnum],
      description: 'Of what it is told. One that was registered for all is told of types that are yet to come, too.',
      resolve: (row) => (row.eventTypes.length === 0 ? [...eventTypes] : (row.eventTypes as EventType[])),
    }),
    disabledAt: t.expose('disabledAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Since when nothing is sent, because it answered 410 Gone or was deleted. What happened since is in `events`; an endpoint that is gone is enabled again when it takes a test or a delivery that was asked for.',
    }),
    deliveries: t.field({
      type: WebhookDeliveryConnection,
      description: 'What it was and is to be told, newest first; kept for as long as events are.',
      args: {
        ...forwardArgs,
        failedOnly: t.arg.boolean({ description: 'Only what was given up.' }),
      },
      complexity: listComplexity,
      resolve: ({ id }, { failedOnly, ...page }, { deps }) =>
        pageByIdDescending<WebhookDelivery>(page, ({ where, ...rest }) =>
          deps.db.prisma.webhookDelivery.findMany({
            ...rest,
            where: { AND: [where, { endpointId: id }, failedOnly ? { state: 'FAILED' } : {}] },
          }),
        ),
    }),
  }),
});

/** Endpoints that the administrator sees; a partner has fewer. */
const MOST_LISTED = 100;

builder.queryField('webhookEndpoints', (t) =>
  t.field({
    type: [WebhookEndpointRef],
    description:
      'The partner’s webhook endpoints, oldest first, disabled ones included. For the administrator the newest hundred of all partners.',
    authScopes,
    resolve: async (_root, _args, context) => {
      const where = visibleEndpoints(signedIn(context));
      const { webhookEndpoint } = context.deps.db.prisma;
      const newest = await webhookEndpoint.findMany({ where, orderBy: { id: 'desc' }, take: MOST_LISTED });
      return newest.reverse();
    },
  }),
);

builder.objectField(WebhookTestEventRef, 'endpoint', (t) =>
  t.field({
    type: WebhookEndpointRef,
    nullable: true,
    description: 'The endpoint that was tested; null when it was deleted, and for callers who may not read endpoints.',
    resolve: ({ data }, _args, context) => findEndpointById(context, data.endpointId),
  }),
);

function mayRead(context: Context): boolean {
  const viewer = signedIn(context);
  return viewer.kind === 'ADMIN' || (viewer.kind === 'PARTNER' && viewer.scopes.has('WEBHOOKS_WRITE'));
}

/** The endpoint with this id; null when the caller may not see it. */
export async function findEndpointById(context: Context, id: string): Promise<WebhookEndpoint | null> {
  if (!mayRead(context)) return null;
  const where = { AND: [{ id }, visibleEndpoints(signedIn(context))] };
  return context.deps.db.prisma.webhookEndpoint.findFirst({ where });
}

/** The delivery with this id; null when the caller may not see it. */
export async function findDeliveryById(context: Context, id: string): Promise<WebhookDelivery | null> {
  if (!mayRead(context)) return null;
  const where = { AND: [{ id }, visibleDeliveries(signedIn(context))] };
  return context.deps.db.prisma.webhookDelivery.findFirst({ where });
}
