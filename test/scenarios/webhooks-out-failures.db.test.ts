import { Webhook } from 'standardwebhooks';
import { expect, test, vi } from 'vitest';
import { type EventType, RotateWebhookSecretDocument, WebhookEndpointsDocument } from '../../schema/operations.ts';
import { LEASE_MS } from '../../src/domain/webhook-endpoint/claim-deliveries.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, type Shop } from '../support/builders.ts';
import { type Received, type Receiver, startReceiver } from '../support/receiver.ts';
import { askAgain, askForTest, deliveriesOf, receive, registerEndpoint, soleDelivery } from '../support/webhooks.ts';

/** Receivers that fail, in all the ways in which they do. The gateway's clock stands still until a test moves it. */

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
let now = Date.now();
const clock = { now: () => new Date(now) };
const gateway = await startTestApp({ clock, env: { SANDBOX: 'on' }, webhooks: { deadlineMs: 2_500 } });
const LIFE: EventType[] = ['PAYMENT_CREATED', 'PAYMENT_PROCESSING', 'PAYMENT_COMPLETED'];
const PATIENCE = { timeout: 20_000, interval: 20 };
/** The waits between the tries of Standard Webhooks, in seconds. */
const WAITS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

async function shopWithWallets() {
  const shop = await openShop(gateway);
  const wallets = [await shop.wallet({ holds: '100' }), await shop.wallet()] as const;
  return { shop, pay: () => shop.transfer(...wallets, '1', true) };
}

const paymentOf = ({ body }: Received) => body.data['payment']?.['id'];
const typesOf = (receiver: Receiver, paymentId: string) =>
  receiver.received.filter((one) => paymentOf(one) === paymentId).map(({ body }) => body.type);
const msAfter = (from: string, to: string | null | undefined) => Date.parse(to ?? '') - Date.parse(from);
/** The only delivery of an endpoint, when so many tries have failed and the next is planned: not while one is under way. */
async function untilPlanned(shop: Shop, endpointId: string, tries: number) {
  const underWay = new Date(now + LEASE_MS).toISOString();
  await soleDelivery(shop.call, endpointId, { attempts: Array(tries).fill({}) });
  const delivery = await soleDelivery(shop.call, endpointId, { state: 'PENDING' });
  expect(delivery.nextAttemptAt).not.toBe(underWay);
  return delivery;
}
const disabledAt = async (shop: Shop) =>
  (await shop.call(WebhookEndpointsDocument, {})).webhookEndpoints.map((endpoint) => endpoint.disabledAt);

test('A receiver that answers 500 twice is tried after 5 s and after 5 min, under one id, and then it is done.', async () => {
  const shop = await openShop(gateway);
  const receiver = await startReceiver();
  receiver.answer = () => ({ status: receiver.received.length < 3 ? 500 : 200, body: 'whatever' });
  const endpoint = await registerEndpoint(shop.call, receiver.url);
  const { id } = await askForTest(shop.call, endpoint.id);
  for (const [tried, wait] of [
    [1, 5],
    [2, 300],
  ] as const) {
    await receive(receiver, tried);
    const waiting = await untilPlanned(shop, endpoint.id, tried);
    expect(waiting.attempts.map(({ status, error }) => [status, error])).toEqual(Array(tried).fill([500, null]));
    // waits grow by a tenth at most
    const planned = msAfter(waiting.attempts.at(-1)?.at ?? '', waiting.nextAttemptAt);
    expect(planned).toBeGreaterThanOrEqual(wait * SECOND);
    expect(planned).toBeLessThanOrEqual(wait * SECOND * 1.1);
    now += wait * SECOND * 1.1;
  }
  const delivered = await soleDelivery(shop.call, endpoint.id, { id, state: 'DELIVERED', nextAttemptAt: null });
  expect(delivered.attempts.map(({ status }) => status)).toEqual([500, 500, 200]);
  const [first, second, third] = receiver.received;
  expect(new Set([first, second, third].map((one) => one?.headers['webhook-id'])).size).toBe(1);
  const [at1 = 0, at2 = 0, at3 = 0] = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
  expect([at2 - at1 >= 5, at3 - at2 >= 300]).toEqual([true, true]);
});

test('While one payment’s event fails its later ones wait, and other payments’ go past; then they come in order.', async () => {
  const { shop, pay } = await shopWithWallets();
  const receiver = await startReceiver();
  const refused = new Set<unknown>();
  // the payment that comes first is the one that fails
  receiver.answer = (one) => {
    if (refused.size === 0) refused.add(paymentOf(one));
    return { status: refused.has(paymentOf(one)) ? 500 : 204 };
  };
  const endpoint = await registerEndpoint(shop.call, receiver.url, LIFE);
  const stuck = await pay();
  await vi.waitFor(() => expect(refused).toEqual(new Set([stuck])), PATIENCE);
  const free = await pay();
  await vi.waitFor(() => expect(typesOf(receiver, free)).toEqual(LIFE), PATIENCE);
  expect(typesOf(receiver, stuck)).toEqual(['PAYMENT_CREATED']);
  await vi.waitFor(async () => {
    const behind = (await deliveriesOf(shop.call, endpoint.id)).filter(({ state }) => state === 'PENDING');
    expect(behind.map(({ nextAttemptAt }) => nextAttemptAt === null).sort()).toEqual([false, true, true]);
  }, PATIENCE);
  receiver.answer = () => ({ status: 204 });
  now += 6 * SECOND;
  await vi.waitFor(() => expect(typesOf(receiver, stuck)).toEqual(['PAYMENT_CREATED', ...LIFE]), PATIENCE);
});

test('After its last try a delivery is parked with what waited for it; asked for again, it arrives.', async () => {
  const { shop, pay } = await shopWithWallets();
  const receiver = await startReceiver();
  receiver.answer = () => ({ status: 500 });
  const endpoint = await registerEndpoint(shop.call, receiver.url, LIFE);
  const paymentId = await pay();
  for (const [index, wait] of WAITS.entries()) {
    await receive(receiver, index + 1);
    await vi.waitFor(async () => {
      const head = (await deliveriesOf(shop.call, endpoint.id)).at(-1);
      expect(head?.attempts).toHaveLength(index + 1);
    }, PATIENCE);
    now += wait * SECOND * 1.1;
  }
  await vi.waitFor(async () => {
    const parked = (await deliveriesOf(shop.call, endpoint.id)).reverse();
    expect(parked.map(({ state, nextAttemptAt }) => [state, nextAttemptAt])).toEqual(LIFE.map(() => ['FAILED', null]));
    // what waited does not begin another three days
    expect(parked.map(({ attempts }) => attempts.length)).toEqual([10, 1, 1]);
  }, PATIENCE);
  receiver.answer = () => ({ status: 204 });
  const next = await pay();
  await vi.waitFor(() => expect(typesOf(receiver, next)).toEqual(LIFE), PATIENCE);
  const [, , created] = (await deliveriesOf(shop.call, endpoint.id)).filter(({ state }) => state === 'FAILED');
  expect(created?.event.type).toBe('PAYMENT_CREATED');
  const before = typesOf(receiver, paymentId).length;
  await askAgain(shop.call, created?.id ?? '');
  await vi.waitFor(() => expect(typesOf(receiver, paymentId)).toHaveLength(before + 1), PATIENCE);
  await vi.waitFor(async () => {
    const found = (await deliveriesOf(shop.call, endpoint.id)).find(({ id }) => id === created?.id);
    expect([found?.state, found?.attempts.length]).toEqual(['DELIVERED', 11]);
  }, PATIENCE);
}, 60_000);

test('A receiver that says `retry-after` is left alone until then, with everything that it is to be told.', async () => {
  const { shop, pay } = await shopWithWallets();
  const receiver = await startReceiver();
  receiver.answer = () => ({ status: 503, headers: { 'retry-after': '3600' } });
  const endpoint = await registerEndpoint(shop.call, receiver.url, ['PAYMENT_COMPLETED']);
  const paymentId = await pay();
  await receive(receiver, 1);
  const waiting = await untilPlanned(shop, endpoint.id, 1);
  expect(msAfter(waiting.attempts[0]?.at ?? '', waiting.nextAttemptAt)).toBe(3_600 * SECOND);
  receiver.answer = () => ({ status: 204 });
  const second = await pay();
  // another endpoint hears of it, so the work goes on; this one does not
  const witness = await startReceiver();
  const other = await registerEndpoint(shop.call, witness.url);
  await askForTest(shop.call, other.id);
  await receive(witness, 1);
  now += 3_500 * SECOND;
  await askForTest(shop.call, other.id);
  await receive(witness, 2);
  expect(receiver.received).toHaveLength(1);
  now += 100 * SECOND;
  const received = await receive(receiver, 3);
  expect(received.map(paymentOf).sort()).toEqual([paymentId, paymentId, second].sort());
});

test('410 disables the endpoint: what waits is given up, nothing more is sent, until it takes a test.', async () => {
  const { shop, pay } = await shopWithWallets();
  const receiver = await startReceiver();
  receiver.answer = () => ({ status: 410 });
  const endpoint = await registerEndpoint(shop.call, receiver.url, LIFE);
  await pay();
  await receive(receiver, 1);
  await vi.waitFor(async () => expect(await disabledAt(shop)).toEqual([expect.any(String)]), PATIENCE);
  const given = await deliveriesOf(shop.call, endpoint.id);
  expect(given.map(({ state, nextAttemptAt }) => [state, nextAttemptAt])).toEqual(given.map(() => ['FAILED', null]));
  expect(given.at(-1)?.attempts).toMatchObject([{ status: 410, error: expect.stringContaining('disabled') }]);
  await pay();
  // a test is sent all the same; what is refused leaves it disabled
  await askForTest(shop.call, endpoint.id);
  await receive(receiver, 2);
  await vi.waitFor(async () => {
    const [newest] = await deliveriesOf(shop.call, endpoint.id);
    expect(newest).toMatchObject({ event: { type: 'WEBHOOK_TEST' }, state: 'FAILED' });
  }, PATIENCE);
  expect(await disabledAt(shop)).toEqual([expect.any(String)]);
  receiver.answer = () => ({ status: 204 });
  await askForTest(shop.call, endpoint.id);
  await vi.waitFor(async () => expect(await disabledAt(shop)).toEqual([null]), PATIENCE);
  expect(receiver.received.map(({ body }) => body.type).slice(1)).toEqual(['WEBHOOK_TEST', 'WEBHOOK_TEST']);
  const told = await pay();
  await vi.waitFor(() => expect(typesOf(receiver, told)).toEqual(LIFE), PATIENCE);
});

test('A redirect is not followed, an answer without end is not read, and silence ends at the deadline.', async () => {
  const shop = await openShop(gateway);
  const [receiver, elsewhere] = [await startReceiver(), await startReceiver()];
  const endpoint = await registerEndpoint(shop.call, receiver.url);
  receiver.answer = () => ({ status: 307, headers: { location: elsewhere.url } });
  await askForTest(shop.call, endpoint.id);
  await soleDelivery(shop.call, endpoint.id, {
    state: 'PENDING',
    attempts: [{ status: 307, error: expect.stringContaining('not followed') }],
  });
  receiver.answer = () => ({ status: 200, body: 'x'.repeat(100_000) });
  now += 6 * SECOND;
  await soleDelivery(shop.call, endpoint.id, {
    state: 'PENDING',
    attempts: [{ status: 307 }, { status: null, error: expect.stringContaining('too long') }],
  });
  receiver.answer = () => 'SILENCE';
  now += 331 * SECOND;
  const silent = await soleDelivery(shop.call, endpoint.id, {
    state: 'PENDING',
    attempts: [{}, {}, { status: null, error: 'No answer came in time.' }],
  });
  expect(silent.attempts[2]?.durationMs).toBeGreaterThan(2_400);
  await receiver.close();
  now += 1_981 * SECOND;
  await soleDelivery(shop.call, endpoint.id, {
    state: 'PENDING',
    attempts: [{}, {}, {}, { status: null, error: 'No connection could be made: ECONNREFUSED.' }],
  });
  expect(elsewhere.received).toEqual([]);
});

test('A receiver that never answers holds up nobody else, however much waits for it.', async () => {
  const { shop, pay } = await shopWithWallets();
  const [slow, quick] = [await startReceiver(), await startReceiver()];
  slow.answer = () => 'SILENCE';
  await registerEndpoint(shop.call, slow.url);
  await registerEndpoint(shop.call, quick.url, LIFE);
  const payments = await Promise.all(Array.from({ length: 20 }, pay));
  for (const paymentId of payments) await vi.waitFor(() => expect(typesOf(quick, paymentId)).toEqual(LIFE), PATIENCE);
  expect(slow.most).toBeGreaterThan(1);
  expect(slow.most).toBeLessThanOrEqual(8);
  // having been silent, it is asked one at a time
  await vi.waitFor(() => expect(slow.waiting).toBeLessThanOrEqual(1), PATIENCE);
  slow.most = 0;
  const [asked, last] = [slow.received.length, await pay()];
  await vi.waitFor(() => expect(typesOf(quick, last)).toEqual(LIFE), PATIENCE);
  await vi.waitFor(() => expect(slow.received.length).toBeGreaterThan(asked + 1), PATIENCE);
  expect(slow.most).toBe(1);
});

test('A day after the rotation the old secret signs no more.', async () => {
  const shop = await openShop(gateway);
  const receiver = await startReceiver();
  const { id: endpointId, secret: old } = await registerEndpoint(shop.call, receiver.url);
  const rotated = (await shop.call(RotateWebhookSecretDocument, { endpointId })).webhookEndpointRotateSecret;
  const { secret: present } = done(rotated, 'WebhookEndpointRotateSecretSuccess');
  // the library verifies by the machine's clock; what it signs does not depend on it
  const signed = (secret: string, { headers, text }: Received) =>
    new Webhook(secret).sign(headers['webhook-id'], new Date(Number(headers['webhook-timestamp']) * 1_000), text);
  const signaturesOf = async (count: number) => {
    await askForTest(shop.call, endpointId);
    const request = (await receive(receiver, count)).at(-1);
    if (!request) throw new Error('nothing came');
    return { request, sent: request.headers['webhook-signature'].split(' ') };
  };
  now += DAY - 60 * SECOND;
  const before = await signaturesOf(1);
  expect(before.sent).toEqual([signed(present, before.request), signed(old, before.request)]);
  now += 120 * SECOND;
  const after = await signaturesOf(2);
  expect(after.sent).toEqual([signed(present, after.request)]);
});
