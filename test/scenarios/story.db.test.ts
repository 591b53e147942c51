import { expect, test } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreateTopUpDocument,
  CreateTransferDocument,
  FollowEventsDocument,
  OpenWalletDocument,
  ReadEventsDocument,
  SettleTopUpDocument,
  WatchPaymentDocument,
  WatchWalletDocument,
} from '../../schema/operations.ts';
import { sequenceEvents } from '../../src/events/log.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';
import { startTestApp } from '../support/app.ts';
import { run, subscribe } from '../support/operations.ts';

const gateway = await startTestApp();
const { apiKey } = await gateway.partner();
const call = run(gateway, apiKey);

async function walletWith(key: string, phone: string, amount: string): Promise<string> {
  const opened = await call(OpenWalletDocument, {
    input: { idempotencyKey: key, phone, currency: 'RUB', identification: 'FULL' },
  });
  if (opened.walletOpen?.__typename !== 'WalletOpenSuccess') throw new Error(JSON.stringify(opened));
  const { id } = opened.walletOpen.wallet;
  if (amount === '0') return id;
  const input = {
    idempotencyKey: key,
    walletId: id,
    amount: { amount, currency: 'RUB' },
    method: 'CASH' as const,
    confirm: true,
  };
  const created = await call(CreateTopUpDocument, { input });
  if (created.topUpCreate?.__typename !== 'TopUpCreateSuccess') throw new Error(JSON.stringify(created));
  const paymentId = created.topUpCreate.payment.id;
  const settled = await call(SettleTopUpDocument, {
    input: { idempotencyKey: key, paymentId, reference: `desk-${key}` },
  });
  expect(settled.topUpSettle?.__typename).toBe('TopUpSettleSuccess');
  return id;
}

test('Two wallets, a transfer watched over WebSocket, a restart, and a resume that misses nothing.', async () => {
  const [anna, boris] = [
    await walletWith('anna', '+79261110011', '1000'),
    await walletWith('boris', '+79261110012', '0'),
  ];
  const socket = gateway.ws(apiKey);
  const annaSeen = subscribe(socket, WatchWalletDocument, { id: anna });
  const borisSeen = subscribe(socket, WatchWalletDocument, { id: boris });
  const everything = subscribe(socket, FollowEventsDocument, {});
  const balanceAt = async (seen: typeof annaSeen) =>
    (await seen.next()).walletUpdated.balances[0]?.available.amount ?? 'none';
  // what happened just before a subscription may be told by it, too: it shows the same balance again
  const balanceAfter = async (seen: typeof annaSeen, before: string) => {
    for (;;) {
      const balance = await balanceAt(seen);
      if (balance !== before) return balance;
    }
  };
  expect(await balanceAt(annaSeen)).toBe('1000.00');
  expect(await balanceAt(borisSeen)).toBe('0.00');

  const created = await call(CreateTransferDocument, {
    input: {
      idempotencyKey: 't1',
      fromWalletId: anna,
      amount: { amount: '250.50', currency: 'RUB' },
      to: { phone: '+79261110012' },
    },
  });
  if (created.transferCreate?.__typename !== 'TransferCreateSuccess') throw new Error(JSON.stringify(created));
  const { id: paymentId } = created.transferCreate.payment;
  const paymentSeen = subscribe(socket, WatchPaymentDocument, { id: paymentId });
  const statuses = [(await paymentSeen.next()).paymentUpdated.status];

  const confirmed = await call(ConfirmPaymentDocument, { paymentId });
  expect(confirmed.paymentConfirm).toMatchObject({
    __typename: 'PaymentConfirmSuccess',
    replayed: false,
    payment: { status: 'COMPLETED' },
  });
  for await (const { paymentUpdated } of paymentSeen.rest()) statuses.push(paymentUpdated.status);
  expect(statuses).toEqual(['CREATED', 'PROCESSING', 'COMPLETED']);
  expect(await balanceAfter(annaSeen, '1000.00')).toBe('749.50');
  expect(await balanceAfter(borisSeen, '0.00')).toBe('250.50');

  let first = (await everything.next()).events;
  while (!('payment' in first && first.payment?.id === paymentId)) first = (await everything.next()).events;
  expect(first.type).toBe('PAYMENT_CREATED');
  await socket.dispose();
  await gateway.restart();

  await sequenceEvents(gateway.deps.db);
  const missed = await call(ReadEventsDocument, { after: first.cursor, first: 50 });
  expect(missed.events.events.map((event) => event.type)).toEqual([
    'PAYMENT_PROCESSING',
    'PAYMENT_COMPLETED',
    'BALANCE_CHANGED',
    'BALANCE_CHANGED',
  ]);
  const resumed = subscribe(gateway.ws(apiKey), FollowEventsDocument, { after: first.cursor });
  const seen = [];
  for (const _ of missed.events.events) seen.push((await resumed.next()).events.id);
  expect(seen).toEqual(missed.events.events.map((event) => event.id));
  expect((await verifyLedger(gateway.deps.db)).ok).toBe(true);
});
