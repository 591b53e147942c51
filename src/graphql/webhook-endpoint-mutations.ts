import type { WebhookDelivery, WebhookEndpoint } from '../db/generated/client.ts';
import { createEndpoint } from '../domain/webhook-endpoint/create-endpoint.ts';
import { deleteEndpoint } from '../domain/webhook-endpoint/delete-endpoint.ts';
import { retryDelivery } from '../domain/webhook-endpoint/retry-delivery.ts';
import { rotateSecret } from '../domain/webhook-endpoint/rotate-secret.ts';
import { testEndpoint } from '../domain/webhook-endpoint/test-endpoint.ts';
import { InvalidInputError, NotFoundError } from '../errors.ts';
import type { EventType } from '../events/event.ts';
import { server } from './access.ts';
import { builder } from './builder.ts';
import { EventTypeEnum } from './enums.ts';
import { mutation } from './mutation.ts';
import { WebhookDeliveryRef, WebhookEndpointRef } from './webhook-endpoint.ts';

const WebhookEndpointCreateInput = builder.inputType('WebhookEndpointCreateInput', {
  description: 'Where to send events, and which.',
  fields: (t) => ({
    url: t.field({
      type: 'URL',
      required: true,
      description:
        'Where to post them: https://, an address of the Internet, no user name, no fragment. Beside the sandbox also http:// and this machine.',
    }),
    eventTypes: t.field({
      type: [EventTypeEnum],
      description: 'Which; all when left out, those included that are yet to come.',
    }),
  }),
});
const WebhookEndpointIdInput = builder.inputType('WebhookEndpointIdInput', {
  description: 'Which endpoint.',
  fields: (t) => ({ endpointId: t.id({ required: true, description: 'The endpoint.' }) }),
});
const WebhookDeliveryRetryInput = builder.inputType('WebhookDeliveryRetryInput', {
  description: 'Which delivery.',
  fields: (t) => ({ deliveryId: t.id({ required: true, description: 'The delivery.' }) }),
});

interface WithSecret {
  endpoint: WebhookEndpoint;
  secret: string;
}

const secretSuccess = (name: string, description: string, secret: string) =>
  builder.objectRef<WithSecret>(name).implement({
    description,
    fields: (t) => ({
      endpoint: t.expose('endpoint', { type: WebhookEndpointRef, description: 'The endpoint.' }),
      secret: t.exposeString('secret', { description: secret }),
    }),
  });
const deliverySuccess = (name: string, description: string) =>
  builder.objectRef<{ delivery: WebhookDelivery }>(name).implement({
    description,
    fields: (t) => ({
      delivery: t.expose('delivery', { type: WebhookDeliveryRef, description: 'The delivery, which is on its way.' }),
    }),
  });

const auth = { server: 'WEBHOOKS_WRITE' } as const;

mutation('webhookEndpointCreate', {
  description: 'Has events sent to an address, from now on.',
  auth,
  input: WebhookEndpointCreateInput,
  success: secretSuccess(
    'WebhookEndpointCreateSuccess',
    'Events are sent there.',
    'The secret that they are signed with, `whsec_…`. It is answered this once.',
  ),
  errors: [InvalidInputError],
  resolve: ({ url, eventTypes }, context) =>
    createEndpoint(context.deps, server(context), {
      url,
      ...(eventTypes ? { eventTypes: eventTypes as EventType[] } : {}),
    }),
});
mutation('webhookEndpointRotateSecret', {
  description: 'Makes a new secret for an endpoint. The old one signs beside it for a day.',
  auth,
  input: WebhookEndpointIdInput,
  success: secretSuccess(
    'WebhookEndpointRotateSecretSuccess',
    'From now on events are signed with both.',
    'The new secret, `whsec_…`. It is answered this once.',
  ),
  errors: [NotFoundError],
  resolve: ({ endpointId }, context) => rotateSecret(context.deps, server(context), endpointId),
});
mutation('webhookEndpointTest', {
  description:
    'Sends an event of the type WEBHOOK_TEST, whatever the endpoint’s types. One that is disabled is enabled again when it takes it, and is told what happens from then on.',
  auth,
  input: WebhookEndpointIdInput,
  success: deliverySuccess('WebhookEndpointTestSuccess', 'The test is sent.'),
  errors: [NotFoundError],
  resolve: async ({ endpointId }, context) => ({
    delivery: await testEndpoint(context.deps, server(context), endpointId),
  }),
});
mutation('webhookEndpointDelete', {
  description: 'Sends nothing more to an endpoint, and forgets its secrets. Deleting it again answers it as it is.',
  auth,
  input: WebhookEndpointIdInput,
  success: builder.objectRef<{ endpoint: WebhookEndpoint }>('WebhookEndpointDeleteSuccess').implement({
    description: 'Nothing more is sent there.',
    fields: (t) => ({
      endpoint: t.expose('endpoint', { type: WebhookEndpointRef, description: 'The endpoint as it was at the end.' }),
    }),
  }),
  errors: [NotFoundError],
  resolve: async ({ endpointId }, context) => ({
    endpoint: await deleteEndpoint(context.deps, server(context), endpointId),
  }),
});
mutation('webhookDeliveryRetry', {
  description:
    'Sends a delivery again now, also one that was delivered; its tries begin anew. One that waits for an earlier event of its object goes on waiting.',
  auth,
  input: WebhookDeliveryRetryInput,
  success: deliverySuccess('WebhookDeliveryRetrySuccess', 'It is sent again.'),
  errors: [NotFoundError],
  resolve: async ({ deliveryId }, context) => ({
    delivery: await retryDelivery(context.deps, server(context), deliveryId),
  }),
});
