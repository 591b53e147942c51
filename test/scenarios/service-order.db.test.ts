import { describe, expect, test } from 'vitest';
import {
  CancelPaymentDocument,
  ConfirmPaymentDocument,
  CreatePayoutDocument,
  CreateTransitDocument,
  PaymentPageDocument,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { openOrder } from '../../src/domain/payment/order.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run, subscribe } from '../support/operations.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { fundedWalletOf } from '../support/wallets.ts';

/** What a service is asked to be paid for is personal: it is kept sealed until the outcome is known, and no longer. */

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const { prisma } = gateway.deps.db;
const operatorPhone = '+79261111111';
const mask = '•••1111';

/** Follows a payment until it has this status. */
async function until(id: string, status: string): Promise<void> {
  const watched = subscribe(gateway.ws(apiKey), WatchPaymentDocument, { id, follow: true });
  for await (const { paymentUpdated } of watched.rest()) if (paymentUpdated.status === status) break;
}
const payout = async (fromWalletId: string, confirm: boolean) => {
  const input = {
    idempotencyKey: unique('payout'),
    fromWalletId,
    amount: rub('100'),
    destination: { phone: operatorPhone },
    confirm,
  };
  return done((await call(CreatePayoutDocument, { input })).payoutCreate, 'PayoutCreateSuccess').payment.id;
};
const sealed = async (id: string) => (await prisma.payment.findUniqueOrThrow({ where: { id } })).orderSealed;
const shown = async (id: string) => {
  const destination = (await call(PaymentPageDocument, { id })).payment?.destination;
  return destination?.__typename === 'ServiceParty' ? destination.account : destination;
};
const act = async (action: string, id: string) => mbank.act(action, { id: await mbank.referenceOf(id) });
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);

describe('The order of a payment to a service', () => {
  test('It is erased when the payment is done; its end stays shown, and mbank’s undo and redo are followed without it.', async () => {
    mbank.act('settings', { execution: 'pending' });
    const id = await payout(await fundedWalletOf(call, newPhone(), '500'), true);
    expect(await sealed(id)).not.toBeNull();
    expect(await shown(id)).toBe(operatorPhone);
    await act('payment.complete', id);
    await until(id, 'COMPLETED');
    expect(await sealed(id)).toBeNull();
    expect(await shown(id)).toBe(mask);
    for (const [action, status] of [
      ['payment.undo', 'REVERSED'],
      ['payment.redo', 'COMPLETED'],
    ] as const) {
      await act(action, id);
      await until(id, status);
      expect(await sealed(id)).toBeNull();
    }
    expect(await shown(id)).toBe(mask);
    await booksAreRight();
  });

  test('It is erased when the payment is declined, refused or cancelled; one that was declined can still be proven.', async () => {
    mbank.act('settings', { execution: 'pending' });
    const walletId = await fundedWalletOf(call, newPhone(), '500');
    const declined = await payout(walletId, true);
    await act('payment.decline', declined);
    await until(declined, 'DECLINED');

    const cancelled = await payout(walletId, false);
    expect(await sealed(cancelled)).not.toBeNull();
    const { paymentCancel } = await call(CancelPaymentDocument, { paymentId: cancelled });
    done(paymentCancel, 'PaymentCancelSuccess');

    const refused = await payout(walletId, false);
    mbank.act('outcome', { id: await mbank.referenceOf(refused), outcome: 'decline', reason: 'insufficient_funds' });
    await call(ConfirmPaymentDocument, { paymentId: refused });
    await until(refused, 'DECLINED');
    for (const id of [declined, cancelled, refused]) {
      expect(await sealed(id)).toBeNull();
      expect(await shown(id)).toBe(mask);
    }

    const proven = await payout(walletId, true);
    mbank.sandbox.control.withholdWebhooks('mbank');
    await act('payment.complete', proven);
    await act('payment.undo', proven);
    mbank.sandbox.control.releaseWebhooks('mbank', 'reverse');
    await until(proven, 'DECLINED');
    expect(await sealed(proven)).toBeNull();
    await act('payment.redo', proven);
    await until(proven, 'COMPLETED');
    await booksAreRight();
  });

  test('The address of a receipt outlives the rest until the mail is sent.', async () => {
    mbank.act('settings', { execution: 'complete' });
    const service = await prisma.service.findFirstOrThrow({ where: { providerReference: '834' } });
    const input = {
      idempotencyKey: unique('transit'),
      amount: rub('50'),
      service: { serviceId: service.id, parameters: [{ id: 'phoneNumber', value: operatorPhone }] },
      receiptEmail: 'ivan@example.com',
      confirm: true,
    };
    const { payment } = done((await call(CreateTransitDocument, { input })).transitCreate, 'TransitCreateSuccess');
    mbank.sandbox.control.fault({ provider: 'mbank', operation: 'payments.bill', kind: 'hold' });
    mbank.act('page', { payment: await mbank.referenceOf(payment.id), result: 'approve' });
    await until(payment.id, 'COMPLETED');
    await expect.poll(() => mbank.sandbox.control.heldAnswers(), { timeout: 10_000 }).toBe(1);
    const row = await prisma.payment.findUniqueOrThrow({ where: { id: payment.id } });
    const left = { member: 'transits', anonymous: true, receiptEmail: 'ivan@example.com', choice: {} };
    expect(openOrder(gateway.deps.vault, row)).toEqual(left);
    mbank.sandbox.control.releaseAnswers();
    await expect.poll(() => sealed(payment.id), { timeout: 10_000 }).toBeNull();
    expect(JSON.stringify(mbank.act('mails'))).toContain('ivan@example.com');
    expect(await shown(payment.id)).toBe(mask);
    await booksAreRight();
  });
});
