import { expect, test } from 'vitest';
import {
  ConfirmPaymentDocument,
  ConfirmPaymentWithDocument,
  CreatePayoutDocument,
  CreateTransitDocument,
  PaymentDetailsDocument,
  UpdatePaymentDocument,
  WalletCardsDocument,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run, subscribe } from '../support/operations.ts';
import { fundedWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const operatorPhone = '+79261111111';

/** Statuses of a payment as they are pushed, until `last` was seen. */
async function statusesUntil(paymentId: string, last: string): Promise<string[]> {
  const seen: string[] = [];
  const watched = subscribe(gateway.ws(apiKey), WatchPaymentDocument, { id: paymentId, follow: true });
  for await (const { paymentUpdated } of watched.rest()) {
    if (seen.at(-1) !== paymentUpdated.status) seen.push(paymentUpdated.status);
    if (paymentUpdated.status === last) break;
  }
  return seen;
}

async function airtime(fromWalletId: string, amount: string, confirm = false) {
  const input = {
    idempotencyKey: unique('payout'),
    fromWalletId,
    amount: rub(amount),
    destination: { phone: operatorPhone },
    confirm,
  };
  return done((await call(CreatePayoutDocument, { input })).payoutCreate, 'PayoutCreateSuccess').payment;
}

const balanceOf = async (id: string) => (await call(WalletCardsDocument, { id })).wallet?.balances[0];

test('Airtime is priced by the provider, held while it is under way, and captured with the provider’s fee.', async () => {
  const walletId = await fundedWalletOf(call, newPhone(), '1000');
  mbank.act('settings', { execution: 'pending' });
  const created = await airtime(walletId, '100');
  expect(created).toMatchObject({ status: 'CREATED', fee: { amount: '3.00' } });
  await call(ConfirmPaymentDocument, { paymentId: created.id });
  expect(await balanceOf(walletId)).toMatchObject({
    posted: { amount: '1000.00' },
    pending: { amount: '103.00' },
    available: { amount: '897.00' },
  });
  mbank.act('payment.complete', { id: await mbank.referenceOf(created.id) });
  expect(await statusesUntil(created.id, 'COMPLETED')).toEqual(['PROCESSING', 'COMPLETED']);
  expect(await balanceOf(walletId)).toMatchObject({ posted: { amount: '897.00' }, pending: { amount: '0.00' } });
  const details = (await call(PaymentDetailsDocument, { id: created.id })).payment;
  expect(details?.attempts).toMatchObject([
    { outcome: 'ACCEPTED', operations: expect.arrayContaining(['payments.create.out', 'payments.pay']) },
  ]);
});

test('A payout that the provider declines gives the money back; one that it undoes and redoes is followed by the books.', async () => {
  const walletId = await fundedWalletOf(call, newPhone(), '500');
  mbank.act('settings', { execution: 'pending' });
  const declined = await airtime(walletId, '100', true);
  mbank.act('payment.decline', { id: await mbank.referenceOf(declined.id), reason: 'invalid_data' });
  await statusesUntil(declined.id, 'DECLINED');
  expect((await call(PaymentDetailsDocument, { id: declined.id })).payment?.declineReason).toBe('INVALID_DATA');
  expect(await balanceOf(walletId)).toMatchObject({ posted: { amount: '500.00' }, pending: { amount: '0.00' } });

  const undone = await airtime(walletId, '100', true);
  const id = await mbank.referenceOf(undone.id);
  mbank.act('payment.complete', { id });
  await statusesUntil(undone.id, 'COMPLETED');
  mbank.act('payment.undo', { id });
  await statusesUntil(undone.id, 'REVERSED');
  expect(await balanceOf(walletId)).toMatchObject({ posted: { amount: '500.00' } });
  mbank.act('payment.redo', { id });
  await statusesUntil(undone.id, 'COMPLETED');
  expect(await balanceOf(walletId)).toMatchObject({ posted: { amount: '397.00' } });
  const reasons = (await call(PaymentDetailsDocument, { id: undone.id })).payment?.timeline.map(({ reason }) => reason);
  expect(reasons).toEqual(['CREATE', 'CONFIRM', 'COMPLETE', 'UNDO', 'REDO']);
  expect((await verifyLedger(gateway.deps.db)).ok).toBe(true);
});

test('At the last moment a payout is paid with a new card: the wallet keeps its money.', async () => {
  const walletId = await fundedWalletOf(call, newPhone(), '500');
  mbank.act('settings', { execution: 'complete' });
  const created = await airtime(walletId, '50');
  const input = {
    paymentId: created.id,
    payWithNewCard: true,
    returnUrl: 'https://shop.example/ok',
    failureUrl: 'https://shop.example/no',
  };
  const confirmed = done((await call(ConfirmPaymentWithDocument, { input })).paymentConfirm, 'PaymentConfirmSuccess');
  expect(confirmed.payment).toMatchObject({ kind: 'TRANSIT', status: 'PROCESSING' });
  expect((await call(PaymentDetailsDocument, { id: created.id })).payment?.nextAction?.__typename).toBe(
    'RedirectAction',
  );
  mbank.act('page', { payment: await mbank.referenceOf(created.id), result: 'approve' });
  await statusesUntil(created.id, 'COMPLETED');
  expect(await balanceOf(walletId)).toMatchObject({ posted: { amount: '500.00' }, pending: { amount: '0.00' } });
  expect((await verifyLedger(gateway.deps.db)).ok).toBe(true);
});

test('An anonymous transit goes from card to service without a wallet, and its receipt is mailed when it is done.', async () => {
  mbank.act('settings', { execution: 'complete' });
  const service = await gateway.deps.db.prisma.service.findFirstOrThrow({ where: { providerReference: '834' } });
  const input = {
    idempotencyKey: unique('transit'),
    amount: rub('50'),
    service: { serviceId: service.id, parameters: [{ id: 'phoneNumber', value: operatorPhone }] },
    receiptEmail: 'ivan@example.com',
    confirm: true,
  };
  const transit = done((await call(CreateTransitDocument, { input })).transitCreate, 'TransitCreateSuccess').payment;
  expect(transit).toMatchObject({ kind: 'TRANSIT', status: 'PROCESSING' });
  mbank.act('page', { payment: await mbank.referenceOf(transit.id), result: 'approve' });
  expect(await statusesUntil(transit.id, 'COMPLETED')).toContain('COMPLETED');
  await expect.poll(() => JSON.stringify(mbank.act('mails')), { timeout: 10_000 }).toContain('ivan@example.com');
  expect((await verifyLedger(gateway.deps.db)).ok).toBe(true);
});

test.each([
  ['61', 'UpdateAction'],
  ['62', 'ConfirmAction'],
])(
  'A payment of several steps (service %s) waits for its provider, is answered where it asks (%s), priced and confirmed.',
  async (reference, first) => {
    mbank.act('settings', { execution: 'complete' });
    const fromWalletId = await fundedWalletOf(call, newPhone(), '1000');
    const { prisma } = gateway.deps.db;
    const found = await prisma.service.findFirst({ where: { providerReference: reference } });
    await expect
      .poll(() => prisma.service.count({ where: { providerReference: reference } }), { timeout: 15_000 })
      .toBe(1);
    const service = found ?? (await prisma.service.findFirstOrThrow({ where: { providerReference: reference } }));
    const asked = (
      await gateway.query<{ service: { parameters: { id: string; required: boolean }[] } }>(
        apiKey,
        'query($id: ID!) { service(id: $id) { parameters { id required } } }',
        { id: service.id },
      )
    ).data?.service.parameters;
    const parameters = (asked ?? []).filter(({ required }) => required).map(({ id }) => ({ id, value: '1234567890' }));
    const input = {
      idempotencyKey: unique('steps'),
      fromWalletId,
      amount: rub('200'),
      destination: { service: { serviceId: service.id, parameters } },
    };
    const { payment } = done((await call(CreatePayoutDocument, { input })).payoutCreate, 'PayoutCreateSuccess');
    const next = async () => (await call(PaymentDetailsDocument, { id: payment.id })).payment?.nextAction;
    await expect.poll(async () => (await next())?.__typename, { timeout: 15_000 }).toBe(first);
    if (first === 'UpdateAction') {
      const early = (await call(ConfirmPaymentDocument, { paymentId: payment.id })).paymentConfirm;
      expect(early).toMatchObject({ __typename: 'StateError', state: 'CREATED' });
    }
    for (let step = 0; step < 4; step += 1) {
      const action = await next();
      if (action?.__typename !== 'UpdateAction') break;
      const answers = action.parameters
        .filter(({ editable }) => editable)
        .map(({ id, value }) => ({ id, value: value ?? '200' }));
      done(
        (await call(UpdatePaymentDocument, { input: { paymentId: payment.id, parameters: answers } })).paymentUpdate,
        'PaymentUpdateSuccess',
      );
      await expect.poll(async () => (await next())?.__typename, { timeout: 15_000 }).not.toBe('WaitAction');
    }
    expect((await next())?.__typename).toBe('ConfirmAction');
    await call(ConfirmPaymentDocument, { paymentId: payment.id });
    expect((await statusesUntil(payment.id, 'COMPLETED')).at(-1)).toBe('COMPLETED');
    expect((await verifyLedger(gateway.deps.db)).ok).toBe(true);
  },
);
