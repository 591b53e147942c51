import { expect, test } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreateTransferDocument,
  PaymentDetailsDocument,
  type TransferTargetInput,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, rub, unique } from '../support/builders.ts';
import { run, subscribe } from '../support/operations.ts';
import { figures } from '../support/provider-wallets.ts';
import { freePort, linkQiwi, startQiwi } from '../support/qiwi.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const qiwi = await startQiwi(gateway, partnerId);

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

async function transfer(fromWalletId: string, to: TransferTargetInput, amount: string, extra: object = {}) {
  const input = { idempotencyKey: unique('transfer'), fromWalletId, amount: rub(amount), to, confirm: false, ...extra };
  return done((await call(CreateTransferDocument, { input })).transferCreate, 'TransferCreateSuccess').payment;
}

test('A transfer is priced when it is created, paid in one call when it is confirmed, and both books follow.', async () => {
  const [payer, payee] = [qiwi.wallet(1_000), qiwi.wallet(0)];
  const [from, to] = [await linkQiwi(call, qiwi, payer), await linkQiwi(call, qiwi, payee)];
  qiwi.act('outcome', { status: 'WAITING' });
  const created = await transfer(from, { phone: `+${payee.number}` }, '100.50', { note: 'за обед' });
  expect(created).toMatchObject({ status: 'CREATED', fee: { amount: '0.00' } });
  expect(await figures(call, from)).toMatchObject({ posted: '1000.00', pending: '0.00' });
  done((await call(ConfirmPaymentDocument, { paymentId: created.id })).paymentConfirm, 'PaymentConfirmSuccess');
  expect(await figures(call, from)).toMatchObject({ posted: '1000.00', pending: '100.50' });
  const { attempts, reference } = (await call(PaymentDetailsDocument, { id: created.id })).payment ?? {};
  expect(attempts).toMatchObject([{ outcome: 'ACCEPTED', operations: ['PAY-1', 'PAY-4'] }]);
  qiwi.act('payment.complete', { id: reference });
  expect(await statusesUntil(created.id, 'COMPLETED')).toContain('COMPLETED');
  expect(await figures(call, from)).toMatchObject({ posted: '899.50', pending: '0.00' });
  expect(await figures(call, to)).toMatchObject({ posted: '100.50', pending: '0.00' });
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});
