import { beforeAll, expect, test, vi } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreatePayoutDocument,
  PaymentDetailsDocument,
  UpdatePaymentDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, rub, unique } from '../support/builders.ts';
import { PATIENCE } from '../support/call-faults.ts';
import { startMbank } from '../support/mbank.ts';
import { type Desk, deskAt, newWallet } from '../support/mbank-desk.ts';
import { spoil } from '../support/mbank-faults.ts';
import { run } from '../support/operations.ts';
import { figures } from '../support/provider-wallets.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** A payment of several steps, whose payer says something else after an answer that was lost: what mbank holds is what is paid. */

const gateway = await startTestApp({ patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
let desk: Desk;

beforeAll(async () => {
  desk = await deskAt({ gateway, apiKey, call, mbank });
}, 40_000);

const next = async (id: string) => (await call(PaymentDetailsDocument, { id })).payment?.nextAction?.__typename;

/** A payout of 20 rubles that asks for its second step. */
async function halfPayout() {
  const { phone, walletId } = await newWallet(desk);
  const parameters = [{ id: 'phoneNumber', value: '9267101283' }];
  const destination = { service: { serviceId: desk.stepsServiceId, parameters } };
  const input = { idempotencyKey: unique('steps'), fromWalletId: walletId, amount: rub('20'), destination };
  const { payment } = done((await call(CreatePayoutDocument, { input })).payoutCreate, 'PayoutCreateSuccess');
  const { id } = payment;
  await vi.waitFor(async () => expect(await next(id)).toBe('UpdateAction'), { timeout: 15_000 });
  return {
    walletId,
    async answer(values: Record<string, string>) {
      const parameters = Object.entries(values).map(([name, value]) => ({ id: name, value }));
      return (await call(UpdatePaymentDocument, { input: { paymentId: id, parameters } })).paymentUpdate;
    },
    /** What mbank has been given. */
    async given() {
      const told = await mbank.elsewhere(phone, 'GET', `/payments/${await mbank.referenceOf(id)}`);
      const { parameters } = told as { parameters: { code: string; value: string }[] };
      return Object.fromEntries(parameters.map(({ code, value }) => [code, value]));
    },
    async isPaid() {
      await expect.poll(() => next(id), { timeout: 15_000 }).toBe('ConfirmAction');
      done((await call(ConfirmPaymentDocument, { paymentId: id })).paymentConfirm, 'PaymentConfirmSuccess');
      const status = async () => (await call(PaymentDetailsDocument, { id })).payment?.status;
      await expect.poll(status, { timeout: 15_000 }).toBe('COMPLETED');
      expect(await figures(call, walletId)).toEqual({ posted: '45.00', pending: '0.00', upstream: '45.00' });
      expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
    },
  };
}

const unavailable = { __typename: 'ProviderUnavailableError' };
const first = { Pname1: '5136913818331704', Pname2: 'Ivan Sidorov' };
const other = { Pname1: '4276380012345678', Pname2: 'Petr Sidorov' };

test('What mbank has taken stays: other values are refused, the same ones are answered with the payment.', async () => {
  const payout = await halfPayout();
  spoil(mbank, 'payments.update', { kind: 'close', when: 'after' });
  expect(await payout.answer(first)).toMatchObject(unavailable);
  expect(await payout.answer(other)).toMatchObject({ code: 'PROVIDER_REJECTED', providerCode: 'invalid_next_action' });
  expect(await payout.given()).toEqual({ phoneNumber: '9267101283', ...first });
  done(await payout.answer(first), 'PaymentUpdateSuccess');
  done(await payout.answer(first), 'PaymentUpdateSuccess');
  expect(await payout.answer(other)).toMatchObject({ __typename: 'StateError', state: 'CREATED' });
  expect(await payout.given()).toEqual({ phoneNumber: '9267101283', ...first });
  await payout.isPaid();
});

test('What never arrived is not sent beside what is given in its place.', async () => {
  const payout = await halfPayout();
  spoil(mbank, 'payments.update', { kind: 'close', when: 'before' });
  expect(await payout.answer({ ...first, whatToDo: 'close the account' })).toMatchObject(unavailable);
  done(await payout.answer(other), 'PaymentUpdateSuccess');
  expect(await payout.given()).toEqual({ phoneNumber: '9267101283', ...other });
  await payout.isPaid();
});

test('Values that mbank finds unfit are refused, however often they are sent; fit ones go on.', async () => {
  const payout = await halfPayout();
  const lacking = { Pname1: first.Pname1 };
  for (const _again of [1, 2]) {
    const refused = await payout.answer(lacking);
    expect(refused).toMatchObject({ code: 'PROVIDER_REJECTED', providerCode: 'invalid_payment_parameters' });
  }
  expect(await payout.given()).toEqual({ phoneNumber: '9267101283' });
  done(await payout.answer(first), 'PaymentUpdateSuccess');
  await payout.isPaid();
});
