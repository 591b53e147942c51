import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { done } from '../support/builders.ts';
import { PATIENCE } from '../support/call-faults.ts';
import { credit, creditBooks, order, startMoneywall } from '../support/moneywall.ts';
import { run } from '../support/operations.ts';
import { freePort } from '../support/qiwi.ts';
import { startReceiver, verified } from '../support/receiver.ts';
import { booksStay } from '../support/refused.ts';
import { everythingStored } from '../support/secrets.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { registerEndpoint } from '../support/webhooks.ts';

const gateway = await startTestApp({ env: { PORT: await freePort(), SANDBOX: 'on' }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const moneywall = await startMoneywall(gateway, partnerId);
const { askNow, authorized, of, refund, start, until } = credit(gateway, apiKey, call, moneywall);
const { prisma } = gateway.deps.db;
const { control } = moneywall.sandbox;

const addressOf = (orderId: string, which: 'success' | 'failure') =>
  new URL(String(moneywall.sent(orderId)[`${which}_callback_url`]));
const handled = () =>
  expect.poll(() => prisma.webhookReceipt.count({ where: { handledAt: null } }), { timeout: 20_000 }).toBe(0);

test('Each session has addresses of its own, which nobody can guess; the secret is kept nowhere.', async () => {
  const [one, other] = [await start(), await start()];
  const token = (orderId: string) => addressOf(orderId, 'success').searchParams.get('token') ?? '';
  expect(token(one.orderId)).toMatch(/^[\w-]{43}$/);
  expect(token(one.orderId)).not.toBe(token(other.orderId));
  expect(addressOf(one.orderId, 'failure').origin).toBe(gateway.url);
  const stored = [...(await everythingStored(gateway.deps.db.pool)).values(), ...gateway.logged].join('\n');
  expect(stored).not.toContain(token(one.orderId));
});

test('A call with another’s secret, for an order that nobody knows, or by another method is turned away.', async () => {
  const [one, other] = [await start(), await start()];
  const forged = addressOf(one.orderId, 'success');
  forged.searchParams.set('token', addressOf(other.orderId, 'success').searchParams.get('token') ?? '');
  const unknown = addressOf(one.orderId, 'success');
  unknown.searchParams.set('order', 'nobody-knows');
  const bare = addressOf(one.orderId, 'success');
  bare.search = '';
  const received = await prisma.webhookReceipt.count();
  await booksStay(gateway, async () => {
    for (const [url, status] of [[forged, 404] as const, [unknown, 404] as const, [bare, 400] as const])
      expect((await fetch(url, { method: 'POST' })).status).toBe(status);
    expect((await fetch(addressOf(one.orderId, 'success'), { method: 'DELETE' })).status).toBe(405);
  });
  expect(await prisma.webhookReceipt.count()).toBe(received);
  expect((await of(one.orderId)).state).toBe('PROCESSING');
});

test('A call that says what is not so moves nothing: the lender is asked.', async () => {
  const { orderId } = await start();
  moneywall.act('callback.forge', { order: orderId, kind: 'success' });
  moneywall.act('callback.forge', { order: orderId, kind: 'failure', method: 'GET' });
  const calls = () => prisma.webhookReceipt.count({ where: { dedupeKey: { contains: `:${orderId}:` } } });
  await expect.poll(calls, { timeout: 20_000 }).toBe(2);
  await handled();
  expect((await of(orderId)).timeline.map(({ to }) => to)).toEqual(['PROCESSING']);
  // the true one finds its way all the same
  moneywall.act('session.authorize', { order: orderId });
  await askNow(orderId);
  await until(orderId, 'AUTHORIZED');
});

test('Calls that never come are made good by asking; those that come twice and late change nothing.', async () => {
  const [lost, twice] = [await start(), await start()];
  moneywall.act('callback.lose', { times: 1 });
  moneywall.act('session.authorize', { order: lost.orderId });
  // nobody helps: the job asks by itself
  const found = await until(lost.orderId, 'AUTHORIZED');
  expect(found.timeline.at(-1)?.source).toBe('POLL');
  control.duplicateWebhook('moneywall');
  moneywall.act('session.cancel', { order: twice.orderId });
  const { timeline } = await until(twice.orderId, 'CANCELLED');
  await handled();
  await fetch(addressOf(twice.orderId, 'success'), { method: 'POST' });
  await handled();
  expect((await of(twice.orderId)).timeline).toEqual(timeline);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('A lender that cannot be asked for a while is asked later; nothing is concluded from the call.', async () => {
  const { orderId } = await start();
  control.fault({
    provider: 'moneywall',
    operation: 'MW-3',
    times: 1_000,
    kind: 'status',
    status: 500,
    when: 'before',
  });
  const failed = () => gateway.logged.filter((line) => line.includes('a job failed')).length;
  const before = failed();
  moneywall.act('session.authorize', { order: orderId });
  await expect.poll(failed, { timeout: 20_000 }).toBeGreaterThan(before);
  expect((await of(orderId)).state).toBe('PROCESSING');
  control.clearFaults();
  await askNow(orderId);
  await until(orderId, 'AUTHORIZED');
});

test('Whoever registered a webhook is told of each step.', async () => {
  const receiver = await startReceiver();
  const endpoint = await registerEndpoint(call, receiver.url);
  const { id, orderId } = await authorized();
  done(await refund(orderId, '10000'), 'CreditSessionRefundSuccess');
  const told = () =>
    receiver.received
      .filter(({ body }) => body.data['creditSession']?.['id'] === id)
      .map((request) => {
        expect(verified(endpoint.secret, request)).toEqual(request.body);
        expect(request.body.data['creditSession']?.['orderId']).toBe(orderId);
        return [
          request.body.type,
          request.body.data['creditSession']?.['state'],
          request.body.data['transition']?.['to'],
        ];
      });
  await expect.poll(() => told().length, { timeout: 20_000 }).toBe(4);
  const type = 'CREDIT_SESSION_UPDATED';
  expect(told()).toEqual([
    [type, 'PROCESSING', 'PROCESSING'],
    [type, 'AUTHORIZED', 'AUTHORIZED'],
    [type, 'AUTHORIZED', undefined],
    [type, 'VOIDED', 'VOIDED'],
  ]);
});

test('Nothing of what the shopper tells of himself is in a table or in the log, while it is on its way or afterwards.', async () => {
  const input = order();
  await start(input);
  const before = await creditBooks(gateway, partnerId);
  const stored = [...(await everythingStored(gateway.deps.db.pool)).values(), ...gateway.logged].join('\n');
  const told = ['4444333222', '723902034', '349287349', '79588249424', 'user@gmail.com', 'Китобойцев', 'Калитники'];
  for (const text of [...told, 'Ivanov', 'Иванов', '1987-07-18']) expect(stored).not.toContain(text);
  expect(await creditBooks(gateway, partnerId)).toEqual(before);
});
