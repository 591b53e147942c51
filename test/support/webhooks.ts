import { expect, vi } from 'vitest';
import {
  CreateWebhookEndpointDocument,
  type EventType,
  RetryWebhookDeliveryDocument,
  TestWebhookEndpointDocument,
  WebhookDeliveriesDocument,
  type WebhookDeliveryFieldsFragment,
  type WebhookEndpointCreateInput,
} from '../../schema/operations.ts';
import { type Call, done } from './builders.ts';
import type { Received, Receiver } from './receiver.ts';
import { learnSecret } from './secrets.ts';

/** Waits are for events that pass through a database and over a socket. */
const PATIENCE = { timeout: 20_000, interval: 20 };

/** Asks for an endpoint. */
export const createEndpoint = (call: Call, input: WebhookEndpointCreateInput) =>
  call(CreateWebhookEndpointDocument, { input });

/** Registers an endpoint; answers it with its secret. */
export async function registerEndpoint(call: Call, url: string, eventTypes?: EventType[]) {
  const { webhookEndpointCreate } = await createEndpoint(call, { url, eventTypes });
  const { endpoint, secret } = done(webhookEndpointCreate, 'WebhookEndpointCreateSuccess');
  learnSecret(secret);
  return { ...endpoint, secret };
}

/** What an endpoint was told, newest first. */
export async function deliveriesOf(call: Call, endpointId: string): Promise<WebhookDeliveryFieldsFragment[]> {
  const { node } = await call(WebhookDeliveriesDocument, { endpointId, first: 100 });
  if (!node || !('deliveries' in node)) throw new Error(`no endpoint ${endpointId}`);
  return node.deliveries.edges.map((edge) => edge.node);
}

/** The only delivery of an endpoint, when it is as wanted. */
export async function soleDelivery(
  call: Call,
  endpointId: string,
  wanted: Partial<Record<keyof WebhookDeliveryFieldsFragment, unknown>>,
): Promise<WebhookDeliveryFieldsFragment> {
  let found: WebhookDeliveryFieldsFragment[] = [];
  await vi.waitFor(async () => {
    found = await deliveriesOf(call, endpointId);
    expect(found).toMatchObject([wanted]);
  }, PATIENCE);
  return found[0] as WebhookDeliveryFieldsFragment;
}

/** Asks for a test; answers its delivery as it was written down. */
export async function askForTest(call: Call, endpointId: string): Promise<WebhookDeliveryFieldsFragment> {
  const { webhookEndpointTest } = await call(TestWebhookEndpointDocument, { endpointId });
  return done(webhookEndpointTest, 'WebhookEndpointTestSuccess').delivery;
}

/** Asks for a delivery again. */
export async function askAgain(call: Call, deliveryId: string): Promise<WebhookDeliveryFieldsFragment> {
  const { webhookDeliveryRetry } = await call(RetryWebhookDeliveryDocument, { deliveryId });
  return done(webhookDeliveryRetry, 'WebhookDeliveryRetrySuccess').delivery;
}

/** Waits until a receiver has this many requests, and answers them. */
export async function receive(receiver: Receiver, count: number): Promise<Received[]> {
  await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThanOrEqual(count), PATIENCE);
  expect(receiver.received).toHaveLength(count);
  return receiver.received;
}
