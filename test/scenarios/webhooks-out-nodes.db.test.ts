import { expect, onTestFinished, test, vi } from 'vitest';
import type { EventType } from '../../schema/operations.ts';
import { startApp } from '../../src/app.ts';
import { openDatabase } from '../../src/db/client.ts';
import { addJob } from '../../src/db/job-queue.ts';
import { transaction } from '../../src/db/transaction.ts';
import { claimDeliveries } from '../../src/domain/webhook-endpoint/claim-deliveries.ts';
import { fanOut } from '../../src/domain/webhook-endpoint/fan-out.ts';
import { oldestUntold } from '../../src/domain/webhook-endpoint/prune-deliveries.ts';
import { appendEvents, sequenceEvents } from '../../src/events/log.ts';
import { createLog } from '../../src/lib/log.ts';
import { startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { recordedEvents } from '../support/recorded-events.ts';
import { askForTest, deliveriesOf, receive, registerEndpoint } from '../support/webhooks.ts';

/** Gateways that stop, die, and share the work: an event is told at least once, and normally once. */

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const PATIENCE = { timeout: 30_000, interval: 20 };
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };
const gateway = await startTestApp({ clock, env: { SANDBOX: 'on', EVENT_RETENTION_DAYS: '10' } });
const LIFE: EventType[] = ['PAYMENT_CREATED', 'PAYMENT_PROCESSING', 'PAYMENT_COMPLETED'];

const idsAt = (receiver: Receiver) => receiver.received.map(({ headers }) => headers['webhook-id']);
const typesOf = (receiver: Receiver, paymentId: string) =>
  receiver.received.filter(({ body }) => body.data['payment']?.['id'] === paymentId).map(({ body }) => body.type);

test('The endpoint is down and the gateway is restarted in the middle: every event arrives, each object’s in order.', async () => {
  const shop = await openShop(gateway);
  const wallets = [await shop.wallet({ holds: '100' }), await shop.wallet()] as const;
  const pay = () => shop.transfer(...wallets, '1', true);
  const down = await startReceiver();
  await registerEndpoint(shop.call, down.url, LIFE);
  await down.close();
  const payments = [await pay(), await pay()];
  await gateway.restart();
  payments.push(await pay(), await pay());
  const up = await startReceiver({ port: down.port });
  // beyond the next try of each, however many there were while it was down
  ahead += DAY;
  await vi.waitFor(() => {
    for (const paymentId of payments) expect(typesOf(up, paymentId)).toEqual(LIFE);
  }, PATIENCE);
  expect(up.received).toHaveLength(payments.length * LIFE.length);
});

test('Two gateways on one database send each event once, each object’s in order, whoever recorded it.', async () => {
  const shop = await openShop(gateway);
  const wallets = [await shop.wallet({ holds: '100' }), await shop.wallet()] as const;
  const second = await startApp(gateway.config, { clock, log: createLog('silent') });
  onTestFinished(() => second.stop());
  const receiver = await startReceiver();
  // long enough for the other gateway to look for work meanwhile
  receiver.answer = async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return { status: 204 };
  };
  const endpoint = await registerEndpoint(shop.call, receiver.url, LIFE);
  const payments = await Promise.all(Array.from({ length: 30 }, () => shop.transfer(...wallets, '1', true)));
  await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThanOrEqual(90), PATIENCE);
  await vi.waitFor(async () => {
    const states = (await deliveriesOf(shop.call, endpoint.id)).map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['DELIVERED']));
  }, PATIENCE);
  expect(new Set(idsAt(receiver)).size).toBe(90);
  expect(receiver.received).toHaveLength(90);
  for (const paymentId of payments) expect(typesOf(receiver, paymentId)).toEqual(LIFE);
  const tries = async (app: typeof second) =>
    /koshel_webhook_attempts_total\{outcome="delivered"\} (\d+)/.exec(await app.deps.metrics.metrics())?.[1] ?? '0';
  const shares = [Number(await tries(gateway.app)), Number(await tries(second))];
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeGreaterThanOrEqual(90);
  expect(Math.min(...shares)).toBeGreaterThan(0);
});

test('What a gateway had taken when it died is sent by another when the lease is over, and not before.', async () => {
  const shop = await openShop(gateway);
  const [receiver, witness] = [await startReceiver(), await startReceiver()];
  const endpoint = await registerEndpoint(shop.call, receiver.url, ['WALLET_OPENED']);
  const other = await registerEndpoint(shop.call, witness.url, ['PAYMENT_COMPLETED']);
  await gateway.app.stop();
  // a process that records an event, takes its delivery and is never heard of again
  const db = await openDatabase(gateway.config.databaseUrl ?? '', 2);
  onTestFinished(() => db.close());
  const opened = { kind: 'wallet' as const, walletId: 'wal_of_a_dead_process', status: 'ACTIVE' };
  const now = clock.now();
  const about = { partnerId: shop.id, audience: [], walletIds: [], paymentId: null, occurredAt: now };
  await transaction(db, (tx) => appendEvents(tx, [{ ...about, type: 'WALLET_OPENED', data: opened }], now));
  await sequenceEvents(db);
  while (await fanOut({ db, clock }, 'WAIT'));
  const options = { limit: 10, perEndpoint: 8, strained: false, underWay: [] };
  const taken = await claimDeliveries({ db, clock }, options);
  expect(taken.filter(({ endpointId }) => endpointId === endpoint.id)).toHaveLength(1);
  expect(await claimDeliveries({ db, clock }, options)).toEqual([]);
  await gateway.restart();
  await askForTest(shop.call, other.id);
  await receive(witness, 1);
  expect(receiver.received).toEqual([]);
  ahead += 61 * SECOND;
  const [request] = await receive(receiver, 1);
  expect(request?.body).toMatchObject({ type: 'WALLET_OPENED', data: { wallet: { id: opened.walletId } } });
});

test('An event that was not carried on to the endpoints yet is untold, however old it is.', async () => {
  const { db } = gateway.deps;
  const shop = await openShop(gateway);
  const receiver = await startReceiver();
  await registerEndpoint(shop.call, receiver.url, ['WALLET_OPENED']);
  const blocker = await openDatabase(gateway.config.databaseUrl ?? '', 1);
  onTestFinished(() => blocker.close());
  let recordedAt: Date | undefined;
  await blocker.prisma.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT 1 FROM webhook_cursor FOR UPDATE`;
      await shop.wallet();
      recordedAt = (await recordedEvents(db, { partnerId: shop.id }))[0]?.recordedAt;
      expect(await oldestUntold(db)).toEqual(recordedAt);
      expect(receiver.received).toEqual([]);
    },
    { timeout: 60_000 },
  );
  await receive(receiver, 1);
  await vi.waitFor(async () => expect(await oldestUntold(db)).not.toEqual(recordedAt), PATIENCE);
});

test('Deliveries go with their events when the retention is over; what an endpoint is still to be told stays.', async () => {
  const { deps } = gateway;
  const { prisma } = deps.db;
  const shop = await openShop(gateway);
  const [receiver, failing] = [await startReceiver(), await startReceiver()];
  failing.answer = () => ({ status: 500, headers: { 'retry-after': '86400' } });
  const told = await registerEndpoint(shop.call, receiver.url, ['WALLET_OPENED']);
  await shop.wallet();
  await receive(receiver, 1);
  const untold = await registerEndpoint(shop.call, failing.url, ['WALLET_OPENED']);
  await shop.wallet();
  await receive(receiver, 2);
  await receive(failing, 1);
  await vi.waitFor(async () => {
    expect(await prisma.webhookDelivery.count({ where: { endpointId: told.id, state: 'DELIVERED' } })).toBe(2);
    expect(await prisma.webhookDelivery.findMany({ where: { endpointId: untold.id } })).toMatchObject([
      { attempts: 1 },
    ]);
  }, PATIENCE);
  const positions = async (endpointId: string) =>
    (await prisma.webhookDelivery.findMany({ where: { endpointId }, orderBy: { position: 'asc' } })).map(
      (row) => row.position,
    );
  const [, second = 0n] = await positions(told.id);
  expect(await positions(untold.id)).toEqual([second]);
  // it asks for yet another day, each time: what waits for it grows older than the retention
  await prisma.webhookDelivery.updateMany({
    where: { endpointId: untold.id },
    data: { nextAttemptAt: new Date(clock.now().getTime() + 40 * DAY) },
  });
  expect(await deps.metrics.metrics()).toContain('koshel_webhook_deliveries_waiting{state="later"} 1\n');
  ahead += 11 * DAY;
  await shop.wallet();
  await addJob(prisma, 'prune', {});
  await vi.waitFor(async () => {
    expect((await recordedEvents(deps.db, {}))[0]?.position).toBe(second);
  }, PATIENCE);
  expect(await positions(untold.id)).toContain(second);
  expect(await positions(told.id)).not.toContain(second);
  expect(await prisma.webhookAttempt.count({ where: { delivery: { endpointId: untold.id } } })).toBeGreaterThan(0);
});
