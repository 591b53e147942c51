import { expect, test, vi } from 'vitest';
import {
  DeleteWebhookEndpointDocument,
  type EventType,
  ReadEventsDocument,
  RetryWebhookDeliveryDocument,
  RotateWebhookSecretDocument,
  TestWebhookEndpointDocument,
  WebhookDeliveryDocument,
  WebhookEndpointsDocument,
} from '../../schema/operations.ts';
import { sequenceEvents } from '../../src/events/log.ts';
import { startTestApp } from '../support/app.ts';
import { done, fault, openShop, refusal } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { startReceiver, verified } from '../support/receiver.ts';
import {
  askAgain,
  askForTest,
  createEndpoint,
  deliveriesOf,
  receive,
  registerEndpoint,
  soleDelivery,
} from '../support/webhooks.ts';

/** A partner registers an endpoint and is told what happens, over real HTTP; the library of Standard Webhooks is the judge. */

const gateway = await startTestApp({ env: { SANDBOX: 'on' } });
const { prisma } = gateway.deps.db;
const LIFE = ['PAYMENT_CREATED', 'PAYMENT_PROCESSING', 'PAYMENT_COMPLETED'] as const satisfies EventType[];

test('A payment’s life arrives signed, with the ids and the order of the log; each delivery can be looked up.', async () => {
  const shop = await openShop(gateway);
  const receiver = await startReceiver();
  const [from, to] = [await shop.wallet({ holds: '100' }), await shop.wallet()];
  const read = async (after?: string) => {
    await sequenceEvents(gateway.deps.db);
    return (await shop.call(ReadEventsDocument, { after, first: 100 })).events;
  };
  const { endCursor } = await read();
  const endpoint = await registerEndpoint(shop.call, receiver.url);
  expect(endpoint.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const paymentId = await shop.transfer(from, to, '25.50', true);
  const logged = (await read(endCursor)).events;
  const received = await receive(receiver, logged.length);
  for (const request of received) {
    expect(verified(endpoint.secret, request)).toEqual(request.body);
    expect(request.headers['content-type']).toBe('application/json');
    expect(logged.filter(({ id }) => id === request.headers['webhook-id'])).toMatchObject([
      { id: request.body.id, type: request.body.type, cursor: request.body.cursor },
    ]);
  }
  const ofPayment = received.filter(({ body }) => body.data['payment']?.['id'] === paymentId).map(({ body }) => body);
  expect(ofPayment.map(({ type }) => type)).toEqual(LIFE);
  expect(ofPayment.at(-1)?.data).toMatchObject({ payment: { status: 'COMPLETED' }, transition: { to: 'COMPLETED' } });
  const balances = received.filter(({ body }) => body.data['balance'] && body.data['wallet']?.['id'] === to);
  expect(balances.at(-1)?.body.data['balance']).toMatchObject({ currency: 'RUB', posted: '25.50', available: '25.50' });
  await vi.waitFor(async () => {
    const deliveries = (await deliveriesOf(shop.call, endpoint.id)).reverse();
    expect(deliveries.map(({ event }) => event.id).sort()).toEqual(logged.map(({ id }) => id).sort());
    for (const delivery of deliveries) {
      expect(delivery).toMatchObject({ state: 'DELIVERED', nextAttemptAt: null });
      expect(delivery.attempts).toMatchObject([{ status: 204, error: null, durationMs: expect.any(Number) }]);
    }
  });
});

test('An endpoint is told of the types that it asked for, of its own partner only, and from its registration on.', async () => {
  const [shop, other] = [await openShop(gateway), await openShop(gateway, { name: 'Another shop' })];
  const receiver = await startReceiver();
  const wallets = [await shop.wallet({ holds: '100' }), await shop.wallet()] as const;
  const others = [await other.wallet({ holds: '100' }), await other.wallet()] as const;
  await shop.transfer(...wallets, '1', true);
  await sequenceEvents(gateway.deps.db);
  const endpoint = await registerEndpoint(shop.call, receiver.url, ['PAYMENT_COMPLETED']);
  expect(endpoint).toMatchObject({ url: receiver.url, eventTypes: ['PAYMENT_COMPLETED'], disabledAt: null });
  await other.transfer(...others, '2', true);
  const paymentId = await shop.transfer(...wallets, '3', true);
  const [told] = await receive(receiver, 1);
  expect(told?.body).toMatchObject({ type: 'PAYMENT_COMPLETED', data: { payment: { id: paymentId } } });
  await soleDelivery(shop.call, endpoint.id, { state: 'DELIVERED' });
  expect(await refusal(createEndpoint(shop.call, { url: receiver.url, eventTypes: [] }))).toMatchObject({
    code: 'INVALID_INPUT',
    issues: [{ path: ['input', 'eventTypes'] }],
  });
});

test('A test reaches the endpoint that is tested, whatever its types, and stands in the log.', async () => {
  const shop = await openShop(gateway);
  const [receiver, bystander] = [await startReceiver(), await startReceiver()];
  await registerEndpoint(shop.call, bystander.url);
  const endpoint = await registerEndpoint(shop.call, receiver.url, ['PAYMENT_COMPLETED']);
  const delivery = await askForTest(shop.call, endpoint.id);
  expect(delivery.event.type).toBe('WEBHOOK_TEST');
  const [request] = await receive(receiver, 1);
  expect(request && verified(endpoint.secret, request)).toMatchObject({
    type: 'WEBHOOK_TEST',
    id: delivery.event.id,
    data: { endpoint: { id: endpoint.id } },
  });
  await soleDelivery(shop.call, endpoint.id, { id: delivery.id, state: 'DELIVERED' });
  const { data } = await gateway.query(
    shop.apiKey,
    '{ events(first: 100) { events { id ... on WebhookTestEvent { endpoint { url } } } } }',
  );
  expect(data).toEqual({ events: { events: [{ id: delivery.event.id, endpoint: { url: receiver.url } }] } });
  expect(bystander.received).toEqual([]);
});

test('After a rotation both secrets sign; the new one is another, and each is answered once.', async () => {
  const shop = await openShop(gateway);
  const receiver = await startReceiver();
  const { id: endpointId, secret } = await registerEndpoint(shop.call, receiver.url);
  const rotated = (await shop.call(RotateWebhookSecretDocument, { endpointId })).webhookEndpointRotateSecret;
  const { secret: newer } = done(rotated, 'WebhookEndpointRotateSecretSuccess');
  expect(newer).not.toBe(secret);
  await askForTest(shop.call, endpointId);
  const [request] = await receive(receiver, 1);
  if (!request) throw new Error('nothing came');
  expect(request.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
  expect([verified(secret, request), verified(newer, request)]).toEqual([request.body, request.body]);
  const another = (await registerEndpoint(shop.call, receiver.url)).secret;
  expect(() => verified(another, request)).toThrow('No matching signature found');
  expect(() => verified(newer, { ...request, text: request.text.replace('WEBHOOK_TEST', 'WEBHOOK_BEST') })).toThrow(
    'No matching signature found',
  );
});

test('A delivery that arrived is sent again on request, under the same id.', async () => {
  const shop = await openShop(gateway);
  const receiver = await startReceiver();
  const endpoint = await registerEndpoint(shop.call, receiver.url, ['WALLET_OPENED']);
  await shop.wallet();
  const { id, event } = await soleDelivery(shop.call, endpoint.id, { state: 'DELIVERED' });
  const asked = await askAgain(shop.call, id);
  expect(asked).toMatchObject({ id, state: 'PENDING', nextAttemptAt: expect.any(String) });
  const received = await receive(receiver, 2);
  expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([event.id, event.id]);
  expect(received[1]?.text).toBe(received[0]?.text);
  const again = await soleDelivery(shop.call, endpoint.id, { state: 'DELIVERED' });
  expect(again.attempts).toMatchObject([{ status: 204 }, { status: 204 }]);
});

test('A deleted endpoint is told nothing more and is not found; deleting it again answers it.', async () => {
  const shop = await openShop(gateway);
  const receiver = await startReceiver();
  const [gone, stays] = [
    await registerEndpoint(shop.call, receiver.url, ['WALLET_OPENED']),
    await registerEndpoint(shop.call, `${receiver.url}/stays`, ['WALLET_OPENED']),
  ];
  const drop = async () => {
    const { webhookEndpointDelete } = await shop.call(DeleteWebhookEndpointDocument, { endpointId: gone.id });
    return done(webhookEndpointDelete, 'WebhookEndpointDeleteSuccess').endpoint;
  };
  const first = await drop();
  expect(first).toMatchObject({ id: gone.id, disabledAt: expect.any(String) });
  expect(await drop()).toEqual(first);
  await shop.wallet();
  expect((await receive(receiver, 1)).map(({ path }) => path)).toEqual(['/hooks/stays']);
  expect((await shop.call(WebhookEndpointsDocument, {})).webhookEndpoints.map(({ id }) => id)).toEqual([stays.id]);
  expect((await shop.call(WebhookDeliveryDocument, { id: gone.id })).node).toBeNull();
  expect(await prisma.webhookSecret.count({ where: { endpointId: gone.id } })).toBe(0);
  expect(await refusal(shop.call(TestWebhookEndpointDocument, { endpointId: gone.id }))).toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('Endpoints and deliveries of another partner do not exist; sessions and keys without the scope have none.', async () => {
  const [shop, other] = [await openShop(gateway), await openShop(gateway, { name: 'Another shop' })];
  const receiver = await startReceiver();
  const { id: endpointId } = await registerEndpoint(shop.call, receiver.url);
  await askForTest(shop.call, endpointId);
  const { id: deliveryId } = await soleDelivery(shop.call, endpointId, { state: 'DELIVERED' });
  const before = await prisma.webhookEndpoint.findUniqueOrThrow({
    where: { id: endpointId },
    include: { secrets: true },
  });
  for (const answer of [
    other.call(RotateWebhookSecretDocument, { endpointId }),
    other.call(TestWebhookEndpointDocument, { endpointId }),
    other.call(DeleteWebhookEndpointDocument, { endpointId }),
    other.call(RetryWebhookDeliveryDocument, { deliveryId }),
  ])
    expect(await refusal(answer)).toMatchObject({ __typename: 'NotFoundError', code: 'NOT_FOUND' });
  for (const id of [endpointId, deliveryId]) {
    expect((await shop.call(WebhookDeliveryDocument, { id })).node).toMatchObject({ id });
    expect((await other.call(WebhookDeliveryDocument, { id })).node).toBeNull();
  }
  expect((await other.call(WebhookEndpointsDocument, {})).webhookEndpoints).toEqual([]);
  // the administrator reads everything, and changes nothing
  const admin = run(gateway, gateway.config.adminKey);
  const listed = (await admin(WebhookEndpointsDocument, {})).webhookEndpoints;
  expect(listed.map(({ id }) => id)).toContain(endpointId);
  expect((await admin(WebhookDeliveryDocument, { id: deliveryId })).node).toMatchObject({ id: deliveryId });
  expect(await fault(gateway, gateway.config.adminKey, DeleteWebhookEndpointDocument, { endpointId })).toMatchObject({
    code: 'FORBIDDEN',
  });
  const readOnly = await shop.key(['EVENTS_READ']);
  const session = await shop.customer();
  for (const token of [readOnly, session.token]) {
    expect(await fault(gateway, token, WebhookEndpointsDocument, {})).toMatchObject({ code: 'FORBIDDEN' });
    expect(await fault(gateway, token, TestWebhookEndpointDocument, { endpointId })).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await gateway.query(token, `{ node(id: "${endpointId}") { id } }`)).toEqual({ data: { node: null } });
  }
  const after = await prisma.webhookEndpoint.findUniqueOrThrow({
    where: { id: endpointId },
    include: { secrets: true },
  });
  expect(after).toEqual(before);
  expect(receiver.received).toHaveLength(1);
});

test('A key that may register but not read events sees no event in a delivery.', async () => {
  const shop = await openShop(gateway);
  const receiver = await startReceiver();
  const { id } = await registerEndpoint(shop.call, receiver.url);
  await askForTest(shop.call, id);
  const key = await shop.key(['WEBHOOKS_WRITE']);
  const seen = await gateway.query(key, `{ webhookEndpoints { id deliveries { edges { node { state } } } } }`);
  expect(seen).toMatchObject({ data: { webhookEndpoints: [{ id, deliveries: { edges: [{ node: {} }] } }] } });
  const withEvent = '{ webhookEndpoints { deliveries { edges { node { event { id } } } } } }';
  expect(await fault(gateway, key, withEvent, {})).toMatchObject({ code: 'FORBIDDEN' });
});

test('A partner has twenty endpoints at most; one more is refused, and deleting one makes room.', async () => {
  const shop = await openShop(gateway);
  const receiver = await startReceiver();
  const made = await Promise.all(Array.from({ length: 20 }, () => registerEndpoint(shop.call, receiver.url)));
  const refused = await refusal(createEndpoint(shop.call, { url: receiver.url }));
  expect(refused).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('20 endpoints') });
  await shop.call(DeleteWebhookEndpointDocument, { endpointId: made[0]?.id ?? '' });
  await registerEndpoint(shop.call, receiver.url);
  expect(await prisma.webhookEndpoint.count({ where: { partnerId: shop.id, deletedAt: null } })).toBe(20);
});
